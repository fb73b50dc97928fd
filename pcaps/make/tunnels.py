"""The traffic that every tunnel and tag lesson carries: two pings and a small HTTP exchange."""

import socket
import time

from lab import S4, S6, Lab
from streams import close_in_order, receive


def carry(path, wrap, six=False):
    """Records the trunk while the relay wraps what crosses it."""
    with Lab(relay={"wrap": wrap}, trunk=True, ipv6=six) as lab:
        lab.record(path, "relay", "t0", "not (ip6 multicast)")
        exchange(lab, six)


def exchange(lab, six=False, address=None):
    address = address or (S6 if six else S4)
    family = socket.AF_INET6 if six else socket.AF_INET
    assert lab.ping(address=address) == 2
    listener = lab.listen(80, family)
    client = lab.connect(80, family=family, address=address)
    server, _ = listener.accept()
    asked = b"GET /inside HTTP/1.1\r\nHost: www.example\r\n\r\n"
    told = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ninside\n"
    client.sendall(asked)
    receive(server, len(asked))
    server.sendall(told)
    receive(client, len(told))
    time.sleep(0.05)
    close_in_order(client, server)
    listener.close()
