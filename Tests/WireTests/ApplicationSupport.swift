// Frames around application payloads, and the words that a packet says it has.

import Testing
import Wire

/// An Ethernet, IPv4 and UDP frame around `payload`.
func udpFrame(_ payload: [UInt8], from source: UInt16 = 40000, to destination: UInt16) -> [UInt8] {
  let ports = [source, destination].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
  let length = payload.count + 8
  return ipv4Frame(17, ports + [UInt8(length >> 8), UInt8(length & 255), 0, 0] + payload)
}

/// An Ethernet, IPv4 and TCP frame around `payload`.
func tcpFrame(_ payload: [UInt8], from source: UInt16 = 40000, to destination: UInt16) -> [UInt8] {
  let ports = [source, destination].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
  return ipv4Frame(6, ports + octets("00000001 00000001 5018 0400 0000 0000") + payload)
}

private func ipv4Frame(_ number: UInt8, _ segment: [UInt8]) -> [UInt8] {
  let total = segment.count + 20
  return octets("020000000002 020000000001 0800") + [0x45, 0, UInt8(total >> 8), UInt8(total & 255)]
    + octets("0001 0000 40") + [number] + octets("0000 0a0a0001 0a0a0002") + segment
}

/// The text that a packet says its application has: a line or a server's name.
func words(_ frame: [UInt8], _ packet: Packet) -> String {
  let start = Int(packet.application.textOffset)
  return String(decoding: frame[start..<start + Int(packet.application.textLength)], as: UTF8.self)
}

/// The labels of the name at `offset` of a message, with points between them; nil where it is none.
func domain(_ message: [UInt8], at offset: Int) -> String? {
  var labels = DNSLabels(at: offset)
  var parts: [String] = []
  do {
    while let label = try labels.next(message.span) {
      parts.append(String(decoding: message[label], as: UTF8.self))
    }
  } catch {
    return nil
  }
  return parts.joined(separator: ".")
}

/// Every way to cut a frame: by the capture, which is no lie of the sender, and by the sender.
func expectEveryCutIsSurvived(_ frame: [UInt8], from start: Int = 0) {
  for count in start..<frame.count {
    let prefix = Array(frame[..<count])
    let cut = dissect(prefix, wireLength: frame.count)
    #expect(unsound(cut, prefix) == nil, "cut to \(count)")
    if case .invalid(let field) = cut.fault { Issue.record("cut to \(count) is called invalid: \(field)") }
    #expect(unsound(dissect(prefix), prefix) == nil, "sent as \(count)")
  }
}

/// The first line that a payload begins with; nil when it begins with none.
func firstLine(_ payload: [UInt8]) -> HTTP1Line? { HTTP1Line(payload.span) }

/// The hello of a record; nil when it is none.
func tlsHello(_ record: [UInt8]) -> TLSHello? {
  TLSHello(record.span.extracting(TLSRecord.length..<record.count))
}

/// The name of a QUIC packet's type.
func quicType(_ payload: [UInt8]) throws -> String { try QUICHeader(payload.span).typeName.description }
