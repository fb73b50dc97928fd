from lab import Lab
from lesson import Capture
from streams import close_in_order, pattern, receive

HOW = (
    "100 000 octets, 10 ms each way, Reno; the relay drops the first transmission of data segments 20 and"
    " 41. "
)
LOST = "tcp.dstport == 9000 && tcp.len > 0 && tcp.seq in {27513, 57921}"
SENDER = [("the lost segments, each with its repeat", LOST), ("duplicate ACKs", "tcp.analysis.duplicate_ack")]
RECEIVER = [
    ("the gaps", "tcp.analysis.lost_segment"),
    ("what fills them", LOST),
    ("duplicate ACKs", "tcp.analysis.duplicate_ack"),
]
CAPTURES = [
    Capture(
        "lossy-transfer-sender",
        "Two segments of a bulk transfer are lost; duplicate ACKs with SACK blocks come back and each lost"
        " segment is sent again at once, long before a timer. (tshark calls the second repeat no"
        " retransmission.)",
        HOW + "Captured at the sender.",
        SENDER,
        plain=True,
    ),
    Capture(
        "lossy-transfer-receiver",
        "The same connection seen by the receiver: lost segments never show, only gaps that are filled "
        "20 ms later.",
        HOW + "Captured at the receiver, at the same time.",
        RECEIVER,
        plain=True,
    ),
]


def make(out):
    rules = [{"do": "drop", "from": "client", "data": n} for n in (20, 41)]
    with Lab(relay={"delay_ms": 10, "rules": rules}) as lab:
        lab.record(out("lossy-transfer-sender"))
        lab.record(out("lossy-transfer-receiver"), "server")
        client, server = lab.pair()
        client.sendall(pattern(100_000))
        assert receive(server, 100_000) == pattern(100_000)
        close_in_order(client, server)
