// What holds of the JSON record of a frame, whatever the octets.

internal import Report
public import Wire

/// Prints frames as records and checks each.
public struct RecordView: ~Copyable {
  private var printer: JSONPrinter

  /// A view with or without verified checksums.
  public init(checksums: Bool) {
    printer = JSONPrinter(interfaces: ["a\"\u{1}b.pcap"], checksums: checksums)
  }

  /// Prints one frame, whose dissection is `packet`; throws what its record broke.
  public mutating func check(_ bytes: Bytes, _ frame: Frame, _ packet: inout Packet) throws(Broken) {
    printer.out.removeAll()
    printer.print(bytes, frame, &packet)
    let broken: Broken? = printer.out.withOctets { text in
      do throws(Broken) {
        try RecordView.check(text)
        return nil
      } catch {
        return error
      }
    }
    if let broken { throw broken }
  }

  /// One object on one line.
  private static func check(_ text: Bytes) throws(Broken) {
    guard text.count > 2, text[text.count - 1] == 10, text[0] == 123 else {
      throw Broken("a record is an object on a line: \(visible(text))")
    }
    let end = try JSONRules.value(text, 0, depth: 0)
    if end != text.count - 1 { throw Broken("a line has one object: \(visible(text, around: end))") }
  }
}

/// The grammar of RFC 8259, strictly: no space between tokens, because we write none.
enum JSONRules {
  /// Deeper nesting than any record of ours has.
  static let depthMax = 16
  /// More members than any object of ours has.
  static let membersMax = 128

  /// The value at `at`; returns where it ends.
  static func value(_ text: Bytes, _ at: Int, depth: Int) throws(Broken) -> Int {
    guard at < text.count, depth < depthMax else { throw Broken("a value: \(visible(text, around: at))") }
    switch text[at] {
    case 123: return try object(text, at, depth: depth)
    case 91:
      if at + 1 < text.count, text[at + 1] == 93 { return at + 2 }
      var at = at
      repeat { at = try value(text, at + 1, depth: depth + 1) } while at < text.count && text[at] == 44
      return try expect(93, text, at)
    case 34: return try string(text, at)
    case 45, 48...57: return try number(text, at)
    case 116: return try word("true", text, at)
    case 102: return try word("false", text, at)
    default: throw Broken("a value of JSON: \(visible(text, around: at))")
    }
  }

  /// Members with names of lower snake case, none of them twice.
  private static func object(_ text: Bytes, _ at: Int, depth: Int) throws(Broken) -> Int {
    if at + 1 < text.count, text[at + 1] == 125 { return at + 2 }
    var names = InlineArray<128, UInt64>(repeating: 0)
    var count = 0
    var at = at
    repeat {
      let end = try string(text, at + 1)
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for i in at + 2..<end - 1 { hash = (hash ^ UInt64(text[i])) &* 0x100_0000_01b3 }
      for i in 0..<count where names[i] == hash {
        throw Broken("a name stands once in its object: \(visible(text, around: at))")
      }
      guard count < membersMax else { throw Broken("an object of ours has an end") }
      names[count] = hash
      count += 1
      at = try value(text, try expect(58, text, end), depth: depth + 1)
    } while at < text.count && text[at] == 44
    return try expect(125, text, at)
  }

  private static func string(_ text: Bytes, _ start: Int) throws(Broken) -> Int {
    var at = try expect(34, text, start)
    while at < text.count, text[at] != 34 {
      if text[at] == 92 {
        at = try escape(text, at)
        continue
      }
      let length = character(text, at)
      if length == 0 { throw Broken("a string is harmless UTF-8: \(visible(text, around: at))") }
      at += length
    }
    return try expect(34, text, at)
  }

  private static func escape(_ text: Bytes, _ at: Int) throws(Broken) -> Int {
    guard at + 1 < text.count else { throw Broken("an escape has its letter") }
    switch text[at + 1] {
    case 34, 92, 47, 98, 102, 110, 114, 116: return at + 2
    case 117:
      for i in at + 2..<at + 6 {
        guard i < text.count, Unicode.Scalar(text[i]).properties.isASCIIHexDigit else {
          throw Broken("four digits: \(visible(text, around: at))")
        }
      }
      return at + 6
    default: throw Broken("an escape of JSON: \(visible(text, around: at))")
    }
  }

  private static func number(_ text: Bytes, _ start: Int) throws(Broken) -> Int {
    var at = text[start] == 45 ? start + 1 : start
    let first = at
    while at < text.count, text[at] >= 48, text[at] <= 57 { at += 1 }
    if at == first || (text[first] == 48 && at > first + 1) {
      throw Broken("a number without leading zeros: \(visible(text, around: at))")
    }
    if at + 1 < text.count, text[at] == 46 {
      at += 1
      while at < text.count, text[at] >= 48, text[at] <= 57 { at += 1 }
    }
    return at
  }

  private static func word(_ word: StaticString, _ text: Bytes, _ start: Int) throws(Broken) -> Int {
    var at = start
    for octet in word.description.utf8 { at = try expect(octet, text, at) }
    return at
  }

  private static func expect(_ octet: UInt8, _ text: Bytes, _ at: Int) throws(Broken) -> Int {
    guard at < text.count, text[at] == octet else {
      throw Broken("'\(Unicode.Scalar(octet))' at \(at): \(visible(text, around: at))")
    }
    return at + 1
  }
}
