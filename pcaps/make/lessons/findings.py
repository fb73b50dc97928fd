"""Connections of a few packets, one for each finding that no other capture here shows."""

import struct

from craft import EPOCH, ETHERNET, ethernet, icmp, ipv4, pcap, tcp
from lesson import Capture

C, S = "10.10.0.1", "10.10.0.2"
MSS, SACK, WSCALE = b"\x02\x04\x05\xb4", b"\x01\x01\x04\x02", b"\x01\x03\x03\x07"
STAMPS = b"\x01\x01\x08\x0a" + struct.pack("!II", 1, 0)
USUAL = MSS + SACK + WSCALE
COOKIE = b"\x22\x0a12345678"  # Fast Open, RFC 7413 section 4.1.1


class Talk:
    """A connection told packet by packet. Numbers follow from what was sent, unless they are given, counted
    from the initial ones. The tap is at the client: the server answers 10 ms later, the client at once."""

    def __init__(self, film, port, initial=(1_000_000, 5_000_000)):
        self.film, self.port, self.initial = film, port, list(initial)
        self.next, self.heard = [0, 0], [0, 0]

    def send(self, me, flags, body, gap, seq, ack, win, opts, tos, lost, spoilt=False):
        seq = self.next[me] if seq is None else seq
        ack = self.next[1 - me] if ack is None else ack
        ports = (self.port, 9000) if me == 0 else (9000, self.port)
        pair = (C, S) if me == 0 else (S, C)
        number = (self.initial[me] + seq) % 2**32
        answer = (self.initial[1 - me] + ack) % 2**32 if "." in flags else 0
        segment = tcp(*pair, *ports, number, answer, flags, b"x" * body, window=win, options=opts)
        if spoilt:
            segment = segment[:-1] + b"y"
        self.last = self.film.packet(pair, 6, segment, gap, tos, lost)
        if "R" in flags:
            return self
        self.next[me] = max(self.next[me], seq + body + ("S" in flags) + ("F" in flags))
        return self

    def c(self, flags, body=0, gap=0.1, seq=None, ack=None, win=502, opts=b"", tos=0, lost=False):
        return self.send(0, flags, body, gap, seq, ack, win, opts, tos, lost)

    def s(self, flags, body=0, gap=10, seq=None, ack=None, win=509, opts=b"", tos=0, lost=False, spoilt=False):
        return self.send(1, flags, body, gap, seq, ack, win, opts, tos, lost, spoilt)

    def open(self, client=USUAL, server=USUAL, room=65160):
        return self.c("S", opts=client, win=64240).s("S.", opts=server, win=room).c(".")

    def icmp(self, kind, code, rest):
        """An error about the client's last packet, from a router."""
        self.film.packet(("10.10.0.254", C), 1, icmp(kind, code, rest, self.last[:28]), 5, 0, False)
        return self


class Film:
    """All packets of a capture in their order."""

    def __init__(self):
        self.frames, self.now, self.port, self.ids = [], EPOCH * 1_000_000_000, 40000, {}

    def talk(self, **more):
        self.port += 1
        self.now += 1_000_000_000
        return Talk(self, self.port, **more)

    def packet(self, pair, protocol, body, gap, tos, lost):
        self.now += int(gap * 1_000_000)
        self.ids[pair[0]] = self.ids.get(pair[0], 0) + 1
        octets = ipv4(*pair, protocol, body, identification=self.ids[pair[0]], flags=2, tos=tos)
        if not lost:
            ends = ("02:00:00:00:00:02", "02:00:00:00:00:01")
            frame = ethernet(*(ends if pair[0] == C else ends[::-1]), 0x0800, octets, minimum=60)
            self.frames.append((self.now, frame, len(frame)))
        return octets


def port(number):
    return f"tcp.port == {number}"


