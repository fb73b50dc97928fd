import socket
import time

from lab import Lab
from lesson import Capture
from streams import close_in_order, receive

CAPTURES = [
    Capture(
        "ipv6-tcp",
        "HTTP over TCP over IPv6: the same handshake with an MSS of 1440, and flow labels.",
        "Scripted ends.",
        [
            ("SYN with MSS 1440", "tcp.options.mss_val == 1440"),
            ("request", "http.request"),
            ("reply", "http.response"),
        ],
        plain=True,
    )
]


def make(out):
    with Lab(ipv6=True) as lab:
        lab.record(out("ipv6-tcp"))
        client, server = lab.pair(80, family=socket.AF_INET6)
        asked = b"GET / HTTP/1.1\r\nHost: [fd10::2]\r\n\r\n"
        told = b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"six." * 500
        client.sendall(asked)
        receive(server, len(asked))
        server.sendall(told)
        receive(client, len(told))
        time.sleep(0.05)
        close_in_order(client, server)
