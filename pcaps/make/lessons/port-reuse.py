import socket
import time

from lab import Lab
from lesson import Capture

MARK = 0x20  # in the type of service: what the capture loses

CAPTURES = [
    Capture(
        "port-reuse",
        "Three connections in a row between the same ports. Of the first only the end of its close was captured, "
        "of the second the close was not: a SYN with a number of its own begins the next, and where nobody was "
        "seen to close, the SYN-ACK that answers it shows that it does.",
        "The server closes first. The capture begins before the first client's FIN, and its filter leaves out what "
        "both ends of the second sent when they closed: they marked it by its type of service.",
        [
            ("the FIN of the first", "frame.number == 1"),
            ("the SYN of the second and of the third", "tcp.flags == 0x002"),
            ("the close of the third", "tcp.flags.fin == 1 && frame.number > 1"),
        ],
        plain=True,
    )
]


def talk(client, server):
    client.sendall(b"are you there?\n")
    server.recv(100)
    server.sendall(b"I am\n")
    client.recv(100)
    time.sleep(0.1)


def make(out):
    with Lab() as lab:
        client, server = lab.pair()
        talk(client, server)
        server.close()
        client.recv(100)
        time.sleep(0.1)
        lab.record(out("port-reuse"), filter=f"ip and not ip[1] = {MARK}")
        client.close()
        time.sleep(0.1)
        client, server = lab.pair()
        talk(client, server)
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, MARK)
        server.close()
        client.recv(100)
        client.close()
        time.sleep(0.1)
        client, server = lab.pair()
        talk(client, server)
        server.close()
        client.recv(100)
        client.close()
