import struct

from craft import ETHERNET, address, ethernet, ethernet_llc, icmp, ipv4, mac, pcap, timed
from lesson import Capture

CAPTURES = [
    Capture(
        "llc-snap-stp",
        "Frames whose type field is a length (IEEE 802.3): two spanning tree BPDUs (STP, RSTP) over LLC, an"
        " ARP request and a ping over SNAP, an XID command; beside them LLDP, which is Ethernet II.",
        "Crafted.",
        [
            ("STP, RSTP", "stp"),
            ("SNAP", "llc.dsap == 0xaa"),
            ("XID", "llc.control == 0xbf"),
            ("LLDP", "lldp"),
        ],
    )
]
BRIDGE, HOST = "02:00:00:00:00:02", "02:00:00:00:00:01"


def snap(ether_type, body):
    return bytes.fromhex("aaaa03000000") + struct.pack("!H", ether_type) + body


def make(out):
    root = struct.pack("!H6s", 0x8000, mac(BRIDGE))
    timers = struct.pack("!HHHH", 0, 20 * 256, 2 * 256, 15 * 256)
    stp = bytes.fromhex("424203 0000 00 00 01") + root + bytes(4) + root + struct.pack("!H", 0x8001) + timers
    rstp = (
        bytes.fromhex("424203 0000 02 02 3c")
        + root
        + bytes(4)
        + root
        + struct.pack("!H", 0x8001)
        + timers
        + b"\0"
    )
    arp = struct.pack(
        "!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, mac(HOST), address("10.10.0.1"), bytes(6), address("10.10.0.2")
    )
    lldp = (
        bytes.fromhex("0207 04")
        + mac(BRIDGE)
        + bytes.fromhex("0403 05")
        + b"s0"
        + bytes.fromhex("0602 0078")
        + bytes.fromhex("0a06")
        + b"bridge"
        + bytes(2)
    )
    frames = [
        ethernet_llc("01:80:c2:00:00:00", BRIDGE, stp),
        (2000, ethernet_llc("01:80:c2:00:00:00", BRIDGE, rstp)),
        ethernet_llc("ff:ff:ff:ff:ff:ff", HOST, snap(0x0806, arp)),
        ethernet_llc(
            BRIDGE,
            HOST,
            snap(0x0800, ipv4("10.10.0.1", "10.10.0.2", 1, icmp(8, 0, 0x77010001, bytes(range(48))))),
        ),
        ethernet_llc("ff:ff:ff:ff:ff:ff", HOST, bytes.fromhex("0000bf810100")),
        ethernet("01:80:c2:00:00:0e", BRIDGE, 0x88CC, lldp, minimum=60),
    ]
    out("llc-snap-stp").write_bytes(pcap(timed(frames), ETHERNET))
