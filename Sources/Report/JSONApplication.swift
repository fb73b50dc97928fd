// The application layer of a packet's record: what it is, and the words that say what it is about.

internal import Wire

extension JSONPrinter {
  /// `app`: an object with the protocol's name and its first line or its names.
  mutating func writeApplication(_ bytes: Bytes, _ packet: inout Packet) {
    let kind = packet.application.kind
    let at = Int(packet.application.offset)
    if kind == .none || at < 0 || at > bytes.count { return }
    out.write(",\"app\":{\"proto\":\"")
    out.write(kind.name)
    out.write(octet: 34)
    // As much of the message as the headers say and the capture has.
    let end = min(bytes.count, max(at, packet.payloadOffset &+ packet.payloadLength))
    let message = bytes.extracting(at..<end)
    switch kind {
    case .dns, .mdns, .llmnr: writeDNS(message, hasName: packet.application.textLength > 0)
    case .dhcp: writeDHCP(message)
    case .dhcpv6: writeDHCPv6(message)
    case .ntp: writeNTP(message)
    case .tls: writeTLS(message)
    case .http: writeHTTP(message)
    case .quic: writeQUIC(message)
    default: break
    }
    out.write(octet: 125)
  }

  /// A key and a text of the wire.
  mutating func write(_ key: StaticString, text: Bytes) {
    out.write(key)
    out.write(octet: 34)
    out.write(text: text, for: .json)
    out.write(octet: 34)
  }

  /// A key and a word of ours.
  mutating func write(_ key: StaticString, word: StaticString) {
    out.write(key)
    out.write(octet: 34)
    out.write(word)
    out.write(octet: 34)
  }

  /// A key and a number by its name, or by itself.
  mutating func write(
    _ key: StaticString, _ number: some FixedWidthInteger & UnsignedInteger, name: StaticString
  ) {
    if name.utf8CodeUnitCount > 0 { return write(key, word: name) }
    out.write(key)
    out.write(decimal: number)
  }

  /// A key and a number in hexadecimal digits.
  mutating func write(_ key: StaticString, hex number: UInt64, digits: Int) {
    out.write(key)
    out.write("\"0x")
    out.write(hex: number, width: digits)
    out.write(octet: 34)
  }

  private mutating func writeDHCP(_ message: Bytes) {
    guard let header = try? DHCPHeader(message) else { return }
    if let range = DHCPOptions.find(53, message), range.count == 1 {
      let type = message.u8(range.lowerBound)
      write(",\"type\":", type, name: dhcpTypeName(type))
    }
    write(",\"xid\":", hex: UInt64(header.transaction), digits: 8)
    if header.hardwareLength == 6 {
      out.write(",\"client_mac\":\"")
      out.write(mac: header.clientMAC)
      out.write(octet: 34)
    }
    writeAddress(",\"client\":", header.clientAddress)
    writeAddress(",\"your\":", header.yourAddress)
    writeAddress(",\"relay\":", header.relayAddress)
    if let range = DHCPOptions.find(50, message), range.count == 4 {
      writeAddress(",\"requested\":", message.u32(range.lowerBound))
    }
    if let range = DHCPOptions.find(54, message), range.count == 4 {
      writeAddress(",\"server\":", message.u32(range.lowerBound))
    }
    if let range = DHCPOptions.find(51, message), range.count == 4 {
      out.write(",\"lease_s\":")
      out.write(decimal: message.u32(range.lowerBound))
    }
    if let range = DHCPOptions.find(12, message) { write(",\"host_name\":", text: message.extracting(range)) }
  }

  /// A key and an IPv4 address, unless it is 0.0.0.0, which in DHCP means none.
  private mutating func writeAddress(_ key: StaticString, _ address: UInt32) {
    if address == 0 { return }
    out.write(key)
    out.write(octet: 34)
    out.write(ipv4: address)
    out.write(octet: 34)
  }

  private mutating func writeDHCPv6(_ message: Bytes) {
    guard let header = try? DHCPv6Header(message) else { return }
    write(",\"type\":", header.type, name: dhcpv6TypeName(header.type))
    if !header.isRelay { write(",\"xid\":", hex: UInt64(header.transaction), digits: 6) }
  }

