// Findings in a flow's record: RECORDS.md, `flows --json`.

internal import Flow

extension FlowJSON {
  /// The findings, the worst first, and where the capture of their connection was taken.
  mutating func write(_ findings: inout [Finding], _ place: Tap.Place?) {
    guard !findings.isEmpty else { return }
    text.write(",\"findings\":[")
    for i in 0..<findings.count {
      if i > 0 { text.write(octet: 44) }
      write(&findings[i], place)
    }
    text.write("]")
  }

  /// A finding, an object.
  mutating func write(_ finding: inout Finding, _ place: Tap.Place?) {
    if let place, finding.frames.count == 1, finding.confidence == 1 {
      switch finding.rule {
      case .timeWait: return writeTimeWait(&finding, place)
      case .portReused: return writeReuse(&finding, place)
      default: break
      }
    }
    writeAny(&finding, place)
  }

  // The findings that very many connections have, in few pieces.

  private mutating func writeTimeWait(_ finding: inout Finding, _ place: Tap.Place) {
    if finding.side == .responder {
      responderWait.write(of: finding.side, lasting: finding.figures[0], to: &text)
    } else {
      originatorWait.write(of: finding.side, lasting: finding.figures[0], to: &text)
    }
    text.compose { $0.writeUsualEnd(&finding, place) }
  }

  private mutating func writeReuse(_ finding: inout Finding, _ place: Tap.Place) {
    if finding.severity == .info {
      text.write("{\"rule\":\"port_reused\",\"severity\":\"info\",\"says\":\"")
    } else {
      text.write("{\"rule\":\"port_reused\",\"severity\":\"warning\",\"says\":\"")
    }
    text.writeReuse(after: finding.figures[0], isNewer: finding.figures[1] > 0)
    text.compose { $0.writeUsualEnd(&finding, place) }
  }

  private mutating func writeAny(_ finding: inout Finding, _ place: Tap.Place?) {
    text.write("{\"rule\":\"")
    text.write(string: finding.rule.id)
    text.write("\",\"severity\":\"")
    text.write(finding.severity.name)
    text.write("\",\"says\":\"")
    text.write(finding)
    text.compose { $0.write("\",\"frames\":", &finding.frames) }
    if finding.confidence == 1 {
      text.write(",\"confidence\":1.00")
    } else {
      text.write(",\"confidence\":")
      text.write(hundredths: finding.confidence)
    }
    if !finding.alternatives.isEmpty { write(finding.alternatives) }
    if let place {
      text.write(",\"vantage\":\"")
      text.write(place.name)
      text.write(octet: 34)
    }
    if let side = finding.side {
      text.write(side == .originator ? ",\"side\":\"orig\"" : ",\"side\":\"resp\"")
    }
    text.write("}")
  }

  private mutating func write(_ alternatives: [Alternative]) {
    text.write(",\"could_also_be\":[")
    for (i, alternative) in alternatives.enumerated() {
      text.write(i == 0 ? "\"" : ",\"")
      text.write(string: alternative.rawValue)
      text.write(octet: 34)
    }
    text.write("]")
  }
}

/// The beginning of the finding on TIME_WAIT at one end, as it was written last: the only thing in it that
/// may be another is a limit.
struct KeptTimeWait: ~Copyable {
  private var time: Int64 = -1
  private var text = OctetBuffer(capacity: 256)

  /// Nothing is kept yet.
  init() {}

  mutating func write(of side: FlowSide?, lasting time: Int64, to out: inout OctetBuffer) {
    if self.time != time {
      self.time = time
      text.removeAll()
      text.write("{\"rule\":\"time_wait\",\"severity\":\"info\",\"says\":\"")
      text.writeTimeWait(of: side, lasting: time)
    }
    out.write(text, from: 0, to: text.count)
  }
}

extension Pen {
  /// What follows the sentence of a finding of one frame at one end, of which there is no doubt.
  @inline(__always)
  fileprivate mutating func writeUsualEnd(_ finding: inout Finding, _ place: Tap.Place) {
    write("\",\"frames\":[", decimal: finding.frames.frame(0))
    switch place {
    case .nearOriginator: write("],\"confidence\":1.00,\"vantage\":\"near_orig\",\"side\":\"")
    case .nearResponder: write("],\"confidence\":1.00,\"vantage\":\"near_resp\",\"side\":\"")
    case .between: write("],\"confidence\":1.00,\"vantage\":\"between\",\"side\":\"")
    case .unknown: write("],\"confidence\":1.00,\"vantage\":\"unknown\",\"side\":\"")
    }
    if finding.side == .responder { write("resp\"}") } else { write("orig\"}") }
  }
}
