// One line per flow: when, who, how it went, how much, how fast, and what went wrong.

public import Flow
internal import Wire

/// Prints flows as lines into a buffer that its owner empties.
public struct FlowLine: ~Copyable {
  /// The text so far.
  public var out = OctetBuffer()
  /// From when on findings are told.
  public var limits: FindingLimits
  private var clock = UTCTime()

  /// A printer of lines.
  public init(_ limits: FindingLimits = FindingLimits()) { self.limits = limits }

  /// Prints one flow: `time duration proto orig > resp state history octets rtt trouble`. Nothing of it is
  /// copied: its parts are large.
  public mutating func print(_ flow: inout EndedFlow) {
    clock.write(flow.record.start, to: &out)
    out.write(octet: 32)
    writeDuration(max(0, flow.record.end &- flow.record.start))
    switch flow.record.key.ipProtocol {
    case .tcp: out.write(" tcp ")
    case .udp: out.write(" udp ")
    case .icmp: out.write(" icmp ")
    case .icmpv6: out.write(" icmp6 ")
    default:
      out.write(" proto-")
      out.write(decimal: flow.record.key.ipProtocol.rawValue)
      out.write(octet: 32)
    }
    writeEndpoints(&flow.record)
    out.write(octet: 32)
    out.write(flow.record.service == .unknown ? "-" : flow.record.service.name)
    out.write(octet: 32)
    out.write(flow.connectionState.name)
    out.write(octet: 32)
    let letters = flow.history.endIndex
    for i in 0..<letters { out.write(octet: flow.history.letter(i)) }
    if letters == 0 { out.write("-") }
    if flow.hasConnection {
      write(
        UInt64(flow.report.originator.streamOctets), back: UInt64(flow.report.responder.streamOctets))
      writeTCP(&flow.report)
    } else {
      write(flow.record.datagramOctets[0], back: flow.record.datagramOctets[1])
    }
    if flow.reason == .active { out.write(", so far") }
    // What is only worth knowing is left to the records.
    if let worst = flow.trouble(limits) {
      out.write(" [")
      out.write(worst)
      out.write("]")
    }
    if flow.isInterim { out.write(", and goes on") }
    out.write(octet: 10)
  }

  /// Who with whom. ICMP has no ports: a query's type, or a message's type and code, stand behind.
  private mutating func writeEndpoints(_ record: inout FlowRecord) {
    let isICMP = record.key.ipProtocol == .icmp || record.key.ipProtocol == .icmpv6
    write(record.originator.address, isICMP ? 0 : record.originator.port, isIPv6: record.key.isIPv6)
    out.write(" > ")
    write(record.responder.address, isICMP ? 0 : record.responder.port, isIPv6: record.key.isIPv6)
    guard isICMP else { return }
    let echo: UInt16 = record.key.ipProtocol == .icmp ? 8 : 128
    if record.originator.port == echo, !record.key.isOneWay { return out.write(" echo") }
    out.write(" type ")
    out.write(decimal: record.originator.port)
    guard record.key.isOneWay else { return }
    out.write(" code ")
    out.write(decimal: record.responder.port)
  }

  /// Seconds with three decimals.
  private mutating func writeDuration(_ nanoseconds: Int64) {
    out.write(decimal: UInt64(nanoseconds / 1_000_000_000))
    out.write(octet: UInt8(ascii: "."))
    out.write(decimal: UInt64(nanoseconds / 1_000_000 % 1000), width: 3)
    out.write("s")
  }

  /// An endpoint; IPv6 in brackets where a port follows.
  private mutating func write(_ address: IPAddress, _ port: UInt16, isIPv6: Bool) {
    if isIPv6, port != 0 { out.write("[") }
    out.write(address, version: isIPv6 ? 6 : 4)
    if isIPv6, port != 0 { out.write("]") }
    guard port != 0 else { return }
    out.write(octet: UInt8(ascii: ":"))
    out.write(decimal: port)
  }

  /// Octets out and back.
  private mutating func write(_ sent: UInt64, back answered: UInt64) {
    out.write(", ", decimal: sent)
    out.write(" octets out, ", decimal: answered)
    out.write(" back")
  }

  /// The round trip of the handshake, and each kind of trouble that there was.
  private mutating func writeTCP(_ connection: inout ConnectionReport) {
    let delays = connection.handshake.delays()
    if let there = delays.there, let here = delays.here {
      out.write(", rtt ", decimal: UInt64(max(0, there + here) / 1000))
      out.write(" us")
    }
    // Of a connection without troubles none was counted, and nothing is known of its pace.
    if connection.originator.isPlain { return }
    write(
      connection.originator.counters.retransmissions + connection.responder.counters.retransmissions,
      " retransmitted")
    write(
      connection.originator.counters.outOfOrder + connection.responder.counters.outOfOrder, " out of order")
    write(
      connection.originator.counters.duplicateFrames + connection.responder.counters.duplicateFrames,
      " captured twice")
    write(
      connection.originator.counters.zeroWindows + connection.responder.counters.zeroWindows,
      " zero windows")
    writeLimit(&connection)
  }

  /// What set the pace, when one thing did for half of the time and more.
  private mutating func writeLimit(_ connection: inout ConnectionReport) {
    guard let most = connection.limits?.max(by: { $0.share < $1.share }), most.share >= 0.5 else { return }
    switch most.limit {
    case .application: out.write(", limited by its application ")
    case .receiver: out.write(", limited by the receiver's window ")
    case .congestion: out.write(", limited by its congestion window ")
    case .path: out.write(", limited by the path ")
    case .handshake, .unknown: return
    }
    out.write(decimal: UInt64((most.share * 100).rounded()))
    out.write(" %")
  }

  private mutating func write(_ count: UInt64, _ words: StaticString) {
    guard count > 0 else { return }
    out.write(", ")
    out.write(decimal: count)
    out.write(words)
  }
}
