// What the flow tracker says of a packet, in its record.

internal import Flow

extension JSONPrinter {
  /// The flow's own name, who sent the packet, and what analysis says of it.
  /// Gives the place where a repeat may yet be called spurious.
  mutating func writeVerdict(_ verdict: Verdict, _ settled: [Settlement]) -> Int {
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
    let place = verdict.analysis.isEmpty ? 0 : writeAnalysis(verdict)
    if !settled.isEmpty { writeNeedless(settled) }
    return place
  }

  /// What `HeldOutput` writes at that place.
  public static var spuriousWord: StaticString { ",\"spurious_retransmission\"" }

  /// Earlier frames that this one shows nobody needed.
  private mutating func writeNeedless(_ settled: [Settlement]) {
    var isFirst = true
    for settlement in settled where settlement.isNeedless {
      out.write(isFirst ? ",\"needless\":[" : ",")
      isFirst = false
      out.write(decimal: settlement.frame)
    }
    if !isFirst { out.write(octet: 93) }
  }

  private mutating func writeAnalysis(_ verdict: Verdict) -> Int {
    out.write(",\"analysis\":[")
    var isFirst = true
    var place = 0
    for (bit, name) in Analysis.names.enumerated() where verdict.analysis.rawValue & 1 << UInt32(bit) != 0 {
      if !isFirst { out.write(octet: 44) }
      isFirst = false
      out.write(octet: 34)
      out.write(name)
      out.write(octet: 34)
      // It stands behind the cause, as the bits do.
      if 1 << UInt32(bit) < Analysis.spuriousRetransmission.rawValue { place = out.count }
    }
    out.write("]")
    if verdict.of > 0 {
      out.write(",\"of\":")
      out.write(decimal: verdict.of)
    }
    return place
  }
}
