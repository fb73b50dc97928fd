#!/usr/bin/env python3
"""Make a capture of HTTP connections that are kept, the same every time: requests one after the other, responses of full
segments, in both directions, with time stamps, as a web server with large pages shows them.

    Benchmarks/make_web.py FILE [--connections N] [--requests N] [--packets N]

FILE is a microsecond pcap: `connections` at a time, `requests` on each, responses of 100 octets to 100 kB, an
acknowledgment for every second segment, until there are `packets` packets.
"""
import argparse
import struct

from make_flows import ACK, FIN, PSH, SYN, Connection, mix

SIZES = [100, 1_000, 10_000, 100_000]
SEGMENT = 1448


def steps(number, requests):
    """What one connection sends: who, which flags, which octets."""
    yield from ((True, SYN, b""), (False, SYN | ACK, b""), (True, ACK, b""))
    for i in range(requests):
        size = SIZES[mix(number * 1000 + i) % len(SIZES)]
        head = f"GET /page/{size} HTTP/1.1\r\nHost: server.example\r\nUser-Agent: load\r\nAccept: */*\r\n\r\n".encode()
        yield True, PSH | ACK, head
        answer = f"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/plain\r\nContent-Length: {size}\r\n\r\n".encode()
        answer += b"x" * size
        for at in range(0, len(answer), SEGMENT):
            part = answer[at:at + SEGMENT]
            yield False, ACK | (PSH if at + SEGMENT >= len(answer) else 0), part
            if at // SEGMENT % 2 == 1:
                yield True, ACK, b""
        yield True, ACK, b""
    yield from ((True, FIN | ACK, b""), (False, FIN | ACK, b""), (True, ACK, b""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--packets", type=int, default=1_000_000)
    a = parser.parse_args()
    with open(a.file, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        opened, count, live = 0, 0, []
        while count < a.packets or live:
            if count < a.packets and len(live) < a.connections:
                live.append((Connection(opened), steps(opened, a.requests)))
                opened += 1
                at = len(live) - 1
            else:
                at = mix(count) % len(live)
            step = next(live[at][1], None)
            if step is None:
                live[at] = live[-1]
                live.pop()
                continue
            now = 1_700_000_000_000_000 + count * 5
            frame = live[at][0].send(now, *step)
            out.write(struct.pack("<IIII", now // 1_000_000, now % 1_000_000, len(frame), len(frame)) + frame)
            count += 1


if __name__ == "__main__":
    main()
