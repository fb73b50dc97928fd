import time

from lab import Lab
from lesson import Capture
from streams import close_in_order

CAPTURES = [
    Capture(
        "keep-alive",
        "An idle connection is probed each second: a segment without data, one below the next sequence"
        " number, and its answer, three times.",
        "SO_KEEPALIVE, TCP_KEEPIDLE 1, TCP_KEEPINTVL 1 at the client; 3.5 s of silence.",
        [("keep-alives", "tcp.analysis.keep_alive"), ("their answers", "tcp.analysis.keep_alive_ack")],
        plain=True,
    )
]


def make(out):
    with Lab() as lab:
        lab.record(out("keep-alive"))
        client, server = lab.pair(client={"SO_KEEPALIVE": 1, "TCP_KEEPIDLE": 1, "TCP_KEEPINTVL": 1})
        client.sendall(b"still there?\n")
        server.recv(100)
        time.sleep(3.5)
        close_in_order(client, server)
