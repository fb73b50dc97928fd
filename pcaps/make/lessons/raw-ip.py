import fcntl
import os
import select
import struct
import threading

from lab import Lab
from lesson import Capture
from tunnels import exchange

CAPTURES = [
    Capture(
        "raw-ip",
        "No link layer at all (DLT_RAW): each record begins with the IP header, whose first four bits say"
        " IPv4 or IPv6.",
        "tcpdump on a tun device whose other end, in the server's namespace, is joined to it by a few lines"
        " of python.",
        [("IPv4", "ip && icmp"), ("IPv6", "ipv6 && icmpv6"), ("SYN", "tcp.flags == 0x002"), ("HTTP", "http")],
    )
]


def tun(lab, where, addresses):
    with lab.inside(where):
        device = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(device, 0x400454CA, struct.pack("16sH", b"tun0", 0x1001))  # TUNSETIFF: IFF_TUN, IFF_NO_PI
    lab.sysctl(where, "net.ipv6.conf.tun0.addr_gen_mode", 1)
    for address in addresses:
        lab.ip(where, "address", "add", address, "dev", "tun0", *(["nodad"] if ":" in address else []))
    lab.ip(where, "link", "set", "tun0", "up")
    return device


def pump(one, other, end):
    while True:
        for ready in select.select([one, other, end], [], [])[0]:
            if ready == end:
                return
            os.write(other if ready == one else one, os.read(ready, 65536))


def make(out):
    with Lab(direct=True, ipv6=True) as lab:
        client = tun(lab, "client", ["10.20.0.1/24", "fd20::1/64"])
        server = tun(lab, "server", ["10.20.0.2/24", "fd20::2/64"])
        end, stop = os.pipe()
        pumping = threading.Thread(target=pump, args=(client, server, end))
        pumping.start()
        recording = lab.record(out("raw-ip"), "client", "tun0", "not (ip6 multicast)")
        exchange(lab, address="10.20.0.2")
        lab.ping(address="fd20::2")
        recording.stop()
        os.write(stop, b"x")
        pumping.join()
        for descriptor in (client, server, end, stop):
            os.close(descriptor)
