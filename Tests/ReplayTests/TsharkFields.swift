// What tshark tells of a frame, and which of its values answers which of ours.

import Foundation

/// The fields of one frame as `tshark -T fields` prints them: each a list, because layers repeat in tunnels.
struct TsharkFields {
  private static let names = [
    "frame.len", "frame.cap_len", "frame.protocols", "eth.src", "eth.dst", "ieee8021ad.id", "vlan.id",
    "ip.src", "ip.dst",
    "ip.ttl",
    "ip.id", "ip.len", "ip.proto", "ipv6.src", "ipv6.dst", "ipv6.hlim", "tcp.srcport", "tcp.dstport",
    "udp.srcport",
    "udp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.window_size_value", "tcp.len",
    "tcp.options.mss_val", "tcp.options.timestamp.tsval", "icmp.type", "icmp.code", "icmpv6.type",
    "arp.opcode",
    "dns.id", "dns.qry.name", "dns.qry.type", "dns.a", "dns.count.answers", "dns.resp.type",
    "tls.handshake.type",
    "tls.handshake.extensions_server_name",
    "tls.record.content_type", "http.request.method", "http.request.uri", "http.response.code",
    "dhcp.hw.mac_addr",
    "dhcp.option.dhcp", "ntp.stratum", "quic.version",
  ]
  /// Between the values of a field that repeats.
  private static let unit = "\u{1f}"

  private var values: [String: [String]] = [:]
  private let protocols: [Substring]

  /// The command that prints the fields of every frame of a capture, a line a frame.
  static func command(_ path: String) -> [String] {
    let alone = [
      "tcp.desegment_tcp_streams", "tcp.analyze_sequence_numbers", "ip.defragment", "ipv6.defragment",
      "tls.desegment_ssl_records", "tls.desegment_ssl_application_data", "http.desegment_headers",
      "http.desegment_body", "tcp.reassemble_out_of_order", "udp.process_info",
    ]
    return [
      "/usr/bin/tshark", "-n", "-r", path, "-T", "fields", "-E", "aggregator=\(unit)", "-E", "occurrence=a",
    ]
      + alone.flatMap { ["-o", "\($0):FALSE"] } + names.flatMap { ["-e", $0] }
  }

  init(_ line: Substring) {
    let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
    for (name, column) in zip(Self.names, columns) where !column.isEmpty {
      values[name] = column.components(separatedBy: Self.unit)
    }
    protocols = values["frame.protocols"]?.first?.split(separator: ":") ?? []
  }

  /// The value of the layer at `index`, counted from the outermost of its kind.
  private func value(_ name: String, _ index: Int = 0) -> String? {
    guard let list = values[name], index >= 0, index < list.count else { return nil }
    return list[index]
  }

