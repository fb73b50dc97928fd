import struct

import dns
from lab import S4, Lab
from lesson import Capture
from streams import close_in_order, receive

CAPTURES = [
    Capture(
        "dns-over-tcp",
        "An answer too long for UDP comes back cut (TC), so the client asks again over TCP, where each"
        " message has its length before it. It then sends two questions in one segment; the answers come in"
        " the other order.",
        "Our own DNS server (dns.py) and client.",
        [
            ("cut answer", "dns.flags.truncated == 1"),
            ("over TCP", "dns && tcp"),
            (
                "two questions in one segment",
                "dns.id == 0x2001 && dns.id == 0x2002 && dns.flags.response == 0",
            ),
        ],
        plain=True,
    )
]


def framed(message):
    return struct.pack("!H", len(message)) + message


def make(out):
    with Lab() as lab:
        datagrams = lab.udp("server", 53)
        lab.record(out("dns-over-tcp"))
        client = lab.udp("client", 40001)
        asked = dns.query(0x2000, "long.wiretale.example", dns.TXT)
        client.sendto(asked, (S4, 53))
        question, source = datagrams.recvfrom(512)
        datagrams.sendto(dns.answer(question), source)
        client.recv(512)
        client, server = lab.pair(53)
        told = framed(dns.answer(asked, 65535))
        client.sendall(framed(asked))
        receive(server, len(asked) + 2)
        server.sendall(told)
        receive(client, len(told))
        one, two = dns.query(0x2001, "www.wiretale.example", dns.A), dns.query(
            0x2002, "wiretale.example", dns.MX
        )
        client.sendall(framed(one) + framed(two))
        receive(server, len(one) + len(two) + 4)
        for message in (two, one):
            told = framed(dns.answer(message, 65535))
            server.sendall(told)
            receive(client, len(told))
        close_in_order(client, server)
