// Link Layer Discovery Protocol (IEEE 802.1AB-2016), as text.

internal import Wire

extension LinePrinter {
  /// An LLDP message: its length and the system's name. (What tcpdump lists of it with `-v` is not told here:
  /// `-V` is the place for it.)
  mutating func lldp(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "lldp"
    named("LLDP", length)
    var at = 0
    while at &+ LLDPValue.headerLength <= length {
      let word = try bytes.get16(at)
      let (type, count) = (UInt8(truncatingIfNeeded: word &>> 9), Int(word & 0x1ff))
      at &+= LLDPValue.headerLength
      if type == LLDPValue.end || count == 0 { return }
      try bytes.check(at, count)
      if at &+ count > length { throw .truncated }
      if type == LLDPValue.systemName {
        out.write(": ")
        // Some systems fill their name up with zeros.
        for i in at..<at &+ count {
          if bytes[i] == 0 { break }
          out.write(visible: bytes[i])
        }
      }
      at &+= count
    }
  }
}
