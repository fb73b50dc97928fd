#!/usr/bin/env python3
"""Time and memory of wiretale beside the peers that are installed, in one interleaved run.

    Benchmarks/bench.py [--program PATH] [--rounds N] [--packets N] [--json FILE]

The input is made from the captures of pcaps/: their Ethernet frames, repeated until there are enough, one after the
other in time. CPU time is user and system time of the whole process; ratios are to tcpdump in the same run, because a
shared machine's speed drifts. Start-up is wall time from fork to the first octet of output on a tiny capture.
"""
import argparse
import glob
import json
import os
import shutil
import statistics
import struct
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def frames(path):
    """The frames of an Ethernet pcap file in this machine's octet order; nothing of any other file."""
    with open(path, "rb") as f:
        head = f.read(24)
        if len(head) < 24 or head[:4] not in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"):
            return
        if struct.unpack("<I", head[20:24])[0] & 0xFFFF != 1:
            return
        while len(record := f.read(16)) == 16:
            _, _, captured, wire = struct.unpack("<IIII", record)
            data = f.read(captured)
            if len(data) < captured:
                return
            yield wire, data


def make_input(path, packets):
    """A microsecond pcap file with `packets` frames."""
    stock = [x for p in sorted(glob.glob(os.path.join(TOP, "pcaps", "*.pcap"))) for x in frames(p)]
    if not stock:
        sys.exit("bench: pcaps/ has no Ethernet capture to make an input from")
    with open(path + ".partial", "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for i in range(packets):
            wire, data = stock[i % len(stock)]
            out.write(struct.pack("<IIII", 1_700_000_000 + i // 10_000, i % 10_000 * 100, len(data), wire))
            out.write(data)
    os.rename(path + ".partial", path)


def run(command):
    """CPU seconds, wall seconds and peak memory (KiB) of one run with its output thrown away."""
    began = time.monotonic()
    with open(os.devnull, "wb") as null:
        child = subprocess.Popen(command, stdout=null, stderr=null)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"bench: {' '.join(command)} ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss


def first_octet(command):
    """Wall milliseconds until the first octet of output."""
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    child.stdout.read(1)
    took = time.monotonic() - began
    child.stdout.read()
    child.wait()
    return took * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(TOP, ".build", "release", "wiretale"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--packets", type=int, default=300_000)
    parser.add_argument("--json")
    options = parser.parse_args()
    folder = os.path.join(TOP, ".build", "bench")
    os.makedirs(folder, exist_ok=True)
    big, tiny = os.path.join(folder, f"lines-{options.packets}.pcap"), os.path.join(folder, "tiny.pcap")
    make_input(big, options.packets)
    make_input(tiny, 3)

    w, rows = options.program, {}
    if shutil.which("tcpdump"):
        rows["tcpdump -nn -tt"] = ["tcpdump", "-nn", "-tt", "-r", big]
        rows["tcpdump -nn -tt -v"] = ["tcpdump", "-nn", "-tt", "-v", "-r", big]
    rows["wiretale --plain -tt"] = [w, "--plain", "-tt", "-r", big]
    rows["wiretale -tt (brackets)"] = [w, "-tt", "-r", big]
    rows["wiretale --plain -tt -v"] = [w, "--plain", "-tt", "-v", "-r", big]
    rows["wiretale --json"] = [w, "--json", "-r", big]
    rows["wiretale -V"] = [w, "-V", "-r", big]
    rows["wiretale --count"] = [w, "--count", "-r", big]
    figures = {name: [] for name in rows}
    for _ in range(options.rounds):
        for name, command in rows.items():
            figures[name].append(run(command))
    start = {
        name: statistics.median(first_octet(command) for _ in range(15))
        for name, command in {
            "wiretale": [w, "--plain", "-tt", "-r", tiny],
            **({"tcpdump": ["tcpdump", "-nn", "-tt", "-r", tiny]} if shutil.which("tcpdump") else {}),
        }.items()
    }

    reference = figures.get("tcpdump -nn -tt")
    result = {"packets": options.packets, "rounds": options.rounds, "rows": {}, "first_octet_ms": start}
    print(f"{options.packets} packets, medians of {options.rounds} interleaved rounds")
    print(f"{'':28}{'cpu s':>8}{'ns/packet':>11}{'packets/s':>12}{'MiB':>7}{'x tcpdump':>11}")
    for name, seen in figures.items():
        cpu, wall, peak = (statistics.median(x) for x in zip(*seen))
        ratio = statistics.median(a[0] / b[0] for a, b in zip(seen, reference)) if reference else None
        result["rows"][name] = {
            "cpu_s": cpu, "wall_s": wall, "ns_per_packet": cpu / options.packets * 1e9, "peak_kib": peak, "ratio": ratio,
        }
        shown = f"{ratio:.2f}" if ratio else "-"
        print(f"{name:28}{cpu:8.3f}{cpu / options.packets * 1e9:11.0f}{options.packets / wall:12.0f}{peak / 1024:7.0f}{shown:>11}")
    for name, took in start.items():
        print(f"start to first octet, {name}: {took:.1f} ms")
    if options.json:
        with open(options.json, "w") as out:
            json.dump(result, out, indent=1)


if __name__ == "__main__":
    main()
