"""The lab: namespaces, links and sockets. A lesson drives both ends from one thread, in story order.

    client c0 ---- r0 relay r1 ---- s0 server          relay.py bridges r0 and r1 by rule
    client c0 ------------------- s0 server            direct=True
    client c0 ---- router ---- router ---- s0 server   routers=N: the kernel forwards

Every link has fixed, locally administered MAC addresses and every client socket a fixed port, so that a new
make differs from the last one only in its times and in what kernels choose at random (sequence numbers, IP
identifications, timestamps).
"""

import contextlib
import ctypes
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import time

from craft import checksum
from recording import Recording
from streams import pattern

C4, S4 = "10.10.0.1", "10.10.0.2"
C6, S6 = "fd10::1", "fd10::2"
CLIENT_MAC, SERVER_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
PORT = 9000  # a port for which neither tcpdump nor tshark knows a protocol
CLIENT_PORT = 40001
OFFLOADS = ("tso", "gso", "gro", "tx", "rx")
libc = ctypes.CDLL(None, use_errno=True)
here = pathlib.Path(__file__).resolve().parent


def run(*words):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, words))}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class Lab:
    """The namespaces of one lesson, from `with` to the end of its block. Captures still open there are
    stopped first."""

    def __init__(
        self,
        direct=False,
        routers=0,
        relay=None,
        ipv6=False,
        neighbours=True,
        mtu=1500,
        offload=False,
        sysctl=None,
        trunk=False,
        up=True,
    ):
        self.direct, self.routers, self.relay_rules = direct, routers, relay or {}
        self.ipv6, self.neighbours, self.mtu, self.offload = ipv6, neighbours, mtu, offload
        self.sysctls, self.trunk, self.up = sysctl or {}, trunk, up
        self.spaces, self.processes, self.recordings = [], [], []

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.tear_down()
            raise
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                for recording in self.recordings:
                    recording.stop()
        finally:
            self.tear_down()

    def tear_down(self):
        for recording in self.recordings:
            recording.kill()
        for process in self.processes:
            process.terminate()
            process.wait()
        for space in self.spaces:
            subprocess.run(["ip", "netns", "del", self.space(space)], stderr=subprocess.DEVNULL)

    # Building

    def space(self, name):
        return f"pcaps-{os.getpid()}-{name}"

    def ip(self, name, *words):
        return run("ip", "-n", self.space(name), *words)

    def build(self):
        middle = [f"router{i + 1}" for i in range(self.routers)] or ([] if self.direct else ["relay"])
        chain = ["client", *middle, "server"]
        for name in chain:
            run("ip", "netns", "add", self.space(name))
            self.spaces.append(name)
            self.prepare(name)
        for index, (left, right) in enumerate(zip(chain, chain[1:])):
            self.link(index, left, right)
        if self.trunk:
            self.veth("relay", "t0", "02:00:00:00:00:21", "relay", "t1", "02:00:00:00:00:22", 1600)
            for end in ("t0", "t1"):
                self.ip("relay", "link", "set", end, "up")
        self.addresses(chain)
        for name in chain:
            for key, value in self.sysctls.items():
                self.sysctl(name, key, value)
        if middle == ["relay"]:
            self.start_relay()

    def prepare(self, name):
        self.sysctl(name, "net.ipv6.conf.all.disable_ipv6", 0 if self.ipv6 else 1)
        self.sysctl(name, "net.ipv6.conf.default.disable_ipv6", 0 if self.ipv6 else 1)
        self.sysctl(name, "net.ipv6.conf.default.accept_ra", 0)
        self.sysctl(name, "net.ipv6.conf.default.router_solicitations", 0)
        if self.ipv6 and self.neighbours:
            self.sysctl(name, "net.ipv6.conf.default.accept_dad", 0)
            self.sysctl(
                name, "net.ipv6.conf.default.addr_gen_mode", 1
            )  # no link-local address: no MLD, no RS
        self.sysctl(name, "net.ipv4.tcp_no_metrics_save", 1)
        self.sysctl(name, "net.ipv4.tcp_ecn", 0)
        self.ip(name, "link", "set", "lo", "up")

    def veth(self, left, left_name, left_mac, right, right_name, right_mac, mtu):
        run(
            "ip",
            "link",
            "add",
            left_name,
            "netns",
            self.space(left),
            "address",
            left_mac,
            "mtu",
            mtu,
            "type",
            "veth",
            "peer",
            "name",
            right_name,
            "netns",
            self.space(right),
            "address",
            right_mac,
            "mtu",
            mtu,
        )
        for where, name in ((left, left_name), (right, right_name)):
            switch = "on" if self.offload else "off"
            words = [word for offload in OFFLOADS for word in (offload, switch)]
            with self.inside(where):
                run("ethtool", "-K", name, *words)

    def link(self, index, left, right):
        left_name = "c0" if left == "client" else "r1"
        right_name = "s0" if right == "server" else "r0"
        left_mac = CLIENT_MAC if left == "client" else f"02:00:00:00:{index:02x}:12"
        right_mac = SERVER_MAC if right == "server" else f"02:00:00:00:{index + 1:02x}:11"
        self.veth(left, left_name, left_mac, right, right_name, right_mac, self.mtu)
        self.ip(right, "link", "set", right_name, "up")
        if self.up or left != "client":
            self.ip(left, "link", "set", left_name, "up")

    def addresses(self, chain):
        """Bridged: 10.10.0.1 and .2, fd10::1 and ::2 on one link. Routed: link k is 10.10.k.0/24, routers
        end in .254."""
        if not self.routers:
            for name, interface, v4, v6, peer4, peer6, peer_mac in (
                ("client", "c0", C4, C6, S4, S6, SERVER_MAC),
                ("server", "s0", S4, S6, C4, C6, CLIENT_MAC),
            ):
                self.ip(name, "address", "add", f"{v4}/24", "dev", interface)
                if self.ipv6 and self.up:
                    self.ip(name, "address", "add", f"{v6}/64", "dev", interface, "nodad")
                if self.neighbours:
                    self.neighbour(name, interface, peer4, peer_mac)
                    if self.ipv6 and self.up:
                        self.neighbour(name, interface, peer6, peer_mac)
            return
        for index, (left, right) in enumerate(zip(chain, chain[1:])):
            left_name = "c0" if left == "client" else "r1"
            right_name = "s0" if right == "server" else "r0"
            last = right == "server"
            near, far = f"10.10.{index}.1", f"10.10.{index}.{2 if last else 254}"
            self.ip(left, "address", "add", f"{near}/24", "dev", left_name)
            self.ip(right, "address", "add", f"{far}/24", "dev", right_name)
            if not last:
                self.sysctl(right, "net.ipv4.ip_forward", 1)
                self.ip(left, "route", "add", "default", "via", far)
            for back in range(index):
                self.ip(right, "route", "add", f"10.10.{back}.0/24", "via", near)

    def neighbour(self, name, interface, address, mac):
        self.ip(name, "neighbour", "replace", address, "lladdr", mac, "nud", "permanent", "dev", interface)

    def sysctl(self, name, key, value):
        with self.inside(name):
            pathlib.Path("/proc/sys", *key.split(".")).write_text(str(value))

    def start_relay(self):
        with self.inside("relay"):
            relay = subprocess.Popen(
                [sys.executable, "-B", str(here / "relay.py"), json.dumps(self.relay_rules)],
                stdout=subprocess.PIPE,
                text=True,
            )
        self.processes.append(relay)
        if relay.stdout.readline() != "ready\n":
            raise SystemExit("the relay did not start")

    # Living in it

    @contextlib.contextmanager
    def inside(self, name):
        """The block's new sockets and processes belong to this namespace."""
        with open("/proc/self/ns/net") as home, open(f"/run/netns/{self.space(name)}") as there:
            if libc.setns(there.fileno(), 0x40000000):
                raise OSError(ctypes.get_errno(), "setns")
            try:
                yield
            finally:
                libc.setns(home.fileno(), 0x40000000)

    def process(self, name, *words, **options):
        with self.inside(name):
            process = subprocess.Popen([str(w) for w in words], **options)
        self.processes.append(process)
        return process

    def opened(self, name, family=socket.AF_INET, kind=socket.SOCK_STREAM, protocol=0):
        with self.inside(name):
            made = socket.socket(family, kind, protocol)
        made.settimeout(20)
        return made

    def tcp(self, name, family=socket.AF_INET, port=0, **options):
        """A TCP socket, reno, without Nagle; options are TCP_* or SO_* names with their values."""
        made = self.opened(name, family)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"reno")
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for key, value in options.items():
            level = socket.IPPROTO_TCP if key.startswith("TCP_") else socket.SOL_SOCKET
            made.setsockopt(level, getattr(socket, key), value)
        if port:
            made.bind(("", port))
        return made

    def listen(self, port=PORT, family=socket.AF_INET, **options):
        made = self.tcp("server", family, port, **options)
        made.listen(8)
        return made

    def connect(self, port=PORT, client_port=CLIENT_PORT, family=socket.AF_INET, address=None, **options):
        made = self.tcp("client", family, client_port, **options)
        made.connect((address or (S4 if family == socket.AF_INET else S6), port))
        return made

    def pair(self, port=PORT, client_port=CLIENT_PORT, family=socket.AF_INET, client=None, server=None):
        """A connection made: (client's socket, server's socket)."""
        listener = self.listen(port, family, **(server or {}))
        near = self.connect(port, client_port, family, **(client or {}))
        far, _ = listener.accept()
        far.settimeout(20)
        listener.close()
        return near, far

    def udp(self, name, port=0, family=socket.AF_INET, address=""):
        made = self.opened(name, family, socket.SOCK_DGRAM)
        made.bind((address, port))
        return made

    def ping(self, name="client", address=S4, count=2, size=56, identifier=0x7701, dont_fragment=False):
        """Echo requests with fixed octets, one after the other's answer; returns how many were answered."""
        six = ":" in address
        family, protocol = (
            (socket.AF_INET6, socket.IPPROTO_ICMPV6) if six else (socket.AF_INET, socket.IPPROTO_ICMP)
        )
        raw = self.opened(name, family, socket.SOCK_RAW, protocol)
        raw.settimeout(0.5)
        if not six:
            raw.setsockopt(socket.IPPROTO_IP, 10, 2 if dont_fragment else 0)  # IP_MTU_DISCOVER: do, or don't
        answered = 0
        for sequence in range(1, count + 1):
            body = struct.pack("!BBHHH", 128 if six else 8, 0, 0, identifier, sequence) + pattern(size)
            if not six:
                body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
            with contextlib.suppress(OSError):
                raw.sendto(body, (address, 0))
                limit = time.monotonic() + 0.5
                while time.monotonic() < limit:
                    octets = raw.recv(65535)
                    icmp = octets if six else octets[(octets[0] & 15) * 4 :]
                    if icmp[0] == (129 if six else 0) and icmp[4:8] == struct.pack(
                        "!HH", identifier, sequence
                    ):
                        answered += 1
                        break
            time.sleep(0.05)
        raw.close()
        return answered

    def record(self, path, where="client", interface=None, filter="", snap=262144, link=None):
        """Starts tcpdump and returns once it listens. With `neighbours` set no IPv6 multicast is kept."""
        interface = interface or {"client": "c0", "server": "s0"}[where]
        if self.ipv6 and self.neighbours and not filter:
            filter = "not (ip6 multicast)"  # listener reports, which come when some timer wants
        recording = Recording(self, path, where, interface, filter, snap, link)
        self.recordings.append(recording)
        return recording
