import socket
import time

from lab import Lab
from lesson import Capture

CAPTURES = [
    Capture(
        "close-in-three",
        "The second FIN carries the ACK of the first one: a close in three segments.",
        "The server's delayed ACK is on (TCP_QUICKACK off) and it closes at once.",
        [
            ("FIN", "tcp.srcport == 40001 && tcp.flags.fin == 1"),
            ("FIN and ACK in one", "tcp.srcport == 9000 && tcp.flags.fin == 1"),
            ("last ACK", "tcp.srcport == 40001 && tcp.flags == 0x010 && tcp.seq == 13"),
        ],
        plain=True,
    )
]


def make(out):
    with Lab() as lab:
        lab.record(out("close-in-three"))
        client, server = lab.pair()
        client.sendall(b"last words\n")
        server.recv(100)
        server.sendall(b"noted\n")
        client.recv(100)
        time.sleep(0.1)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
        client.close()
        server.recv(100)
        server.close()
