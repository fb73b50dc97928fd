// What a flow carries, by looking at its octets; ports are hints at most.

internal import Wire

/// An application's protocol, named as Zeek names it where it knows it.
public enum Service: UInt8, Sendable, CaseIterable {
  case unknown
  case http, http2, tls, dns, mdns, llmnr, dhcp, dhcpv6, ntp, quic
  case ssh, smtp, ftp, pop3, imap, irc, xmpp, sip, rtsp, ssdp, telnet
  case redis, memcached, postgresql, mysql, mongodb, mqtt, amqp, nats, kafka
  case smb, rdp, ldap, bittorrent, socks
  case stun, dtls, wireguard, snmp, syslog, rtmp

  /// The name that records print.
  public var name: StaticString {
    switch self {
    case .unknown: "unknown"
    case .http: "http"
    case .http2: "http2"
    case .tls: "tls"
    case .dns: "dns"
    case .mdns: "mdns"
    case .llmnr: "llmnr"
    case .dhcp: "dhcp"
    case .dhcpv6: "dhcpv6"
    case .ntp: "ntp"
    case .quic: "quic"
    case .ssh: "ssh"
    case .smtp: "smtp"
    case .ftp: "ftp"
    case .pop3: "pop3"
    case .imap: "imap"
    case .irc: "irc"
    case .xmpp: "xmpp"
    case .sip: "sip"
    case .rtsp: "rtsp"
    case .ssdp: "ssdp"
    case .telnet: "telnet"
    case .redis: "redis"
    case .memcached: "memcached"
    case .postgresql: "postgresql"
    case .mysql: "mysql"
    case .mongodb: "mongodb"
    case .mqtt: "mqtt"
    case .amqp: "amqp"
    case .nats: "nats"
    case .kafka: "kafka"
    case .smb: "smb"
    case .rdp: "rdp"
    case .ldap: "ldap"
    case .bittorrent: "bittorrent"
    case .socks: "socks"
    case .stun: "stun"
    case .dtls: "dtls"
    case .wireguard: "wireguard"
    case .snmp: "snmp"
    case .syslog: "syslog"
    case .rtmp: "rtmp"
    }
  }
}

extension Service {
  /// What the dissectors have recognized.
  init(_ kind: Layer.Kind) {
    switch kind {
    case .http: self = .http
    case .tls: self = .tls
    case .dns: self = .dns
    case .mdns: self = .mdns
    case .llmnr: self = .llmnr
    case .dhcp: self = .dhcp
    case .dhcpv6: self = .dhcpv6
    case .ntp: self = .ntp
    case .quic: self = .quic
    default: self = .unknown
    }
  }

  /// What the first octets of a stream, or of a datagram, are the beginning of; `hint` is the responder's
  /// port, and counts only where octets of that form are common to several.
  static func recognize(_ bytes: Bytes, isStream: Bool, hint: UInt16) -> Service {
    guard bytes.count >= 4 else { return .unknown }
    return isStream ? stream(bytes, hint) : datagram(bytes, hint)
  }

  private static func stream(_ bytes: Bytes, _ hint: UInt16) -> Service {
    let text = line(bytes, hint)
    if text != .unknown { return text }
    let first = bytes.u32(0)
    let count = bytes.count
    switch bytes.u8(0) {
    case 0x13: if begins(bytes, "\u{13}BitTorrent protocol") { return .bittorrent }
    // MQTT 3.1.1 section 3.1: CONNECT, a length, and the protocol's name behind its own length.
    case 0x10:
      for at in 2..<5 where count >= at &+ 6 {
        if contains(bytes, at, "\0\u{4}MQTT") || contains(bytes, at, "\0\u{6}MQIsdp") { return .mqtt }
      }
    // NetBIOS session header and SMB1 or SMB2.
    case 0: if count >= 8, bytes.u32(4) == 0xff53_4d42 || bytes.u32(4) == 0xfe53_4d42 { return .smb }
    // TPKT, then an X.224 connection request or confirm.
    case 3:
      if count >= 7, first &>> 16 == 0x0300, Int(first & 0xffff) <= 512, bytes.u8(5) & 0xe0 == 0xc0 {
        return .rdp
      }
      if hint == 1935, count >= 1400 { return .rtmp }
    // LDAPMessage: a sequence, a message number, a bind or search request (RFC 4511 section 4.1).
    case 0x30:
      if count >= 7, bytes.u8(1) < 0x80, bytes.u8(2) == 2, bytes.u8(3) == 1, bytes.u8(5) & 0xe0 == 0x60 {
        return .ldap
      }
    // SOCKS 5 and the number of methods that follow (RFC 1928 section 3).
    case 5: if hint == 1080, count == 2 &+ Int(bytes.u8(1)) { return .socks }
    // Telnet commands: IAC and will, won't, do or don't (RFC 854).
    case 0xff: if bytes.u8(1) >= 0xfb, bytes.u8(1) <= 0xfe, hint == 23 { return .telnet }
    default: break
    }
    // PostgreSQL: a length and version 3.0, or the request for TLS.
    if count >= 8, Int(first) <= 10_000, bytes.u32(4) == 0x0003_0000 || bytes.u64(0) == 0x0000_0008_04d2_162f
    {
      return .postgresql
    }
    // MySQL's greeting: three octets of length, the number 0, protocol 10, a version that is a digit first.
    if count >= 6, bytes.u8(3) == 0, bytes.u8(4) == 10, digit(bytes.u8(5)),
      Int(bytes.u8(0)) | Int(bytes.u8(1)) &<< 8 <= 1024
    {
      return .mysql
    }
    // MongoDB: a little-endian length and, at twelve, OP_MSG or OP_QUERY.
    if count >= 16, bytes.u16(14) == 0, bytes.u16(12) == 0xdd07 || bytes.u16(12) == 0xd407 {
      return .mongodb
    }
    // Kafka: a length, a request's key and version, and the hint of its port.
    if hint == 9092, count >= 12, Int(first) &+ 4 >= count, bytes.u16(4) < 100, bytes.u16(6) < 20 {
      return .kafka
    }
    return .unknown
  }

