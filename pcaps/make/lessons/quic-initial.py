import hashlib

from craft import ETHERNET, ethernet, ipv4, pcap, timed, udp
from lesson import Capture

CAPTURES = [
    Capture(
        "quic-initial",
        "QUIC's long headers (RFC 9000): an Initial of an unknown version is answered by a version"
        " negotiation; then Initial (version 1, with both connection ids), Retry with its token, Initial with"
        " that token, Initial and Handshake coalesced in one datagram, and a short header.",
        "Crafted; what is encrypted on a real wire is filled with octets of a hash, so it cannot be"
        " decrypted.",
        [
            ("version negotiation", "quic.version == 0"),
            ("Initials", "quic.long.packet_type == 0 && quic.version == 1"),
            ("Retry", "quic.long.packet_type == 3"),
            ("coalesced Handshake", "quic.long.packet_type == 2"),
            ("short header", "quic.header_form == 0"),
        ],
    )
]
CLIENT, SERVER = ("10.10.0.1", 40001, "02:00:00:00:00:01"), ("10.10.0.2", 443, "02:00:00:00:00:02")
ONE, TWO, THREE = (
    bytes.fromhex("8394c8f03e515708"),
    bytes.fromhex("c0ffee01"),
    bytes.fromhex("5e12fe0102030405"),
)


def noise(count, seed):
    """Octets that look encrypted and are the same at every make."""
    out = b""
    while len(out) < count:
        out += hashlib.sha256(b"%d %d" % (seed, len(out))).digest()
    return out[:count]


def number(value):
    """A variable-length integer (RFC 9000, 16)."""
    return bytes([value]) if value < 64 else (0x4000 | value).to_bytes(2, "big")


def long(first, version, target, source, rest):
    return (
        bytes([first])
        + version.to_bytes(4, "big")
        + bytes([len(target)])
        + target
        + bytes([len(source)])
        + source
        + rest
    )


def initial(version, target, source, count, seed, token=b""):
    return long(
        0xC3, version, target, source, number(len(token)) + token + number(count) + noise(count, seed)
    )


def datagram(source, target, body, identification):
    return ethernet(
        target[2],
        source[2],
        0x0800,
        ipv4(
            source[0],
            target[0],
            17,
            udp(source[0], target[0], source[1], target[1], body),
            identification=identification,
            flags=2,
        ),
    )


def make(out):
    token = noise(32, 9)
    bodies = [
        (CLIENT, SERVER, initial(0x1A2A3A4A, ONE, TWO, 1178, 1)),
        (SERVER, CLIENT, long(0xC0, 0, TWO, ONE, bytes.fromhex("00000001 6b3343cf"))),
        (CLIENT, SERVER, initial(1, ONE, TWO, 1178, 2)),
        (SERVER, CLIENT, long(0xF0, 1, TWO, THREE, token + noise(16, 3))),
        (CLIENT, SERVER, initial(1, THREE, TWO, 1146, 4, token)),
        (
            SERVER,
            CLIENT,
            initial(1, TWO, THREE, 120, 5) + long(0xE3, 1, TWO, THREE, number(1000) + noise(1000, 6)),
        ),
        (CLIENT, SERVER, b"\x43" + THREE + noise(40, 7)),
    ]
    out("quic-initial").write_bytes(
        pcap(timed([datagram(*b, n + 1) for n, b in enumerate(bodies)], 5), ETHERNET)
    )
