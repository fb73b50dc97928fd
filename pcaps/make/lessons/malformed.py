import struct

from craft import ETHERNET, ethernet, icmp, ipv4, ipv6, pcap, tcp, timed, udp
from lesson import Capture

C, S, C6, S6 = "10.10.0.1", "10.10.0.2", "fd10::1", "fd10::2"


def packet(body, protocol=6, **lies):
    return ethernet("02:00:00:00:00:02", "02:00:00:00:00:01", 0x0800, ipv4(C, S, protocol, body, **lies))


def segment(body=b"", flags="S", **lies):
    return tcp(C, S, 40001, 9000, 1000, 0, flags, body, **lies)


def datagram(body=b"payload!", **lies):
    return udp(C, S, 40001, 9000, body, **lies)


def packet6(next_header, body, **lies):
    return ethernet("02:00:00:00:00:02", "02:00:00:00:00:01", 0x86DD, ipv6(C6, S6, next_header, body, **lies))


BROKEN = [
    ("IPv4 total length beyond the frame", packet(segment(), total=400)),
    ("IPv4 total length below its header", packet(segment(), total=12)),
    ("IPv4 header length 4 words", packet(segment(), header_words=4)),
    ("IPv4 header length beyond the packet", packet(b"", header_words=15, total=40)),
    ("IPv4 header checksum wrong", packet(segment(), check=0xBEEF)),
    ("IPv4 option of length 0", packet(segment(), options=bytes.fromhex("8800 0000"))),
    ("version 5 under the type of IPv4", packet(segment())[:14] + b"\x55" + packet(segment())[15:]),
    ("TCP header length 4 words", packet(segment(header_words=4))),
    ("TCP header length beyond the segment", packet(segment(header_words=15))),
    ("TCP option of length 0", packet(segment(options=bytes.fromhex("020405b4 08000000")))),
    ("TCP option of length 1", packet(segment(options=bytes.fromhex("02010000")))),
    ("TCP option beyond the header", packet(segment(options=bytes.fromhex("0101080a")))),
    ("TCP MSS of a wrong length", packet(segment(options=bytes.fromhex("0206000005b40000")))),
    ("TCP with SYN, FIN and RST", packet(segment(flags="SFR"))),
    ("TCP checksum wrong", packet(segment()[:16] + b"\x12\x34" + segment()[18:])),
    ("UDP length 7", packet(datagram(length=7), 17)),
    ("UDP length beyond the packet", packet(datagram(length=500), 17)),
    ("UDP length below the packet's", packet(datagram(length=12), 17)),
    ("UDP checksum 0: none (this one is right)", packet(datagram(check=0), 17)),
    ("UDP checksum wrong", packet(datagram(check=0x1234), 17)),
    ("ICMP echo of 3 octets", packet(b"\x08\x00\xf7", 1)),
    ("ICMP error that quotes 4 octets", packet(icmp(3, 3, 0, b"\x45\x00\x00\x1c"), 1)),
    ("fragment beyond 65 535 octets", packet(bytes(16), 17, offset=65528)),
    ("IPv6 payload length beyond the frame", packet6(17, udp(C6, S6, 40001, 9000, b"six"), length=600)),
    (
        "IPv6 hop-by-hop option beyond its header",
        packet6(0, struct.pack("!BBBB4s", 17, 0, 5, 200, bytes(4)) + udp(C6, S6, 40001, 9000, b"six")),
    ),
    ("IPv6 extension header beyond the packet", packet6(60, struct.pack("!BB6s", 17, 9, bytes(6)))),
    ("IPv6 with UDP checksum 0", packet6(17, udp(C6, S6, 40001, 9000, b"six", check=0))),
    (
        "ARP of 10 octets",
        ethernet("ff:ff:ff:ff:ff:ff", "02:00:00:00:00:01", 0x0806, bytes.fromhex("00010800060400010200")),
    ),
    (
        "ARP with address lengths of 255",
        ethernet(
            "ff:ff:ff:ff:ff:ff", "02:00:00:00:00:01", 0x0806, bytes.fromhex("00010800ffff0001") + bytes(20)
        ),
    ),
    ("Ethernet of 9 octets", bytes.fromhex("020000000002020000")),
    (
        "DNS name that points to itself",
        packet(udp(C, S, 40001, 53, bytes.fromhex("123401000001000000000000 c00c 00010001")), 17),
    ),
]
CAPTURES = [
    Capture(
        "malformed",
        "Headers that lie or break off, one a frame; nothing here may crash, hang or be believed.",
        "Crafted.",
        [(words, f"frame.number == {number}") for number, (words, _) in enumerate(BROKEN, 1)],
        plain=True,
    )
]


def make(out):
    out("malformed").write_bytes(pcap(timed([frame for _, frame in BROKEN]), ETHERNET))
