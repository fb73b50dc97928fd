// The fields of TLS records one by one, for `-V` (RFC 8446 sections 4 and 5).

/// Every record that begins in the segment. One that goes on in the next segment ends the telling, and is no
/// fault.
@Sendable func tlsFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  var at = 0
  while at &+ TLSRecord.length <= bytes.count {
    let record = try TLSRecord(bytes.extracting(at..<bytes.count))
    if !record.isPlausible { return }
    let end = min(bytes.count, at &+ TLSRecord.length &+ record.length)
    fields.add("record", at: at, end - at, .none, TLSRecord.typeName(record.type))
    fields.depth += 1
    fields.add("content_type", at: at, 1, .number(UInt64(record.type)), TLSRecord.typeName(record.type))
    fields.add(
      "version", at: at + 1, 2, .hex(UInt64(record.version), digits: 4), TLSRecord.versionName(record.version)
    )
    fields.add("length", at: at + 3, 2, .number(UInt64(record.length)), "octets")
    fragmentFields(record, bytes.extracting(at &+ TLSRecord.length..<end), at &+ TLSRecord.length, &fields)
    fields.depth -= 1
    at = end
  }
}

/// What a record carries, when it is readable.
private func fragmentFields(_ record: TLSRecord, _ fragment: Bytes, _ at: Int, _ fields: inout Fields) {
  if fragment.count == 0 { return }
  switch record.type {
  case 21 where record.length == 2 && fragment.count == 2:
    fields.add(
      "level", at: at, 1, .number(UInt64(fragment.u8(0))),
      fragment.u8(0) == 1 ? "warning" : fragment.u8(0) == 2 ? "fatal" : "")
    fields.add("description", at: at + 1, 1, .number(UInt64(fragment.u8(1))), tlsAlertName(fragment.u8(1)))
  case 22:
    handshakeFields(fragment, at, &fields)
  default:
    fields.add("fragment", at: at, fragment.count, .octets, fragment.count < record.length ? "continues" : "")
  }
}

/// The handshake messages of a record. One whose type or length cannot be is encrypted.
private func handshakeFields(_ fragment: Bytes, _ start: Int, _ fields: inout Fields) {
  var at = 0
  while at &+ 4 <= fragment.count {
    let type = fragment.u8(at)
    let length = Int(fragment.u24(at &+ 1))
    let name = TLSRecord.handshakeName(type)
    if name.utf8CodeUnitCount == 0 || length > 1 << 17 { break }
    let end = min(fragment.count, at &+ 4 &+ length)
    fields.add("handshake", at: start + at, end - at, .none, name)
    fields.depth += 1
    fields.add("message_type", at: start + at, 1, .number(UInt64(type)), name)
    fields.add("length", at: start + at + 1, 3, .number(UInt64(length)), "octets")
    let body = fragment.extracting(at &+ 4..<end)
    if type == 1 || type == 2 {
      helloFields(body, start &+ at &+ 4, client: type == 1, &fields)
    } else if body.count > 0 {
      fields.add("body", at: start + at + 4, body.count, .octets)
    }
    fields.depth -= 1
    at = end
  }
  if at < fragment.count { fields.add("encrypted", at: start + at, fragment.count - at, .octets) }
}

