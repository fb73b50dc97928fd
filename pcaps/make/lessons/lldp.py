from craft import ETHERNET, ethernet, mac, pcap, timed
from lesson import Capture

CAPTURES = [
    Capture(
        "lldp",
        "Two neighbours introduce themselves (LLDP): a bridge by its MAC address and a name, a host by an"
        " interface name; then a message whose last value says that it is longer than the frame.",
        "Crafted.",
        [
            ("the bridge", "lldp.tlv.system.name == \"bridge\""),
            ("the host", "lldp.tlv.system.name == \"host\""),
        ],
    )
]
BRIDGE, HOST, NEIGHBOURS = "02:00:00:00:00:02", "02:00:00:00:00:01", "01:80:c2:00:00:0e"


def value(kind, octets):
    """Seven bits of type, nine of length (IEEE 802.1AB-2016 clause 8.4)."""
    return (kind << 9 | len(octets)).to_bytes(2, "big") + octets


def make(out):
    bridge = (
        value(1, b"\x04" + mac(BRIDGE))
        + value(2, b"\x05s0")
        + value(3, (120).to_bytes(2, "big"))
        + value(5, b"bridge")
        + value(7, bytes.fromhex("00040004"))
        + value(0, b"")
    )
    host = value(1, b"\x07host-1") + value(2, b"\x03" + mac(HOST)) + value(3, b"\0\x78") + value(5, b"host") + value(0, b"")
    lie = value(1, b"\x04" + mac(HOST)) + value(2, b"\x05e0") + b"\x08\xff" + b"long"
    frames = [
        ethernet(NEIGHBOURS, BRIDGE, 0x88CC, bridge, minimum=60),
        ethernet(NEIGHBOURS, HOST, 0x88CC, host, minimum=60),
        ethernet(NEIGHBOURS, HOST, 0x88CC, lie),
    ]
    out("lldp").write_bytes(pcap(timed(frames), ETHERNET))