  private mutating func writeNTP(_ message: Bytes) {
    if message.count == 0 { return }
    out.write(",\"version\":")
    out.write(decimal: message.u8(0) &>> 3 & 7)
    write(",\"mode\":", word: NTPHeader.modeName(message.u8(0) & 7))
    if let header = try? NTPHeader(message), header.mode <= 5 {
      out.write(",\"stratum\":")
      out.write(decimal: header.stratum)
    }
  }

  private mutating func writeTLS(_ message: Bytes) {
    guard let record = try? TLSRecord(message) else { return }
    write(",\"record\":", record.type, name: TLSRecord.typeName(record.type))
    if record.type == 21, record.length == 2, message.count >= 7 {
      write(",\"alert\":", message.u8(6), name: tlsAlertName(message.u8(6)))
    }
    guard let at = tlsHelloOffset(message) else { return }
    let fragment = message.extracting(at..<message.count)
    write(",\"handshake\":", word: TLSRecord.handshakeName(fragment.u8(0)))
    guard let hello = TLSHello(fragment) else { return }
    if hello.version != 0 {
      write(",\"version\":", hello.version, name: TLSRecord.versionName(hello.version))
    }
    if !hello.serverName.isEmpty { write(",\"server_name\":", text: fragment.extracting(hello.serverName)) }
    if !hello.protocols.isEmpty { writeProtocols(fragment.extracting(hello.protocols)) }
    if hello.isClient {
      if hello.cipherCount > 0 {
        out.write(",\"ciphers\":")
        out.write(signed: hello.cipherCount)
      }
    } else if hello.cipherCount > 0 {
      let cipher = tlsCipherName(hello.cipher)
      if cipher.utf8CodeUnitCount > 0 {
        write(",\"cipher\":", word: cipher)
      } else {
        write(",\"cipher\":", hex: UInt64(hello.cipher), digits: 4)
      }
    }
  }

  /// The list of ALPN: names, each behind its length (RFC 7301 section 3.1).
  private mutating func writeProtocols(_ list: Bytes) {
    out.write(",\"alpn\":[")
    var at = 0
    while at < list.count, at &+ 1 &+ Int(list.u8(at)) <= list.count {
      let end = at &+ 1 &+ Int(list.u8(at))
      out.write(at > 0 ? ",\"" : "\"")
      out.write(text: list.extracting(at &+ 1..<end), for: .json)
      out.write(octet: 34)
      at = end
    }
    out.write(octet: 93)
  }

  private mutating func writeHTTP(_ message: Bytes) {
    guard let line = HTTP1Line(message) else { return }
    write(",\"line\":", text: message.extracting(line.line))
    if line.isRequest {
      write(",\"method\":", text: message.extracting(line.method))
      if !line.target.isEmpty { write(",\"uri\":", text: message.extracting(line.target)) }
    }
    if !line.version.isEmpty { write(",\"version\":", text: message.extracting(line.version)) }
    if line.status > 0 {
      out.write(",\"status_code\":")
      out.write(decimal: line.status)
      if !line.reason.isEmpty { write(",\"status_msg\":", text: message.extracting(line.reason)) }
    }
    if !line.isRequest || !line.isWhole { return }
    var fields = HTTP1Fields(after: line, message)
    while let field = fields.next(message) {
      if isHost(message.extracting(field.name)) {
        return write(",\"host\":", text: message.extracting(field.value))
      }
    }
  }

  private func isHost(_ name: Bytes) -> Bool {
    name.count == 4 && name.u32(0) | 0x2020_2020 == 0x686f_7374
  }

  private mutating func writeQUIC(_ message: Bytes) {
    guard let header = try? QUICHeader(message) else { return }
    write(",\"version\":", header.version, name: QUICHeader.versionName(header.version))
    write(",\"type\":", word: header.typeName)
    out.write(",\"dcid\":\"")
    out.write(digits: message.extracting(header.destination))
    out.write("\",\"scid\":\"")
    out.write(digits: message.extracting(header.source))
    out.write(octet: 34)
  }
}
