// Protocols that talk in lines of text (HTTP, RTSP, SIP, FTP, SMTP, whois): the first line, at `-v` all of
// them.

internal import Wire

/// Which packets of a text protocol are shown.
enum TextRule {
  /// Every packet begins with a command or an answer.
  case everything
  /// Only packets that begin with one of the protocol's requests or with an answer: others continue a body.
  case http, rtsp, sip
}

extension LinePrinter {
  /// Prints the payload of a protocol of text lines: `name` stands where it is cut short, `title` before its
  /// text.
  mutating func text(
    _ bytes: Bytes, _ length: Int, _ name: StaticString, _ title: StaticString, _ rule: TextRule
  ) throws(Cut) {
    if !isDatagram(rule) { out.write(": ") }
    reading = name
    let shown = begins(bytes, length, rule)
    out.write(title)
    if !shown { return }
    if !verbose {
      _ = try textLine(bytes, length, 0, before: ": ")
      return
    }
    out.write(", length: ")
    out.write(unsigned: length)
    var at = 0
    while at < length {
      guard let next = try textLine(bytes, length, at, before: "\n\t") else { return }
      at = next
    }
  }

  /// SIP is carried by UDP, whose line has no colon before the protocol.
  private func isDatagram(_ rule: TextRule) -> Bool {
    if case .sip = rule { return true }
    return false
  }

  /// Whether the payload begins with a request, or with an answer: three digits as the second word.
  private func begins(_ bytes: Bytes, _ length: Int, _ rule: TextRule) -> Bool {
    if case .everything = rule { return true }
    let here = bytes.extracting(first: max(0, length))
    if case .http = rule, here.beginsHTTP { return true }
    guard let first = word(here, 0, length) else { return false }
    if isRequest(here.extracting(0..<first.end), rule) { return true }
    guard let second = word(here, first.next, length) else { return false }
    guard second.end &- first.next == 3 else { return false }
    for at in first.next..<second.end where here[at] < 48 || here[at] > 57 { return false }
    return true
  }

  /// The word of printable characters at `at`: where it ends, and where the next one begins. Nil when there
  /// is none, or when it does not end before the octets do.
  private func word(_ bytes: Bytes, _ at: Int, _ length: Int) -> (end: Int, next: Int)? {
    let wordMax = 127
    var end = at
    while end < length {
      if end >= bytes.count { return nil }
      let octet = bytes[end]
      if octet == 32 || octet == 9 || octet == 13 || octet == 10 { break }
      if octet < 0x20 || octet > 0x7e || end &- at >= wordMax { return nil }
      end &+= 1
    }
    if end == at { return nil }
    var next = end
    while next < length, next < bytes.count, bytes[next] == 32 { next &+= 1 }
    return (end, next)
  }

  /// Prints one line of text with `before` in front, and says where the next begins. Nil when there is no end
  /// of the line, or when it is no text.
  private mutating func textLine(
    _ bytes: Bytes, _ length: Int, _ start: Int, before: StaticString
  ) throws(Cut) -> Int? {
    let at = bytes.firstUnprintable(from: start, to: min(length, bytes.count))
    if at < length {
      let octet = try bytes.get8(at)
      if octet == 10 {
        out.write(before)
        out.write(raw: bytes.extracting(start..<at))
        return at &+ 1
      }
      if octet != 13 || at &+ 1 >= length { return nil }
      if try bytes.get8(at &+ 1) != 10 { return nil }
      out.write(before)
      out.write(raw: bytes.extracting(start..<at))
      return at &+ 2
    }
    out.write(before)
    out.write(raw: bytes.extracting(start..<at))
    truncated()
    return nil
  }

  /// Whether a word is one of the protocol's requests, in any case.
  private func isRequest(_ word: Bytes, _ rule: TextRule) -> Bool {
    switch rule {
    case .everything: true
    case .http: requests.http.contains(word)
    case .rtsp: requests.rtsp.contains(word)
    case .sip: requests.sip.contains(word)
    }
  }
}

