// DNS in a packet's record: what was asked, and what was answered.

internal import Wire

extension JSONPrinter {
  /// The most answers that a record tells.
  private static let answersMax = 64

  /// Identification, direction, the first question and the data of the answers.
  mutating func writeDNS(_ message: Bytes, hasName: Bool) {
    guard let header = try? DNSHeader(message) else { return }
    out.write(",\"id\":")
    out.write(decimal: header.identification)
    out.write(header.isResponse ? ",\"response\":true" : ",\"response\":false")
    if header.operation != 0 {
      write(",\"operation\":", header.operation, name: dnsOperationName(header.operation))
    }
    if header.isResponse {
      write(",\"rcode\":", header.responseCode, name: dnsResponseName(header.responseCode))
    }
    if header.flags & 0x0200 != 0 { out.write(",\"truncated\":true") }
    if !hasName { return }
    if header.questions > 0 {
      out.write(",\"query\":\"")
      out.write(domain: message, at: DNSHeader.length, for: .json)
      out.write(octet: 34)
    }
    var at = DNSHeader.length
    do throws(Malformed) {
      for i in 0..<header.questions {
        at = try DNSLabels.end(of: message, at: at)
        try message.require(at &+ 4)
        if i == 0 { write(",\"qtype\":", message.u16(at), name: dnsTypeName(message.u16(at))) }
        at &+= 4
      }
    } catch {
      return
    }
    if header.answers > 0 { writeAnswers(message, at, min(header.answers, JSONPrinter.answersMax)) }
  }

  /// The data of the answers from `offset` on, as far as they are there. What is no address and no name is
  /// left out.
  private mutating func writeAnswers(_ message: Bytes, _ offset: Int, _ count: Int) {
    out.write(",\"answers\":[")
    let start = out.count
    var at = offset
    do throws(Malformed) {
      for _ in 0..<count {
        at = try DNSLabels.end(of: message, at: at)
        try message.require(at &+ 10)
        let data = at &+ 10
        let end = data &+ Int(message.u16(at &+ 8))
        try message.require(end)
        writeAnswer(message, message.u16(at), data..<end, start)
        at = end
      }
    } catch {
      // The rest of the message is not in this packet.
    }
    out.write(octet: 93)
  }

  private mutating func writeAnswer(_ message: Bytes, _ type: UInt16, _ data: Range<Int>, _ start: Int) {
    let at = data.lowerBound
    switch type {
    case 1 where data.count == 4:
      separate(start)
      out.write(ipv4: message.u32(at))
    case 28 where data.count == 16:
      separate(start)
      out.write(ipv6: IPAddress(ipv6: message, at: at))
    case 2 where data.count > 0, 5 where data.count > 0, 12 where data.count > 0, 39 where data.count > 0:
      separate(start)
      out.write(domain: message, at: at, for: .json)
    case 15 where data.count > 2:
      separate(start)
      out.write(domain: message, at: at &+ 2, for: .json)
    case 33 where data.count > 6:
      separate(start)
      out.write(domain: message, at: at &+ 6, for: .json)
    case 16 where data.count > 1:
      separate(start)
      out.write(
        text: message.extracting(at &+ 1..<min(data.upperBound, at &+ 1 &+ Int(message.u8(at)))), for: .json)
    default: return
    }
    out.write(octet: 34)
  }

  /// Begins a text: a comma before it unless it is the first since `start`.
  private mutating func separate(_ start: Int) {
    out.write(out.count > start ? ",\"" : "\"")
  }
}
