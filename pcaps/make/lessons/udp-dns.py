import dns
from lab import S4, Lab
from lesson import Capture

CAPTURES = [
    Capture(
        "udp-dns",
        "Nine questions to a name server: A, AAAA, a CNAME with its target, MX, TXT, SRV, PTR, a name that"
        " does not exist (NXDOMAIN) and a type that the name does not have (no error, no answer).",
        "Our own DNS server (dns.py) and client.",
        [
            ("A", 'dns.qry.type == 1 && dns.qry.name == "www.wiretale.example"'),
            ("AAAA", "dns.qry.type == 28"),
            ("CNAME", "dns.cname"),
            ("MX", "dns.qry.type == 15"),
            ("TXT", "dns.qry.type == 16"),
            ("SRV", "dns.qry.type == 33"),
            ("PTR", "dns.qry.type == 12"),
            ("NXDOMAIN", "dns.flags.rcode == 3"),
            ("no data", "dns.flags.response == 1 && dns.flags.rcode == 0 && dns.count.answers == 0"),
        ],
        plain=True,
    )
]
QUESTIONS = [
    ("www.wiretale.example", dns.A),
    ("www.wiretale.example", dns.AAAA),
    ("web.wiretale.example", dns.A),
    ("wiretale.example", dns.MX),
    ("wiretale.example", dns.TXT),
    ("_http._tcp.wiretale.example", dns.SRV),
    (dns.REVERSE, dns.PTR),
    ("nowhere.wiretale.example", dns.A),
    ("www.wiretale.example", dns.MX),
]


def make(out):
    with Lab() as lab:
        server = lab.udp("server", 53)
        lab.record(out("udp-dns"))
        for number, (name, kind) in enumerate(QUESTIONS):
            client = lab.udp("client", 40001 + number)
            client.sendto(dns.query(0x1000 + number, name, kind), (S4, 53))
            question, source = server.recvfrom(512)
            server.sendto(dns.answer(question), source)
            client.recv(512)
            client.close()
