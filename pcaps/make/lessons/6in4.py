from lesson import Capture
from tunnels import carry

CAPTURES = [
    Capture(
        "6in4",
        "IPv6 in IPv4 (protocol 41).",
        "Real traffic between two namespaces; the relay puts the header on and takes it off (wraps.py): this"
        " kernel has no such device.",
        [
            ("IPv6 inside", "ip.proto == 41"),
            ("ping", "icmpv6"),
            ("SYN", "tcp.flags == 0x002"),
            ("HTTP", "http"),
        ],
    )
]


def make(out):
    carry(out("6in4"), "6in4", six=True)
