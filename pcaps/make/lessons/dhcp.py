import struct

from craft import ETHERNET, address, ethernet, ipv4, mac, pcap, timed, udp
from lesson import Capture

CAPTURES = [
    Capture(
        "dhcp",
        "A lease: discover, offer, request, acknowledgment to a host without an address; half an hour later"
        " it renews by unicast; at last it releases.",
        "Crafted.",
        [
            (name, f"dhcp.option.dhcp == {number}")
            for name, number in (
                ("discover", 1),
                ("offer", 2),
                ("request, renewal", 3),
                ("acknowledgments", 5),
                ("release", 7),
            )
        ],
    )
]
CLIENT, SERVER = ("10.10.0.100", "02:00:00:00:00:01"), ("10.10.0.2", "02:00:00:00:00:02")
NOWHERE, EVERYONE = ("0.0.0.0", CLIENT[1]), ("255.255.255.255", "ff:ff:ff:ff:ff:ff")
SERVER_ID, WANTED = (54, address(SERVER[0])), (50, address(CLIENT[0]))
ASKED = [(61, b"\x01" + mac(CLIENT[1])), (12, b"lesson"), (55, bytes([1, 3, 6, 15, 51]))]
GIVEN = [
    SERVER_ID,
    (51, struct.pack("!I", 3600)),
    (58, struct.pack("!I", 1800)),
    (1, address("255.255.255.0")),
    (3, address("10.10.0.254")),
    (6, address("10.10.0.2")),
    (15, b"wiretale.example"),
]


def message(source, target, kind, transaction, options, own="0.0.0.0", yours="0.0.0.0"):
    """RFC 2131: 236 fixed octets, the magic cookie, options, at least 300 in all."""
    reply = kind in (2, 5)
    body = struct.pack(
        "!BBBBIHH4s4s4s4s16s64s128sI",
        2 if reply else 1,
        1,
        6,
        0,
        transaction,
        0,
        0,
        address(own),
        address(yours),
        address("0.0.0.0"),
        address("0.0.0.0"),
        mac(CLIENT[1]),
        b"",
        b"",
        0x63825363,
    )
    for code, value in [(53, bytes([kind]))] + options:
        body += bytes([code, len(value)]) + value
    body = (body + b"\xff").ljust(300, b"\0")
    ports = (67, 68) if reply else (68, 67)
    return ethernet(
        target[1],
        source[1],
        0x0800,
        ipv4(
            source[0],
            target[0],
            17,
            udp(source[0], target[0], *ports, body),
            tos=0x10,
            identification=transaction & 0xFF,
        ),
    )


def make(out):
    frames = [
        message(NOWHERE, EVERYONE, 1, 0x3903F326, ASKED),
        message(SERVER, CLIENT, 2, 0x3903F326, GIVEN, yours=CLIENT[0]),
        message(NOWHERE, EVERYONE, 3, 0x3903F326, [WANTED, SERVER_ID] + ASKED),
        message(SERVER, CLIENT, 5, 0x3903F326, GIVEN, yours=CLIENT[0]),
        (1_800_000, message(CLIENT, SERVER, 3, 0x3903F327, ASKED, own=CLIENT[0])),
        message(SERVER, CLIENT, 5, 0x3903F327, GIVEN, own=CLIENT[0], yours=CLIENT[0]),
        (60_000, message(CLIENT, SERVER, 7, 0x3903F328, [SERVER_ID, ASKED[0]], own=CLIENT[0])),
    ]
    out("dhcp").write_bytes(pcap(timed(frames), ETHERNET))
