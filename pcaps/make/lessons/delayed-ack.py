import socket
import struct
import time

from lab import Lab
from lesson import Capture
from streams import close_in_order, receive

CAPTURES = [
    Capture(
        "delayed-ack",
        "Each message is written twice, its length and then its text. Nagle's algorithm keeps the text back until the"
        " length is acknowledged, and the server delays that acknowledgment by 40 ms because it waits for more: every"
        " message stands still for 40 ms. The last messages are written at once, two of them together.",
        "Nagle's algorithm on at the client, TCP_QUICKACK off at the server; each reply is one segment.",
        [
            ("lengths alone", "tcp.srcport == 40001 && tcp.len == 4"),
            ("the text, behind the late ACK", "tcp.srcport == 40001 && tcp.len > 4 && tcp.len < 20"),
            ("two messages in one segment", "tcp.srcport == 40001 && tcp.len > 30"),
        ],
        plain=True,
    )
]


def framed(text):
    return struct.pack(">I", len(text)), text.encode()


def make(out):
    with Lab() as lab:
        lab.record(out("delayed-ack"))
        client, server = lab.pair()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)
        client.sendall(b"".join(framed("hello, server")))
        receive(server, 17)
        server.sendall(b"".join(framed("hello, client")))
        receive(client, 17)
        for text in ("first message", "second message", "third message"):
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
            head, body = framed(text)
            client.sendall(head)
            client.sendall(body)
            receive(server, len(head + body))
            server.sendall(b"".join(framed("done: " + text)))
            receive(client, 10 + len(text))
            time.sleep(0.01)
        both = b"".join(framed("fourth message") + framed("fifth message"))
        client.sendall(both)
        receive(server, len(both))
        server.sendall(b"".join(framed("done: both")))
        receive(client, 14)
        close_in_order(client, server)
