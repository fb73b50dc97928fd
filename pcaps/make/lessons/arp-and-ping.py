import time

from lab import Lab
from lesson import Capture

CAPTURES = [
    Capture(
        "arp-and-ping",
        "The first packet asks for its neighbour (ARP), then ping and its answers. A ping of 1472 octets with"
        " DF is too big for the second link: the router says so and names its MTU. Three ARP requests"
        " that nobody answers follow.",
        "A router between two links, the second with an MTU of 1400; ping is ours, with fixed octets.",
        [
            ("ARP request, reply", "arp.src.proto_ipv4 == 10.10.0.1 && frame.number < 3 || arp.opcode == 2"),
            ("echo requests", "icmp.type == 8 && !icmp.type == 3"),
            ("too big", "icmp.type == 3 && icmp.code == 4"),
            ("nobody there", "arp.dst.proto_ipv4 == 10.10.0.99"),
        ],
        plain=True,
    )
]


def make(out):
    with Lab(routers=1, neighbours=False) as lab:
        lab.ip("router1", "link", "set", "r1", "mtu", 1400)
        lab.record(out("arp-and-ping"))
        assert lab.ping(address="10.10.1.2") == 2
        assert lab.ping(address="10.10.1.2", count=1, size=1464, dont_fragment=True) == 0
        lab.ping(address="10.10.0.99", count=1)
        time.sleep(3)
