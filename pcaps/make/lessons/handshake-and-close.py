import time

from lab import Lab
from lesson import Capture
from streams import close_in_order

CAPTURES = [
    Capture(
        "handshake-and-close",
        "A connection is opened in three segments and closed in four: FIN, its ACK, "
        "the other FIN, its ACK. The client closes first and ends in TIME_WAIT.",
        "The server waits 0.1 s between the end of the stream and its own close.",
        [
            ("SYN", "tcp.flags == 0x002"),
            ("SYN-ACK", "tcp.flags == 0x012"),
            (
                "third segment",
                (
                    "tcp.flags == 0x010 && tcp.seq == 1 && tcp.ack == 1 && tcp.time_relative < 0.01"
                    " && tcp.stream == 0 && frame.number == 3"
                ),
            ),
            ("FINs", "tcp.flags.fin == 1"),
            ("ACK of the first FIN", "tcp.srcport == 9000 && tcp.flags == 0x010 && tcp.ack == 20"),
            ("last ACK", "tcp.srcport == 40001 && tcp.flags == 0x010 && tcp.seq == 20"),
        ],
        plain=True,
    )
]


def make(out):
    with Lab() as lab:
        lab.record(out("handshake-and-close"))
        client, server = lab.pair()
        client.sendall(b"hello from client\n")
        server.recv(100)
        server.sendall(b"hello from server\n")
        client.recv(100)
        time.sleep(0.1)
        close_in_order(client, server)
