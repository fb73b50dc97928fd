// The fields of a DNS message one by one, for `-V`: header, questions, resource records (RFC 1035 section
// 4.1).

/// The type of a resource record by its mnemonic (IANA "Resource Record (RR) TYPEs"); empty when it has none
/// here.
public func dnsTypeName(_ type: UInt16) -> StaticString {
  switch type {
  case 1: "A"
  case 2: "NS"
  case 5: "CNAME"
  case 6: "SOA"
  case 10: "NULL"
  case 11: "WKS"
  case 12: "PTR"
  case 13: "HINFO"
  case 15: "MX"
  case 16: "TXT"
  case 17: "RP"
  case 18: "AFSDB"
  case 24: "SIG"
  case 25: "KEY"
  case 28: "AAAA"
  case 29: "LOC"
  case 33: "SRV"
  case 35: "NAPTR"
  case 36: "KX"
  case 37: "CERT"
  case 39: "DNAME"
  case 41: "OPT"
  case 42: "APL"
  case 43: "DS"
  case 44: "SSHFP"
  case 45: "IPSECKEY"
  case 46: "RRSIG"
  case 47: "NSEC"
  case 48: "DNSKEY"
  case 49: "DHCID"
  case 50: "NSEC3"
  case 51: "NSEC3PARAM"
  case 52: "TLSA"
  case 53: "SMIMEA"
  case 55: "HIP"
  case 59: "CDS"
  case 60: "CDNSKEY"
  case 61: "OPENPGPKEY"
  case 62: "CSYNC"
  case 63: "ZONEMD"
  case 64: "SVCB"
  case 65: "HTTPS"
  case 99: "SPF"
  case 249: "TKEY"
  case 250: "TSIG"
  case 251: "IXFR"
  case 252: "AXFR"
  case 255: "ANY"
  case 256: "URI"
  case 257: "CAA"
  default: ""
  }
}

/// A response code by its mnemonic (IANA "DNS RCODEs"); empty when it has none.
public func dnsResponseName(_ code: UInt8) -> StaticString {
  switch code {
  case 0: "NOERROR"
  case 1: "FORMERR"
  case 2: "SERVFAIL"
  case 3: "NXDOMAIN"
  case 4: "NOTIMP"
  case 5: "REFUSED"
  case 6: "YXDOMAIN"
  case 7: "YXRRSET"
  case 8: "NXRRSET"
  case 9: "NOTAUTH"
  case 10: "NOTZONE"
  default: ""
  }
}

/// An operation by its name (IANA "DNS OpCodes"); empty when it has none.
public func dnsOperationName(_ operation: UInt8) -> StaticString {
  switch operation {
  case 0: "query"
  case 1: "inverse query"
  case 2: "status"
  case 4: "notify"
  case 5: "update"
  case 6: "stateful operations"
  default: ""
  }
}

/// A class by its name; the bit that mDNS keeps in front of it is no part of it (RFC 6762 sections 5.4 and
/// 10.2).
private func className(_ number: UInt16) -> StaticString {
  switch number & 0x7fff {
  case 1: "IN"
  case 3: "CH"
  case 4: "HS"
  case 254: "NONE"
  case 255: "ANY"
  default: ""
  }
}

/// The fields of one message, which begins `start` octets into the layer.
func domainFields(_ message: Bytes, at start: Int, _ fields: inout Fields) throws(Malformed) {
  let header = try DNSHeader(message)
  let flags = UInt64(header.flags)
  fields.add("identification", at: start, 2, .hex(UInt64(header.identification), digits: 4))
  fields.add(
    "flags", at: start + 2, 2, .hex(flags, digits: 4), header.isResponse ? "response" : "query")
  fields.bits("response", at: start + 2, 2, of: flags, mask: 0x8000)
  fields.bits(
    "operation", at: start + 2, 2, of: flags, mask: 0x7800, dnsOperationName(header.operation))
  fields.bits("authoritative", at: start + 2, 2, of: flags, mask: 0x0400)
  fields.bits("truncated", at: start + 2, 2, of: flags, mask: 0x0200)
  fields.bits("recursion_desired", at: start + 2, 2, of: flags, mask: 0x0100)
  fields.bits("recursion_available", at: start + 2, 2, of: flags, mask: 0x0080)
  fields.bits("reserved", at: start + 2, 2, of: flags, mask: 0x0040)
  fields.bits("authentic_data", at: start + 2, 2, of: flags, mask: 0x0020)
  fields.bits("checking_disabled", at: start + 2, 2, of: flags, mask: 0x0010)
  fields.bits(
    "response_code", at: start + 2, 2, of: flags, mask: 0x000f, dnsResponseName(header.responseCode))
  fields.add("questions", at: start + 4, 2, .number(UInt64(header.questions)))
  fields.add("answers", at: start + 6, 2, .number(UInt64(header.answers)))
  fields.add("authorities", at: start + 8, 2, .number(UInt64(header.authorities)))
  fields.add("additionals", at: start + 10, 2, .number(UInt64(header.additionals)))
  var at = DNSHeader.length
  // Each turn takes five octets or more, so a count that lies ends at the end of the message.
  for _ in 0..<header.questions {
    at = try questionFields(message, at, start, &fields)
  }
  for _ in 0..<header.answers {
    at = try recordFields("answer", message, at, start, &fields)
  }
  for _ in 0..<header.authorities {
    at = try recordFields("authority", message, at, start, &fields)
  }
  for _ in 0..<header.additionals {
    at = try recordFields("additional", message, at, start, &fields)
  }
}

