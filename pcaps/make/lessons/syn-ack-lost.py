from lab import Lab
from lesson import Capture
from streams import close_in_order

CAPTURES = [
    Capture(
        "syn-ack-lost",
        "The SYN arrives, the first SYN-ACK is lost: seen at the server, both the SYN and the "
        "SYN-ACK come again after a second.",
        "The relay drops the first SYN-ACK; captured at the server.",
        [("SYNs", "tcp.flags == 0x002"), ("SYN-ACKs", "tcp.flags == 0x012")],
        plain=True,
    )
]


def make(out):
    with Lab(relay={"rules": [{"do": "drop", "from": "server", "flags": "SA"}]}) as lab:
        lab.record(out("syn-ack-lost"), "server")
        client, server = lab.pair()
        client.sendall(b"at last\n")
        server.recv(100)
        close_in_order(client, server)
