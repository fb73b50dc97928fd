// What holds of the line of a frame, whatever the octets and however it is to look.

internal import Report
public import Wire

/// Prints frames as lines of one look and checks each.
public struct LineView: ~Copyable {
  private var printer: LinePrinter
  private let isASCIIDump: Bool
  private let isColoured: Bool

  /// A view of one look.
  public init(_ look: Look) {
    let options = look.options
    printer = LinePrinter(options)
    isColoured = options.color
    if case .ascii = options.dump { isASCIIDump = true } else { isASCIIDump = false }
  }

  /// Prints one frame; throws what its text broke.
  public mutating func check(_ bytes: Bytes, _ frame: Frame) throws(Broken) {
    printer.out.removeAll()
    printer.print(bytes, frame)
    let (coloured, ascii) = (isColoured, isASCIIDump)
    let broken: Broken? = printer.out.withOctets { text in
      do throws(Broken) {
        try LineView.check(text, coloured: coloured, asciiDump: ascii)
        return nil
      } catch {
        return error
      }
    }
    if let broken { throw broken }
  }

  /// The text of one frame: one line, and lines under it that are indented, of printable ASCII.
  private static func check(_ text: Bytes, coloured: Bool, asciiDump: Bool) throws(Broken) {
    guard text.count > 0, text[text.count - 1] == 10 else {
      throw Broken("a frame has a line, and it ends: \(visible(text))")
    }
    var at = 0
    while at < text.count {
      let octet = text[at]
      if octet == 27, coloured {
        let length = colour(text, at)
        if length == 0 { throw Broken("only colour escapes: \(visible(text, around: at))") }
        at += length
        continue
      }
      let isAllowed = octet == 9 || octet == 10 || (octet >= 32 && octet < 127)
      if !isAllowed {
        throw Broken("a line has no control characters: octet \(octet) in \(visible(text, around: at))")
      }
      // Under `-A` the payload's own lines follow.
      if octet == 10, at + 1 < text.count, !asciiDump {
        var next = at + 1
        while coloured, next < text.count, text[next] == 27 { next += max(1, colour(text, next)) }
        if next < text.count, text[next] != 9, text[next] != 32, !mentions("VXLAN", text, before: at) {
          throw Broken("what is under a line is indented: \(visible(text, around: at))")
        }
      }
      at += 1
    }
  }

  /// Whether `word` stands in the text before `end`: tcpdump begins a new line for what VXLAN carries.
  private static func mentions(_ word: StaticString, _ text: Bytes, before end: Int) -> Bool {
    let letters = Array(word.description.utf8)
    var at = 0
    while at + letters.count <= end {
      if letters.indices.allSatisfy({ text[at + $0] == letters[$0] }) { return true }
      at += 1
    }
    return false
  }
}