/// A question; returns where it ends.
private func questionFields(
  _ message: Bytes, _ at: Int, _ start: Int, _ fields: inout Fields
) throws(Malformed) -> Int {
  let name = try DNSLabels.end(of: message, at: at)
  try message.require(name &+ 4)
  let type = message.u16(name)
  let domain = FieldValue.domain(message: fields.base + start)
  fields.add("question", at: start + at, name + 4 - at, domain, dnsTypeName(type))
  fields.depth += 1
  fields.add("name", at: start + at, name - at, domain)
  fields.add("type", at: start + name, 2, .number(UInt64(type)), dnsTypeName(type))
  fields.add(
    "class", at: start + name + 2, 2, .number(UInt64(message.u16(name + 2))),
    className(message.u16(name + 2)))
  fields.depth -= 1
  return name &+ 4
}

/// A resource record (RFC 1035 section 4.1.3); returns where it ends.
private func recordFields(
  _ heading: StaticString, _ message: Bytes, _ at: Int, _ start: Int, _ fields: inout Fields
) throws(Malformed) -> Int {
  let name = try DNSLabels.end(of: message, at: at)
  try message.require(name &+ 10)
  let type = message.u16(name)
  let number = message.u16(name + 2)
  let length = Int(message.u16(name + 8))
  let data = name &+ 10
  try message.require(data &+ length)
  let domain = FieldValue.domain(message: fields.base + start)
  fields.add(heading, at: start + at, data + length - at, domain, dnsTypeName(type))
  fields.depth += 1
  fields.add("name", at: start + at, name - at, domain)
  fields.add("type", at: start + name, 2, .number(UInt64(type)), dnsTypeName(type))
  if type == 41 {
    // RFC 6891 section 6.1.2: the class and the time to live mean something else.
    let extended = UInt64(message.u32(name + 4))
    fields.add("payload_size", at: start + name + 2, 2, .number(UInt64(number)), "octets over UDP")
    fields.add("extended_flags", at: start + name + 4, 4, .hex(extended, digits: 8))
    fields.bits("extended_response_code", at: start + name + 4, 4, of: extended, mask: 0xff00_0000)
    fields.bits("version", at: start + name + 4, 4, of: extended, mask: 0x00ff_0000)
    fields.bits("dnssec_ok", at: start + name + 4, 4, of: extended, mask: 0x8000)
  } else {
    fields.add("class", at: start + name + 2, 2, .number(UInt64(number)), className(number))
    fields.add("time_to_live", at: start + name + 4, 4, .number(UInt64(message.u32(name + 4))), "seconds")
  }
  fields.add("data_length", at: start + name + 8, 2, .number(UInt64(length)), "octets")
  try dataFields(type, message, data..<data &+ length, start, &fields)
  fields.depth -= 1
  return data &+ length
}

/// What a resource record says, by its type (RFC 1035 section 3.3, RFC 3596, RFC 2782).
private func dataFields(
  _ type: UInt16, _ message: Bytes, _ range: Range<Int>, _ start: Int, _ fields: inout Fields
) throws(Malformed) {
  let at = range.lowerBound
  let length = range.count
  let domain = FieldValue.domain(message: fields.base + start)
  if length == 0 { return }
  switch type {
  case 1 where length == 4:
    fields.add("address", at: start + at, 4, .address(IPAddress(ipv4: message.u32(at))))
  case 28 where length == 16:
    fields.add("address", at: start + at, 16, .address(IPAddress(ipv6: message, at: at)))
  case 2, 5, 12, 39:
    fields.add("target", at: start + at, length, domain)
  case 15 where length > 2:
    fields.add("preference", at: start + at, 2, .number(UInt64(message.u16(at))))
    fields.add("exchange", at: start + at + 2, length - 2, domain)
  case 33 where length > 6:
    fields.add("priority", at: start + at, 2, .number(UInt64(message.u16(at))))
    fields.add("weight", at: start + at + 2, 2, .number(UInt64(message.u16(at + 2))))
    fields.add("port", at: start + at + 4, 2, .number(UInt64(message.u16(at + 4))))
    fields.add("target", at: start + at + 6, length - 6, domain)
  case 16, 99:
    var string = at
    while string < range.upperBound {
      let octets = min(Int(message.u8(string)), range.upperBound - string - 1)
      fields.add("text_length", at: start + string, 1, .number(UInt64(message.u8(string))))
      if octets > 0 { fields.add("text", at: start + string + 1, octets, .text) }
      string += 1 + octets
    }
  case 6:
    let mailbox = try DNSLabels.end(of: message, at: at)
    let numbers = try DNSLabels.end(of: message, at: mailbox)
    guard numbers &+ 20 == range.upperBound else { throw .invalid(.length) }
    fields.add("primary_server", at: start + at, mailbox - at, domain)
    fields.add("responsible_mailbox", at: start + mailbox, numbers - mailbox, domain)
    fields.add("serial", at: start + numbers, 4, .number(UInt64(message.u32(numbers))))
    fields.add("refresh", at: start + numbers + 4, 4, .number(UInt64(message.u32(numbers + 4))), "seconds")
    fields.add("retry", at: start + numbers + 8, 4, .number(UInt64(message.u32(numbers + 8))), "seconds")
    fields.add("expire", at: start + numbers + 12, 4, .number(UInt64(message.u32(numbers + 12))), "seconds")
    fields.add("minimum", at: start + numbers + 16, 4, .number(UInt64(message.u32(numbers + 16))), "seconds")
  default:
    fields.add("data", at: start + at, length, .octets)
  }
}
