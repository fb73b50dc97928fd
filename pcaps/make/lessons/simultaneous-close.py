import time

from lab import Lab
from lesson import Capture

CAPTURES = [
    Capture(
        "simultaneous-close",
        "Two FINs cross: both ends go through CLOSING to TIME_WAIT.",
        "Both ends close within the 50 ms that the relay takes each way.",
        [("FINs", "tcp.flags.fin == 1"), ("their ACKs", "tcp.flags == 0x010 && frame.number > 6")],
        plain=True,
    )
]


def make(out):
    with Lab(relay={"delay_ms": 50}) as lab:
        lab.record(out("simultaneous-close"))
        client, server = lab.pair()
        client.sendall(b"enough\n")
        server.recv(100)
        time.sleep(0.2)
        client.close()
        server.close()
        time.sleep(0.3)
