import socket
import struct
import time

from craft import checksum
from lab import Lab
from lesson import Capture

CAPTURES = [
    Capture(
        "igmp",
        "A host joins and leaves multicast groups: IGMPv3 membership reports with the router alert option,"
        " one of them for chosen sources; an answer to a general query; then the same host speaking IGMPv2"
        " (report, leave).",
        "setsockopt joins at the client; the queries are sent by python from the server.",
        [
            ("IGMPv3 reports", "igmp.type == 0x22"),
            ("queries", "igmp.type == 0x11"),
            ("IGMPv2 report", "igmp.type == 0x16"),
            ("IGMPv2 leave", "igmp.type == 0x17"),
        ],
    )
]


def query(lab, body):
    router = lab.opened("server", socket.AF_INET, socket.SOCK_RAW, 2)
    router.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, bytes.fromhex("94040000"))
    router.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
    router.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.10.0.2"))
    router.sendto(body, ("224.0.0.1", 0))
    router.close()


def make(out):
    with Lab(direct=True) as lab:
        lab.record(out("igmp"), filter="igmp")
        group, here = socket.inet_aton("239.1.2.3"), socket.inet_aton("10.10.0.1")
        member = lab.udp("client", 9000)
        member.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + here)
        time.sleep(1.5)
        query(
            lab,
            bytes.fromhex("1105")
            + checksum_of("110500000000000002050000")
            + bytes.fromhex("0000000002050000"),
        )
        time.sleep(1.2)
        choosy = lab.udp("client", 9001)
        choosy.setsockopt(
            socket.IPPROTO_IP, 39, socket.inet_aton("239.1.2.4") + here + socket.inet_aton("10.10.0.2")
        )  # IP_ADD_SOURCE_MEMBERSHIP
        time.sleep(1.5)
        member.setsockopt(socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, group + here)
        time.sleep(1.5)
        choosy.close()
        time.sleep(1.5)
        lab.sysctl("client", "net.ipv4.conf.c0.force_igmp_version", 2)
        member.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + here)
        time.sleep(1)
        query(lab, bytes.fromhex("110a") + checksum_of("110a000000000000") + bytes(4))
        time.sleep(1.2)
        member.close()
        time.sleep(0.5)


def checksum_of(text):
    return struct.pack("!H", checksum(bytes.fromhex(text)))
