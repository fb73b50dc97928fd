// Printers still to be written.

internal import Wire

extension LinePrinter {
  mutating func ethernet(_ bytes: Bytes, _ length: Int) throws(Cut) -> Int {
    reading = "ether"
    guard bytes.count >= 14 else { throw .truncated }
    let payload = bytes.extracting(droppingFirst: 14)
    if bytes.u16(12) == 0x0800 { try ipv4(payload, length &- 14) }
    if bytes.u16(12) == 0x86dd { try ipv6(payload, length &- 14) }
    return 14
  }
  mutating func cooked(_ bytes: Bytes, _ length: Int) throws(Cut) {}
  mutating func cooked2(_ bytes: Bytes, _ length: Int) throws(Cut) {}
  mutating func loopback(_ bytes: Bytes, _ length: Int) throws(Cut) {}
  mutating func raw(_ bytes: Bytes, _ length: Int) throws(Cut) {}
  mutating func ppp(link bytes: Bytes, _ length: Int) throws(Cut) {}
  mutating func pppSerial(_ bytes: Bytes, _ length: Int) throws(Cut) {}
  mutating func pppoe(_ bytes: Bytes, _ length: Int) throws(Cut) -> Int { 0 }
  mutating func unsupported(_ bytes: Bytes) {}
  mutating func igmp(_ bytes: Bytes, _ length: Int) throws(Cut) {}
  mutating func gre(_ bytes: Bytes, _ length: Int) throws(Cut) {}
  mutating func esp(_ bytes: Bytes, _ length: Int) throws(Cut) {}
  mutating func authentication(_ bytes: Bytes, _ length: Int, _ outer: Outer) throws(Cut) {}
  mutating func ipcomp(_ bytes: Bytes) throws(Cut) {}
  mutating func vrrp(_ bytes: Bytes, _ length: Int, _ outer: Outer) throws(Cut) {}
  mutating func sctp(_ bytes: Bytes, _ length: Int, _ outer: Outer) throws(Cut) {}
  mutating func vxlan(_ bytes: Bytes, _ length: Int) throws(Cut) {}
  mutating func geneve(_ bytes: Bytes, _ length: Int) throws(Cut) {}
  mutating func mobility(_ bytes: Bytes) throws(Cut) {}
}
