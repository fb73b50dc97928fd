import contextlib

from lab import Lab, S6
from lesson import Capture
import socket

CAPTURES = [
    Capture(
        "refused",
        "Nobody listens: the SYN is answered by a RST that acknowledges it, over IPv4 and over IPv6.",
        "Two connects to a closed port.",
        [("SYNs", "tcp.flags == 0x002"), ("RSTs", "tcp.flags == 0x014")],
        plain=True,
    )
]


def make(out):
    with Lab(ipv6=True) as lab:
        lab.record(out("refused"))
        for family in (socket.AF_INET, socket.AF_INET6):
            with contextlib.suppress(ConnectionRefusedError):
                lab.connect(family=family)
