import time

from lab import Lab
from lesson import Capture
from streams import close_in_order, receive

CAPTURES = [
    Capture(
        "http-split",
        "One request head lies in nine segments, cut inside the method, a header's name and the empty "
        "line; the reply's body is chunked and its chunk sizes are cut too, with a trailer field at the end.",
        "Scripted ends, one send after the other.",
        [
            ("pieces of the head", "tcp.dstport == 80 && tcp.len > 0"),
            ("pieces of the reply", "tcp.srcport == 80 && tcp.len > 0"),
            ("tshark's whole messages", "http"),
        ],
        plain=True,
    )
]
HEAD = [
    b"GE",
    b"T /sp",
    b"lit HTTP/1",
    b".1\r",
    b"\nHo",
    b"st: www.exam",
    b"ple\r\nX-Long: ",
    b"a" * 300 + b"\r\n\r",
    b"\n",
]
BODY = [
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTrailer: X-Sum\r\nTransfer-Enc",
    b"oding: chunked\r\n\r\n1",
    b"0\r\n0123456789abcd",
    b"ef\r\n5;note=yes\r\nhel",
    b"lo\r",
    b"\n0\r\n",
    b"X-Sum: 21\r\n",
    b"\r\n",
]


def make(out):
    with Lab() as lab:
        lab.record(out("http-split"))
        client, server = lab.pair(80)
        for near, far, pieces in ((client, server, HEAD), (server, client, BODY)):
            for piece in pieces:
                near.sendall(piece)
                receive(far, len(piece))
                time.sleep(0.01)
        close_in_order(client, server)
