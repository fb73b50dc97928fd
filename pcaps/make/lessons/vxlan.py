from lab import Lab
from lesson import Capture
from tunnels import exchange

CAPTURES = [
    Capture(
        "vxlan",
        "Ethernet in VXLAN (RFC 7348), VNI 42, over UDP port 4789 without an outer checksum; first ARP"
        " inside.",
        "The kernel's own vxlan devices over the link between client and server.",
        [
            ("VNI 42", "vxlan.vni == 42"),
            ("ARP inside", "arp"),
            ("ping", "icmp"),
            ("SYN", "tcp.flags == 0x002"),
            ("HTTP", "http"),
        ],
    )
]


def make(out):
    with Lab() as lab:
        for name, link, here, there, mac in (
            ("client", "c0", "10.10.0.1", "10.10.0.2", "02:00:00:00:42:01"),
            ("server", "s0", "10.10.0.2", "10.10.0.1", "02:00:00:00:42:02"),
        ):
            lab.ip(
                name,
                "link",
                "add",
                "vx0",
                "address",
                mac,
                "type",
                "vxlan",
                "id",
                42,
                "local",
                here,
                "remote",
                there,
                "dstport",
                4789,
                "srcport",
                50000,
                50001,
                "dev",
                link,
                "noudpcsum",
            )
            lab.ip(name, "address", "add", f"10.42.0.{here[-1]}/24", "dev", "vx0")
            lab.ip(name, "link", "set", "vx0", "up")
        lab.record(out("vxlan"))
        exchange(lab, address="10.42.0.2")
