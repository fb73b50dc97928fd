import socket

from lab import Lab
from lesson import Capture
from streams import close_in_order, receive

CAPTURES = [
    Capture(
        "loopback",
        "Traffic inside one machine: Ethernet headers with addresses of zero, an MSS of 65495, and each"
        " packet once; first over 127.0.0.1, then over ::1.",
        "tcpdump -i lo in the server's namespace; offloads as they are, so checksums are partial.",
        [
            ("SYN with its MSS", "tcp.flags == 0x002"),
            ("over IPv6", "ipv6 && tcp.flags == 0x002"),
            ("HTTP", "http"),
        ],
        plain=True,
    )
]


def make(out):
    with Lab(direct=True, ipv6=True) as lab:
        lab.record(out("loopback"), "server", "lo")
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            listener = lab.listen(80, family)
            client = lab.tcp("server", family, 40001)
            client.connect((address, 80))
            server, _ = listener.accept()
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            receive(server, 18)
            server.sendall(b"HTTP/1.0 204 No Content\r\n\r\n")
            receive(client, 27)
            close_in_order(server, client)
            listener.close()
