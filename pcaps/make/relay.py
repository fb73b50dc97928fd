"""A bridge in user space between r0 and r1: delays, loses, holds and copies packets by rule, always the same.

    {"delay_ms": 20, "rules": [{"do": "drop", "from": "client", "data": 7, "times": 1}]}

A rule names a packet: `data` N is the N-th segment of a direction that brings new octets (a repeat has the
number of its first transmission); `flags` "S", "SA", "FA" … with `nth` counts segments with just these flags.
  drop  the first `times` transmissions (default 1)
  hold  the first transmission until `after` further packets of that direction have passed
  copy  send the first transmission `times` times more, the copies `after_ms` later
With "wrap" every frame crosses a trunk, t0 to t1, inside the named header (wraps.py).
"""

import heapq
import json
import os
import select
import socket
import struct
import sys
import time

import wraps

SOL_PACKET, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING = 263, 8, 23
FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16}


def main():
    plan = json.loads(sys.argv[1])
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))  # a late relay would blur the flights
    client, server = opened("r0"), opened("r1")
    ways = {client: Way("client", server, plan), server: Way("server", client, plan)}
    if plan.get("wrap"):
        near, far = opened("t0"), opened("t1")
        ways = {
            client: Way("client", near, plan, wraps.wrap),
            far: Way("", server, {}, wraps.unwrap, plan["wrap"], "client"),
            server: Way("server", far, plan, wraps.wrap),
            near: Way("", client, {}, wraps.unwrap, plan["wrap"], "server"),
        }
    print("ready", flush=True)
    later, order = [], 0
    while True:
        wait = max(0, later[0][0] - time.monotonic()) if later else None
        for source in select.select(list(ways), [], [], wait)[0]:
            way = ways[source]
            for after, frame in way.decide(read(source)):
                order += 1
                heapq.heappush(later, (time.monotonic() + after, order, way.out, frame))
        while later and later[0][0] <= time.monotonic():
            _, _, out, frame = heapq.heappop(later)
            out.send(frame)


def opened(name):
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    made.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    made.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    made.bind((name, 3))
    return made


def read(source):
    """One frame; the kernel hands an outer VLAN tag over beside the octets, here it returns to its place."""
    frame, ancillary, _, _ = source.recvmsg(70000, 64)
    for level, kind, data in ancillary:
        if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
            status, _, _, _, _, tag, protocol = struct.unpack("=IIIHHHH", data[:20])
            if status & 16:
                frame = frame[:12] + struct.pack("!HH", protocol, tag) + frame[12:]
    return frame


class Way:
    """One direction: which packets pass, when, and in what dress."""

    def __init__(self, name, out, plan, dress=None, kind=None, origin=None):
        self.name, self.out, self.dress = name, out, dress
        self.kind, self.origin = kind or plan.get("wrap"), origin or name
        self.delay = plan.get("delay_ms", 0) / 1000
        self.rules = [dict(rule) for rule in plan.get("rules", []) if rule["from"] == name]
        self.numbers, self.highest, self.seen, self.held = {}, {}, {}, []

    def decide(self, frame):
        """The (seconds from now, frame) that go out because this one came in."""
        if self.dress:
            frame = self.dress(self.kind, frame, self.origin)
            if frame is None:
                return []
        out = [(self.delay, frame)]
        for rule in self.matching(frame):
            if rule["do"] == "drop":
                out = []
            elif rule["do"] == "hold":
                self.held.append([rule["after"], frame])
                return []
            elif rule["do"] == "copy":
                out += [(self.delay + rule.get("after_ms", 0) / 1000, frame)] * rule.get("times", 1)
        for entry in self.held:
            entry[0] -= 1
        out += [(self.delay, kept) for count, kept in self.held if count <= 0]
        self.held = [entry for entry in self.held if entry[0] > 0]
        return out

    def matching(self, frame):
        tcp = segment(frame)
        if not self.rules or tcp is None:
            return
        key, sequence, flags, count = tcp
        number = self.number(key, sequence, count) if count else 0
        self.seen[flags] = self.seen.get(flags, 0) + 1
        for rule in self.rules:
            if "data" in rule and rule["data"] != number:
                continue
            if "flags" in rule and (
                sum(FLAGS[f] for f in rule["flags"]) != flags
                or not rule.get("nth", 1) <= self.seen[flags] < rule.get("nth", 1) + rule.get("times", 1)
            ):
                continue
            rule["met"] = rule.get("met", 0) + 1
            if rule["met"] <= (rule.get("times", 1) if rule["do"] == "drop" else 1):
                yield rule

    def number(self, key, sequence, count):
        """The number, from 1, of the segment that first brought these octets in this direction."""
        high = self.highest.get(key)
        if high is None or (sequence - high) & 0xFFFFFFFF < 0x80000000:
            self.highest[key] = (sequence + count) & 0xFFFFFFFF
            of_key = self.numbers.setdefault(key, {})
            of_key[sequence] = len(of_key) + 1
        return self.numbers[key].get(sequence, 0)


def segment(frame):
    """(ports, sequence, flags, payload octets) of a TCP segment, else None."""
    if frame[12:14] == b"\x08\x00" and frame[23] == 6:
        at, end = 14 + (frame[14] & 15) * 4, 14 + struct.unpack("!H", frame[16:18])[0]
    elif frame[12:14] == b"\x86\xdd" and frame[20] == 6:
        at, end = 54, 54 + struct.unpack("!H", frame[18:20])[0]
    else:
        return None
    ports, sequence, _, offset, flags = struct.unpack("!IIIBB", frame[at : at + 14])
    return ports, sequence, flags & 31, end - at - (offset >> 4) * 4


if __name__ == "__main__":
    main()
