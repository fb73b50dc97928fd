import socket

from lab import S6, Lab
from lesson import Capture
from streams import pattern

CAPTURES = [
    Capture(
        "fragments6",
        "The same over IPv6: the sender alone fragments, and each piece has a fragment header.",
        "UDP and ping larger than the MTU of 1500.",
        [
            ("first fragments", "ipv6.fraghdr.more == 1 && ipv6.fraghdr.offset == 0"),
            ("last", "ipv6.fraghdr.more == 0"),
        ],
        plain=True,
    )
]


def make(out):
    with Lab(ipv6=True) as lab:
        client, server = lab.udp("client", 40001, socket.AF_INET6), lab.udp("server", 9000, socket.AF_INET6)
        lab.record(out("fragments6"))
        client.sendto(pattern(4000), (S6, 9000))
        octets, source = server.recvfrom(5000)
        server.sendto(octets[:3000], source)
        assert client.recv(5000) == pattern(3000)
        assert lab.ping(address=S6, count=1, size=2000) == 1
