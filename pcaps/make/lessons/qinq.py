from lesson import Capture
from tunnels import carry

CAPTURES = [
    Capture(
        "qinq",
        "Two tags: a service tag (0x88a8, VLAN 200) around a customer's (0x8100, VLAN 100).",
        "Real traffic between two namespaces; the relay puts the header on and takes it off (wraps.py): this"
        " kernel has no such device.",
        [
            ("both tags", "ieee8021ad.id == 200 && vlan.id == 100"),
            ("ping", "icmp.type == 8 || icmp.type == 0"),
            ("SYN", "tcp.flags == 0x002"),
            ("HTTP", "http"),
        ],
    )
]


def make(out):
    carry(out("qinq"), "qinq")
