import socket

from lab import S4, Lab
from lesson import Capture
from streams import pattern

CAPTURES = [
    Capture(
        "fragments",
        "A datagram of 4000 octets travels in three fragments, its answer of 3000 too; a ping of 2000 in two."
        " Only the first fragment has ports.",
        "UDP larger than the MTU of 1500, without path MTU discovery.",
        [
            ("first fragments", "ip.flags.mf == 1 && ip.frag_offset == 0"),
            ("middle", "ip.flags.mf == 1 && ip.frag_offset > 0"),
            ("last", "ip.flags.mf == 0 && ip.frag_offset > 0"),
        ],
        plain=True,
    )
]


def make(out):
    with Lab() as lab:
        client, server = lab.udp("client", 40001), lab.udp("server", 9000)
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_IP, 10, 0)  # IP_MTU_DISCOVER: don't set DF
        lab.record(out("fragments"))
        client.sendto(pattern(4000), (S4, 9000))
        octets, source = server.recvfrom(5000)
        server.sendto(octets[:3000], source)
        assert client.recv(5000) == pattern(3000)
        assert lab.ping(count=1, size=2000) == 1
