import time

from lab import Lab
from lesson import Capture
from streams import close_in_order, pattern, receive

CAPTURES = [
    Capture(
        "tail-loss-probe",
        "The last two segments of a burst are lost; after about two round trips, well before the timer for"
        " retransmissions, the sender repeats the highest one as a probe (RFC 8985). Its SACK shows the other"
        " loss, which is repeated at once.",
        "Ten segments, 20 ms each way; the relay drops the ninth and the tenth once.",
        [
            ("the lost segments", "tcp.seq in {11585, 13033} && tcp.len > 0 && tcp.time_relative < 0.1"),
            ("the probe", "tcp.seq == 13033 && tcp.len > 0 && tcp.time_relative > 0.1"),
            ("its SACK", "tcp.options.sack_le && tcp.ack == 11585"),
            ("the other repeat", "tcp.seq == 11585 && tcp.len > 0 && tcp.time_relative > 0.1"),
        ],
        plain=True,
    )
]


def make(out):
    rules = [{"do": "drop", "from": "client", "data": n} for n in (9, 10)]
    with Lab(relay={"delay_ms": 20, "rules": rules}) as lab:
        lab.record(out("tail-loss-probe"))
        client, server = lab.pair()
        client.sendall(pattern(14_480))
        assert receive(server, 14_480) == pattern(14_480)
        time.sleep(0.1)
        close_in_order(client, server)
