#!/usr/bin/env python3
"""Traffic between two namespaces of a container: container.sh runs it inside."""
import os
import socket
import subprocess
import sys
import threading
import time


def ip(*words, check=True):
    return subprocess.run(["ip", *words], check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def namespaces():
    """Client and server, with a router between them whose side of the client is captured."""
    for name, net in (("client", 1), ("server", 2)):
        ip("netns", "add", name, check=False)
        device = "wt0" if name == "client" else "sv0"
        ip("link", "add", device, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("addr", "add", f"10.9.{net}.1/24", "dev", device)
        ip("link", "set", device, "up")
        ip("-n", name, "addr", "add", f"10.9.{net}.2/24", "dev", "eth0")
        ip("-n", name, "link", "set", "eth0", "up")
        ip("-n", name, "link", "set", "lo", "up")
        ip("-n", name, "route", "add", "default", "via", f"10.9.{net}.1")
    with open("/proc/sys/net/ipv4/ip_forward", "w") as file:
        file.write("1")


def enter(name):
    with open(f"/run/netns/{name}") as file:
        os.setns(file.fileno(), 0x40000000)


def setns_fallback():
    if hasattr(os, "setns"):
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    os.setns = lambda descriptor, kind: libc.setns(descriptor, kind)


def serve(port, ready):
    enter("server")
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("10.9.2.2", port))
    listener.listen(256)
    ready.set()
    while True:
        peer, _ = listener.accept()
        peer.recv(100)
        peer.sendall(b"answer")
        peer.recv(1)
        peer.close()


def talk(port):
    peer = socket.create_connection(("10.9.2.2", port), timeout=5)
    peer.sendall(b"question")
    peer.recv(100)
    peer.close()


def with_server(port, body):
    ready = threading.Event()
    # setns(2) is of one thread: the server's thread enters its namespace, this one the client's.
    threading.Thread(target=serve, args=(port, ready), daemon=True).start()
    ready.wait()
    enter("client")
    body()


def connections(port, count):
    with_server(port, lambda: [talk(port) for _ in range(count)])
    time.sleep(0.5)


def steady(port, seconds):
    end = time.time() + seconds

    def body():
        while time.time() < end:
            talk(port)
            time.sleep(0.005)

    with_server(port, body)


def refused(port):
    enter("client")
    try:
        talk(port)
    except ConnectionRefusedError:
        pass


def vanish():
    ip("link", "del", "wt0")
    ip("link", "del", "sv0")


setns_fallback()
verb, numbers = sys.argv[1], [int(word) for word in sys.argv[2:]]
{"namespaces": namespaces, "connections": connections, "steady": steady, "refused": refused, "vanish": vanish}[verb](*numbers)
