import time

from lab import Lab
from lesson import Capture
from streams import close_in_order, pattern, receive

CAPTURES = [
    Capture(
        "reorder",
        "One segment is overtaken by two others: a duplicate ACK or two, but nobody sends anything twice. Its"
        " IP identification and timestamp are older than its neighbours': late, not repeated.",
        "20 000 octets, 5 ms each way; the relay holds data segment 4 until two more have passed. Captured at"
        " the receiver.",
        [
            ("overtakers, after a gap", "tcp.analysis.lost_segment"),
            ("the late segment", "tcp.analysis.out_of_order || tcp.analysis.retransmission"),
            ("ACKs with a SACK block", "tcp.options.sack_le"),
        ],
        plain=True,
    )
]


def make(out):
    with Lab(
        relay={"delay_ms": 5, "rules": [{"do": "hold", "from": "client", "data": 4, "after": 2}]}
    ) as lab:
        lab.record(out("reorder"), "server")
        client, server = lab.pair()
        client.sendall(pattern(20_000))
        assert receive(server, 20_000) == pattern(20_000)
        time.sleep(0.1)
        close_in_order(client, server)
