"""A small DNS server of our own (RFC 1035): one zone, wiretale.example, and its reverse."""

import ipaddress
import struct

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV, OPT = 1, 2, 5, 6, 12, 15, 16, 28, 33, 41
ZONE = "wiretale.example"
REVERSE = "2.0.10.10.in-addr.arpa"
SOA_DATA = ("ns.wiretale.example", "hostmaster.wiretale.example", 2023111401, 3600, 600, 86400, 60)
RECORDS = {
    ("www.wiretale.example", A): ["10.10.0.2", "10.10.0.3"],
    ("www.wiretale.example", AAAA): ["fd10::2"],
    ("web.wiretale.example", CNAME): ["www.wiretale.example"],
    ("wiretale.example", MX): [(10, "mail.wiretale.example"), (20, "mail2.wiretale.example")],
    ("wiretale.example", NS): ["ns.wiretale.example"],
    ("wiretale.example", TXT): [("v=spf1 -all",), ("two strings,", "one record")],
    ("_http._tcp.wiretale.example", SRV): [(0, 5, 80, "www.wiretale.example")],
    (REVERSE, PTR): ["www.wiretale.example"],
    ("long.wiretale.example", TXT): [(("%02d " % n) + "a long story " * 12,) for n in range(9)],
}


def name(text, table=None, at=0):
    """A domain name; with a table of earlier names it is compressed (RFC 1035, 4.1.4)."""
    out, labels = b"", [label for label in text.split(".") if label]
    while labels:
        rest = ".".join(labels)
        if table is not None and rest in table:
            return out + struct.pack("!H", 0xC000 | table[rest])
        if table is not None and at + len(out) < 0x3FFF:
            table[rest] = at + len(out)
        label = labels.pop(0).encode()
        out += bytes([len(label)]) + label
    return out + b"\0"


def query(identifier, text, kind, edns=0, flags=0x0100):
    out = (
        struct.pack("!HHHHHH", identifier, flags, 1, 0, 0, 1 if edns else 0)
        + name(text)
        + struct.pack("!HH", kind, 1)
    )
    return out + (b"\0" + struct.pack("!HHIH", OPT, edns, 0, 0) if edns else b"")


def data(kind, value, table, at):
    if kind in (A, AAAA):
        return ipaddress.ip_address(value).packed
    if kind in (NS, CNAME, PTR):
        return name(value, table, at)
    if kind == MX:
        return struct.pack("!H", value[0]) + name(value[1], table, at + 2)
    if kind == SRV:
        return struct.pack("!HHH", *value[:3]) + name(value[3])  # RFC 2782: not compressed
    if kind == TXT:
        return b"".join(bytes([len(text)]) + text.encode() for text in value)
    if kind == SOA:
        first = name(value[0], table, at)
        return first + name(value[1], table, at + len(first)) + struct.pack("!IIIII", *value[2:])
    raise ValueError(kind)


def answer(question, limit=512):
    """The reply to a query; cut to its question, with TC, when it is longer than `limit`."""
    identifier, flags = struct.unpack("!HH", question[:4])
    labels, at = [], 12
    while question[at]:
        labels.append(question[at + 1 : at + 1 + question[at]].decode())
        at += 1 + question[at]
    asked, kind = ".".join(labels), struct.unpack("!H", question[at + 1 : at + 3])[0]
    known = [owner for owner, _ in RECORDS]
    records, owner = [], asked.lower()
    if (owner, CNAME) in RECORDS and kind != CNAME:
        target = RECORDS[owner, CNAME][0]
        records.append((owner, CNAME, target))
        owner = target
    records += [(owner, kind, value) for value in RECORDS.get((owner, kind), [])]
    authority = [] if records else [(ZONE, SOA, SOA_DATA)]
    code = 0 if owner in known else 3
    table = {}
    out = struct.pack(
        "!HHHHHH", identifier, 0x8480 | flags & 0x0100 | code, 1, len(records), len(authority), 0
    )
    out += name(asked, table, 12) + struct.pack("!HH", kind, 1)
    for owner, type_, value in records + authority:
        out += name(owner, table, len(out)) + struct.pack("!HHI", type_, 1, 300)
        body = data(type_, value, table, len(out) + 2)
        out += struct.pack("!H", len(body)) + body
    if len(out) > limit:
        out = (
            struct.pack("!HHHHHH", identifier, 0x8680 | flags & 0x0100 | code, 1, 0, 0, 0)
            + question[12 : at + 5]
        )
    return out
