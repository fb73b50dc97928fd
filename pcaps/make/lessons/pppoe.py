import struct

from craft import ETHERNET, ethernet, icmp, ipv4, pcap, tcp, timed
from lesson import Capture

CAPTURES = [
    Capture(
        "pppoe",
        "PPPoE (RFC 2516) from its discovery (PADI, PADO, PADR, PADS) through LCP and IPCP to a ping and a"
        " SYN with an MSS of 1452 inside the session, and its end (PADT).",
        "Crafted.",
        [
            ("discovery", "pppoed"),
            ("LCP", "lcp"),
            ("IPCP", "ipcp"),
            ("ping inside", "icmp"),
            ("SYN inside", "tcp"),
        ],
    )
]
CLIENT, SERVER, ALL = "02:00:00:00:00:01", "02:00:00:00:00:02", "ff:ff:ff:ff:ff:ff"
SESSION = 0x0011


def tags(*pairs):
    return b"".join(struct.pack("!HH", kind, len(value)) + value for kind, value in pairs)


def discovery(target, source, code, session, body):
    return ethernet(
        target, source, 0x8863, struct.pack("!BBHH", 0x11, code, session, len(body)) + body, minimum=60
    )


def session(target, source, protocol, body):
    return ethernet(
        target,
        source,
        0x8864,
        struct.pack("!BBHHH", 0x11, 0, SESSION, len(body) + 2, protocol) + body,
        minimum=60,
    )


def control(code, identifier, body=b""):
    return struct.pack("!BBH", code, identifier, 4 + len(body)) + body


def make(out):
    name, unique = (0x0102, b"lesson-ac"), (0x0103, b"\0\0\0\1")
    lcp = bytes.fromhex("010405d4") + bytes.fromhex("0506 5ca1ab1e")  # MRU 1492, magic number
    ping = bytes(range(32))
    frames = [
        discovery(ALL, CLIENT, 9, 0, tags((0x0101, b""), unique)),
        discovery(CLIENT, SERVER, 7, 0, tags((0x0101, b""), name, unique)),
        discovery(SERVER, CLIENT, 0x19, 0, tags((0x0101, b""), unique)),
        discovery(CLIENT, SERVER, 0x65, SESSION, tags((0x0101, b""), unique)),
        session(SERVER, CLIENT, 0xC021, control(1, 1, lcp)),
        session(CLIENT, SERVER, 0xC021, control(2, 1, lcp)),
        session(SERVER, CLIENT, 0x8021, control(1, 1, bytes.fromhex("0306 0a0a0001"))),
        session(CLIENT, SERVER, 0x8021, control(2, 1, bytes.fromhex("0306 0a0a0001"))),
        session(SERVER, CLIENT, 0x0021, ipv4("10.10.0.1", "10.10.0.2", 1, icmp(8, 0, 0x77010001, ping))),
        session(CLIENT, SERVER, 0x0021, ipv4("10.10.0.2", "10.10.0.1", 1, icmp(0, 0, 0x77010001, ping))),
        session(
            SERVER,
            CLIENT,
            0x0021,
            ipv4(
                "10.10.0.1",
                "10.10.0.2",
                6,
                tcp("10.10.0.1", "10.10.0.2", 40001, 9000, 1000, 0, "S", options=bytes.fromhex("020405ac")),
            ),
        ),
        discovery(SERVER, CLIENT, 0xA7, SESSION, b""),
    ]
    out("pppoe").write_bytes(pcap(timed(frames), ETHERNET))
