import time

from lab import Lab
from lesson import Capture
from streams import close_in_order, pattern, receive

CAPTURES = [
    Capture(
        "duplicate",
        "The network delivers two segments twice: the same octets, IP identification and timestamp, so a copy"
        " and not a retransmission. The receiver answers each copy with a D-SACK.",
        "10 000 octets, 5 ms each way; the relay sends data segments 2 and 5 twice, 2 ms apart. Captured at"
        " the receiver.",
        [
            ("copies", "tcp.analysis.retransmission || tcp.analysis.spurious_retransmission"),
            ("D-SACKs", "tcp.options.sack_le"),
        ],
        plain=True,
    )
]


def make(out):
    rules = [{"do": "copy", "from": "client", "data": n, "after_ms": 2} for n in (2, 5)]
    with Lab(relay={"delay_ms": 5, "rules": rules}) as lab:
        lab.record(out("duplicate"), "server")
        client, server = lab.pair()
        client.sendall(pattern(10_000))
        assert receive(server, 10_000) == pattern(10_000)
        time.sleep(0.1)
        close_in_order(client, server)
