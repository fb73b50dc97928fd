import contextlib

from lab import Lab, run
from lesson import Capture

CAPTURES = [
    Capture(
        "no-answer",
        "A firewall drops every SYN: the client repeats it, first each second (four linear retries, "
        "as Linux does since 6.5), then with doubled waits.",
        "nft drops port 9000 at the server; the client gives up after 12 s.",
        [("SYN", "frame.number == 1"), ("its repeats", "tcp.analysis.retransmission")],
        plain=True,
    )
]


def make(out):
    with Lab() as lab:
        with lab.inside("server"):
            run(
                "nft",
                "add table inet filter; add chain inet filter input { type filter hook input priority 0; }; "
                "add rule inet filter input tcp dport 9000 drop",
            )
        lab.record(out("no-answer"))
        client = lab.tcp("client", port=40001)
        client.settimeout(12)
        with contextlib.suppress(TimeoutError):
            client.connect(("10.10.0.2", 9000))
        client.close()
