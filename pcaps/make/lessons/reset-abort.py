import contextlib
import struct
import time

from lab import Lab
from lesson import Capture

CAPTURES = [
    Capture(
        "reset-abort",
        "An end aborts (SO_LINGER 0): a RST with an acknowledgment instead of a FIN. In a second connection"
        " data arrives after the close: the closed end answers it with a RST without one.",
        "SO_LINGER 0; then a close with more data on its way.",
        [
            ("abort", "tcp.stream == 0 && tcp.flags.reset == 1"),
            ("data for a closed socket", "tcp.stream == 1 && tcp.len == 5"),
            ("answer", "tcp.stream == 1 && tcp.flags.reset == 1"),
        ],
        plain=True,
    )
]


def make(out):
    with Lab() as lab:
        lab.record(out("reset-abort"))
        client, server = lab.pair(client={"SO_LINGER": struct.pack("ii", 1, 0)})
        client.sendall(b"never mind\n")
        server.recv(100)
        time.sleep(0.1)
        client.close()
        time.sleep(0.1)
        server.close()
        client, server = lab.pair(client_port=40002)
        client.close()
        time.sleep(0.1)
        with contextlib.suppress(OSError):
            server.sendall(b"late\n")
        time.sleep(0.1)
        server.close()
