from craft import EPOCH, ETHERNET, ethernet, ipv4, pcap, tcp
from lesson import Capture

C, S = "10.10.0.1", "10.10.0.2"
OPTIONS = b"\x02\x04\x05\xb4\x01\x01\x04\x02"
REQUEST = b"GET /account HTTP/1.1\r\nHost: bank.example\r\n\r\n"
TRUE = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello there\n"
FORGED = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello thief\n"

CAPTURES = [
    Capture(
        "forged-answer",
        "Somebody on the path answers sooner than the server, with other octets: the server's own answer looks"
        " like a repeat.",
        "Crafted.",
        [("the forged answer", "frame.number == 5"), ("the server's", "frame.number == 7"), ("HTTP", "http")],
    )
]


def make(out):
    frames, now, ids = [], EPOCH * 1_000_000_000, {C: 100, S: 900}

    def send(source, flags, sequence, answer, gap, body=b"", options=b""):
        nonlocal now
        now += int(gap * 1_000_000)
        ids[source] += 1
        target = S if source == C else C
        ports = (40001, 80) if source == C else (80, 40001)
        segment = tcp(source, target, *ports, sequence, answer, flags, body, options=options)
        octets = ipv4(source, target, 6, segment, identification=ids[source], flags=2)
        ends = ("02:00:00:00:00:02", "02:00:00:00:00:01")
        frame = ethernet(*(ends if source == C else ends[::-1]), 0x0800, octets, minimum=60)
        frames.append((now, frame, len(frame)))

    c, s = 1_000_000, 5_000_000
    send(C, "S", c, 0, 1, options=OPTIONS)
    send(S, "S.", s, c + 1, 10, options=OPTIONS)
    send(C, ".", c + 1, s + 1, 0.1)
    send(C, "P.", c + 1, s + 1, 0.1, REQUEST)
    done, there = c + 1 + len(REQUEST), s + 1 + len(TRUE)
    send(S, "P.", s + 1, done, 3, FORGED)
    send(C, ".", done, there, 0.1)
    send(S, "P.", s + 1, done, 7, TRUE)
    send(C, ".", done, there, 0.1)
    send(C, "F.", done, there, 1)
    send(S, "F.", there, done + 1, 10)
    send(C, ".", done + 1, there + 1, 0.1)
    out("forged-answer").write_bytes(pcap(frames, ETHERNET))
