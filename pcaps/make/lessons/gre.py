from lesson import Capture
from tunnels import carry

CAPTURES = [
    Capture(
        "gre",
        "IPv4 in GRE with a key (RFC 2890), from 192.0.2.1 to 192.0.2.2 and back.",
        "Real traffic between two namespaces; the relay puts the header on and takes it off (wraps.py): this"
        " kernel has no such device.",
        [
            ("key", "gre.key == 0x2a"),
            ("ping", "icmp.type == 8 || icmp.type == 0"),
            ("SYN", "tcp.flags == 0x002"),
            ("HTTP", "http"),
        ],
    )
]


def make(out):
    carry(out("gre"), "gre")
