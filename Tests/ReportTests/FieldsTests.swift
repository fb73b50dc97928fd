import Report
import Testing
import Wire

/// Every field of a packet: one frame as it looks, and that each octet of each frame is told once.
@Suite struct FieldsTests {
  private func shown(
    _ octets: [UInt8], wireLength: Int? = nil, checksums: Bool = false, color: Bool = false
  ) -> String {
    var printer = FieldsPrinter(interfaces: ["eth0"], checksums: checksums, color: color)
    var packet = Packet()
    let frame = about(octets, wireLength: wireLength)
    Mux.standard.dissect(octets.span, frame, into: &packet)
    printer.print(octets.span, frame, &packet)
    return text(printer.out)
  }

  @Test func aQuestionAsItLooks() {
    let query = octets("1000 0100 0001 0000 0000 0000 03777777 076578616d706c65 00 0001 0001")
    let text = shown(frame(17, port: 53, query), checksums: true)
    let expected = """
      Frame 7  71 octets, all captured  2023-11-14T22:13:20.000000001Z  eth0
          0-13    ethernet  02:00:00:00:00:01 > 02:00:00:00:00:02
          0-5       destination                   02:00:00:00:00:02
          6-11      source                        02:00:00:00:00:01
         12-13      type                          0x0800  IPv4
         14-33    ipv4  10.10.0.1 > 10.10.0.2
      """
    #expect(text.hasPrefix(expected))
    let dns = """
         34-41    udp  40000 > 53
         34-35      source port                   40000
         36-37      destination port              53
         38-39      length                        37  octets
         40-41      checksum                      0x0000  none
         42-70    dns
         42-43      identification                0x1000
         44-45      flags                         0x0100  query
         44-45        response                    0... .... .... ....  not set
         44-45        operation                   .000 0... .... ....  0  query
         44-45        authoritative               .... .0.. .... ....  not set
         44-45        truncated                   .... ..0. .... ....  not set
         44-45        recursion desired           .... ...1 .... ....  set
         44-45        recursion available         .... .... 0... ....  not set
         44-45        reserved                    .... .... .0.. ....  not set
         44-45        authentic data              .... .... ..0. ....  not set
         44-45        checking disabled           .... .... ...0 ....  not set
         44-45        response code               .... .... .... 0000  0  NOERROR
         46-47      questions                     1
         48-49      answers                       0
         50-51      authorities                   0
         52-53      additionals                   0
         54-70      question                      www.example  A
         54-66        name                        www.example
         67-68        type                        1  A
         69-70        class                       1  IN

      """
    #expect(text.hasSuffix(dns + "\n"))
  }

  @Test func aFaultIsShownWhereItHappened() {
    let whole = frame(6, port: 80, [])
    let text = shown(Array(whole.prefix(40)), wireLength: 54)
    let expected = """
                  tcp  40000 > 80
                    truncated: 20 octets needed, 6 there
         34-39      undescribed                   6 octets  9c400050 0000
         40-53    not captured                    14 octets
      """
    #expect(text.hasSuffix(expected + "\n\n"))
  }

  @Test func coloursAreOnlyThereWhenAskedFor() {
    let octets = frame(6, port: 80, Array("GET / HTTP/1.1\r\n\r\n".utf8))
    #expect(!shown(octets).contains("\u{1b}"))
    let colored = shown(octets, color: true)
    #expect(colored.contains("\u{1b}[1mhttp\u{1b}[0m"))
    // Without the escape sequences it is the same text.
    var plain = ""
    var isEscape = false
    for character in colored {
      if character == "\u{1b}" { isEscape = true }
      if !isEscape { plain.append(character) }
      if isEscape, character == "m" { isEscape = false }
    }
    #expect(plain == shown(octets))
  }

  @Test func everyOctetOfOurCapturesIsToldOnce() {
    #expect(SavedFrames.lessons.count > 20)
    for path in SavedFrames.lessons { expectTiles(path) }
  }

  @Test func everyOctetOfTheSharedCorpusIsToldOnce() {
    if SavedFrames.corpus.isEmpty {
      return print("the shared corpus is not there: its frames are not tested")
    }
    for path in SavedFrames.corpus { expectTiles(path) }
  }

  private func expectTiles(_ path: String) {
    var printer = FieldsPrinter(checksums: true)
    var packet = Packet()
    var problem: String?
    SavedFrames.each(path) { octets, frame in
      if problem != nil { return }
      printer.out.removeAll()
      Mux.standard.dissect(octets, frame, into: &packet)
      printer.print(octets, frame, &packet)
      let gap = printer.out.withOctets { tiling(of: $0, frame: octets.count) }
      problem = gap.map { "\(path) frame \(frame.number): \($0)" }
    }
    if let problem { Issue.record(Comment(rawValue: problem)) }
  }

  /// Reads the printed text: the rows at the depth of fields, and those at the margin that tell what nobody
  /// claimed, have to tile the frame. The answer is where they do not.
  private func tiling(of text: Bytes, frame length: Int) -> String? {
    var at = 0
    var next = 0
    var line = 0
    while line < text.count {
      var end = line
      while end < text.count, text[end] != 10 {
        if text[end] < 32 || text[end] == 127 { return "a control character in the text" }
        end += 1
      }
      if let row = Row(text.extracting(line..<end)), row.isTile {
        if row.first != at { return "a row begins at \(row.first), not at \(at)" }
        at = row.last + 1
        next += 1
      }
      line = end + 1
    }
    return at == length ? nil : "\(at) of \(length) octets are told"
  }
}

/// One printed row that has octets.
private struct Row {
  var first: Int
  var last: Int
  /// A field of depth 1, or octets that nobody claimed; no layer's heading and no part of a field.
  var isTile: Bool

  init?(_ line: Bytes) {
    var at = 0
    while at < line.count, line[at] == 32 { at += 1 }
    let start = at
    guard let number = Row.number(line, &at), at > start, start >= 1 else { return nil }
    first = number
    last = number
    if at < line.count, line[at] == 45 {
      at += 1
      guard let number = Row.number(line, &at) else { return nil }
      last = number
    }
    let margin = Row.margin
    guard line.count > margin, at <= margin else { return nil }
    var depth = 0
    while margin + depth < line.count, line[margin + depth] == 32 { depth += 1 }
    let name = margin + depth
    isTile = depth == 2 || (depth == 0 && Row.isUnclaimed(line.extracting(name..<line.count)))
  }

  /// Where names begin in frames of less than ten thousand octets.
  static let margin = 12

  private static func number(_ line: Bytes, _ at: inout Int) -> Int? {
    var value: Int?
    while at < line.count, line[at] >= 48, line[at] <= 57 {
      value = (value ?? 0) * 10 + Int(line[at] - 48)
      at += 1
    }
    return value
  }

  private static func isUnclaimed(_ name: Bytes) -> Bool {
    for word in ["payload ", "padding ", "trailer ", "unclaimed ", "frame check sequence "] {
      let octets = Array(word.utf8)
      if name.count >= octets.count, (0..<octets.count).allSatisfy({ name[$0] == octets[$0] }) { return true }
    }
    return false
  }
}
