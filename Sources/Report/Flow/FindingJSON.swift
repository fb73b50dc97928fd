// Findings, the teardown and the tap in a flow's record: RECORDS.md, `flows --json`.

internal import Flow

extension FlowJSON {
  /// The findings, the worst first.
  mutating func write(_ findings: [Finding], _ connection: ConnectionReport?) {
    guard !findings.isEmpty else { return }
    out.write(",\"findings\":[")
    for (i, finding) in findings.enumerated() {
      out.write(i == 0 ? "{\"rule\":\"" : ",{\"rule\":\"")
      out.write(string: finding.rule.id)
      out.write("\",\"severity\":\"")
      out.write(finding.severity.name)
      out.write("\",\"says\":\"")
      out.write(finding)
      out.write("\",\"frames\":[")
      for (j, frame) in finding.frames.enumerated() {
        if j > 0 { out.write(octet: 44) }
        out.write(decimal: frame)
      }
      out.write("],\"confidence\":")
      write(hundredths: finding.confidence)
      if !finding.alternatives.isEmpty {
        out.write(",\"could_also_be\":[")
        for (j, alternative) in finding.alternatives.enumerated() {
          out.write(j == 0 ? "\"" : ",\"")
          out.write(string: alternative.rawValue)
          out.write(octet: 34)
        }
        out.write("]")
      }
      if let connection {
        out.write(",\"vantage\":\"")
        out.write(connection.tap.place.name)
        out.write(octet: 34)
      }
      if let side = finding.side {
        out.write(side == .originator ? ",\"side\":\"orig\"" : ",\"side\":\"resp\"")
      }
      out.write("}")
    }
    out.write("]")
  }

  /// How the connection was closed.
  mutating func write(_ teardown: Teardown) {
    out.write(",\"teardown\":{\"kind\":\"")
    out.write(teardown.kind.name)
    out.write(octet: 34)
    if teardown.isSimultaneous {
      out.write(",\"first\":\"both\"")
    } else if let first = teardown.first {
      out.write(first == .originator ? ",\"first\":\"orig\"" : ",\"first\":\"resp\"")
    }
    if let steps = teardown.steps { number(",\"steps\":", Int64(steps)) }
    write(",\"fin_frames\":[", teardown.finFrames)
    write(",\"ack_frames\":[", teardown.ackFrames)
    if let reset = teardown.reset {
      out.write(reset.side == .originator ? ",\"reset_by\":\"orig\"" : ",\"reset_by\":\"resp\"")
      count(",\"reset_frame\":", reset.frame)
      out.write(",\"reset_kind\":\"")
      out.write(reset.kind.name)
      out.write(octet: 34)
    }
    if let time = teardown.halfClose { number(",\"half_close_ns\":", time) }
    if let octets = teardown.halfCloseOctets { number(",\"half_close_bytes\":", octets) }
    out.write("}")
  }

  private mutating func write(_ key: StaticString, _ frames: [UInt64]) {
    guard !frames.isEmpty else { return }
    out.write(key)
    for (i, frame) in frames.enumerated() {
      if i > 0 { out.write(octet: 44) }
      out.write(decimal: frame)
    }
    out.write("]")
  }

  /// Where the capture was taken.
  mutating func write(_ tap: Tap) {
    out.write(",\"vantage\":{\"at\":\"")
    out.write(tap.place.name)
    out.write(octet: 34)
    if tap.place != .unknown {
      out.write(",\"confidence\":")
      write(hundredths: tap.confidence)
    }
    if let time = tap.toOriginator { number(",\"to_orig_ns\":", time) }
    if let time = tap.toResponder { number(",\"to_resp_ns\":", time) }
    out.write("}")
  }

  /// A number from 0 to 1 with two decimals.
  private mutating func write(hundredths value: Double) {
    let whole = UInt64((min(1, max(0, value)) * 100).rounded())
    out.write(decimal: whole / 100)
    out.write(octet: 46)
    out.write(decimal: whole % 100, width: 2)
  }
}