CAPTURES = [
    Capture(
        "findings-opening",
        "Ways in which a connection fails to open, or opens otherwise than usual, and options that one end has"
        " and the other has not.",
        "Crafted.",
        [
            ("SYN repeated", port(40001)),
            ("last ACK lost", port(40002)),
            ("accept queue full", port(40003)),
            ("host unreachable", port(40004)),
            ("never acknowledged", port(40005)),
            ("reset instead of the ACK", port(40006)),
            ("wrong number acknowledged", port(40007)),
            ("Fast Open, accepted and not", "tcp.port in {40008, 40009}"),
            ("ports used again", port(40010)),
            ("window scale, SACK, timestamps on one side", "tcp.port in {40011..40013}"),
            ("small segments", port(40014)),
            ("ECN refused", port(40015)),
        ],
    ),
    Capture(
        "findings-transfer",
        "What goes wrong in a transfer: octets sent in vain, never answered, too large, marked by a router; windows"
        " that shrink, stay closed, or open in crumbs; silence.",
        "Crafted.",
        [
            ("sent in vain", port(40001)),
            ("never answered", port(40002)),
            ("FIN repeated", port(40003)),
            ("marked", port(40004)),
            ("too big", port(40005)),
            ("full segments vanish", port(40006)),
            ("window taken back", port(40007)),
            ("crumbs", port(40008)),
            ("probes of a closed window", port(40009)),
            ("silence", port(40010)),
            ("keep-alives without an answer", port(40011)),
        ],
    ),
    Capture(
        "findings-closing",
        "Closes that do not come to an end, and resets of every kind.",
        "Crafted.",
        [
            ("an end that never closes", port(40001)),
            ("a FIN without an answer", port(40002)),
            ("the last ACK missing", port(40003)),
            ("closed with data unread", port(40004)),
            ("a connection that one end has forgotten", port(40005)),
            ("a reset outside the window", port(40006)),
            ("a SYN in a connection", port(40007)),
            ("data after a reset", port(40008)),
        ],
    ),
    Capture(
        "findings-capture",
        "What a capture may be: begun in mid-stream, of one side only, out of order, with gaps, with damage.",
        "Crafted.",
        [
            ("begun in mid-stream", port(40001)),
            ("one side only", port(40002)),
            ("time goes backwards", port(40003)),
            ("octets that were not captured", port(40004)),
            ("a damaged segment", port(40005)),
        ],
    ),
]


def opening(film):
    film.talk().c("S", opts=USUAL).c("S", gap=1000, seq=0, opts=USUAL).s("S.", opts=USUAL).c(".")
    film.talk().open().s("S.", gap=1000, seq=0, opts=USUAL).c(".")
    t = film.talk().open().c("P.", 100)
    t.s("S.", gap=1000, seq=0, ack=1, opts=USUAL).c(".", seq=101)
    t.s("S.", gap=2000, seq=0, ack=1, opts=USUAL).c(".", seq=101)
    film.talk().c("S", opts=USUAL).icmp(3, 1, 0)
    film.talk().c("S", opts=USUAL).s("S.", opts=USUAL)
    film.talk().c("S", opts=USUAL).s("S.", opts=USUAL).c("R", seq=1)
    film.talk().c("S", opts=USUAL).s("S.", ack=700, opts=USUAL)
    fast = USUAL + COOKIE + b"\x01\x01"
    film.talk().c("S", 50, opts=fast).s("S.", opts=USUAL).c(".")
    film.talk().c("S", 50, opts=fast).s("S.", ack=1, opts=USUAL).c(".", seq=1)
    t = film.talk().open().c("F.").s("F.").c(".")
    t.film.now += 5_000_000_000
    t.initial, t.next = [2_000_000, 9_000_000], [0, 0]
    t.open()
    film.talk().open(client=MSS + SACK)
    film.talk().open(server=MSS + WSCALE)
    film.talk().open(client=USUAL + STAMPS)
    film.talk().open(server=b"\x02\x04\x01\x2c" + SACK + WSCALE)
    film.talk().c("SEW", opts=USUAL).s("S.", opts=USUAL).c(".")


def dsack(talk, left, right):
    """A selective acknowledgment of octets that came twice (RFC 2883)."""
    first = talk.initial[0]
    return b"\x01\x01\x05\x0a" + struct.pack("!II", first + left, first + right)


