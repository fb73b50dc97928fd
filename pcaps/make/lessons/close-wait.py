import time

from lab import Lab
from lesson import Capture

CAPTURES = [
    Capture(
        "close-wait",
        "The client's FIN is acknowledged, but the server never closes: it stays in CLOSE_WAIT to the end of"
        " the capture, the client in FIN_WAIT_2.",
        "The server's program forgets to close; two seconds later another connection marks the time.",
        [
            ("FIN", "tcp.stream == 0 && tcp.flags.fin == 1"),
            (
                "its ACK, the last of that connection",
                "tcp.stream == 0 && tcp.srcport == 9000 && tcp.ack == 11",
            ),
        ],
        plain=True,
    )
]


def make(out):
    with Lab() as lab:
        recording = lab.record(out("close-wait"))
        client, server = lab.pair()
        client.sendall(b"good bye\n")
        server.recv(100)
        time.sleep(0.1)
        client.close()
        server.recv(100)
        time.sleep(2)
        other, far = lab.pair(client_port=40002)
        other.close()
        far.recv(100)
        far.close()
        recording.stop()
