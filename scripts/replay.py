#!/usr/bin/env python3
"""Sends the frames of saved captures out of an interface, octet for octet (root).

    replay.py [--interval SECONDS] [--times] INTERFACE FILE.pcap ...

Frames that were not captured whole are left out. `--times` prints, for each frame sent, the monotonic clock in
nanoseconds. At the end it says how many were sent.
"""

import socket
import struct
import sys
import time

BURST = 32  # frames between two breaths, so that no receiver's buffer has to hold a whole capture


def frames(path):
    """The whole frames of a classic pcap file of Ethernet frames."""
    with open(path, "rb") as file:
        head = file.read(24)
        if len(head) < 24:
            raise SystemExit(f"{path}: no pcap file")
        order = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<"}.get(head[:4])
        if order is None and head[:4] in (b"\xa1\xb2\xc3\xd4", b"\xa1\xb2\x3c\x4d"):
            order = ">"
        if order is None:
            raise SystemExit(f"{path}: no classic pcap file")
        if struct.unpack(order + "I", head[20:24])[0] & 0xFFFF != 1:
            raise SystemExit(f"{path}: not captured on Ethernet")
        while len(record := file.read(16)) == 16:
            _, _, captured, length = struct.unpack(order + "IIII", record)
            octets = file.read(captured)
            if captured == length == len(octets):
                yield octets


def main():
    words = sys.argv[1:]
    interval, times = 0.0, False
    while words and words[0].startswith("--"):
        option = words.pop(0)
        if option == "--interval" and words:
            interval = float(words.pop(0))
        elif option == "--times":
            times = True
        else:
            raise SystemExit(__doc__)
    if len(words) < 2:
        raise SystemExit(__doc__)
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((words[0], 0))
    sent = 0
    for path in words[1:]:
        for octets in frames(path):
            if interval and sent:
                time.sleep(interval)
            if times:
                print(time.monotonic_ns(), flush=True)
            out.send(octets)
            sent += 1
            if not interval and sent % BURST == 0:
                time.sleep(0.002)
    print(f"{sent} frames sent", file=sys.stderr)


if __name__ == "__main__":
    main()
