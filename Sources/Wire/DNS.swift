// Domain names: DNS (RFC 1035), over TCP with a length before each message (RFC 7766), multicast DNS (RFC
// 6762) and link-local multicast name resolution (RFC 4795), which share one message format.

/// The fixed header, in wire order (RFC 1035 section 4.1.1).
public struct DNSHeader: Sendable, Equatable {
  /// Octets of the header.
  public static let length = 12
  /// Octets of the shortest question: the root's name, a type and a class.
  static let questionMin = 5
  /// Octets of the shortest resource record: a question's, a time to live and a length.
  static let recordMin = 11

  public var identification: UInt16
  public var flags: UInt16
  public var questions: Int
  public var answers: Int
  public var authorities: Int
  public var additionals: Int

  /// Reads the header at the start of `bytes`; its counts may still lie.
  public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(DNSHeader.length)
    let h = bytes.extracting(0..<DNSHeader.length)
    identification = h.u16(0)
    flags = h.u16(2)
    questions = Int(h.u16(4))
    answers = Int(h.u16(6))
    authorities = Int(h.u16(8))
    additionals = Int(h.u16(10))
  }

  public var isResponse: Bool { flags & 0x8000 != 0 }
  public var operation: UInt8 { UInt8(flags &>> 11 & 15) }
  public var responseCode: UInt8 { UInt8(flags & 15) }

  /// Whether a message of `length` octets can have this header: an operation that is assigned (IANA "DNS
  /// OpCodes": 3 is not), and room for as many questions and records as it counts. One question and a few
  /// records too many are a message that lies.
  func isPlausible(length: Int) -> Bool {
    guard operation <= 6, operation != 3 else { return false }
    let records = answers &+ authorities &+ additionals
    if questions == 1, records < 512 { return true }
    return DNSHeader.length &+ questions &* DNSHeader.questionMin &+ records &* DNSHeader.recordMin <= length
  }
}

/// A walk over the labels of an encoded name, through its compression pointers (RFC 1035 section 4.1.4). It
/// ends whatever the octets are: each pointer has to lead to an earlier place than the one before it.
public struct DNSLabels: Sendable {
  /// Octets of the longest name, lengths included (RFC 1035 section 2.3.4).
  public static let nameMax = 255

  /// Where the next label's length is, in octets from the start of the message.
  private var at: Int
  /// Pointers have to lead to before this.
  private var before: Int
  private var octets = 0
  /// Where the name ends in place, behind its root or its first pointer; 0 until the walk has been there.
  public private(set) var end = 0

  /// The name at `offset` of a message.
  public init(at offset: Int) {
    at = offset
    before = offset
  }

  /// The octets of the next label, as a range of the message; nil at the root.
  public mutating func next(_ message: Bytes) throws(Malformed) -> Range<Int>? {
    while true {
      if at >= message.count { throw .truncated(need: at &+ 1, have: message.count) }
      let length = Int(message.u8(at))
      switch length &>> 6 {
      case 0:
        let start = at &+ 1
        if length == 0 {
          if end == 0 { end = start }
          return nil
        }
        if start &+ length > message.count {
          throw .truncated(need: start &+ length, have: message.count)
        }
        octets &+= 1 &+ length
        if octets >= DNSLabels.nameMax { throw .invalid(.length) }
        at = start &+ length
        return start..<at
      case 3:
        if at &+ 2 > message.count { throw .truncated(need: at &+ 2, have: message.count) }
        let target = Int(message.u16(at) & 0x3fff)
        if end == 0 { end = at &+ 2 }
        if target >= before { throw .invalid(.pointer) }
        before = target
        at = target
      default:
        // 0x40 was the extended label type, which RFC 6891 section 5 took back; 0x80 never was anything.
        throw .invalid(.type)
      }
    }
  }

  /// Where the name at `offset` of `message` ends in place. Every label is looked at, so that what stands is
  /// a name.
  public static func end(of message: Bytes, at offset: Int) throws(Malformed) -> Int {
    var labels = DNSLabels(at: offset)
    while try labels.next(message) != nil {}
    return labels.end
  }
}

