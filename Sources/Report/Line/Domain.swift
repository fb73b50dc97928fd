// Domain names (RFC 1035) and multicast DNS (RFC 6762), as text: the message. Its parts are in the other
// Domain files.
//
// Offsets count from the start of the message, and may run past what was captured: whoever reads checks. A
// nil offset says that a name or a record could not be read to its end: the line then closes there.

internal import Wire

/// What a record's printer has to know of its message.
struct DomainMessage {
  /// Whether the top bit of a class means something else (RFC 6762 sections 5.4 and 10.2).
  var multicast: Bool
}

/// The four counts of a header (RFC 1035 section 4.1.1).
private struct DomainCounts {
  var questions, answers, authorities, additionals: Int
}

extension LinePrinter {
  /// A DNS message; over TCP with its two octets of length before it.
  mutating func domain(
    _ bytes: Bytes, _ length: Int, overTCP: Bool = false, multicast: Bool = false
  ) throws(Cut) {
    reading = "domain"
    if !overTCP {
      try message(bytes, length, multicast)
      return
    }
    // RFC 1035 section 4.2.2. The length is that of the segment: a message in several segments is not put
    // together.
    if length < 2 {
      out.write(" [DNS over TCP: length ")
      out.write(unsigned: length)
      out.write(" < 2]")
      invalid()
      return
    }
    let prefix = Int(try bytes.get16(0))
    if prefix != length - 2 {
      out.write(" [prefix length(")
      out.write(unsigned: prefix)
      out.write(") != length(")
      out.write(unsigned: length - 2)
      out.write(")]")
      invalid()
      return
    }
    out.write(octet: 32)
    try message(bytes.extracting(droppingFirst: 2), length - 2, multicast)
  }

  /// The message itself.
  private mutating func message(_ bytes: Bytes, _ length: Int, _ multicast: Bool) throws(Cut) {
    if length < 12 {
      out.write("domain [length ")
      out.write(unsigned: length)
      out.write(" < 12]")
      invalid()
      return
    }
    if bytes.count < 12 {
      truncated()
      return
    }
    let counts = DomainCounts(
      questions: Int(bytes.u16(4)), answers: Int(bytes.u16(6)), authorities: Int(bytes.u16(8)),
      additionals: Int(bytes.u16(10)))
    let message = DomainMessage(multicast: multicast)
    let whole =
      bytes.u16(2) & 0x8000 != 0
      ? try response(bytes, counts, message) : try request(bytes, counts, message)
    if !whole {
      truncated()
      return
    }
    out.write(" (")
    out.write(unsigned: length)
    out.write(octet: 41)
  }

  /// A response: its codes, its answers, and with `-vv` all of it. False when it could not be read to its
  /// end.
  private mutating func response(
    _ bytes: Bytes, _ counts: DomainCounts, _ message: DomainMessage
  ) throws(Cut) -> Bool {
    let flags = bytes.u16(2)
    out.write(decimal: bytes.u16(0))
    out.write(DomainNumbers.operation(flags &>> 11 & 15))
    let code = responseCode(bytes, counts)
    if let name = DomainNumbers.response(code) {
      out.write(name)
    } else {
      out.write(" Resp")
      out.write(decimal: code)
    }
    if flags & 0x0400 != 0 { out.write(octet: 42) }
    if flags & 0x0080 == 0 { out.write(octet: 45) }
    if flags & 0x0200 != 0 { out.write(octet: 124) }
    if flags & 0x0020 != 0 { out.write(octet: 36) }
    if counts.questions != 1 { count(counts.questions, "q]") }

    var at = 12
    for i in 0..<counts.questions {
      if i > 0 { out.write(octet: 44) }
      if options.verbosity > 1 {
        out.write(" q:")
        guard let next = try question(bytes, at, message) else { return false }
        at = next
      } else {
        guard let next = domainSkip(bytes, at) else { return false }
        at = next &+ 4
      }
    }
    out.write(octet: 32)
    out.write(unsigned: counts.answers)
    out.write(octet: 47)
    out.write(unsigned: counts.authorities)
    out.write(octet: 47)
    out.write(unsigned: counts.additionals)
    // The first answer is tried even where nothing is left of the message, so that its absence shows.
    if counts.answers > 0 {
      guard let next = try records(bytes, at, counts.answers, message) else { return false }
      at = next
    }
    return try rest(bytes, at, counts, message)
  }

