#!/usr/bin/env python3
"""Writes samples for the fuzzers, one file a frame: seeds.py DIRECTORY CAPTURE-OR-DIRECTORY...

Frames of classic pcap files whose link type the fuzzers know; of those that look alike (same length class, same first
octets of the headers) one. The four octets in front of a frame are those of Tests/Fuzz/Views/Sample.swift.
"""

import hashlib
import pathlib
import struct
import sys

# As files number them, in the order of Sample.links.
LINKS = {1: 0, 101: 1, 12: 1, 14: 1, 228: 2, 229: 3, 113: 4, 276: 5, 0: 6, 108: 7, 9: 8, 50: 9, 51: 10, 104: 11}
FRAME_MAX = 1596
SEEDS_PER_FILE_MAX = 60


def frames(path):
    """Link type, octets on the wire and captured octets of each record, as far as the file is sound."""
    data = path.read_bytes()
    magic = data[:4]
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}.get(magic)
    if order is None or len(data) < 24:
        return
    link = struct.unpack(order + "I", data[20:24])[0] & 0xFFFF
    at = 24
    while at + 16 <= len(data):
        _, _, captured, wire = struct.unpack(order + "IIII", data[at : at + 16])
        at += 16
        if at + captured > len(data):
            return
        yield link, wire, data[at : at + captured]
        at += captured


def main():
    directory = pathlib.Path(sys.argv[1])
    files = []
    for name in map(pathlib.Path, sys.argv[2:]):
        files += sorted(f for f in name.rglob("*") if f.suffix in (".pcap", ".cap", ".dmp")) if name.is_dir() else [name]
    seen = set()
    for path in files:
        of_file = 0
        for number, (link, wire, frame) in enumerate(frames(path)):
            if link not in LINKS or of_file == SEEDS_PER_FILE_MAX:
                continue
            # Addresses and counters do not make a frame another one; types, flags and ports do.
            alike = (link, len(frame).bit_length(), frame[12:16], frame[20:24], frame[34:38], frame[46:48], frame[54:58])
            if alike in seen:
                continue
            seen.add(alike)
            of_file += 1
            look = hashlib.sha256(repr(alike).encode()).digest()
            beyond = 0 if wire == len(frame) else min(254, max(1, (wire - len(frame)) // 23))
            sample = bytes([LINKS[link], look[0], look[1], beyond]) + frame[:FRAME_MAX]
            (directory / hashlib.sha1(sample).hexdigest()).write_bytes(sample)


main()
