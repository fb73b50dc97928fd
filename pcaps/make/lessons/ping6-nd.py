import ipaddress
import socket
import struct
import threading
import time

from lab import Lab
from lesson import Capture

CAPTURES = [
    Capture(
        "ping6-nd",
        "An interface comes up: it announces its groups (MLDv2), asks whether its link-local address is taken"
        " (DAD), solicits a router, makes an address from the advertised prefix, asks for it too, finds its"
        " neighbour and pings it.",
        "Captured at the router (whose own reports come first) while the other end's interface is set up; the"
        " advertisement is sent by a few lines of python.",
        [
            ("MLDv2 reports", "icmpv6.type == 143"),
            ("duplicate address detection", "icmpv6.type == 135 && ipv6.src == ::"),
            ("router solicitation, advertisement", "icmpv6.type == 133 || icmpv6.type == 134"),
            (
                "neighbour solicitation, advertisement",
                "icmpv6.type == 135 && ipv6.src != :: || icmpv6.type == 136",
            ),
            ("echo", "icmpv6.type == 128 || icmpv6.type == 129"),
        ],
        plain=True,
    )
]


def advertise(router, interface):
    """One router advertisement for each solicitation: RFC 4861 4.2, with a prefix, an MTU and a source
    link-layer option."""
    prefix = struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 86400, 14400, 0) + ipaddress.ip_address("fd10::").packed
    body = (
        struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
        + struct.pack("!BBHI", 5, 1, 0, 1500)
        + bytes.fromhex("0101020000000002")
        + prefix
    )
    while True:
        try:
            octets, source = router.recvfrom(1500)
        except OSError:
            return
        if octets[0] == 133:
            router.sendto(body, ("ff02::1", 0, 0, interface))


def make(out):
    with Lab(direct=True, ipv6=True, neighbours=False, up=False) as lab:
        with lab.inside("server"):
            interface = socket.if_nametoindex("s0")
        lab.sysctl("client", "net.ipv6.conf.c0.accept_ra", 1)
        lab.sysctl("client", "net.ipv6.conf.c0.router_solicitations", 1)
        lab.sysctl("client", "net.ipv6.conf.c0.router_solicitation_delay", 1)
        lab.sysctl("client", "net.ipv6.conf.c0.use_tempaddr", 0)
        lab.sysctl("server", "net.ipv6.conf.s0.forwarding", 1)
        lab.sysctl("server", "net.ipv6.conf.s0.accept_dad", 0)
        router = lab.opened("server", socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        router.settimeout(None)
        for option in (16, 18):  # IPV6_UNICAST_HOPS, IPV6_MULTICAST_HOPS: 255, RFC 4861
            router.setsockopt(socket.IPPROTO_IPV6, option, 255)
        router.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, interface)
        router.setsockopt(
            socket.IPPROTO_IPV6,
            socket.IPV6_JOIN_GROUP,
            socket.inet_pton(socket.AF_INET6, "ff02::2") + struct.pack("=I", interface),
        )
        threading.Thread(target=advertise, args=(router, interface), daemon=True).start()
        lab.record(out("ping6-nd"), "server")
        lab.ip("client", "link", "set", "c0", "up")
        time.sleep(1)
        lab.ip("server", "address", "add", "fd10::2/64", "dev", "s0", "nodad")
        time.sleep(4.5)
        assert lab.ping(address="fd10::2") == 2
        time.sleep(1)