  /// A number in the digits that we print: tshark writes some in hexadecimal.
  private func number(_ name: String, _ index: Int = 0) -> String? {
    guard let text = value(name, index) else { return nil }
    return text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16).map { String($0) } ?? text : text
  }

  /// The values that can be compared.
  func pairs(with record: [String: Any]) -> [FieldPair] {
    func ours(_ key: String) -> String? { record[key].map { "\($0)" } }
    var pairs = [
      FieldPair(field: "len", ours: ours("len"), theirs: value("frame.len")),
      FieldPair(field: "caplen", ours: ours("caplen"), theirs: value("frame.cap_len")),
    ]
    if record["link"] as? String == "ethernet" {
      pairs.append(FieldPair(field: "src_mac", ours: ours("src_mac"), theirs: value("eth.src")))
      pairs.append(FieldPair(field: "dst_mac", ours: ours("dst_mac"), theirs: value("eth.dst")))
    }
    if let tags = record["vlan"] as? [Int] {
      // Tshark tells the tags of providers (0x88a8) apart; ours are in the order of the wire, and theirs
      // stand first.
      let list = (values["ieee8021ad.id"] ?? []) + (values["vlan.id"] ?? [])
      let theirs = list.prefix(tags.count).joined(separator: ",")
      pairs.append(
        FieldPair(field: "vlan", ours: tags.map { "\($0)" }.joined(separator: ","), theirs: theirs))
    }
    pairs += networkPairs(record, ours)
    // What an ICMP error quotes is another packet, of which tshark tells as of this one.
    let proto = ours("proto") ?? ""
    if proto == "icmp" || proto == "icmp6" { return pairs }
    pairs += transportPairs(record, ours)
    return pairs + applicationPairs(record)
  }

  private func networkPairs(_ record: [String: Any], _ ours: (String) -> String?) -> [FieldPair] {
    if let arp = record["arp"] as? [String: Any] {
      let operation = arp["op"].map { "\($0)" == "request" ? "1" : "\($0)" == "reply" ? "2" : "\($0)" }
      return [FieldPair(field: "arp.op", ours: operation, theirs: value("arp.opcode"))]
    }
    guard let version = record["ip_version"] as? Int else {
      // A link layer that we do not read has a record without layers.
      if record["layers"] == nil { return [] }
      return [FieldPair(field: "ip", ours: nil, theirs: value("ip.src") ?? value("ipv6.src"))]
    }
    let around = (record["tunnel"] as? [[String: Any]] ?? []).filter { $0["ip_version"] as? Int == version }
    let at = around.count
    let name = version == 4 ? "ip" : "ipv6"
    var pairs = [
      FieldPair(field: "src", ours: ours("src"), theirs: value("\(name).src", at)),
      FieldPair(field: "dst", ours: ours("dst"), theirs: value("\(name).dst", at)),
      FieldPair(field: "ttl", ours: ours("ttl"), theirs: value(version == 4 ? "ip.ttl" : "ipv6.hlim", at)),
    ]
    if version == 4 {
      pairs.append(FieldPair(field: "ip_id", ours: ours("ip_id"), theirs: number("ip.id", at)))
      pairs.append(FieldPair(field: "ip_len", ours: ours("ip_len"), theirs: number("ip.len", at)))
    }
    if let icmp = record["icmp"] as? [String: Any] {
      let theirs = value(version == 4 ? "icmp.type" : "icmpv6.type")
      pairs.append(FieldPair(field: "icmp.type", ours: icmp["type"].map { "\($0)" }, theirs: theirs))
    }
    return pairs
  }

  private func transportPairs(_ record: [String: Any], _ ours: (String) -> String?) -> [FieldPair] {
    let layers = record["layers"] as? [String] ?? []
    guard let proto = ours("proto"), proto == "tcp" || proto == "udp" else { return [] }
    let at = max(0, layers.filter { $0 == proto }.count - 1)
    var pairs = [
      FieldPair(field: "\(proto).sport", ours: ours("sport"), theirs: value("\(proto).srcport", at)),
      FieldPair(field: "\(proto).dport", ours: ours("dport"), theirs: value("\(proto).dstport", at)),
    ]
    if proto == "udp" { return pairs }
    pairs.append(FieldPair(field: "seq", ours: ours("seq"), theirs: value("tcp.seq_raw", at)))
    // Without the flag the field means nothing, and our record leaves it out.
    let flags = number("tcp.flags", at).flatMap { Int($0) }.map { $0 & 0x1ff }
    if let flags, flags & 0x10 != 0 {
      pairs.append(FieldPair(field: "ack", ours: ours("ack"), theirs: value("tcp.ack_raw", at)))
    }
    pairs.append(
      FieldPair(field: "flags", ours: ours("flags").map { "\(Self.bits($0))" }, theirs: flags.map { "\($0)" })
    )
    pairs.append(FieldPair(field: "win", ours: ours("win"), theirs: value("tcp.window_size_value", at)))
    pairs.append(FieldPair(field: "payload_len", ours: ours("payload_len"), theirs: value("tcp.len", at)))
    let options = record["options"] as? [String: Any]
    pairs.append(
      FieldPair(
        field: "options.mss", ours: options?["mss"].map { "\($0)" }, theirs: value("tcp.options.mss_val", at))
    )
    let stamps = options?["timestamps"] as? [String: Any]
    pairs.append(
      FieldPair(
        field: "options.timestamps", ours: stamps?["value"].map { "\($0)" },
        theirs: value("tcp.options.timestamp.tsval", at)))
    return pairs
  }

  /// Flags as tcpdump writes them, as the bits of the header.
  private static func bits(_ flags: String) -> Int {
    let letters: [Character: Int] = [
      "F": 1, "S": 2, "R": 4, "P": 8, ".": 16, "U": 32, "E": 64, "W": 128, "e": 256,
    ]
    return flags == "none" ? 0 : flags.reduce(0) { $0 | (letters[$1] ?? 512) }
  }

  private func applicationPairs(_ record: [String: Any]) -> [FieldPair] {
    let app = record["app"] as? [String: Any] ?? [:]
    let proto = app["proto"] as? String ?? ""
    func ours(_ key: String, _ protos: String...) -> String? {
      protos.contains(proto) ? app[key].map { "\($0)" } : nil
    }
    let names = ["dns", "mdns", "llmnr"]
    // Nobody else's datagrams: SSDP has first lines of HTTP, a QUIC packet that tshark decrypts has a hello.
    guard let transport = record["proto"] as? String, transport == "tcp" || transport == "udp" else {
      return []
    }
    // Messages that HTTP carries (RFC 8484) are none of the transport's.
    let isDirect = protocols.indices.dropFirst().contains { index in
      names.contains(String(protocols[index])) && ["tcp", "udp"].contains(protocols[index - 1])
    }
    let isDomain = names.contains(proto) || isDirect
    var pairs: [FieldPair] = []
    if isDomain {
      pairs.append(
        FieldPair(field: "dns.id", ours: ours("id", "dns", "mdns", "llmnr"), theirs: number("dns.id")))
      // Tshark writes the root as <Root>.
      let name = value("dns.qry.name").map { $0 == "<Root>" ? "." : $0 }
      let query = ours("query", "dns", "mdns", "llmnr").map { Self.unescaped($0) }
      pairs.append(FieldPair(field: "dns.query", ours: query, theirs: name))
      // Our record tells the answers only, tshark the records of every section one after the other.
      let answers = app["answers"] as? [String] ?? []
      let count = value("dns.count.answers").flatMap { Int($0) } ?? 0
      let isAddress = values["dns.resp.type"]?.prefix(count).contains("1") ?? false
      pairs.append(
        FieldPair(
          field: "dns.a", ours: answers.first { Self.isAddress($0) }, theirs: isAddress ? value("dns.a") : nil
        ))
    }
    if transport == "udp" { return pairs + datagramPairs(ours) }
    pairs += [
      FieldPair(
        field: "tls.server_name", ours: ours("server_name", "tls"),
        theirs: value("tls.handshake.extensions_server_name")),
      FieldPair(field: "http.method", ours: ours("method", "http"), theirs: value("http.request.method")),
      FieldPair(field: "http.uri", ours: ours("uri", "http"), theirs: value("http.request.uri")),
      FieldPair(
        field: "http.status", ours: ours("status_code", "http"), theirs: value("http.response.code")),
    ]
    let content = value("tls.record.content_type").flatMap { Int($0) }
    let records = [
      20: "change_cipher_spec", 21: "alert", 22: "handshake", 23: "application_data", 24: "heartbeat",
    ]
    pairs.append(
      FieldPair(field: "tls.record", ours: ours("record", "tls"), theirs: content.flatMap { records[$0] })
    )
    return pairs
  }

  private func datagramPairs(_ ours: (String, String...) -> String?) -> [FieldPair] {
    [
      FieldPair(
        field: "dhcp.client_mac", ours: ours("client_mac", "dhcp"), theirs: value("dhcp.hw.mac_addr")),
      FieldPair(field: "ntp.stratum", ours: ours("stratum", "ntp"), theirs: value("ntp.stratum")),
    ]
  }

  /// A name without the escapes of RFC 4343, as tshark prints it: what is no UTF-8 as U+FFFD.
  private static func unescaped(_ name: String) -> String {
    var octets: [UInt8] = []
    var rest = Array(name.utf8)[...]
    while let octet = rest.popFirst() {
      guard octet == 92, let next = rest.first else {
        octets.append(octet)
        continue
      }
      if let number = UInt8(String(decoding: rest.prefix(3), as: UTF8.self)), next >= 48, next <= 57 {
        octets.append(number)
        rest = rest.dropFirst(3)
      } else {
        octets.append(next)
        rest = rest.dropFirst()
      }
    }
    return String(decoding: octets, as: UTF8.self)
  }

  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
  }
}
