from lesson import Capture
from tunnels import carry

CAPTURES = [
    Capture(
        "vlan",
        "One 802.1Q tag before the IPv4 header: VLAN 100, priority 3.",
        "Real traffic between two namespaces; the relay puts the header on and takes it off (wraps.py): this"
        " kernel has no such device.",
        [
            ("tagged", "vlan.id == 100 && vlan.priority == 3"),
            ("ping", "icmp.type == 8 || icmp.type == 0"),
            ("SYN", "tcp.flags == 0x002"),
            ("HTTP", "http"),
        ],
    )
]


def make(out):
    carry(out("vlan"), "vlan")
