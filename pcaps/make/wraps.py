"""Headers that the relay puts around every frame on its trunk, and takes off again, as two routers would.

This serves the encapsulations that many kernels are built without: the traffic inside is real, the headers
outside are ours.
"""

import struct

from craft import ethernet, ipv4, udp

WEST, EAST = ("192.0.2.1", "02:00:00:00:00:21"), ("192.0.2.2", "02:00:00:00:00:22")
MACS = {
    "client": bytes.fromhex("020000000002020000000001"),
    "server": bytes.fromhex("020000000001020000000002"),
}


def wrap(kind, frame, origin):
    """The frame as it lies on the trunk; None when this kind does not carry it."""
    (source, source_mac), (target, target_mac) = (WEST, EAST) if origin == "client" else (EAST, WEST)
    ether_type, inner = frame[12:14], frame[14:]
    if kind == "vlan":
        return frame[:12] + bytes.fromhex("81006064") + frame[12:]  # priority 3, VLAN 100
    if kind == "qinq":
        return frame[:12] + bytes.fromhex("88a800c8") + bytes.fromhex("81006064") + frame[12:]
    if kind == "mpls":
        if ether_type != b"\x08\x00":
            return None
        labels = struct.pack(
            "!II", 1000 << 12 | 64, 2000 << 12 | 1 << 8 | 64
        )  # the second: bottom of the stack
        return ethernet(target_mac, source_mac, 0x8847, labels + inner)
    identification = (sum(frame) + len(frame)) & 0xFFFF
    if kind == "gre":
        body = struct.pack("!H2sI", 0x2000, ether_type, 0x2A) + inner  # with a key, RFC 2890
        outer = ipv4(source, target, 47, body, identification=identification)
    elif kind == "ipip":
        if ether_type != b"\x08\x00":
            return None
        outer = ipv4(source, target, 4, inner, identification=identification)
    elif kind == "6in4":
        if ether_type != b"\x86\xdd":
            return None
        outer = ipv4(source, target, 41, inner, identification=identification)
    elif kind == "geneve":
        option = struct.pack("!HBBI", 0x0102, 0x80, 1, 0xCAFE0001)  # one option of four octets
        body = struct.pack("!BBHI", len(option) // 4, 0x40, 0x6558, 77 << 8) + option + frame
        outer = ipv4(
            source, target, 17, udp(source, target, 50000, 6081, body), identification=identification
        )
    else:
        raise ValueError(kind)
    return ethernet(target_mac, source_mac, 0x0800, outer)


def unwrap(kind, frame, origin):
    """What was inside; a tunnel of IP packets has lost the inner Ethernet header, so it is written anew."""
    if kind == "vlan":
        return frame[:12] + frame[16:]
    if kind == "qinq":
        return frame[:12] + frame[20:]
    if kind == "mpls":
        return MACS[origin] + b"\x08\x00" + frame[22:]
    if kind == "gre":
        return MACS[origin] + frame[36:38] + frame[42:]
    if kind == "ipip":
        return MACS[origin] + b"\x08\x00" + frame[34:]
    if kind == "6in4":
        return MACS[origin] + b"\x86\xdd" + frame[34:]
    if kind == "geneve":
        return frame[42 + 8 + 8 :]
    raise ValueError(kind)
