#!/usr/bin/env python3
"""Time and memory of wiretale beside the peers that are installed, in interleaved runs.

    Benchmarks/bench.py [--program PATH] [--rounds N] [--packets N] [--only WORK] [--json FILE] [--write FILE]

Works, each with its own input, made once and kept in .build/bench:
  lines  a line for each packet: the frames of pcaps/ that are Ethernet, repeated until there are enough
  short  a line for each packet of short HTTP connections
  flows  a record for each flow: short HTTP connections, ten packets each, made by make_traffic.py
  web    a record for each HTTP exchange: large responses on few connections, made by make_traffic.py
  live   flows of an interface, replayed by tcpreplay over veth
  growth a packet's time and a flow's memory by the flows that are open, up to five million (Benchmarks/Flows)
Where there is no root, or nginx and wrk are not installed, make_flows.py and make_web.py make much the same without them.
CPU time is user and system time of the whole process, the median of the rounds; the rounds of all programs are
interleaved, because a shared machine's speed drifts, and ratios are made within a round. Every program writes its output
to /dev/null. `empty` is a C program that hands out every frame of the file and does nothing with it. Start-up is wall
time from fork to the first octet of output on a tiny capture. --write puts the tables into a Markdown file between two
marks.
"""
import argparse
import glob
import json
import os
import platform
import re
import shutil
import statistics
import struct
import subprocess
import sys
import threading
import time

import live
from make_traffic import NEEDS, cut

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Open connections whose cost is compared.
GROWTH = [1000, 32_000, 320_000, 1_000_000, 5_000_000]
FOLDER = os.path.join(TOP, ".build", "bench")
MARKS = ("<!-- figures -->", "<!-- end of figures -->")


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


def make_lines(path, packets):
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


def made(name, make):
    """The path of an input, made when it is not there."""
    path = os.path.join(FOLDER, name)
    if not os.path.exists(path):
        print(f"making {name}", file=sys.stderr)
        make(path)
    return path


