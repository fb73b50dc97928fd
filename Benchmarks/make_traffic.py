#!/usr/bin/env python3
"""Make an input of bench.py that is real traffic: nginx and wrk in two network namespaces, captured by tcpdump.

    Benchmarks/make_traffic.py flows PATH [--packets N]
    Benchmarks/make_traffic.py web PATH [--packets N]

flows  a connection for each request of 100 octets, closed by the server: ten packets each
web    few connections with many requests, responses of 100 octets to 100 kB
The two ends have no offloads, so that segments are those of the wire and their checksums are right. Needs root and the
programs of NEEDS. Sizes and order of the requests are the same every time, the times are not.
"""
import argparse
import contextlib
import os
import struct
import subprocess
import sys
import tempfile
import time

from namespaces import Namespaces

NEEDS = ["ip", "ethtool", "nginx", "wrk", "tcpdump"]
SIZES = [100, 1000, 3000, 10_000, 30_000, 100_000]
SECONDS_MAX = 280
# Packets unless told otherwise, connections at a time, about the octets of a packet in the file.
WORKS = {"flows": (3_200_000, 200, 120), "web": (1_100_000, 64, 1180)}
SERVER = """
worker_processes 1;
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  default_type application/octet-stream;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000;
  keepalive_timeout {keep};
  server {{ listen 80 backlog=4096; root {folder}/files; }}
}}
"""
REQUESTS = """
local sizes = {%s}
local i = 0
request = function() i = i %% #sizes + 1; return wrk.format("GET", "/" .. sizes[i]) end
"""


def lay_out(folder, sizes, keep):
    """The files that are served and the programs' settings."""
    os.chmod(folder, 0o755)
    os.mkdir(f"{folder}/files")
    for size in sizes:
        with open(f"{folder}/files/{size}", "wb") as f:
            f.write(bytes(i * 7 % 251 for i in range(size)))
    with open(f"{folder}/nginx.conf", "w") as f:
        f.write(SERVER.format(folder=folder, keep=keep))
    with open(f"{folder}/requests.lua", "w") as f:
        f.write(REQUESTS % ", ".join(map(str, sizes)))


@contextlib.contextmanager
def running(command, **options):
    """A program that is ended when its work is done."""
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def size(path):
    return os.path.getsize(path) if os.path.exists(path) else 0


def record(path, connections, keep, sizes, octets):
    """Captures traffic until the file has so many octets; gives what tcpdump said of drops."""
    with tempfile.TemporaryDirectory() as folder, Namespaces() as net:
        lay_out(folder, sizes, keep)
        # The ports of closed connections are wanted again within a minute.
        subprocess.run(net.inside(net.client, "sysctl", "-qw", "net.ipv4.ip_local_port_range=1024 65535"), check=True)
        tap = ["tcpdump", "-i", net.INTERFACE, "-w", path, "-s", "0", "-B", "1048576", "-Z", "root", "tcp"]
        load = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS_MAX}s", "-s", f"{folder}/requests.lua", f"http://{net.SERVER}/"]
        with running(net.inside(net.server, "nginx", "-c", f"{folder}/nginx.conf", "-p", folder)), \
                open(f"{folder}/said", "w+") as said, running(net.inside(net.server, *tap), stderr=said):
            time.sleep(1)
            began = time.monotonic()
            with running(net.inside(net.client, *load), stdout=subprocess.DEVNULL):
                while time.monotonic() - began < SECONDS_MAX and size(path) < octets:
                    time.sleep(0.1)
            time.sleep(1)
        with open(f"{folder}/said") as f:
            return "; ".join(line.strip() for line in f if "packets" in line)


def cut(source, path, packets):
    """Copies the first `packets` of a capture; the number that it lacks."""
    with open(source, "rb") as f, open(path, "wb") as out:
        out.write(f.read(24))
        for count in range(packets):
            head = f.read(16)
            if len(head) < 16:
                return packets - count
            out.write(head + f.read(struct.unpack("<I", head[8:12])[0]))
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", choices=WORKS)
    parser.add_argument("path")
    parser.add_argument("--packets", type=int)
    options = parser.parse_args()
    packets, connections, octets = WORKS[options.work]
    packets = options.packets or packets
    whole = options.path + ".whole"
    is_short = options.work == "flows"
    print(record(whole, connections, 0 if is_short else 60, SIZES[:1] if is_short else SIZES, packets * octets * 1.2),
          file=sys.stderr)
    missing = cut(whole, options.path, packets)
    os.remove(whole)
    if missing:
        print(f"{missing} packets fewer than asked for", file=sys.stderr)


if __name__ == "__main__":
    main()
