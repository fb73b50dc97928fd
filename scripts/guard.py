#!/usr/bin/env python3
"""Hold the cost of a packet against the thresholds in the tree: instructions and allocations, which no busy machine can
blur.

    scripts/guard.py [--program PATH] [--write]

Each work of Benchmarks/thresholds.json is run under valgrind's callgrind on two captures of Benchmarks/make_*.py, one
long and one short; what the longer one costs more, divided by its packets more, is what a packet costs, without the
start of the program. Exits with 1 when a work costs more than its threshold. --write puts what was measured, and a
tenth, into the file: for when a work costs less than it did, or has more to do.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
THRESHOLDS = os.path.join(TOP, "Benchmarks", "thresholds.json")
ALLOCATORS = {"malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign"}
INPUTS = {
    "flows": ("make_flows.py", ["--concurrent", "100", "--flows"], (300, 1300), 10),
    "resets": ("make_flows.py", ["--resets", "--concurrent", "100", "--flows"], (300, 1300), 8),
    "web": ("make_web.py", ["--connections", "4", "--requests", "50", "--packets"], (3000, 23_000), 1),
}


def make(folder, name):
    """The short and the long capture of an input."""
    script, options, sizes, _ = INPUTS[name]
    paths = [os.path.join(folder, f"{name}-{size}.pcap") for size in sizes]
    for path, size in zip(paths, sizes):
        subprocess.run([sys.executable, os.path.join(TOP, "Benchmarks", script), path, *options, str(size)], check=True)
    return paths


def packets(path):
    """Packets of a classic pcap file."""
    count, at, size = 0, 24, os.path.getsize(path)
    with open(path, "rb") as f:
        while at + 16 <= size:
            f.seek(at + 8)
            at += 16 + int.from_bytes(f.read(4), "little")
            count += 1
    return count


def cost(program, arguments, path, folder):
    """Instructions and allocations of one run."""
    out = os.path.join(folder, "callgrind.out")
    subprocess.run(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", program, *arguments, "-r", path],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    instructions, allocations, names, called = 0, 0, {}, ""
    with open(out) as f:
        for line in f:
            if line.startswith("cfn="):
                number, name = re.match(r"cfn=(\(\d+\)) ?(.*)", line).groups()
                called = names.setdefault(number, name) or names[number]
            elif line.startswith("fn="):
                number, name = re.match(r"fn=(\(\d+\)) ?(.*)", line).groups()
                names.setdefault(number, name)
            elif line.startswith("calls=") and called in ALLOCATORS:
                allocations += int(line[6:].split()[0])
            elif line.startswith(("summary:", "totals:")):
                instructions = int(line.split()[1])
    return instructions, allocations


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(TOP, ".build", "release", "wiretale"))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        print("guard: no valgrind here; what a packet costs was not looked at")
        return 0
    with open(THRESHOLDS) as f:
        works = json.load(f)
    worse = 0
    with tempfile.TemporaryDirectory() as folder:
        # Not every valgrind reads every compiler's debug information, and none is needed.
        program = os.path.join(folder, "wiretale")
        strip = shutil.which("strip") or shutil.which("llvm-strip")
        if strip:
            subprocess.run([strip, "--strip-debug", "-o", program, options.program], check=True)
        else:
            program = options.program
        inputs = {name: make(folder, name) for name in {work["input"] for work in works.values()}}
        counts = {path: packets(path) for paths in inputs.values() for path in paths}
        print(f"{'a packet of':36}{'instructions':>13}{'at most':>9}{'allocations':>13}{'at most':>9}")
        for name, work in works.items():
            short, long = inputs[work["input"]]
            few, many = (cost(program, work["arguments"], path, folder) for path in (short, long))
            more = counts[long] - counts[short]
            instructions, allocations = (b - a for a, b in zip(few, many))
            instructions, allocations = instructions / more, max(0, allocations) / more
            said = f"{name:36}{instructions:13.0f}{work['instructions']:9}{allocations:13.3f}{work['allocations']:9}"
            if instructions > work["instructions"] or allocations > work["allocations"]:
                worse += 1
                said += "  costs more"
            print(said, flush=True)
            if options.write:
                work["instructions"] = int(instructions * 1.1) // 10 * 10 + 10
                work["allocations"] = 0.01 if allocations < 0.005 else round(allocations * 1.1 + 0.05, 2)
    if options.write:
        with open(THRESHOLDS, "w") as f:
            lines = ",\n".join(f'  "{name}": {json.dumps(work)}' for name, work in works.items())
            f.write("{\n" + lines + "\n}\n")
        return 0
    if worse:
        print(f"guard: {worse} cost more than Benchmarks/thresholds.json allows")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
