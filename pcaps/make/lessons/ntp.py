import struct

from craft import EPOCH, ETHERNET, address, ethernet, ipv4, pcap, timed, udp
from lesson import Capture

CAPTURES = [
    Capture(
        "ntp",
        "Two exchanges with a time server of stratum 2: the four timestamps from which a client reckons"
        " offset and delay. The second answer is a kiss of death (RATE).",
        "Crafted (RFC 5905).",
        [
            ("client", "ntp.flags.mode == 3"),
            ("server", "ntp.flags.mode == 4"),
            ("kiss of death", "ntp.stratum == 0 && ntp.flags.mode == 4"),
        ],
    )
]


def stamp(ms):
    seconds, rest = divmod(ms, 1000)
    return (
        struct.pack("!II", EPOCH + 2_208_988_800 + seconds, (rest << 32) // 1000)
        if ms is not None
        else bytes(8)
    )


def ntp(first, stratum, poll, reference, times):
    return struct.pack("!BBbbII4s", first, stratum, poll, -23, 0x0200, 0x0300, reference) + b"".join(
        bytes(8) if t is None else stamp(t) for t in times
    )


def frame(source, target, ports, body, identification):
    return ethernet(
        target[1],
        source[1],
        0x0800,
        ipv4(
            source[0], target[0], 17, udp(source[0], target[0], *ports, body), identification=identification
        ),
    )


def make(out):
    client, server = ("10.10.0.1", "02:00:00:00:00:01"), ("10.10.0.2", "02:00:00:00:00:02")
    to, fro = (40001, 123), (123, 40001)
    frames = [
        frame(client, server, to, ntp(0x23, 0, 6, bytes(4), (None, None, None, 0)), 1),
        (12, frame(server, client, fro, ntp(0x24, 2, 6, address("192.0.2.7"), (-64_000, 0, 6, 7)), 2)),
        (988, frame(client, server, to, ntp(0x23, 0, 6, bytes(4), (None, None, None, 1000)), 3)),
        (12, frame(server, client, fro, ntp(0xE4, 0, 6, b"RATE", (None, 1000, 1006, 1007)), 4)),
    ]
    out("ntp").write_bytes(pcap(timed(frames), ETHERNET))
