import struct

from craft import ETHERNET, crc32c, ethernet, ipv4, pcap, timed
from lesson import Capture

CAPTURES = [
    Capture(
        "sctp",
        "An SCTP association (RFC 9260) from INIT through the cookie to SHUTDOWN COMPLETE, with two DATA"
        " chunks in one packet, a SACK and a heartbeat.",
        "Crafted, with right CRC32c checksums: this kernel has no SCTP.",
        [
            ("INIT", "sctp.chunk_type == 1"),
            ("cookie", "sctp.chunk_type == 10"),
            ("DATA", "sctp.chunk_type == 0"),
            ("SACK", "sctp.chunk_type == 3"),
            ("SHUTDOWN", "sctp.chunk_type == 7"),
        ],
    )
]
CLIENT, SERVER = ("10.10.0.1", 40001, "02:00:00:00:00:01"), ("10.10.0.2", 9000, "02:00:00:00:00:02")
TO_SERVER, TO_CLIENT = 0xB0B00002, 0xA0A00001  # verification tags


def chunk(kind, flags, body):
    return struct.pack("!BBH", kind, flags, 4 + len(body)) + body + bytes(-len(body) % 4)


def packet(source, target, tag, *chunks):
    head, body = struct.pack("!HHI", source[1], target[1], tag), b"".join(chunks)
    check = struct.pack("<I", crc32c(head + bytes(4) + body))
    return ethernet(
        target[2],
        source[2],
        0x0800,
        ipv4(source[0], target[0], 132, head + check + body, flags=2),
        minimum=60,
    )


def data(sequence, stream, number, text):
    return chunk(0, 3, struct.pack("!IHHI", sequence, stream, number, 0) + text)


def make(out):
    cookie = bytes(range(32))
    setup = struct.pack("!IIHHI", TO_CLIENT, 106496, 10, 10, 100)
    reply = struct.pack("!IIHHI", TO_SERVER, 106496, 10, 10, 500) + struct.pack("!HH", 7, 36) + cookie
    there, back = (CLIENT, SERVER, TO_SERVER), (SERVER, CLIENT, TO_CLIENT)
    frames = [
        packet(CLIENT, SERVER, 0, chunk(1, 0, setup)),
        packet(*back, chunk(2, 0, reply)),
        packet(*there, chunk(10, 0, cookie)),
        packet(*back, chunk(11, 0, b"")),
        packet(*there, data(100, 0, 0, b"first"), data(101, 1, 0, b"second")),
        packet(*back, chunk(3, 0, struct.pack("!IIHH", 101, 106496, 0, 0))),
        packet(*there, chunk(4, 0, struct.pack("!HHI", 1, 8, 7))),
        packet(*back, chunk(5, 0, struct.pack("!HHI", 1, 8, 7))),
        packet(*there, chunk(7, 0, struct.pack("!I", 499))),
        packet(*back, chunk(8, 0, b"")),
        packet(*there, chunk(14, 0, b"")),
    ]
    out("sctp").write_bytes(pcap(timed(frames), ETHERNET))
