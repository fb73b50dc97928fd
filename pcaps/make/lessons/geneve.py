from lesson import Capture
from tunnels import carry

CAPTURES = [
    Capture(
        "geneve",
        "Ethernet in Geneve (RFC 8926) with one option, VNI 77, over UDP port 6081.",
        "Real traffic between two namespaces; the relay puts the header on and takes it off (wraps.py): this"
        " kernel has no such device.",
        [
            ("VNI 77", "geneve.vni == 77"),
            ("ping", "icmp.type == 8 || icmp.type == 0"),
            ("SYN", "tcp.flags == 0x002"),
            ("HTTP", "http"),
        ],
    )
]


def make(out):
    carry(out("geneve"), "geneve")
