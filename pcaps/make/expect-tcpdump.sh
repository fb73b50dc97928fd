#!/usr/bin/env bash
# Writes expected/NAME.tcpdump.txt and expected/NAME.tcpdump-v.txt: what tcpdump prints for the captures whose
# protocols are Ethernet, ARP, IPv4, IPv6, ICMP, ICMPv6, TCP, UDP, DNS and HTTP (their lessons say plain=True).
set -eu
make=$(cd "$(dirname "$0")" && pwd)
pcaps=$(dirname "$make")
mkdir -p "$pcaps/expected"
rm -f "$pcaps"/expected/*.tcpdump.txt "$pcaps"/expected/*.tcpdump-v.txt
tcpdump --version 2>&1 | head -2 > "$pcaps/expected/VERSION.txt"
cd "$pcaps"
python3 -B "$make/plain.py" | while read -r file; do
    name=${file%.*}
    # A broken file makes tcpdump end with an error after its last whole packet: the lines count.
    TZ=UTC tcpdump -nn -tttt '-#' -r "$file" > "expected/$name.tcpdump.txt" 2> /dev/null || true
    TZ=UTC tcpdump -nn -tttt '-#' -v -e -r "$file" > "expected/$name.tcpdump-v.txt" 2> /dev/null || true
    printf '%s\t%s lines\n' "$name" "$(wc -l < "expected/$name.tcpdump.txt")"
done
