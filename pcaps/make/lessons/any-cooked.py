from lab import Lab
from lesson import Capture
from tunnels import exchange

SHOWS = [
    ("echo request coming in on r0, going out on r1", "icmp.type == 8 && icmp.seq == 1"),
    ("SYN, twice", "tcp.flags == 0x002"),
    ("ARP", "arp"),
]
CAPTURES = [
    Capture(
        "any-cooked",
        "What -i any gives: LINUX_SLL2 headers with interface index and direction instead of Ethernet, and"
        " every forwarded packet twice, once in and once out. (Index 2 is r0 and 3 is r1; tcpdump prints the"
        " names that the reading machine has for them.)",
        "tcpdump -i any in a router between client and server.",
        SHOWS,
    ),
    Capture(
        "any-cooked-v1",
        "The same in the older LINUX_SLL, which has no interface index.",
        "The same packets, tcpdump -i any -y LINUX_SLL.",
        SHOWS,
    ),
]


def make(out):
    with Lab(routers=1) as lab:
        lab.record(out("any-cooked"), "router1", "any", "not (ip6 multicast)", link="LINUX_SLL2")
        lab.record(out("any-cooked-v1"), "router1", "any", "not (ip6 multicast)", link="LINUX_SLL")
        exchange(lab, address="10.10.1.2")