/// Reads a message if its octets can be one: traffic that merely uses the port is no fault. A message over
/// TCP lies behind a length; what goes on in the next segment is no fault either, the rest of this one is
/// read.
private func domainMessage(
  _ kind: Layer.Kind, _ message: Bytes, claimed: Int, prefix: Int, _ packet: inout Packet
) throws(Malformed) -> Payload? {
  if claimed < DNSHeader.length { return packet.disown(prefix > 0 ? .tcp : .udp) }
  packet.reading = kind
  let header = try DNSHeader(message)
  if !header.isPlausible(length: claimed) { return packet.disown(prefix > 0 ? .tcp : .udp) }
  packet.enterApplication(kind, header: prefix &+ DNSHeader.length, behind: prefix)
  // A response may have no question (RFC 6762 section 6): then the first answer's name says what it is about.
  if header.questions == 0 && header.answers == 0 { return nil }
  let end: Int
  do {
    end = try DNSLabels.end(of: message, at: DNSHeader.length)
  } catch {
    if prefix > 0, case .truncated = error { return nil }
    throw error
  }
  packet.noteText(at: Int(packet.application.offset) &+ DNSHeader.length, end &- DNSHeader.length)
  return nil
}

/// A message over TCP: two octets say how long it is (RFC 1035 section 4.2.2). The first one of the segment
/// is read; a segment that begins inside a message fails the check of its header.
private func domainStream(
  _ kind: Layer.Kind, _ bytes: Bytes, _ packet: inout Packet
) throws(Malformed) -> Payload? {
  if bytes.count < 2 &+ DNSHeader.length { return packet.disown(.tcp) }
  let length = Int(bytes.u16(0))
  if length < DNSHeader.length { return packet.disown(.tcp) }
  let message = bytes.extracting(2..<min(bytes.count, 2 &+ length))
  return try domainMessage(kind, message, claimed: length, prefix: 2, &packet)
}

/// DNS over UDP: one message.
@Sendable func dns(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  try domainMessage(.dns, bytes, claimed: packet.claimed, prefix: 0, &packet)
}

/// Multicast DNS over UDP.
@Sendable func mdns(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  try domainMessage(.mdns, bytes, claimed: packet.claimed, prefix: 0, &packet)
}

/// Link-local multicast name resolution over UDP.
@Sendable func llmnr(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  try domainMessage(.llmnr, bytes, claimed: packet.claimed, prefix: 0, &packet)
}

/// DNS over TCP.
@Sendable func dnsOverTCP(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  try domainStream(.dns, bytes, &packet)
}

/// Link-local multicast name resolution over TCP (RFC 4795 section 2.4).
@Sendable func llmnrOverTCP(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  try domainStream(.llmnr, bytes, &packet)
}

/// The fields of every message of a DNS payload. Over TCP each message is told behind its length; which of
/// the two it is, the octets say: a length and a header is no plausible start of a datagram.
@Sendable func dnsFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let datagram = try DNSHeader(bytes)
  if datagram.isPlausible(length: bytes.count) || !isBehindLength(bytes) {
    return try domainFields(bytes, at: 0, &fields)
  }
  var at = 0
  while isBehindLength(bytes.extracting(at..<bytes.count)) {
    let length = Int(bytes.u16(at))
    let end = min(bytes.count, at &+ 2 &+ length)
    fields.add("length", at: at, 2, .number(UInt64(length)), "octets of message")
    do {
      try domainFields(bytes.extracting(at &+ 2..<end), at: at &+ 2, &fields)
    } catch {
      // The rest of the message is in the next segment.
      fields.depth = 1
      if end < at &+ 2 &+ length, case .truncated = error { return }
      throw error
    }
    at = end
  }
}

/// Whether `bytes` begin with the length of a message and its header.
private func isBehindLength(_ bytes: Bytes) -> Bool {
  guard bytes.count >= 2 &+ DNSHeader.length,
    let header = try? DNSHeader(bytes.extracting(2..<bytes.count))
  else { return false }
  return header.isPlausible(length: Int(bytes.u16(0)))
}
