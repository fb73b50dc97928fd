import time

from lab import Lab
from lesson import Capture
from streams import close_in_order, pattern, receive

CAPTURES = [
    Capture(
        "rto",
        "The last segment of a burst is lost, so no duplicate ACKs come: only the timer can repeat it, after"
        " 200 ms and more; the repeat is lost as well, and the next wait is twice as long.",
        "Ten segments, 5 ms each way; the relay drops the tenth twice; tail loss probes are off"
        " (tcp_early_retrans 0).",
        [
            ("the lost segment", "tcp.seq == 13033 && tcp.len > 0 && !tcp.analysis.retransmission"),
            ("sent again by the timer", "tcp.analysis.rto"),
        ],
        plain=True,
    )
]


def make(out):
    rules = [{"do": "drop", "from": "client", "data": 10, "times": 2}]
    with Lab(relay={"delay_ms": 5, "rules": rules}, sysctl={"net.ipv4.tcp_early_retrans": 0}) as lab:
        lab.record(out("rto"))
        client, server = lab.pair()
        client.sendall(pattern(14_480))
        assert receive(server, 14_480) == pattern(14_480)
        time.sleep(0.1)
        close_in_order(client, server)