  /// A request: its flags, its questions, and with `-vv` all of it. False when it could not be read to its
  /// end.
  private mutating func request(
    _ bytes: Bytes, _ counts: DomainCounts, _ message: DomainMessage
  ) throws(Cut) -> Bool {
    let flags = bytes.u16(2)
    let operation = flags &>> 11 & 15
    out.write(decimal: bytes.u16(0))
    out.write(DomainNumbers.operation(operation))
    if flags & 0x0100 != 0 { out.write(octet: 43) }
    if flags & 0x0010 != 0 { out.write(octet: 37) }
    // Bits that a request has no use for.
    if flags & 0x06cf != 0 {
      out.write(" [b2&3=0x")
      out.write(hex: flags)
      out.write(octet: 93)
    }
    if operation == 1 {
      // An inverse query asks with an answer (RFC 1035 section 6.4).
      if counts.questions != 0 { count(counts.questions, "q]") }
      if counts.answers != 1 { count(counts.answers, "a]") }
    } else {
      if counts.answers != 0 { count(counts.answers, "a]") }
      if counts.questions != 1 { count(counts.questions, "q]") }
    }
    if counts.authorities != 0 { count(counts.authorities, "n]") }
    if counts.additionals != 0 { count(counts.additionals, "au]") }

    var at = 12
    var left = counts.questions
    while left > 0 {
      // As with answers: the first question is tried whatever is left.
      if left < counts.questions, at >= bytes.count { return false }
      guard let next = try question(bytes, at, message) else { return false }
      at = next
      left -= 1
    }
    if options.verbosity > 1, counts.answers > 0 {
      guard let next = try records(bytes, at, counts.answers, message) else { return false }
      at = next
    }
    return try rest(bytes, at, counts, message)
  }

  /// ` [5q]` and its like.
  private mutating func count(_ count: Int, _ what: StaticString) {
    out.write(" [")
    out.write(unsigned: count)
    out.write(what)
  }

  /// With `-vv`, the authority and the additional records. False when they could not be read to their end.
  private mutating func rest(
    _ bytes: Bytes, _ from: Int, _ counts: DomainCounts, _ message: DomainMessage
  ) throws(Cut) -> Bool {
    if options.verbosity < 2 { return true }
    var at = from
    if counts.authorities > 0 {
      if at >= bytes.count { return false }
      out.write(" ns:")
      guard let next = try records(bytes, at, counts.authorities, message) else { return false }
      at = next
    }
    if counts.additionals > 0 {
      if at >= bytes.count { return false }
      out.write(" ar:")
      if try records(bytes, at, counts.additionals, message) == nil { return false }
    }
    return true
  }

  /// `count` records, the first of them whatever is left of the message. The offset behind them.
  private mutating func records(
    _ bytes: Bytes, _ from: Int, _ count: Int, _ message: DomainMessage
  ) throws(Cut) -> Int? {
    guard var at = try record(bytes, from, message) else { return nil }
    var left = count - 1
    while left > 0 {
      if at >= bytes.count { return nil }
      out.write(octet: 44)
      guard let next = try record(bytes, at, message) else { return nil }
      at = next
      left -= 1
    }
    return at
  }

  /// The response code, with the upper eight bits that an OPT record carries (RFC 6891 section 6.1.3).
  private func responseCode(_ bytes: Bytes, _ counts: DomainCounts) -> UInt16 {
    let code = bytes.u16(2) & 15
    var at = 12
    for _ in 0..<counts.questions {
      guard let next = domainSkip(bytes, at) else { return code }
      at = next &+ 4
      if at >= bytes.count { return code }
    }
    for _ in 0..<(counts.answers + counts.authorities) {
      guard let next = domainSkip(bytes, at) else { return code }
      at = next &+ 8
      if at > bytes.count - 2 { return code }
      at = at &+ 2 &+ Int(bytes.u16(at))
      if at >= bytes.count { return code }
    }
    for _ in 0..<counts.additionals {
      guard let next = domainSkip(bytes, at) else { return code }
      at = next
      if at > bytes.count - 2 { return code }
      let type = bytes.u16(at)
      at &+= 4
      if at >= bytes.count { return code }
      if type == 41 { return code | UInt16(bytes[at]) &<< 4 }
      at &+= 4
      if at > bytes.count - 2 { return code }
      at = at &+ 2 &+ Int(bytes.u16(at))
      if at >= bytes.count { return code }
    }
    return code
  }
}
