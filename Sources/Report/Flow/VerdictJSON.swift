// What the flow tracker says of a packet, in its record.

internal import Flow

extension JSONPrinter {
  /// The flow's own name, who sent the packet, and what analysis says of it.
  mutating func writeVerdict(_ verdict: Verdict) {
    if let window = verdict.window {
      out.write(",\"window\":")
      out.write(signed: Int(window))
    }
    out.write(",\"flow\":\"F")
    out.write(decimal: verdict.flow)
    out.write(verdict.side == .originator ? "\",\"from\":\"orig\"" : "\",\"from\":\"resp\"")
    if verdict.about > 0 {
      out.write(",\"about_flow\":\"F")
      out.write(decimal: verdict.about)
      out.write(octet: 34)
    }
    guard !verdict.analysis.isEmpty else { return }
    out.write(",\"analysis\":[")
    var isFirst = true
    for (bit, name) in Analysis.names.enumerated() where verdict.analysis.rawValue & 1 << UInt32(bit) != 0 {
      if !isFirst { out.write(octet: 44) }
      isFirst = false
      out.write(octet: 34)
      out.write(name)
      out.write(octet: 34)
    }
    out.write("]")
    if verdict.of > 0 {
      out.write(",\"of\":")
      out.write(decimal: verdict.of)
    }
  }
}
