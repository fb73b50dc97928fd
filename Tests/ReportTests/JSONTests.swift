import Foundation
import Report
import Testing
import Wire

/// The record of a packet: whole lines as they are, and what is true of every record.
@Suite struct JSONTests {
  /// The record of one frame, without its line end.
  private func record(
    _ octets: [UInt8], wireLength: Int? = nil, link: LinkType = .ethernet, checksums: Bool = false
  ) -> String {
    var printer = JSONPrinter(interfaces: ["eth0"], checksums: checksums)
    var packet = Packet()
    let frame = about(octets, wireLength: wireLength, link: link)
    Mux.standard.dissect(octets.span, frame, into: &packet)
    printer.print(octets.span, frame, &packet)
    let text = text(printer.out)
    #expect(text.last == "\n")
    return String(text.dropLast())
  }

  private func parsed(_ record: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(record.utf8)) as? [String: Any])
  }

  private func app(_ octets: [UInt8]) throws -> [String: Any] {
    try #require(try parsed(record(octets))["app"] as? [String: Any])
  }

  static let start = """
    {"frame":7,"ts":1700000000000000001,"time":"2023-11-14T22:13:20.000000001Z",
    """

  @Test func aSegmentsRecord() {
    let octets = frame(6, port: 80, Array("GET /a HTTP/1.1\r\nHost: x.example\r\n\r\n".utf8))
    #expect(
      record(octets) == Self.start + """
        "len":90,"caplen":90,"interface":"eth0","link":"ethernet","layers":["ethernet","ipv4","tcp","http"],\
        "src_mac":"02:00:00:00:00:01","dst_mac":"02:00:00:00:00:02","ethertype":"0x0800","ip_version":4,\
        "src":"10.10.0.1","dst":"10.10.0.2","proto":"tcp","ttl":64,"dscp":0,"ecn":0,"ip_id":7,"ip_len":76,\
        "dont_fragment":true,"sport":40000,"dport":80,"flags":"P.","seq":100,"ack":200,"win":1024,\
        "payload_len":36,\
        "app":{"proto":"http","line":"GET /a HTTP/1.1","method":"GET","uri":"/a","version":"1.1",\
        "host":"x.example"}}
        """)
  }

  @Test func anARPRecord() {
    let octets = octets(
      "ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a0a0001 000000000000 0a0a0002")
    #expect(
      record(octets) == Self.start + """
        "len":42,"caplen":42,"interface":"eth0","link":"ethernet","layers":["ethernet","arp"],\
        "src_mac":"02:00:00:00:00:01","dst_mac":"ff:ff:ff:ff:ff:ff","ethertype":"0x0806",\
        "arp":{"op":"request","sender_mac":"02:00:00:00:00:01","sender":"10.10.0.1",\
        "target_mac":"00:00:00:00:00:00","target":"10.10.0.2"}}
        """)
  }

  @Test func aFrameCutInItsHeaderSaysWhatRanDry() throws {
    let whole = frame(6, port: 80, [])
    let record = try parsed(record(Array(whole.prefix(40)), wireLength: whole.count))
    let fault = try #require(record["fault"] as? [String: Any])
    #expect(fault["layer"] as? String == "tcp")
    #expect(fault["kind"] as? String == "truncated")
    #expect(fault["need"] as? Int == 20)
    #expect(fault["have"] as? Int == 6)
    #expect(record["flags"] == nil)
    #expect(record["sport"] as? Int == 40000)
  }

  @Test func anEmptyFrameIsARecordToo() throws {
    let record = try parsed(record([], wireLength: 60))
    #expect(record["caplen"] as? Int == 0)
    #expect(record["src"] == nil)
    #expect((record["fault"] as? [String: Any])?["layer"] as? String == "ethernet")
  }

  @Test func tagsAreListedOutermostFirstAndTunnelsKeepTheirHeaders() throws {
    let tagged =
      octets("020000000002 020000000001 88a8 0064 8100 60c8 0800") + frame(6, port: 80, []).dropFirst(14)
    #expect(try parsed(record(tagged))["vlan"] as? [Int] == [100, 200])
    let inner = Array(frame(6, port: 80, []).dropFirst(14))
    let outer =
      octets("020000000002 020000000001 0800 4500 003c 0001 0000 40 04 0000 c0000201 c0000202") + inner
    let record = try parsed(record(outer))
    #expect(record["src"] as? String == "10.10.0.1")
    let tunnel = try #require(record["tunnel"] as? [[String: Any]])
    #expect(tunnel.map { $0["src"] as? String } == ["192.0.2.1"])
  }

  @Test func anAcknowledgmentWithoutItsFlagIsUnknown() throws {
    var octets = frame(6, port: 80, [])
    octets[47] = 0x02
    let record = try parsed(record(octets))
    #expect(record["flags"] as? String == "S")
    #expect(record["ack"] == nil)
  }

  @Test func checksumsAreToldWhenAskedFor() throws {
    let octets = frame(6, port: 80, [])
    #expect(try parsed(record(octets))["checksums"] == nil)
    let verdicts = try #require(
      try parsed(record(octets, checksums: true))["checksums"] as? [[String: Any]])
    #expect(verdicts.map { $0["layer"] as? String } == ["ipv4", "tcp"])
    #expect(verdicts.map { $0["verdict"] as? String } == ["partial", "bad"])
    #expect(verdicts.last?["expected"] as? String == "0xf9f9")
  }

  @Test func whatDNSAsksAndIsTold() throws {
    let answer = octets(
      """
      1002 8580 0001 0003 0000 0000 03776562 087769726574616c65 076578616d706c65 00 0001 0001
      c00c 0005 0001 0000012c 0006 03777777 c010
      c032 0001 0001 0000012c 0004 0a0a0002
      c032 001c 0001 0000012c 0010 20010db8000000000000000000000001
      """)
    let app = try app(frame(17, port: 53, answer))
    #expect(app["proto"] as? String == "dns")
    #expect(app["id"] as? Int == 0x1002)
    #expect(app["response"] as? Bool == true)
    #expect(app["rcode"] as? String == "NOERROR")
    #expect(app["query"] as? String == "web.wiretale.example")
    #expect(app["qtype"] as? String == "A")
    #expect(app["answers"] as? [String] == ["www.wiretale.example", "10.10.0.2", "2001:db8::1"])
  }

  @Test func aNamesOctetsAreEscaped() throws {
    // a.b in one label; a quotation mark, a backslash, a line end, half a character, a whole one.
    let query = octets("0001 0100 0001 0000 0000 0000 03612e62 06 225c0a c3 c3a9 00 0001 0001")
    let app = try app(frame(17, port: 53, query))
    #expect(app["query"] as? String == #"a\.b."\\\010\195é"#)
  }

  @Test func textOfTheWireHarmsNobody() throws {
    let line =
      Array("GET /\u{1b}".utf8) + [9] + Array("\"\\é\u{202e}".utf8) + [0xff, 0xc3]
      + Array(" HTTP/1.1\r\n".utf8)
    let octets = frame(6, port: 80, line)
    // An escape character makes it no first line; without it the rest stands.
    #expect(try parsed(record(octets))["app"] == nil)
    let rest = frame(6, port: 80, line.filter { $0 != 0x1b })
    let text = record(rest)
    #expect(text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 0x202e })
    #expect(try app(rest)["uri"] as? String == "/\t\"\\é\u{202e}\\xff\\xc3")
  }

  @Test func everyRecordOfOurCapturesHasItsKeys() throws {
    #expect(SavedFrames.lessons.count > 20)
    for path in SavedFrames.lessons { try expectSoundRecords(path) }
  }

  @Test func everyRecordOfTheSharedCorpusParses() throws {
    if SavedFrames.corpus.isEmpty {
      return print("the shared corpus is not there: its records are not tested")
    }
    for path in SavedFrames.corpus { try expectSoundRecords(path) }
  }

  /// One line a frame, that parses, says nothing of which the packet does not know, and has what its kind
  /// must have.
  private func expectSoundRecords(_ path: String) throws {
    var printer = JSONPrinter(interfaces: ["x"], checksums: true)
    var packet = Packet()
    var problem: String?
    SavedFrames.each(path) { octets, frame in
      if problem != nil { return }
      printer.out.removeAll()
      Mux.standard.dissect(octets, frame, into: &packet)
      printer.print(octets, frame, &packet)
      problem = flaw(text(printer.out), frame, packet).map { "\(path) frame \(frame.number): \($0)" }
    }
    if let problem { Issue.record(Comment(rawValue: problem)) }
  }

  /// What is wrong with a record; nil when nothing is.
  private func flaw(_ text: String, _ frame: Frame, _ packet: Packet) -> String? {
    guard text.last == "\n", !text.dropLast().contains("\n") else { return "is not one line" }
    guard text.dropLast().unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) else {
      return "has a control character"
    }
    guard let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
      return "does not parse: \(text)"
    }
    var keys = ["frame", "ts", "time", "len", "caplen", "interface", "link"]
    if packet.hasMAC { keys.append("src_mac") }
    if packet.ipVersion != 0 { keys += ["ip_version", "src", "dst", "proto", "ttl"] }
    if packet.hasPorts { keys += ["sport", "dport"] }
    if packet.hasTCP { keys += ["flags", "seq", "win", "payload_len"] }
    if packet.fault != nil { keys.append("fault") }
    if packet.application.kind != .none { keys.append("app") }
    if let missing = keys.first(where: { object[$0] == nil }) { return "has no \(missing)" }
    if object["frame"] as? UInt64 != frame.number { return "counts wrong" }
    return packet.hasTCP || object["flags"] == nil ? nil : "has flags and no TCP"
  }
}

/// What a printer has written.
func text(_ out: borrowing OctetBuffer) -> String {
  var octets: [UInt8] = []
  out.withOctets { span in
    for i in 0..<span.count { octets.append(span[i]) }
  }
  return String(decoding: octets, as: UTF8.self)
}