  /// Protocols whose first line is text.
  private static func line(_ bytes: Bytes, _ hint: UInt16) -> Service {
    if begins(bytes, "PRI * HTTP/2.0") { return .http2 }
    if begins(bytes, "SSH-") { return .ssh }
    if begins(bytes, "AMQP") { return .amqp }
    if begins(bytes, "RTSP/1.") { return .rtsp }
    if begins(bytes, "SIP/2.0") || begins(bytes, "INVITE sip:") || begins(bytes, "REGISTER sip:") {
      return .sip
    }
    if begins(bytes, "INFO {\"server") { return .nats }
    if begins(bytes, "<stream:stream") || begins(bytes, "<?xml version='1.0'?><stream") { return .xmpp }
    if begins(bytes, "EHLO ") || begins(bytes, "HELO ") { return .smtp }
    if begins(bytes, "220 ") || begins(bytes, "220-") {
      // Both greet so: who it is says the rest of the line, or else the port.
      if contains(bytes, "SMTP") { return .smtp }
      return contains(bytes, "FTP") || hint == 21 ? .ftp : hint == 25 || hint == 587 ? .smtp : .unknown
    }
    if begins(bytes, "+OK") { return hint == 110 || contains(bytes, "POP") ? .pop3 : .unknown }
    if begins(bytes, "* OK") { return .imap }
    if begins(bytes, "NICK ") || begins(bytes, "CAP LS") { return .irc }
    // RESP: an array of so many bulk strings.
    if bytes.u8(0) == 0x2a, digit(bytes.u8(1)), contains(bytes, "\r\n$") { return .redis }
    if hint == 11211, begins(bytes, "get ") || begins(bytes, "set ") || begins(bytes, "stats") {
      return .memcached
    }
    return .unknown
  }

  private static func datagram(_ bytes: Bytes, _ hint: UInt16) -> Service {
    let count = bytes.count
    // RFC 8489 section 5: a type, a length and the magic cookie.
    if count >= 20, bytes.u32(4) == 0x2112_a442, bytes.u8(0) < 4 { return .stun }
    // RFC 9147: a record of version 1.0 or 1.2 of DTLS.
    if count >= 13, bytes.u8(0) >= 20, bytes.u8(0) <= 23, bytes.u16(1) == 0xfeff || bytes.u16(1) == 0xfefd {
      return .dtls
    }
    // A handshake initiation, or its response: a type, three zeros, and a length of their own.
    if count == 148 && bytes.u32(0) == 0x0100_0000 || count == 92 && bytes.u32(0) == 0x0200_0000 {
      return .wireguard
    }
    if begins(bytes, "M-SEARCH ") || begins(bytes, "NOTIFY * HTTP") { return .ssdp }
    if begins(bytes, "SIP/2.0") || begins(bytes, "INVITE sip:") || begins(bytes, "REGISTER sip:")
      || begins(bytes, "OPTIONS sip:")
    {
      return .sip
    }
    if hint == 514, bytes.u8(0) == 0x3c, digit(bytes.u8(1)) { return .syslog }
    if hint == 161 || hint == 162, bytes.u8(0) == 0x30, count >= 20 { return .snmp }
    return .unknown
  }

  private static func digit(_ octet: UInt8) -> Bool { octet >= 48 && octet <= 57 }

  /// Whether the octets begin with a word.
  private static func begins(_ bytes: Bytes, _ word: String) -> Bool { contains(bytes, 0, word) }

  /// Whether a word stands at a place.
  private static func contains(_ bytes: Bytes, _ at: Int, _ word: String) -> Bool {
    let letters = word.utf8
    guard bytes.count >= at &+ letters.count else { return false }
    var at = at
    for letter in letters {
      if bytes.u8(at) != letter { return false }
      at &+= 1
    }
    return true
  }

  /// The most octets of a first line that are searched.
  private static let lineMax = 128

  /// Whether a word stands anywhere near the beginning.
  private static func contains(_ bytes: Bytes, _ word: String) -> Bool {
    for at in 0..<min(bytes.count, lineMax) where contains(bytes, at, word) { return true }
    return false
  }
}
