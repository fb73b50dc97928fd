import socket
import time

from lab import Lab
from lesson import Capture

CAPTURES = [
    Capture(
        "half-close",
        "The client has said all (FIN) but still listens: the server sends five more pieces over half a "
        "second, then its own FIN. FIN_WAIT_2 on one side, CLOSE_WAIT on the other.",
        "shutdown(SHUT_WR) at the client.",
        [
            ("the client's FIN", "tcp.srcport == 40001 && tcp.flags.fin == 1"),
            ("data after it", "tcp.srcport == 9000 && tcp.len > 0"),
            ("the server's FIN", "tcp.srcport == 9000 && tcp.flags.fin == 1"),
        ],
        plain=True,
    )
]


def make(out):
    with Lab() as lab:
        lab.record(out("half-close"))
        client, server = lab.pair()
        client.sendall(b"what do you know?\n")
        client.shutdown(socket.SHUT_WR)
        while server.recv(100):
            pass
        for number in range(5):
            time.sleep(0.1)
            server.sendall(b"fact number %d\n" % number)
        time.sleep(0.1)
        server.close()
        while client.recv(100):
            pass
        client.close()
