import contextlib
import socket

from lab import S4, S6, Lab
from lesson import Capture

CAPTURES = [
    Capture(
        "udp-unreachable",
        "A datagram to a closed port is answered by ICMP port unreachable, which quotes it; over IPv4 and"
        " IPv6.",
        "One datagram each to a port nobody has bound.",
        [
            ("datagrams", "udp && !icmp && !icmpv6"),
            ("ICMP", "icmp.type == 3 && icmp.code == 3"),
            ("ICMPv6", "icmpv6.type == 1 && icmpv6.code == 4"),
        ],
        plain=True,
    )
]


def make(out):
    with Lab(ipv6=True) as lab:
        lab.record(out("udp-unreachable"))
        for family, address in ((socket.AF_INET, S4), (socket.AF_INET6, S6)):
            client = lab.udp("client", 40001, family)
            client.connect((address, 9000))
            client.send(b"anybody there?\n")
            with contextlib.suppress(ConnectionRefusedError):
                client.recv(100)
            client.close()
