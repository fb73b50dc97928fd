from lab import Lab
from lesson import Capture
from streams import close_in_order, pattern, receive

CAPTURES = [
    Capture(
        "offload",
        "What a capture on the sending machine shows when the network card cuts and sums: segments of many"
        " times the MTU, and TCP checksums that hold only the pseudo header's sum. Neither was ever on a"
        " wire.",
        "80 000 octets between two directly joined interfaces with tso, gso, gro, tx and rx on.",
        [("giant segments", "frame.len > 1514"), ("partial checksums", 'tcp.checksum.status == "Bad"')],
        plain=True,
        fields=["-o", "tcp.check_checksum:TRUE"],
    )
]


def make(out):
    with Lab(direct=True, offload=True) as lab:
        lab.record(out("offload"))
        client, server = lab.pair()
        client.sendall(pattern(80_000))
        assert receive(server, 80_000) == pattern(80_000)
        close_in_order(client, server)
