from lesson import Capture
from tunnels import carry

CAPTURES = [
    Capture(
        "ipip",
        "IPv4 in IPv4 (protocol 4).",
        "Real traffic between two namespaces; the relay puts the header on and takes it off (wraps.py): this"
        " kernel has no such device.",
        [
            ("outer and inner", "ip.proto == 4"),
            ("ping", "icmp.type == 8 || icmp.type == 0"),
            ("SYN", "tcp.flags == 0x002"),
            ("HTTP", "http"),
        ],
    )
]


def make(out):
    carry(out("ipip"), "ipip")
