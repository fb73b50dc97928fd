"""Files of other shapes, cut from captures that other lessons make."""

import struct

from craft import pcap, read_pcap
from lesson import Capture

ORDER = 1
WHOLE = "handshake-and-close"
FROM = f"Written from `{WHOLE}.pcap` by formats.py."
ALL = [("SYN", "tcp.flags == 0x002"), ("FINs", "tcp.flags.fin == 1")]
CAPTURES = [
    Capture(
        "snapped",
        "Frames cut at 60 octets (tcpdump -s 60): the TCP options are cut in the middle, payload lengths are"
        " still known from the IP header; the captured length is less than the length on the wire.",
        "Written from `http-keepalive.pcap` by formats.py.",
        [("cut", "frame.cap_len < frame.len")],
        plain=True,
    ),
    Capture(
        "truncated-file",
        "The file ends inside its last record, as when the disk was full: ten packets can be read, then an"
        " error is due.",
        FROM,
        ALL[:1],
        plain=True,
    ),
    Capture(
        "nanosecond",
        "The magic number 0xa1b23c4d: times are nanoseconds (here one added to each).",
        FROM,
        ALL,
        plain=True,
    ),
    Capture(
        "big-endian",
        "Written by a machine of the other byte order: every header field is swapped, the packets are not.",
        FROM,
        ALL,
        plain=True,
    ),
    Capture(
        "pcapng.pcapng",
        "A pcapng file: a section with two interfaces (microseconds and nanoseconds), a comment on a packet,"
        " a simple packet block, an unknown block to skip, name resolution and statistics.",
        FROM,
        ALL + [("comment", "frame.comment")],
        plain=True,
    ),
]


def make(out):
    link, snap, frames = read_pcap(out(WHOLE).read_bytes())
    _, _, pages = read_pcap(out("http-keepalive").read_bytes())
    out("snapped").write_bytes(
        pcap([(when, octets[:60], wire) for when, octets, wire in pages], link, snap=60)
    )
    out("truncated-file").write_bytes(pcap(frames, link)[:-30])
    out("nanosecond").write_bytes(
        pcap([(when + 1, octets, wire) for when, octets, wire in frames], link, nanoseconds=True)
    )
    out("big-endian").write_bytes(pcap(frames, link, order=">"))
    out("pcapng.pcapng").write_bytes(pcapng(frames, link))


def pcapng(frames, link):
    """Interfaces by turns, so that both resolutions are met; the third packet carries a comment; the last
    is a simple packet."""
    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + options((4, b"wiretale lessons")))
    out += block(1, struct.pack("<HHI", link, 0, 262144) + options((2, b"c0"), (9, b"\6")))
    out += block(1, struct.pack("<HHI", link, 0, 262144) + options((2, b"c1"), (9, b"\x09")))
    out += block(
        4,
        struct.pack("<HH", 1, 14)
        + bytes([10, 10, 0, 2])
        + b"server\0\0\0\0"[:10]
        + bytes(2)
        + struct.pack("<HH", 0, 0),
    )
    out += block(0x0BAD0BAD, b"skip me please\0\0")
    for index, (when, octets, wire) in enumerate(frames):
        interface = index % 2
        stamp = when if interface else when // 1000
        extra = options((1, b"the handshake is complete")) if index == 2 else b""
        if index == len(frames) - 1:
            out += block(3, struct.pack("<I", wire) + padded(octets))
        else:
            out += block(
                6,
                struct.pack("<IIIII", interface, stamp >> 32, stamp & 0xFFFFFFFF, len(octets), wire)
                + padded(octets)
                + extra,
            )
    when = frames[-1][0] // 1000
    return out + block(
        5,
        struct.pack("<III", 0, when >> 32, when & 0xFFFFFFFF)
        + options((4, struct.pack("<Q", len(frames))), (5, bytes(8))),
    )


def block(kind, body):
    return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))


def padded(octets):
    return octets + bytes(-len(octets) % 4)


def options(*pairs):
    return b"".join(struct.pack("<HH", code, len(value)) + padded(value) for code, value in pairs) + bytes(4)