extension Span where Element == UInt8 {
  /// Whether it begins as most messages of HTTP do: with GET, POST, or an answer's version and number.
  fileprivate var beginsHTTP: Bool {
    guard count >= 13 else { return false }
    let start = extracting(0..<13)
    if start.u32(0) == 0x4745_5420 || start.u32(0) == 0x504f_5354 && start[4] == 32 { return true }
    guard start.u64(0) | 1 == 0x4854_5450_2f31_2e31, start[8] == 32 else { return false }
    for at in 9..<12 where start[at] < 48 || start[at] > 57 { return false }
    return start[12] == 32 || start[12] == 13 || start[12] == 10
  }

  /// The first octet that is no printable character and no tab, eight at a time; `end` when there is none.
  func firstUnprintable(from start: Int, to end: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var at = start
    while at &+ 8 <= end {
      // The first octet is the lowest: what is carried goes to those behind it.
      let word = extracting(at..<count).extracting(0..<8).u64(0).byteSwapped
      // The highest bit of an octet: below 32, or above 126.
      let (below, above) = ((word &- 32 &* ones) & ~word, (word &+ ones) | word)
      let marks = (below | above) & (128 &* ones)
      if marks == 0 {
        at &+= 8
        continue
      }
      at &+= marks.trailingZeroBitCount &>> 3
      if self[at] != 9 { return at }
      at &+= 1
    }
    while at < end, self[at] >= 32 && self[at] <= 126 || self[at] == 9 { at &+= 1 }
    return at
  }
}

/// The requests of one protocol, by their length.
struct TextWords {
  private var byLength: [[[UInt8]]]

  /// Words with spaces between them.
  init(_ text: String) {
    let words = text.split(separator: " ").map { Array($0.utf8) }
    byLength = Array(repeating: [], count: (words.map(\.count).max() ?? 0) + 1)
    for word in words { byLength[word.count].append(word) }
  }

  /// Whether a word is among them, in any case.
  func contains(_ word: Bytes) -> Bool {
    if word.count >= byLength.count { return false }
    for candidate in byLength[word.count] {
      var same = true
      for at in 0..<word.count {
        let octet = word[at]
        if (octet >= 97 && octet <= 122 ? octet &- 32 : octet) != candidate[at] {
          same = false
          break
        }
      }
      if same { return true }
    }
    return false
  }
}

/// The requests that tell the beginning of a message from its continuation.
struct TextRequests {
  /// HTTP and WebDAV.
  let http = TextWords(
    """
    GET PUT COPY HEAD LOCK MOVE POLL POST BCOPY BMOVE MKCOL TRACE LABEL MERGE DELETE SEARCH UNLOCK REPORT \
    UPDATE NOTIFY BDELETE CONNECT OPTIONS CHECKIN PROPFIND CHECKOUT CCM_POST SUBSCRIBE PROPPATCH BPROPFIND \
    BPROPPATCH UNCHECKOUT MKACTIVITY MKWORKSPACE UNSUBSCRIBE RPC_CONNECT VERSION-CONTROL BASELINE-CONTROL
    """)
  let rtsp = TextWords(
    """
    DESCRIBE ANNOUNCE GET_PARAMETER OPTIONS PAUSE PLAY RECORD REDIRECT SETUP SET_PARAMETER TEARDOWN
    """)
  let sip = TextWords(
    """
    ACK BYE CANCEL DO INFO INVITE MESSAGE NOTIFY OPTIONS PRACK QAUTH REFER REGISTER SPRACK SUBSCRIBE \
    UPDATE PUBLISH
    """)
}

extension LinePrinter {
  /// The line in which an SSH side names its version (RFC 4253 section 4.2); nothing of the packets that
  /// follow it.
  mutating func ssh(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "ssh"
    let start: InlineArray<4, UInt8> = [83, 83, 72, 45]
    for at in 0..<4 where try bytes.get8(at) != start[at] { return }
    var at = 4
    while at < length {
      let octet = try bytes.get8(at)
      if octet == 13 {
        if at &+ 1 >= length { return }
        if try bytes.get8(at &+ 1) != 10 { return }
      }
      if octet == 10 || octet == 13 {
        out.write(": SSH: ")
        out.write(raw: bytes.extracting(0..<at))
        return
      }
      if octet < 0x20 || octet > 0x7e { return }
      at &+= 1
    }
  }
}
