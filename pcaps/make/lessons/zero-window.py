import threading
import time

from lab import Lab
from lesson import Capture
from streams import pattern, receive

CAPTURES = [
    Capture(
        "zero-window",
        "The reader sleeps: its window shrinks to zero, the sender probes with doubled waits, the window"
        " opens again with an update when the reader wakes.",
        "SO_RCVBUF 4096 at the server, which reads nothing for 1.5 s.",
        [
            ("window of zero", "tcp.analysis.zero_window"),
            ("window full", "tcp.analysis.window_full"),
            ("probes", "tcp.analysis.keep_alive || tcp.analysis.zero_window_probe"),
            ("update", "tcp.analysis.window_update"),
        ],
        plain=True,
    )
]


def make(out):
    with Lab(sysctl={"net.ipv4.tcp_early_retrans": 0}) as lab:  # no tail loss probe into the full window
        lab.record(out("zero-window"))
        client, server = lab.pair(server={"SO_RCVBUF": 4096})
        sender = threading.Thread(target=client.sendall, args=(pattern(30_000),))
        sender.start()
        time.sleep(1.5)
        assert receive(server, 30_000) == pattern(30_000)
        sender.join()
        client.close()
        server.recv(100)
        server.close()
