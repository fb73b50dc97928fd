"""What a lesson says about each capture it makes; readme.py turns it into the table of README.md and checks
it."""

from dataclasses import dataclass, field


@dataclass
class Capture:
    name: str  # the file, without .pcap
    teaches: str  # one or two sentences
    how: str  # how it is made
    shows: list = field(default_factory=list)  # (words, display filter): the frames where the lesson happens
    plain: bool = False  # only Ethernet ARP IPv4 IPv6 ICMP TCP UDP DNS HTTP: tcpdump's text is kept
    fields: list = field(default_factory=list)  # extra tshark options that the filters need