/// A hello as far as its octets are there (RFC 8446 sections 4.1.2 and 4.1.3).
private func helloFields(_ body: Bytes, _ start: Int, client: Bool, _ fields: inout Fields) {
  guard body.count >= 35 else { return restFields(body, 0, start, &fields) }
  fields.add(
    "version", at: start, 2, .hex(UInt64(body.u16(0)), digits: 4), TLSRecord.versionName(body.u16(0)))
  fields.add("random", at: start + 2, 32, .octets)
  let session = Int(body.u8(34))
  fields.add("session_length", at: start + 34, 1, .number(UInt64(session)), "octets")
  var at = 35 &+ session
  guard at <= body.count else { return restFields(body, 35, start, &fields) }
  if session > 0 { fields.add("session", at: start + 35, session, .octets) }
  if client {
    guard at &+ 2 <= body.count, at &+ 2 &+ Int(body.u16(at)) <= body.count else {
      return restFields(body, at, start, &fields)
    }
    let suites = Int(body.u16(at))
    fields.add("cipher_suites_length", at: start + at, 2, .number(UInt64(suites)), "octets")
    if suites > 0 {
      fields.add("cipher_suites", at: start + at + 2, suites, .number(UInt64(suites / 2)), "offered")
    }
    fields.depth += 1
    for offset in stride(from: at &+ 2, to: at &+ 1 &+ suites, by: 2) {
      let suite = body.u16(offset)
      fields.add("cipher_suite", at: start + offset, 2, .hex(UInt64(suite), digits: 4), tlsCipherName(suite))
    }
    fields.depth -= 1
    at = at &+ 2 &+ suites
    guard at < body.count, at &+ 1 &+ Int(body.u8(at)) <= body.count else {
      return restFields(body, at, start, &fields)
    }
    let methods = Int(body.u8(at))
    fields.add("compression_length", at: start + at, 1, .number(UInt64(methods)), "octets")
    if methods > 0 { fields.add("compression_methods", at: start + at + 1, methods, .octets) }
    at = at &+ 1 &+ methods
  } else {
    guard at &+ 3 <= body.count else { return restFields(body, at, start, &fields) }
    fields.add(
      "cipher_suite", at: start + at, 2, .hex(UInt64(body.u16(at)), digits: 4), tlsCipherName(body.u16(at)))
    fields.add("compression_method", at: start + at + 2, 1, .number(UInt64(body.u8(at + 2))))
    at &+= 3
  }
  guard at &+ 2 <= body.count else { return restFields(body, at, start, &fields) }
  fields.add("extensions_length", at: start + at, 2, .number(UInt64(body.u16(at))), "octets")
  at &+= 2
  while at &+ 4 <= body.count {
    let type = body.u16(at)
    let length = Int(body.u16(at &+ 2))
    if at &+ 4 &+ length > body.count { break }
    fields.add("extension", at: start + at, 4 + length, .number(UInt64(type)), tlsExtensionName(type))
    fields.depth += 1
    fields.add("type", at: start + at, 2, .number(UInt64(type)), tlsExtensionName(type))
    fields.add("length", at: start + at + 2, 2, .number(UInt64(length)), "octets")
    extensionFields(type, body.extracting(at &+ 4..<at &+ 4 &+ length), start &+ at &+ 4, client, &fields)
    fields.depth -= 1
    at = at &+ 4 &+ length
  }
  restFields(body, at, start, &fields)
}

/// Octets of a message whose rest is in another record or segment.
private func restFields(_ body: Bytes, _ at: Int, _ start: Int, _ fields: inout Fields) {
  if at < body.count { fields.add("unfinished", at: start + at, body.count - at, .octets) }
}

/// The extensions that say who talks to whom, and how.
private func extensionFields(
  _ type: UInt16, _ data: Bytes, _ start: Int, _ client: Bool, _ fields: inout Fields
) {
  if data.count == 0 { return }
  switch type {
  case 0 where data.count >= 5 && data.u8(2) == 0 && 5 &+ Int(data.u16(3)) <= data.count:
    fields.add("list_length", at: start, 2, .number(UInt64(data.u16(0))), "octets")
    fields.add("name_type", at: start + 2, 1, .number(0), "host_name")
    fields.add("name_length", at: start + 3, 2, .number(UInt64(data.u16(3))), "octets")
    if data.u16(3) > 0 { fields.add("server_name", at: start + 5, Int(data.u16(3)), .text) }
  case 16 where data.count >= 2:
    fields.add("list_length", at: start, 2, .number(UInt64(data.u16(0))), "octets")
    var at = 2
    while at < data.count, at &+ 1 &+ Int(data.u8(at)) <= data.count {
      let length = Int(data.u8(at))
      fields.add("name_length", at: start + at, 1, .number(UInt64(length)), "octets")
      if length > 0 { fields.add("protocol", at: start + at + 1, length, .text) }
      at = at &+ 1 &+ length
    }
  case 43 where client:
    fields.add("list_length", at: start, 1, .number(UInt64(data.u8(0))), "octets")
    for offset in stride(from: 1, to: data.count &- 1, by: 2) {
      versionField(data.u16(offset), start + offset, &fields)
    }
  case 43 where data.count == 2:
    versionField(data.u16(0), start, &fields)
  default:
    fields.add("data", at: start, data.count, .octets)
  }
}

private func versionField(_ version: UInt16, _ at: Int, _ fields: inout Fields) {
  let greased = version & 0x0f0f == 0x0a0a
  fields.add(
    "version", at: at, 2, .hex(UInt64(version), digits: 4),
    greased ? "GREASE" : TLSRecord.versionName(version))
}
