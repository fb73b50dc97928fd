#!/usr/bin/env python3
"""The service under steady load between two namespaces: is its memory flat, are its counts those of the kernel?

  sudo scripts/load.py [--seconds 600] [--program .build/release/wiretale]

iperf3 sends at a bounded rate, wrk asks a small server that takes its time and closes each connection. Every ten seconds the memory is
read; at the end the packets that the interface counted are held against those captured and dropped. In the middle
the service is stopped for some seconds, so that the kernel has to drop.
"""
import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

SETTINGS = """
capture:
  interfaces: [ld0]
  buffer: 4MiB
flows:
  linger: 1s
log:
  path: {folder}/flows.ndjson
  max_size: 20MB
  keep: 3
  compress: gzip
store:
  path: {folder}/flows.db
  max_size: 50MB
recorder:
  size: 16MB
  path: {folder}/pcap
service:
  counters: 10s
  lock: {folder}/lock
"""
SERVER = """
import asyncio
async def answer(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    await asyncio.sleep(0.02)
    writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 1000\\r\\nConnection: close\\r\\n\\r\\n" + b"x" * 1000)
    await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(answer, "10.8.0.2", 8080)
    await server.serve_forever()
asyncio.run(main())
"""


def ip(*words, check=True):
    subprocess.run(["ip", *words], check=check, stderr=subprocess.DEVNULL)


def counted(device):
    """Packets that the kernel counted on an interface, both ways."""
    folder = f"/sys/class/net/{device}/statistics"
    said = subprocess.run(["ip", "netns", "exec", "ldclient", "cat", f"{folder}/rx_packets", f"{folder}/tx_packets"],
                          check=True, capture_output=True, text=True)
    return sum(int(word) for word in said.stdout.split())


def resident(process):
    with open(f"/proc/{process}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def last_counters(program, folder):
    said = subprocess.run([program, "history", "counters", "--json", "--limit", "1", "--store", f"{folder}/flows.db"],
                          capture_output=True, text=True)
    return json.loads(said.stdout) if said.stdout else {}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--program", default=".build/release/wiretale")
    parser.add_argument("--rate", default="100M", help="iperf3's, in bits a second")
    given = parser.parse_args()
    program = os.path.abspath(given.program)
    folder = tempfile.mkdtemp(prefix="wiretale-load-")
    started = []

    def start(*words, namespace=None, **more):
        command = (["ip", "netns", "exec", namespace] if namespace else []) + list(words)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **more)
        started.append(process)
        return process

    failed = False
    try:
        for name in ("ldclient", "ldserver"):
            ip("netns", "add", name)
        ip("link", "add", "ld0", "netns", "ldclient", "type", "veth", "peer", "name", "ld1", "netns", "ldserver")
        for name, device, address in (("ldclient", "ld0", "10.8.0.1/24"), ("ldserver", "ld1", "10.8.0.2/24")):
            ip("-n", name, "addr", "add", address, "dev", device)
            # Nothing is sent before the capture is open, nor behind the count at the end.
            ip("netns", "exec", name, "sysctl", "-q", "-w", f"net.ipv6.conf.{device}.disable_ipv6=1")
        with open(f"{folder}/wiretale.yaml", "w") as file:
            file.write(SETTINGS.format(folder=folder))
        daemon = start(program, "daemon", "--config", f"{folder}/wiretale.yaml", namespace="ldclient",
                       stderr=open(f"{folder}/said", "w"))
        # The capture waits for its interface to come up; from then on it sees every packet.
        for name, device in (("ldclient", "ld0"), ("ldserver", "ld1")):
            ip("-n", name, "link", "set", device, "up")
        time.sleep(2)
        start("python3", "-c", SERVER, namespace="ldserver", stderr=subprocess.DEVNULL)
        start("iperf3", "-s", namespace="ldserver", stderr=subprocess.DEVNULL)
        time.sleep(2)
        seconds = str(given.seconds)
        start("iperf3", "-c", "10.8.0.2", "-b", given.rate, "-t", seconds, namespace="ldclient",
              stderr=subprocess.DEVNULL)
        start("wrk", "-t", "1", "-c", "8", "-d", f"{seconds}s", "http://10.8.0.2:8080/", namespace="ldclient",
              stderr=subprocess.DEVNULL)
        begun, samples, paused = time.time(), [], False
        while time.time() - begun < given.seconds:
            time.sleep(10)
            if daemon.poll() is not None:
                print("load: the service ended", open(f"{folder}/said").read(), file=sys.stderr)
                return 1
            samples.append((time.time() - begun, resident(daemon.pid)))
            if not paused and time.time() - begun > given.seconds / 2:
                paused = True
                os.kill(daemon.pid, signal.SIGSTOP)
                time.sleep(3)
                os.kill(daemon.pid, signal.SIGCONT)
        for process in started[1:]:
            process.terminate()
        time.sleep(3)
        seen = counted("ld0")
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(60)
        counters = last_counters(program, folder)
        early = max(size for at, size in samples if at <= 75)
        late = max(size for at, size in samples if at > 75) if samples[-1][0] > 75 else early
        print("seconds and MiB:", ", ".join(f"{at:.0f}: {size:.1f}" for at, size in samples[:: max(1, len(samples) // 20)]))
        print(f"memory after the first minute {early:.1f} MiB, most after that {late:.1f} MiB")
        captured, dropped = counters["captured"], counters["dropped_by_kernel"]
        print(f"packets: the interface counted {seen}, captured {captured} + dropped {dropped} = {captured + dropped}")
        print(f"flows {counters['flows']}, stored records {counters['records_stored']}, log lines {counters['log_lines']}")
        left_out = {key: value for key, value in counters.items() if key.startswith("dropped_") and value
                    and key not in ("dropped_by_kernel", "dropped_by_interface")}
        print(f"records left out: {left_out or 'none'}; log lines lost: {counters['log_lines_lost']}")
        size = sum(os.path.getsize(f"{folder}/{name}") for name in os.listdir(folder) if name.startswith("flows"))
        print(f"on the disk: {size / 1e6:.1f} MB of log and store")
        if late > early * 1.05 + 4:
            print("load: the memory grew", file=sys.stderr)
            failed = True
        if captured + dropped != seen:
            print("load: packets are missing from the counts", file=sys.stderr)
            failed = True
        print(open(f"{folder}/said").read(), end="", file=sys.stderr)
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
        for name in ("ldclient", "ldserver"):
            ip("netns", "del", name, check=False)
        subprocess.run(["rm", "-rf", folder])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
