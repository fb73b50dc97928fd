import contextlib
import socket

from lab import Lab
from lesson import Capture

CAPTURES = [
    Capture(
        "time-exceeded",
        "What traceroute does: probes with a time to live of 1, 2 and 3. Two routers answer time exceeded,"
        " the target port unreachable, each quoting the probe.",
        "Two routers; two UDP probes for each hop, to ports 33434 and up.",
        [("probes", "udp && !icmp"), ("time exceeded", "icmp.type == 11"), ("arrived", "icmp.type == 3")],
        plain=True,
    )
]


def make(out):
    with Lab(routers=2) as lab:
        listener = lab.opened("client", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        listener.settimeout(1)
        lab.record(out("time-exceeded"))
        for number in range(6):
            probe = lab.udp("client", 40001)
            probe.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 1 + number // 2)
            probe.sendto(b"probe %d" % number, ("10.10.2.2", 33434 + number))
            with contextlib.suppress(TimeoutError):
                listener.recv(1500)
            probe.close()
