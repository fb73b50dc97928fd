// A line made of a record's JSON text: for records that are read back from a store, where the flow itself is
// gone.

/// Prints kept records as lines into a buffer that its owner empties.
public struct RecordLine: ~Copyable {
  /// What a record tells of.
  public enum Kind: Sendable { case flow, exchange, finding, counters }

  /// The text so far.
  public var out = OctetBuffer()
  private let kind: Kind
  private let names: [FieldName]

  /// A printer of one kind of records.
  public init(_ kind: Kind) {
    self.kind = kind
    names = RecordLine.fields(kind).map { FieldName(Array($0.utf8)) }
  }

  private static func fields(_ kind: Kind) -> [String] {
    switch kind {
    case .flow:
      [
        "time", "duration_ns", "proto", "orig_h", "orig_p", "resp_h", "resp_p", "service", "conn_state",
        "orig_bytes", "resp_bytes", "tcp.handshake.rtt_ns", "orig.retransmissions", "resp.retransmissions",
        "findings.severity", "findings.says", "interim", "uid",
      ]
    case .exchange:
      [
        "time", "orig_h", "orig_p", "resp_h", "resp_p", "method", "host", "uri", "status_code",
        "response_body_len", "ttfb_ns", "duration_ns", "flow",
      ]
    case .finding:
      ["time", "severity", "rule", "orig_h", "orig_p", "resp_h", "resp_p", "says", "flow"]
    case .counters:
      [
        "ts", "captured", "dropped_by_kernel", "flows", "flows_open", "records_stored", "log_lines_lost",
        "queue_percent", "resident_bytes",
      ]
    }
  }

  /// Prints one record: one line.
  public mutating func print(_ json: Span<UInt8>) {
    let values = RecordFields(json, names).values
    switch kind {
    case .flow: flow(values)
    case .exchange: exchange(values)
    case .finding: finding(values)
    case .counters:
      for (name, value) in zip(RecordLine.fields(.counters), values) {
        out.write(string: name == "ts" ? "" : " \(name)=")
        if name == "ts" { time(value.first) } else { write(value.first) }
      }
    }
    out.write(octet: 10)
  }

  private mutating func flow(_ values: [[RecordValue]]) {
    write(values[0].first)
    out.write(octet: 32)
    write(duration: values[1].first)
    out.write(octet: 32)
    write(values[2].first)
    out.write(octet: 32)
    ends(values[3...6])
    out.write(octet: 32)
    write(values[7].first)
    out.write(octet: 32)
    write(values[8].first)
    out.write(", ")
    write(values[9].first)
    out.write(" octets out, ")
    write(values[10].first)
    out.write(" back")
    if !values[11].isEmpty {
      out.write(", rtt ")
      write(duration: values[11].first)
    }
    let repeats = (values[12] + values[13]).reduce(Int64(0)) { sum, value in
      if case .number(let count) = value { sum + count } else { sum }
    }
    if repeats > 0 {
      out.write(", ")
      out.write(signed: Int(repeats))
      out.write(" retransmitted")
    }
    if values[16].first == .flag(true) { out.write(", goes on") }
    // The worst finding is the first; what is only worth knowing is left to the record.
    if let says = values[15].first, values[14].first != .text(Array("info".utf8)) {
      out.write(" [")
      write(says)
      out.write("]")
    }
    out.write(octet: 32)
    write(values[17].first)
  }

  private mutating func exchange(_ values: [[RecordValue]]) {
    write(values[0].first)
    out.write(octet: 32)
    ends(values[1...4])
    out.write(octet: 32)
    write(values[5].first)
    out.write(octet: 32)
    write(values[6].first)
    out.write(octet: 32)
    write(values[7].first)
    out.write(octet: 32)
    write(values[8].first)
    out.write(", ")
    write(values[9].first)
    out.write(" octets, first after ")
    write(duration: values[10].first)
    out.write(", whole after ")
    write(duration: values[11].first)
    out.write(octet: 32)
    write(values[12].first)
  }

  private mutating func finding(_ values: [[RecordValue]]) {
    write(values[0].first)
    out.write(octet: 32)
    write(values[1].first)
    out.write(octet: 32)
    write(values[2].first)
    out.write(octet: 32)
    ends(values[3...6])
    out.write(octet: 32)
    write(values[7].first)
    out.write(octet: 32)
    write(values[8].first)
  }

  /// Both ends; IPv6 in brackets where a port follows.
  private mutating func ends(_ values: ArraySlice<[RecordValue]>) {
    for (i, place) in stride(from: values.startIndex, to: values.endIndex, by: 2).enumerated() {
      if i > 0 { out.write(" > ") }
      let host = values[place].first
      let isIPv6 = if case .text(let octets) = host { octets.contains(UInt8(ascii: ":")) } else { false }
      if isIPv6 { out.write("[") }
      write(host)
      if isIPv6 { out.write("]") }
      if !values[place + 1].isEmpty {
        out.write(":")
        write(values[place + 1].first)
      }
    }
  }

  private mutating func time(_ value: RecordValue?) {
    guard case .number(let time) = value else { return write(value) }
    var clock = UTCTime()
    clock.write(time, to: &out)
  }

  /// Milliseconds with three decimals.
  private mutating func write(duration value: RecordValue?) {
    guard case .number(let time) = value else { return write(nil) }
    out.write(decimal: UInt64(max(0, time) / 1_000_000))
    out.write(octet: UInt8(ascii: "."))
    out.write(decimal: UInt64(max(0, time) / 1000 % 1000), width: 3)
    out.write(" ms")
  }

  /// A value as text that harms no terminal: what is not ASCII is shown by its number.
  private mutating func write(_ value: RecordValue?) {
    switch value {
    case .none: out.write("-")
    case .number(let number): out.write(signed: Int(number))
    case .real(let number): out.write(string: "\(number)")
    case .flag(let flag): out.write(flag ? "true" : "false")
    case .text(let octets):
      for octet in octets {
        if octet >= 32, octet < 127 {
          out.write(octet: octet)
        } else {
          out.write("\\x")
          out.write(hexOctet: octet)
        }
      }
    }
  }
}