def traffic(work, packets):
    """What makes the input of a work: real traffic where that is possible."""
    def make(path):
        if os.geteuid() == 0 and all(map(shutil.which, NEEDS)):
            command = ["make_traffic.py", work, path + ".partial", "--packets", str(packets)]
        elif work == "flows":
            command = ["make_flows.py", path + ".partial", "--flows", str(packets // 10)]
        else:
            command = ["make_web.py", path + ".partial", "--packets", str(packets)]
        subprocess.run([sys.executable, os.path.join(TOP, "Benchmarks", command[0]), *command[1:]], check=True)
        os.rename(path + ".partial", path)
    return make


def empty():
    """The C program, built when it is not there; nothing where there is no C compiler."""
    path, source = os.path.join(FOLDER, "empty"), os.path.join(TOP, "Benchmarks", "empty.c")
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        return None
    if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(source):
        subprocess.run([compiler, "-O2", "-Wall", "-o", path, source, "-lpcap"], check=True)
    return path


def count_packets(path):
    """Packets of a classic pcap file."""
    with open(path, "rb") as f:
        f.seek(24)
        count = 0
        while len(record := f.read(16)) == 16:
            count += 1
            f.seek(struct.unpack("<I", record[8:12])[0], 1)
    return count


def run(command):
    """CPU seconds, wall seconds and peak memory (KiB) of one run with its output thrown away; None for a program that
    does not come to an end in two minutes."""
    began = time.monotonic()
    with open(os.devnull, "wb") as null:
        child = subprocess.Popen(command, stdout=null, stderr=null, stdin=null)
        late = threading.Timer(120, child.kill)
        late.start()
        _, status, usage = os.wait4(child.pid, 0)
        is_late = not late.is_alive()
        late.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    if is_late:
        return None
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


def installed(rows):
    """The commands whose program is here; of a program of our own making, None stands for one that is not."""
    return {name: command for name, command in rows.items() if command[0] and shutil.which(command[0])}


def measure(name, path, rows, reference, rounds):
    """Runs every command `rounds` times, interleaved, and gives the figures."""
    packets, figures = count_packets(path), {row: [] for row in rows}
    for _ in range(rounds):
        for row, command in list(rows.items()):
            seen = run(command)
            if seen is None:
                print(f"{row} does not come to an end on {os.path.basename(path)}", file=sys.stderr)
                del rows[row], figures[row]
            else:
                figures[row].append(seen)
    work = {"packets": packets, "octets": os.path.getsize(path), "rounds": rounds, "reference": reference, "rows": {}}
    for row, seen in figures.items():
        cpu, wall, peak = (statistics.median(x) for x in zip(*seen))
        ratio = None
        if reference in figures:
            ratio = statistics.median(a[0] / b[0] for a, b in zip(seen, figures[reference]))
        work["rows"][row] = {
            "cpu_s": cpu, "wall_s": wall, "ns_per_packet": cpu / packets * 1e9, "packets_per_s": packets / cpu,
            "peak_kib": peak, "ratio": ratio,
        }
    return work


def table(name, work):
    """A Markdown table of a work's figures."""
    lines = [
        f"`{name}`: {work['packets']:,} packets, {work['octets'] / 1e6:,.0f} MB; medians of {work['rounds']} interleaved rounds",
        "",
        f"| program | CPU s | wall s | ns/packet | packets/s | peak MiB | x {work['reference']} |",
        "|---|---|---|---|---|---|---|",
    ]
    for row, x in work["rows"].items():
        ratio = f"{x['ratio']:.2f}" if x["ratio"] is not None else "-"
        lines.append(
            f"| `{row}` | {x['cpu_s']:.3f} | {x['wall_s']:.3f} | {x['ns_per_packet']:,.0f} | {x['packets_per_s']:,.0f} | "
            f"{x['peak_kib'] / 1024:,.0f} | {ratio} |")
    return "\n".join(lines) + "\n"


def live_table(runs):
    """A Markdown table of what was followed on an interface."""
    lines = [
        "`live`: flows.pcap replayed over veth, followed by `wiretale flows --json -i`", "",
        "| threads | packets/s | captured | dropped | ns/packet | peak MiB |", "|---|---|---|---|---|---|",
    ]
    for x in runs:
        lines.append(
            f"| {x['threads']} | {x['packets_per_s']:,.0f} | {x['captured']:,} | {x['dropped']:,} | {x['ns_per_packet']:,.0f} | "
            f"{x['peak_kib'] / 1024:,.0f} |")
    return "\n".join(lines) + "\n"


def growth():
    """What grows with the flows that are open: a row of numbers for each count, by Benchmarks/Flows."""
    folder = os.path.join(TOP, "Benchmarks", "Flows")
    subprocess.run(["swift", "build", "-c", "release"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    rows = []
    for count in GROWTH:
        said = subprocess.run(
            ["swift", "run", "-c", "release", "--skip-build", "flows", "growth", str(count)],
            cwd=folder, check=True, capture_output=True, text=True).stdout
        rows.append([int(x) for x in re.findall(r"\d+", said)])
    return rows


def growth_table(rows):
    """A Markdown table of the growth."""
    lines = [
        "`growth`: open connections that have talked, then more questions and answers in random order", "",
        "| open connections | ns to open one | ns/packet | octets each | longest packet, us |", "|---|---|---|---|---|",
    ]
    for count, opening, cost, memory, longest, _ in rows:
        lines.append(f"| {count:,} | {opening:,} | {cost:,} | {memory:,} | {longest:,} |")
    return "\n".join(lines) + "\n"


def machine():
    """What this ran on, in a line."""
    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as f:
            name = next(line.split(":")[1].strip() for line in f if line.startswith("model name"))
        with open("/proc/meminfo") as f:
            memory = int(f.readline().split()[1]) / (1 << 20)
    except (OSError, StopIteration):
        memory = 0
    return f"{name}, {os.cpu_count()} CPUs, {memory:.0f} GiB, {platform.system()} {platform.release()}"


def write(path, text):
    """Puts a text between the marks of a file."""
    with open(path) as f:
        page = f.read()
    before, rest = page.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    with open(path, "w") as f:
        f.write(f"{before}{MARKS[0]}\n{text}{MARKS[1]}{after}")


def bench_lines(w, rounds, packets):
    """A line for each packet of a mix."""
    big = made(f"lines-{packets}.pcap", lambda path: make_lines(path, packets))
    return measure("lines", big, installed({
        "empty": [empty(), big],
        "tcpdump -nn -tt": ["tcpdump", "-nn", "-tt", "-r", big],
        "tcpdump -nn -tt -v": ["tcpdump", "-nn", "-tt", "-v", "-r", big],
        "wiretale --plain -tt": [w, "--plain", "-tt", "-r", big],
        "wiretale -tt (brackets)": [w, "-tt", "-r", big],
        "wiretale --plain -tt -v": [w, "--plain", "-tt", "-v", "-r", big],
        "wiretale --json": [w, "--json", "-r", big],
        "wiretale -V": [w, "-V", "-r", big],
        "wiretale --count": [w, "--count", "-r", big],
    }), "tcpdump -nn -tt", rounds)


def short_flows():
    """The capture of short connections."""
    return made("flows.pcap", traffic("flows", 3_200_000))


def tenth_of_flows():
    """A tenth of it, for what takes minutes and gigabytes for so much."""
    return made("flows-tenth.pcap", lambda path: cut(short_flows(), path, 320_000))


def bench_short(w, rounds, _):
    """A line for each packet of short connections."""
    tenth = tenth_of_flows()
    return measure("short", tenth, installed({
        "empty": [empty(), tenth],
        "tcpdump -nn -tt": ["tcpdump", "-nn", "-tt", "-r", tenth],
        "wiretale --plain -tt": [w, "--plain", "-tt", "-r", tenth],
        "wiretale -tt (brackets)": [w, "-tt", "-r", tenth],
    }), "tcpdump -nn -tt", rounds)


def bench_flows(w, rounds, _):
    """A record for each flow."""
    big, tenth = short_flows(), tenth_of_flows()
    spool = os.path.join(FOLDER, "nfpcapd")
    os.makedirs(spool, exist_ok=True)
    work = measure("flows", big, installed({
        "empty": [empty(), big],
        "wiretale flows --json": [w, "flows", "--json", "-r", big],
        "wiretale flows --json --threads 2": [w, "flows", "--json", "--threads", "2", "-r", big],
        "wiretale flows": [w, "flows", "-r", big],
        "wiretale flows --zeek": [w, "flows", "--zeek", "-r", big],
        "tcpdump -w": ["tcpdump", "-r", big, "-w", os.devnull],
        "nfpcapd": ["nfpcapd", "-r", big, "-l", spool],
        "softflowd": ["softflowd", "-d", "-r", big, "-n", "127.0.0.1:9", "-p", f"{spool}/pid", "-c", f"{spool}/control"],
        "argus": ["argus", "-r", big, "-w", os.devnull],
    }), "empty", rounds)
    slow = measure("flows", tenth, installed({
        "empty": [empty(), tenth],
        "tcptrace -n (a tenth)": ["tcptrace", "-n", tenth],
        "tshark -q -z conv,tcp (a tenth)": ["tshark", "-n", "-q", "-z", "conv,tcp", "-r", tenth],
    }), "empty", 1)
    work["rows"].update({row: x for row, x in slow["rows"].items() if row != "empty"})
    return work


def bench_web(w, rounds, _):
    """A record for each HTTP exchange."""
    big = made("web.pcap", traffic("web", 1_100_000))
    return measure("web", big, installed({
        "empty": [empty(), big],
        "wiretale http --json": [w, "http", "--json", "-r", big],
        "wiretale flows --json": [w, "flows", "--json", "-r", big],
        "tcpdump -w": ["tcpdump", "-r", big, "-w", os.devnull],
    }), "empty", rounds)


WORKS = {"lines": bench_lines, "short": bench_short, "flows": bench_flows, "web": bench_web}


def bench_live(w):
    """Replays, at the rate of the goal and as fast as it goes."""
    if os.geteuid() != 0 or not all(map(shutil.which, live.NEEDS)):
        return []
    short = short_flows()
    return [live.replay(w, short, rate, 3_000_000, threads) for rate, threads in ((500_000, 1), (0, 1), (0, 2))]


def first_octets(w):
    """Milliseconds from the start to the first octet of output, of us and of tcpdump."""
    tiny = made("tiny.pcap", lambda path: make_lines(path, 3))
    commands = {"wiretale": [w, "--plain", "-tt", "-r", tiny], "tcpdump": ["tcpdump", "-nn", "-tt", "-r", tiny]}
    return {
        name: statistics.median(first_octet(command) for _ in range(15))
        for name, command in installed(commands).items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(TOP, ".build", "release", "wiretale"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--packets", type=int, default=300_000, help="of the work `lines`")
    parser.add_argument("--only", choices=[*WORKS, "live", "growth"])
    parser.add_argument("--json")
    parser.add_argument("--write")
    options = parser.parse_args()
    os.makedirs(FOLDER, exist_ok=True)
    w = options.program

    def is_wanted(work):
        return options.only in (None, work)

    works, tables = {}, []

    def tell(text):
        print(text, flush=True)
        tables.append(text)

    for name, bench in WORKS.items():
        if is_wanted(name):
            works[name] = bench(w, options.rounds, options.packets)
            tell(table(name, works[name]))
    replays = bench_live(w) if is_wanted("live") else []
    if replays:
        tell(live_table(replays))
    sizes = growth() if is_wanted("growth") and shutil.which("swift") else []
    if sizes:
        tell(growth_table(sizes))
    start = first_octets(w)
    tell("Start to first octet: " + ", ".join(f"{name} {took:.1f} ms" for name, took in start.items())
         + f". Size of the program: {os.path.getsize(w) / 1e6:.1f} MB.\n")
    if options.json:
        with open(options.json, "w") as out:
            json.dump({
                "machine": machine(), "works": works, "live": replays, "growth": sizes, "first_octet_ms": start,
                "program_octets": os.path.getsize(w),
            }, out, indent=1)
    if options.write:
        text = "\n".join(tables)
        write(options.write, f"\nMeasured {time.strftime('%Y-%m-%d')} on {machine()}.\n\n{text}\n")


if __name__ == "__main__":
    main()
