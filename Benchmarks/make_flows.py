#!/usr/bin/env python3
"""Make a capture of short HTTP connections, the same every time: ten packets a connection, in both directions, with time
stamps, as a web server under load shows them.

    Benchmarks/make_flows.py FILE [--flows N] [--concurrent N] [--rate N] [--resets]

FILE is a microsecond pcap with N connections (320,000 unless told otherwise: 3.2 million packets, 0.4 GB), `concurrent` of
them open at a time and interleaved, `rate` packets a second. Addresses, ports, numbers and gaps follow from the
connection's own number. With --resets a RST of the client ends each: eight packets.
"""
import argparse
import struct


def mix(number):
    """A number that looks random and is not."""
    number = (number ^ number >> 16) * 0x45D9F3B & 0xFFFFFFFF
    number = (number ^ number >> 16) * 0x45D9F3B & 0xFFFFFFFF
    return number ^ number >> 16


def checksum(octets):
    """The Internet checksum (RFC 1071)."""
    octets += bytes(len(octets) % 2)
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF ^ ((total & 0xFFFF) + (total >> 16))


REQUEST = b"GET /index.html HTTP/1.1\r\nHost: server.example\r\nUser-Agent: load\r\nConnection: close\r\n\r\n"
RESPONSE = (
    b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/plain\r\nContent-Length: 100\r\nConnection: close\r\n\r\n"
    + b"x" * 100
)
SYN, ACK, PSH, FIN, RST = 2, 16, 8, 1, 4
# From the client, flags, octets.
STEPS = [
    (True, SYN, b""), (False, SYN | ACK, b""), (True, ACK, b""), (True, PSH | ACK, REQUEST), (False, ACK, b""),
    (False, PSH | ACK, RESPONSE), (True, ACK, b""), (False, FIN | ACK, b""), (True, FIN | ACK, b""), (False, ACK, b""),
]
# The same, until the client has the response and has no use for the connection any more.
RESET_STEPS = STEPS[:7] + [(True, RST | ACK, b"")]


class Connection:
    def __init__(self, number, steps=STEPS):
        self.steps = steps
        self.step = 0
        self.client = struct.pack(">I", 0x0A000000 | (number >> 14) + 2)
        self.server = struct.pack(">I", 0x0A640001)
        self.port = 10000 + (number & 0x3FFF)
        self.next = [mix(number * 2 + 1), mix(number * 2 + 2)]
        self.id = [mix(number * 3 + 1) & 0xFFFF, 0]
        self.seen = [0, 0]

    def frame(self, now):
        """The next packet of a short connection."""
        self.step += 1
        return self.send(now, *self.steps[self.step - 1])

    def send(self, now, client, flags, octets):
        """A packet behind what its sender has sent."""
        me, peer = (0, 1) if client else (1, 0)
        stamp = now // 1000 + me * 77777 & 0xFFFFFFFF
        if flags & SYN:
            options = struct.pack(">BBHBBBBIIBBB", 2, 4, 1460, 4, 2, 8, 10, stamp, self.seen[peer], 1, 3, 3) + b"\x07"
        else:
            options = struct.pack(">BBBBII", 1, 1, 8, 10, stamp, self.seen[peer])
        self.seen[me] = stamp
        header = struct.pack(
            ">HHIIBBHHH", self.port if client else 80, 80 if client else self.port, self.next[me],
            self.next[peer] if flags & ACK else 0, (20 + len(options)) << 2, flags, 64240 if flags & SYN else 502, 0, 0)
        source, target = (self.client, self.server) if client else (self.server, self.client)
        segment = header + options + octets
        pseudo = source + target + struct.pack(">HH", 6, len(segment))
        segment = segment[:16] + struct.pack(">H", checksum(pseudo + segment)) + segment[18:]
        self.next[me] = self.next[me] + len(octets) + (1 if flags & (SYN | FIN) else 0) & 0xFFFFFFFF
        self.id[me] = self.id[me] + 1 & 0xFFFF
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(segment), self.id[me], 0x4000, 64, 6, 0) + source + target
        ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
        macs = (b"\x02\0\0\0\0\1", b"\x02\0\0\0\0\2")
        return macs[peer] + macs[me] + b"\x08\0" + ip + segment


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--flows", type=int, default=320_000)
    parser.add_argument("--concurrent", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=300_000)
    parser.add_argument("--resets", action="store_true")
    a = parser.parse_args()
    steps = RESET_STEPS if a.resets else STEPS
    with open(a.file, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        opened, count, live = 0, 0, []
        while opened < a.flows or live:
            if opened < a.flows and len(live) < a.concurrent:
                live.append(Connection(opened, steps))
                opened += 1
                at = len(live) - 1
            else:
                at = mix(count) % len(live)
            now = 1_700_000_000_000_000 + count * 1_000_000 // a.rate
            frame = live[at].frame(now)
            out.write(struct.pack("<IIII", now // 1_000_000, now % 1_000_000, len(frame), len(frame)) + frame)
            count += 1
            if live[at].step == len(steps):
                live[at] = live[-1]
                live.pop()


if __name__ == "__main__":
    main()
