from lab import S4, Lab
from lesson import Capture
from streams import close_in_order, pattern, receive

CAPTURES = [
    Capture(
        "slow-start",
        "The congestion window in the open: flights of 1, 2, 4, 8, 16 and 32 segments, one a round trip of 40 ms;"
        " then a segment is lost, three duplicate ACKs (there is no SACK) bring a fast retransmission, the window"
        " is halved and grows by one a round trip: 16, 17, 18, 19, 20.",
        "90 000 octets in segments of 524, initcwnd 1, Reno, quickack, SACK off, 20 ms each way; the relay"
        " drops data segment 33.",
        [
            ("first flight", "tcp.dstport == 9000 && tcp.len > 0 && tcp.seq < 525"),
            ("second", "tcp.dstport == 9000 && tcp.len > 0 && tcp.seq >= 525 && tcp.seq < 1573"),
            ("third", "tcp.dstport == 9000 && tcp.len > 0 && tcp.seq >= 1573 && tcp.seq < 3669"),
            ("fourth", "tcp.dstport == 9000 && tcp.len > 0 && tcp.seq >= 3669 && tcp.seq < 7861"),
            ("fifth", "tcp.dstport == 9000 && tcp.len > 0 && tcp.seq >= 7861 && tcp.seq < 16245"),
            ("third duplicate ACK", "tcp.analysis.duplicate_ack_num == 3"),
            ("fast retransmission", "tcp.analysis.fast_retransmission"),
        ],
        plain=True,
    )
]


def make(out):
    with Lab(
        relay={"delay_ms": 20, "rules": [{"do": "drop", "from": "client", "data": 33}]},
        sysctl={"net.ipv4.tcp_sack": 0},
    ) as lab:
        lab.ip(
            "client",
            "route",
            "replace",
            "10.10.0.0/24",
            "dev",
            "c0",
            "src",
            "10.10.0.1",
            "initcwnd",
            1,
            "congctl",
            "reno",
        )
        lab.ip(
            "server", "route", "replace", "10.10.0.0/24", "dev", "s0", "src", S4, "advmss", 536, "quickack", 1
        )
        lab.record(out("slow-start"))
        client, server = lab.pair()
        client.sendall(pattern(90_000))
        assert receive(server, 90_000) == pattern(90_000)
        close_in_order(client, server)
