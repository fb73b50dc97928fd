#!/usr/bin/env -S python3 -B
"""Writes README.md from what the lessons say, and fails when a capture does not show its lesson (a filter
that meets no frame)."""

import subprocess
import sys

from make import folder, lessons, path_of

HEAD = """# Captures, each named after its lesson

Small captures of our own making: nothing in them comes from anybody's network. Most are real traffic of Linux
kernels between network namespaces; some are crafted octet by octet where a kernel would not say what the lesson
needs. Every frame number below can be checked with `tshark -r NAME.pcap -Y frame.number==N`.

    make/make.sh [NAME…]     makes them again (root; --list names the lessons)
    make/readme.py           writes this page and checks that every capture shows its lesson
    make/expect-tcpdump.sh   writes expected/NAME.tcpdump.txt and expected/NAME.tcpdump-v.txt

| in `make/` | |
|---|---|
| `lab.py` | namespaces `client`, `relay` or routers, `server`, and sockets in each of them |
| `recording.py` | tcpdump, started before the first packet and stopped after the last one, and asked what it dropped |
| `relay.py` | the bridge between them: delays, loses, holds and copies packets by their number, never by chance |
| `wraps.py` | headers the relay puts around real traffic, for tunnels the kernel at hand was built without |
| `craft.py` | builders of headers and capture files; a crafted capture is the same octet for octet at every make |
| `lessons/` | one script a lesson: what it teaches, where it shows, how it is made |

Client: 10.10.0.1, fd10::1, 02:00:00:00:00:01, port 40001. Server: 10.10.0.2, fd10::2, 02:00:00:00:00:02, port 9000
or the protocol's own. Captured at the client's interface unless the table says otherwise, without offloads (tso, gso,
gro, tx, rx) except where they are the lesson, and without IPv6 multicast except where that is. A new make of a live
capture has other sequence numbers, IP identifications, timestamps and times, sometimes a packet more or less: run
`readme.py` and `expect-tcpdump.sh` after it, and `make.sh formats` when what it is written from was made.

`expected/` holds tcpdump's text (`TZ=UTC tcpdump -nn -tttt -# -r NAME.pcap`, and the same with `-v -e`; its version
is in `expected/VERSION.txt`) for the captures whose protocols are Ethernet, ARP, IPv4, IPv6, ICMP, ICMPv6, TCP, UDP,
DNS and HTTP.

| capture | what it teaches | where (frames) | how it is made | packets |
|---|---|---|---|---|
"""


def frames(path, filter_, options):
    """The numbers of the frames that a display filter meets; a file cut short is read as far as it goes."""
    words = ["tshark", "-n", *options, "-r", str(path), "-T", "fields", "-e", "frame.number"]
    done = subprocess.run(words + (["-Y", filter_] if filter_ else []), capture_output=True, text=True)
    if done.returncode and "cut short" not in done.stderr:
        raise SystemExit(f"{path.name}: {filter_}: {done.stderr}")
    return [int(line) for line in done.stdout.split()]


def ranges(numbers, most=8):
    """1, 2, 3, 7 as "1–3 7"."""
    runs = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    words = [str(a) if a == b else f"{a}–{b}" if b > a + 1 else f"{a} {b}" for a, b in runs]
    return " ".join(words[:most] + ([f"… {words[-1]}"] if len(words) > most else []))


def main():
    rows, wrong = [], []
    for lesson in lessons().values():
        for capture in lesson.CAPTURES:
            path, cells = path_of(capture.name), []
            for words, filter_ in capture.shows:
                found = frames(path, filter_, capture.fields)
                if not found:
                    wrong.append(f"{path.name}: {words}: no frame for {filter_}")
                cells.append(f"{words} {ranges(found)}")
            count = len(frames(path, "", capture.fields))
            rows.append(
                f"| `{path.name}` | {capture.teaches} | {'; '.join(cells)} | {capture.how} | {count} |"
            )
    known = {path_of(c.name) for lesson in lessons().values() for c in lesson.CAPTURES}
    wrong += [f"{path.name}: no lesson makes it" for path in folder.glob("*.pcap*") if path not in known]
    (folder / "README.md").write_text(HEAD + "\n".join(sorted(rows)) + "\n")
    print("\n".join(wrong) or f"{len(rows)} captures show their lessons")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
