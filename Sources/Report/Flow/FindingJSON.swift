// Findings, the teardown and the tap in a flow's record: RECORDS.md, `flows --json`.

internal import Flow

extension FlowJSON {
  /// The findings, the worst first, and where the capture of their connection was taken.
  mutating func write(_ findings: inout [Finding], _ place: Tap.Place?) {
    guard !findings.isEmpty else { return }
    out.write(",\"findings\":[")
    for i in 0..<findings.count {
      if i > 0 { out.write(octet: 44) }
      if findings[i].rule == .timeWait, findings[i].frames.count == 1, let place {
        writeTimeWait(&findings[i], place)
      } else {
        write(&findings[i], place)
      }
    }
    out.write("]")
  }

  /// The finding that nearly every connection has, in few pieces.
  private mutating func writeTimeWait(_ finding: inout Finding, _ place: Tap.Place) {
    let isResponder = finding.side == .responder
    out.write("{\"rule\":\"time_wait\",\"severity\":\"info\",\"says\":\"")
    out.write(finding)
    out.write("\",\"frames\":[", decimal: finding.frames.frame(0))
    switch place {
    case .nearOriginator: out.write("],\"confidence\":1.00,\"vantage\":\"near_orig\",\"side\":\"")
    case .nearResponder: out.write("],\"confidence\":1.00,\"vantage\":\"near_resp\",\"side\":\"")
    case .between: out.write("],\"confidence\":1.00,\"vantage\":\"between\",\"side\":\"")
    case .unknown: out.write("],\"confidence\":1.00,\"vantage\":\"unknown\",\"side\":\"")
    }
    out.write(isResponder ? "resp\"}" : "orig\"}")
  }

  private mutating func write(_ finding: inout Finding, _ place: Tap.Place?) {
    out.write("{\"rule\":\"")
    out.write(string: finding.rule.id)
    out.write("\",\"severity\":\"")
    out.write(finding.severity.name)
    out.write("\",\"says\":\"")
    out.write(finding)
    out.write("\",\"frames\":[")
    write(&finding.frames)
    if finding.confidence == 1 {
      out.write("],\"confidence\":1.00")
    } else {
      out.write("],\"confidence\":")
      write(hundredths: finding.confidence)
    }
    if !finding.alternatives.isEmpty { write(finding.alternatives) }
    if let place {
      out.write(",\"vantage\":\"")
      out.write(place.name)
      out.write(octet: 34)
    }
    if let side = finding.side {
      out.write(side == .originator ? ",\"side\":\"orig\"" : ",\"side\":\"resp\"")
    }
    out.write("}")
  }

  private mutating func write(_ alternatives: [Alternative]) {
    out.write(",\"could_also_be\":[")
    for (i, alternative) in alternatives.enumerated() {
      out.write(i == 0 ? "\"" : ",\"")
      out.write(string: alternative.rawValue)
      out.write(octet: 34)
    }
    out.write("]")
  }

  /// How the connection was closed.
  mutating func write(_ teardown: inout Teardown) {
    out.write(",\"teardown\":{\"kind\":\"")
    out.write(teardown.kind.name)
    out.write(octet: 34)
    if teardown.isSimultaneous {
      out.write(",\"first\":\"both\"")
    } else if let first = teardown.first {
      out.write(first == .originator ? ",\"first\":\"orig\"" : ",\"first\":\"resp\"")
    }
    if let steps = teardown.steps { number(",\"steps\":", Int64(steps)) }
    write(",\"fin_frames\":[", &teardown.finFrames)
    write(",\"ack_frames\":[", &teardown.ackFrames)
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

  private mutating func write(_ key: StaticString, _ frames: inout FrameList) {
    guard frames.count > 0 else { return }
    out.write(key)
    write(&frames)
    out.write("]")
  }

  private mutating func write(_ frames: inout FrameList) {
    for i in 0..<frames.count {
      if i > 0 { out.write(octet: 44) }
      out.write(decimal: frames.frame(i))
    }
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
