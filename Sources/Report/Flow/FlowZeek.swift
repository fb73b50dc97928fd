// Flows as Zeek's conn.log: tab-separated values under Zeek's header, for whatever reads its logs.
//
// The columns are those of Zeek 7's conn.log in their order. What Zeek knows and we do not ask (`local_orig`,
// `local_resp`) is unset; `uid` is ours.

public import Flow
internal import Wire

/// Prints flows as lines of a Zeek log into a buffer that its owner empties.
public struct FlowZeek: ~Copyable {
  /// The text so far.
  public var out = OctetBuffer()
  /// The log has its header.
  private var isOpen = false
  /// The latest time of any flow.
  private var latest = Int64.min

  /// The columns and their types, as in Zeek's own header.
  private static let columns: [(name: StaticString, type: StaticString)] = [
    ("ts", "time"), ("uid", "string"), ("id.orig_h", "addr"), ("id.orig_p", "port"), ("id.resp_h", "addr"),
    ("id.resp_p", "port"), ("proto", "enum"), ("service", "string"), ("duration", "interval"),
    ("orig_bytes", "count"), ("resp_bytes", "count"), ("conn_state", "string"), ("local_orig", "bool"),
    ("local_resp", "bool"), ("missed_bytes", "count"), ("history", "string"), ("orig_pkts", "count"),
    ("orig_ip_bytes", "count"), ("resp_pkts", "count"), ("resp_ip_bytes", "count"),
    ("tunnel_parents", "set[string]"), ("ip_proto", "count"),
  ]

  /// A log without lines.
  public init() {}

  /// Prints one flow: one line, and the header before the first.
  public mutating func print(_ flow: EndedFlow) {
    var flow = flow
    print(&flow)
  }

  /// The same, of a flow that is not copied.
  public mutating func print(_ flow: inout EndedFlow) {
    // Zeek has one line for a connection, at its end.
    if flow.reason == .active { return }
    let record = flow.record
    if !isOpen { open(record.start) }
    latest = max(latest, record.end)
    write(seconds: record.start)
    out.write("\tF")
    out.write(decimal: record.serial)
    let (originator, responder) = (record.originator, record.responder)
    write(originator, isIPv6: record.key.isIPv6)
    write(responder, isIPv6: record.key.isIPv6)
    switch record.key.ipProtocol {
    case .tcp: out.write("\ttcp")
    case .udp: out.write("\tudp")
    case .icmp, .icmpv6: out.write("\ticmp")
    default: out.write("\tunknown_transport")
    }
    writeService(record.service)
    writeVolume(&flow)
    out.write(octet: 9)
    out.write(decimal: record.key.ipProtocol.rawValue)
    out.write(octet: 10)
  }

  /// An address and a port.
  private mutating func write(_ end: (address: IPAddress, port: UInt16), isIPv6: Bool) {
    out.write(octet: 9)
    out.write(end.address, version: isIPv6 ? 6 : 4)
    out.write(octet: 9)
    out.write(decimal: end.port)
  }

  /// The service under Zeek's name for it.
  private mutating func writeService(_ service: Service) {
    switch service {
    case .unknown: unset()
    case .tls: out.write("\tssl")
    case .mdns, .llmnr: out.write("\tdns")
    case .dhcpv6: out.write("\tdhcp")
    default:
      out.write(octet: 9)
      out.write(service.name)
    }
  }

  /// Duration to tunnel parents. Of a flow that took no time Zeek tells neither duration nor payload.
  private mutating func writeVolume(_ flow: inout EndedFlow) {
    let record = flow.record
    let octets: (sent: UInt64, answered: UInt64)
    if flow.hasConnection {
      let (sent, answered) = (flow.report.originator.streamOctets, flow.report.responder.streamOctets)
      octets = (UInt64(max(0, sent)), UInt64(max(0, answered)))
    } else {
      octets = (record.datagramOctets[0], record.datagramOctets[1])
    }
    if record.end > record.start {
      out.write(octet: 9)
      write(seconds: record.end &- record.start)
      count(octets.sent)
      count(octets.answered)
    } else {
      unset()
      unset()
      unset()
    }
    out.write(octet: 9)
    out.write(flow.connectionState.name)
    unset()
    unset()
    let missed = flow.hasConnection ? flow.report.missedOctets : 0
    count(UInt64(max(0, missed)))
    let letters = flow.history.endIndex
    if letters == 0 { unset() } else { out.write(octet: 9) }
    for i in 0..<letters { out.write(octet: flow.history.letter(i)) }
    for side in [0, 1] {
      count(record.counters[side].packets)
      count(record.counters[side].ipOctets)
    }
    writeParents(record)
  }

  /// The flows whose datagrams carry this one's packets, each once.
  private mutating func writeParents(_ record: FlowRecord) {
    let (one, other) = (record.carriers[0], record.carriers[1])
    if one == 0, other == 0 { return unset() }
    out.write(octet: 9)
    if one > 0 {
      out.write("F")
      out.write(decimal: one)
    }
    if other > 0, other != one {
      out.write(one > 0 ? ",F" : "F")
      out.write(decimal: other)
    }
  }

  /// The log's last line.
  public mutating func finish() {
    if !isOpen { return }
    out.write("#close\t")
    write(stamp: latest)
    out.write(octet: 10)
  }

  /// The header: times in it are the packets', so that the same packets make the same log.
  private mutating func open(_ time: Int64) {
    isOpen = true
    out.write(
      "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#open\t")
    write(stamp: time)
    out.write("\n#fields")
    for column in FlowZeek.columns {
      out.write(octet: 9)
      out.write(column.name)
    }
    out.write("\n#types")
    for column in FlowZeek.columns {
      out.write(octet: 9)
      out.write(column.type)
    }
    out.write(octet: 10)
  }

  private mutating func unset() { out.write("\t-") }

  private mutating func count(_ value: UInt64) {
    out.write(octet: 9)
    out.write(decimal: value)
  }

  /// Seconds with six decimals, cut and not rounded.
  private mutating func write(seconds nanoseconds: Int64) {
    if nanoseconds < 0 { out.write(octet: UInt8(ascii: "-")) }
    let value = nanoseconds.magnitude
    out.write(decimal: value / 1_000_000_000)
    out.write(octet: UInt8(ascii: "."))
    out.write(decimal: value % 1_000_000_000 / 1000, width: 6)
  }

  /// A point in time as Zeek's headers have it, in UTC: `2026-11-22-20-37-31`.
  private mutating func write(stamp nanoseconds: Int64) {
    var text = OctetBuffer(capacity: 32)
    var clock = UTCTime()
    clock.write(nanoseconds, to: &text)
    for i in 0..<min(19, text.count) {
      let isDigit = text[i] >= 48 && text[i] <= 57
      out.write(octet: isDigit ? text[i] : UInt8(ascii: "-"))
    }
  }
}