def transfer(film):
    t = film.talk().open().c("P.", 1000)
    t.c("P.", 1000, gap=250, seq=1).s(".", gap=2).s(".", opts=dsack(t, 1, 1001))
    t = film.talk().open().c("P.", 100).s(".").c("P.", 100)
    for gap in (300, 600, 1200, 2400):
        t.c("P.", 100, gap=gap, seq=101)
    t = film.talk().open().c("F.").c("F.", gap=300, seq=1).s("F.").c(".")
    t = film.talk().c("SEW", opts=USUAL).s("S.E", opts=USUAL).c(".")
    t.c("P.", 1000, tos=3).s(".E").c("P.W", 1000, tos=2).s(".")
    t = film.talk().open().c("P.", 1460).icmp(3, 4, 1400).c(".", 1360, seq=1).c("P.", 100, seq=1361).s(".")
    t = film.talk().open().c("P.", 100).s(".").c(".", 1460)
    for gap in (300, 600, 1200, 2400):
        t.s("P.", 10, ack=101).c(".").c(".", 1460, gap=gap, seq=101)
    t = film.talk().open(MSS, MSS, 8000).c("P.", 100).s(".", win=8000).s(".", gap=5, win=4000)
    t = film.talk().open(MSS, MSS, 100).c("P.", 100).s(".", win=100)
    for _ in range(5):
        t.c("P.", 100).s(".", win=100)
    t = film.talk().open(MSS, MSS, 100).c("P.", 100).s(".", win=0)
    for gap in (200, 400, 800, 1600):
        t.c(".", gap=gap, seq=100).s(".", win=0)
    t.s(".", gap=500, win=8000)
    film.talk().open().c("P.", 100).s(".").c("P.", 100, gap=90_000).s(".")
    t = film.talk().open().c("P.", 100).s(".")
    for _ in range(4):
        t.c(".", gap=1000, seq=100)


def closing(film):
    t = film.talk().open().c("F.").s(".")
    film.talk().open().c("F.").c("F.", gap=300, seq=1).c("F.", gap=600, seq=1)
    u = film.talk().open().c("F.").s(".").s("F.").s("F.", gap=300, seq=1).s("F.", gap=600, seq=1)
    film.talk().open().c("P.", 100).s("R.")
    film.talk().open().c("P.", 100).s(".").c("P.", 100).s("R", seq=1)
    film.talk().open().c("P.", 100).s(".").s("R", seq=1_000_000).c(".").c("P.", 100).s(".")
    v = film.talk().open().c("P.", 100).s(".")
    v.c("S", seq=777_000_000, gap=1000, opts=USUAL)
    v.next[0] = 101
    v.s(".")
    film.talk().open().c("P.", 100).s(".").s("R.", gap=100).c("P.", 100, gap=500)
    # Much later, so that what waits has waited.
    film.now += 70_000_000_000
    film.talk().open()
    assert t and u


def capture(film):
    t = film.talk()
    t.next = [5001, 9001]
    t.c("P.", 100).s(".").s("P.", 300).c(".")
    t = film.talk().c("S", opts=USUAL).s("S.", opts=USUAL, lost=True).c(".")
    t.c("P.", 100).s(".", lost=True).s("P.", 300, lost=True).c(".").c("P.", 50)
    t = film.talk().open().c("P.", 100).s(".", gap=-5).c("P.", 100, gap=20).s(".")
    t = film.talk().open().c("P.", 100).s(".").c("P.", 700, lost=True).c("P.", 100).s(".")
    t = film.talk().open().c("P.", 100).s(".").s(".", 1000).s(".", 1000, gap=0.1).s(".", 1000, gap=0.1).c(".")
    t.s(".", 1000, gap=0.1, spoilt=True).s(".", 1000, gap=0.1).c(".", ack=3001).s(".", 1000, gap=10, seq=3001)
    t.c(".")


def make(out):
    scenes = {"opening": opening, "transfer": transfer, "closing": closing, "capture": capture}
    for name, scene in scenes.items():
        film = Film()
        scene(film)
        out(f"findings-{name}").write_bytes(pcap(film.frames, ETHERNET))
