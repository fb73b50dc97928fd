from lesson import Capture
from tunnels import carry

CAPTURES = [
    Capture(
        "mpls",
        "Two labels (1000, then 2000 at the bottom of the stack) between Ethernet and IPv4.",
        "Real traffic between two namespaces; the relay puts the header on and takes it off (wraps.py): this"
        " kernel has no such device.",
        [
            ("both labels", "mpls.label == 1000 && mpls.label == 2000"),
            ("ping", "icmp.type == 8 || icmp.type == 0"),
            ("SYN", "tcp.flags == 0x002"),
            ("HTTP", "http"),
        ],
    )
]


def make(out):
    carry(out("mpls"), "mpls")
