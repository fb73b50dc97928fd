import struct

from craft import ETHERNET, address, ethernet, ipv4, ipv6, mac, pcap, tcp, timed, udp
from lesson import Capture

CAPTURES = [
    Capture(
        "padding-and-trailer",
        "Octets after the end of the packet are not payload: an ACK padded to 60 octets with zeros, one"
        " padded with remains of an older frame (as careless drivers do), a padded ARP request, a datagram of"
        " one octet, a segment with a trailer of eight octets behind it (a switch's timestamp), and an IPv6"
        " datagram with a trailer.",
        "Crafted.",
        [
            ("padding of zeros", "eth.padding && frame.number == 1"),
            ("of other octets", "frame.number == 2"),
            ("padded ARP", "arp && eth.padding"),
            ("one octet of payload", "udp.length == 9"),
            ("trailers", "frame.number in {5, 6}"),
        ],
        plain=True,
    )
]
C, S = "10.10.0.1", "10.10.0.2"
CLIENT, SERVER = "02:00:00:00:00:01", "02:00:00:00:00:02"


def make(out):
    ack = ipv4(C, S, 6, tcp(C, S, 40001, 80, 2000, 3000, "."), flags=2, identification=7)
    request = ipv4(
        C,
        S,
        6,
        tcp(C, S, 40001, 80, 2000, 3000, "P.", b"GET / HTTP/1.1\r\nHost: www.example\r\n\r\n"),
        flags=2,
        identification=8,
    )
    arp = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, mac(CLIENT), address(C), bytes(6), address(S))
    stale = ethernet(SERVER, CLIENT, 0x0800, ack) + b"ET /ol"
    frames = [
        ethernet(SERVER, CLIENT, 0x0800, ack, minimum=60),
        stale,
        ethernet("ff:ff:ff:ff:ff:ff", CLIENT, 0x0806, arp, minimum=60),
        ethernet(
            SERVER, CLIENT, 0x0800, ipv4(C, S, 17, udp(C, S, 40001, 9000, b"x"), identification=9), minimum=60
        ),
        ethernet(SERVER, CLIENT, 0x0800, request) + bytes.fromhex("6553f10000000001"),
        ethernet(
            SERVER,
            CLIENT,
            0x86DD,
            ipv6("fd10::1", "fd10::2", 17, udp("fd10::1", "fd10::2", 40001, 9000, b"six")),
        )
        + b"\xde\xad\xbe\xef",
    ]
    out("padding-and-trailer").write_bytes(pcap(timed(frames), ETHERNET))
