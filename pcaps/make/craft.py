"""Plain builders of headers and of capture files: octets in, octets out, the same every time."""

import ipaddress
import struct

ETHERNET, RAW = 1, 101  # link types of pcap files
EPOCH = 1_700_000_000  # 2023-11-14 22:13:20 UTC: the first packet of every crafted capture


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def address(text):
    return ipaddress.ip_address(text).packed


def checksum(octets):
    """The Internet checksum (RFC 1071)."""
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ethernet(target, source, ether_type, body, minimum=0, padding=b"\0"):
    """Ethernet II; `minimum` pads as a sender must (60 octets without the frame check sequence)."""
    frame = mac(target) + mac(source) + struct.pack("!H", ether_type) + body
    return frame + (padding * minimum)[: max(0, minimum - len(frame))]


def ethernet_llc(target, source, body, minimum=60):
    """IEEE 802.3: the field after the addresses is a length."""
    frame = mac(target) + mac(source) + struct.pack("!H", len(body)) + body
    return frame + b"\0" * max(0, minimum - len(frame))


def ipv4(
    source,
    target,
    protocol,
    body,
    ttl=64,
    identification=0,
    flags=0,
    offset=0,
    tos=0,
    options=b"",
    total=None,
    header_words=None,
    check=None,
):
    """RFC 791; `total`, `header_words` and `check` may lie. `flags` is 2 for DF, 1 for MF; `offset` counts
    octets."""
    words = header_words if header_words is not None else 5 + len(options) // 4
    length = total if total is not None else 20 + len(options) + len(body)
    head = (
        struct.pack(
            "!BBHHHBBH4s4s",
            4 << 4 | words,
            tos,
            length,
            identification,
            flags << 13 | offset // 8,
            ttl,
            protocol,
            0,
            address(source),
            address(target),
        )
        + options
    )
    sum_ = checksum(head) if check is None else check
    return head[:10] + struct.pack("!H", sum_) + head[12:] + body


def ipv6(source, target, next_header, body, hop_limit=64, traffic=0, label=0, length=None):
    """RFC 8200."""
    return (
        struct.pack(
            "!IHBB16s16s",
            6 << 28 | traffic << 20 | label,
            len(body) if length is None else length,
            next_header,
            hop_limit,
            address(source),
            address(target),
        )
        + body
    )


def pseudo(source, target, protocol, count):
    if ":" in source:
        return struct.pack("!16s16sIHBB", address(source), address(target), count, 0, 0, protocol)
    return struct.pack("!4s4sBBH", address(source), address(target), 0, protocol, count)


def udp(source, target, source_port, target_port, body, length=None, check=None):
    """RFC 768; `length` and `check` may lie."""
    count = 8 + len(body)
    head = struct.pack("!HHHH", source_port, target_port, count if length is None else length, 0)
    if check is None:
        check = checksum(pseudo(source, target, 17, count) + head + body) or 0xFFFF
    return head[:6] + struct.pack("!H", check) + body


def tcp(
    source,
    target,
    source_port,
    target_port,
    sequence,
    acknowledgment,
    flags,
    body=b"",
    window=64240,
    options=b"",
    header_words=None,
    urgent=0,
):
    """RFC 9293; flags as tcpdump writes them ("S", "S.", "P."); `header_words` may lie."""
    bits = sum({"F": 1, "S": 2, "R": 4, "P": 8, ".": 16, "U": 32, "E": 64, "W": 128}[f] for f in flags)
    words = header_words if header_words is not None else 5 + len(options) // 4
    head = (
        struct.pack(
            "!HHIIBBHHH",
            source_port,
            target_port,
            sequence,
            acknowledgment,
            words << 4,
            bits,
            window,
            0,
            urgent,
        )
        + options
    )
    check = checksum(pseudo(source, target, 6, len(head) + len(body)) + head + body)
    return head[:16] + struct.pack("!H", check) + head[18:] + body


def icmp(kind, code, rest, body=b""):
    """ICMPv4 (RFC 792): `rest` is the second word."""
    head = struct.pack("!BBHI", kind, code, 0, rest)
    return head[:2] + struct.pack("!H", checksum(head + body)) + head[4:] + body


def crc32c(octets):
    """The Castagnoli CRC that SCTP uses (RFC 9260, appendix A)."""
    value = 0xFFFFFFFF
    for octet in octets:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def pcap(frames, link=ETHERNET, order="<", nanoseconds=False, snap=262144):
    """A pcap file. `frames`: (nanoseconds since the epoch, octets, octets on the wire)."""
    unit = 1 if nanoseconds else 1000
    out = struct.pack(order + "IHHiIII", 0xA1B23C4D if nanoseconds else 0xA1B2C3D4, 2, 4, 0, 0, snap, link)
    for when, octets, wire in frames:
        seconds, rest = divmod(when, 1_000_000_000)
        out += struct.pack(order + "IIII", seconds, rest // unit, len(octets), wire) + octets
    return out


def timed(frames, step_ms=1):
    """Crafted frames at fixed times: bare octets come `step_ms` after the last one, (ms, octets) at their
    own gap."""
    when, out = EPOCH * 1_000_000_000, []
    for index, entry in enumerate(frames):
        gap, octets = entry if isinstance(entry, tuple) else (step_ms, entry)
        when += int(gap * 1_000_000) if index else 0
        out.append((when, octets, len(octets)))
    return out


def read_pcap(octets):
    """(link type, snap length, frames) of a little-endian microsecond pcap, as tcpdump writes it on the
    usual machines."""
    magic, _, _, _, _, snap, link = struct.unpack("<IHHiIII", octets[:24])
    assert magic == 0xA1B2C3D4
    at, frames = 24, []
    while at < len(octets):
        seconds, micro, have, wire = struct.unpack("<IIII", octets[at : at + 16])
        frames.append((seconds * 1_000_000_000 + micro * 1000, octets[at + 16 : at + 16 + have], wire))
        at += 16 + have
    return link, snap, frames
