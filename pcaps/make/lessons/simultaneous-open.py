import contextlib
import select
import time

from lab import C4, S4, Lab
from lesson import Capture
from streams import close_in_order

CAPTURES = [
    Capture(
        "simultaneous-open",
        "Two SYNs cross: both ends go from SYN_SENT through SYN_RECEIVED to ESTABLISHED, without a "
        "listener anywhere. The SYN-ACKs repeat the SYNs' numbers and are no retransmissions.",
        "Both ends connect, 50 ms of delay each way let the SYNs cross.",
        [("SYNs", "tcp.flags == 0x002"), ("SYN-ACKs", "tcp.flags == 0x012")],
        plain=True,
    )
]


def make(out):
    with Lab(relay={"delay_ms": 50}) as lab:
        lab.record(out("simultaneous-open"))
        client, server = lab.tcp("client", port=40001), lab.tcp("server", port=9000)
        for near, far in ((client, (S4, 9000)), (server, (C4, 40001))):
            near.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                near.connect(far)
        for near in (client, server):
            select.select([], [near], [], 5)
            near.settimeout(10)
        client.sendall(b"no listener\n")
        assert server.recv(100) == b"no listener\n"
        time.sleep(0.2)
        close_in_order(client, server, 0.2)
        time.sleep(0.2)
