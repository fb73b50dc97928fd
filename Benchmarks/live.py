#!/usr/bin/env python3
"""Flows of an interface at the rate that tcpreplay reaches: CPU time a packet, and what the kernel dropped.

    Benchmarks/live.py FILE [--program PATH] [--rate N] [--packets N] [--threads N] [--json]

FILE is replayed over a veth pair between two network namespaces, `rate` packets a second (500,000 unless told otherwise, 0
for as fast as it goes), while `wiretale flows --json` follows the other end. Needs root, ip, ethtool and tcpreplay.
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

from namespaces import Namespaces

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NEEDS = ["ip", "ethtool", "tcpreplay"]


def counter(errors, words):
    """The number in front of some words of the summary."""
    found = re.search(rf"wiretale: ([\d,]+) {words}", errors)
    return int(found.group(1).replace(",", "")) if found else None


def replay(program, path, rate, packets, threads):
    """One replay: what was sent, what was seen, what it took."""
    with Namespaces() as net, tempfile.TemporaryFile("w+") as errors:
        command = [program, "flows", "--json", "-i", net.INTERFACE, "-Q", "in", "-B", "65536", "--threads", str(threads)]
        follower = subprocess.Popen(net.inside(net.server, *command), stdout=subprocess.DEVNULL, stderr=errors)
        time.sleep(1)
        speed = ["--topspeed"] if rate == 0 else [f"--pps={rate}"]
        sent = subprocess.run(
            net.inside(net.client, "tcpreplay", "-q", "-K", "-i", net.INTERFACE, f"--limit={packets}", *speed, path),
            check=True, capture_output=True, text=True).stdout
        time.sleep(1)
        follower.send_signal(signal.SIGINT)
        _, _, usage = os.wait4(follower.pid, 0)
        errors.seek(0)
        said = errors.read()
    count, seconds = re.search(r"Actual: (\d+) packets .* sent in ([\d.]+) seconds", sent).groups()
    captured = counter(said, "captured")
    if not captured:
        sys.exit(f"live: nothing was captured\n{said}")
    cpu = usage.ru_utime + usage.ru_stime
    return {
        "sent": int(count), "packets_per_s": int(count) / float(seconds), "threads": threads, "captured": captured,
        "dropped": counter(said, "dropped by the kernel"), "cpu_s": cpu, "ns_per_packet": cpu / captured * 1e9,
        "peak_kib": usage.ru_maxrss,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--program", default=os.path.join(TOP, ".build", "release", "wiretale"))
    parser.add_argument("--rate", type=int, default=500_000)
    parser.add_argument("--packets", type=int, default=3_000_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    a = parser.parse_args()
    seen = replay(a.program, a.file, a.rate, a.packets, a.threads)
    if a.json:
        print(json.dumps(seen))
    else:
        print(f"{seen['sent']:,} packets sent, {seen['packets_per_s']:,.0f} a second; {seen['captured']:,} captured, "
              f"{seen['dropped']:,} dropped; {seen['ns_per_packet']:,.0f} ns of CPU a packet, {a.threads} thread(s)")


if __name__ == "__main__":
    main()
