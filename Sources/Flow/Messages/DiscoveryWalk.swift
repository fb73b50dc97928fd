// Walks along the messages that a framing would make of a direction's octets.

internal import Wire

/// One direction's octets from where messages are taken to begin.
struct Walker: Sendable {
  /// Places that are asked to know how often chance would pass a test.
  private static let samplesMax = 512
  /// Ends of messages that are kept to tell framings apart.
  private static let cutsMax = 64
  /// Messages of one length that count.
  private static let repeatsMax = 3
  /// Octets of a message that are looked at to know whether it is text.
  private static let textMax = 64
  /// Bits that one message is worth at most.
  private static let messageBitsMax = 12.0

  let side: DiscoverySide
  let start: Int
  /// Segments end after so many octets, as a share of all octets.
  let endDensity: Double
  private let isEnd: Set<Int>

  init(_ side: DiscoverySide, _ start: Int) {
    self.side = side
    self.start = start
    isEnd = Set(side.segmentEnds)
    endDensity = Double(side.segmentEnds.count) / Double(max(1, side.octets.count))
  }

  var count: Int { side.octets.count }

  /// What a message's octets are, behind its head.
  enum Content: Int, Sendable, CaseIterable { case any, text, protobuf }

  /// Where the message that begins at `at` ends, and where its content begins; nil when none begins here. The
  /// end may lie behind the last octet.
  func step(_ octets: Bytes, _ at: Int, _ framing: Framing) -> (content: Int, end: Int)? {
    switch framing {
    case .length(let field):
      guard at &+ field.headCount <= octets.count else { return nil }
      var value: UInt64 = 0
      for i in 0..<field.size {
        let place = field.isBigEndian ? i : field.size &- 1 &- i
        value = value &<< 8 | UInt64(octets[at &+ field.offset &+ place])
      }
      guard value <= UInt64(Cutter.messageMax) else { return nil }
      let length = Int64(value) &+ field.extra
      guard length >= Int64(field.headCount), length > 0 else { return nil }
      return (at &+ field.headCount, at &+ Int(length))
    case .varint, .protobuf:
      var value = 0
      for i in 0..<5 where at &+ i < octets.count {
        value |= Int(octets[at &+ i] & 0x7f) &<< (7 &* i)
        if octets[at &+ i] < 0x80 { return (at &+ i &+ 1, at &+ i &+ 1 &+ value) }
      }
      return nil
    default:
      var cutter = Cutter(framing)
      switch cutter.cut(octets, from: at) {
      case .end(let end): return (at, end)
      case .body(let rest, let from): return (from, from &+ Int(rest))
      case .more, .between, .bad: return nil
      }
    }
  }

  private func has(_ content: Content, _ octets: Bytes, _ start: Int, _ end: Int) -> Bool {
    switch content {
    case .any: true
    case .text: start < end && isPlainText(octets, start, min(end, start &+ Walker.textMax), isCut: true)
    case .protobuf: isProtobuf(octets, start, end)
    }
  }

  /// Walks from the beginning to the end: nil when a message does not fit, or the direction ends within one.
  func walk(_ framing: Framing) -> [(start: Int, content: Int, end: Int)]? {
    let octets = side.octets.span
    var steps: [(start: Int, content: Int, end: Int)] = []
    var at = start
    while at < octets.count {
      guard let (content, end) = step(octets, at, framing) else {
        // A head whose octets have not all come; its length cannot be longer than any head is.
        if !side.isWhole, octets.count &- at < 8, !steps.isEmpty { break }
        return nil
      }
      if end > octets.count {
        if side.isWhole || end &- octets.count > 1 << 24 { return nil }
        break
      }
      steps.append((at, content, end))
      at = end
    }
    return steps
  }

  /// How well a framing with lengths fits.
  func fit(_ framing: Framing) -> Fit? {
    guard let steps = walk(framing), !steps.isEmpty else { return nil }
    let octets = side.octets.span
    let full = steps.filter { $0.content < $0.end }
    var content = Content.any
    for each in [Content.text, .protobuf] where full.count > 1 {
      if full.allSatisfy({ has(each, octets, $0.content, $0.end) }) { content = each }
    }
    if framing == .protobuf, !full.allSatisfy({ has(.protobuf, octets, $0.content, $0.end) }) { return nil }
    // Empty messages jump nowhere: they show nothing, and zeros look like them.
    let empty = steps.count - full.count
    // The same length again and again is what records of one length would show as well.
    let lengths = Set(full.map { $0.end - $0.start })
    let telling = min(full.count, Walker.repeatsMax * lengths.count)
    var bits = 0.0
    for each in Set([Content.any, content]) {
      let chance = chance(framing, each, steps)
      // What follows a message that fits by chance is likelier to fit by chance as well: a bit and a half of
      // each is not counted.
      let worth = max(0, min(Walker.messageBitsMax, -logarithm(chance)) - 1.5)
      bits = max(bits, Double(telling) * worth)
    }
    bits -= Double(3 * empty)
    if side.isWhole { bits += min(10, logarithm(Double(max(2, (count - start) / steps.count)))) }
    return Fit(
      bits: bits, segmentBits: segmentBits(steps.map(\.end)),
      cuts: Array(steps.prefix(Walker.cutsMax).map(\.end)))
  }

  /// The share of places where no message of this walk begins that would do as well.
  private func chance(
    _ framing: Framing, _ content: Content, _ steps: [(start: Int, content: Int, end: Int)]
  ) -> Double {
    let octets = side.octets.span
    let stride = max(1, (octets.count - start) / Walker.samplesMax)
    var next = 0
    var (samples, passes) = (0, 0)
    var at = start
    while at < octets.count {
      while next < steps.count, steps[next].start < at { next += 1 }
      if next < steps.count, steps[next].start == at {
        at += 1
        continue
      }
      samples += 1
      if let (from, end) = step(octets, at, framing), end <= octets.count, from < end || content == .any,
        has(content, octets, from, end)
      {
        passes += 1
      }
      at += stride
    }
    return (Double(passes) + 0.3) / (Double(samples) + 1)
  }

  /// What it is worth that messages end where segments do: more often than chance has it, given how often
  /// segments end. The last end is that of the octets, and says nothing.
  func segmentBits(_ ends: [Int]) -> Double {
    let inner = ends.filter { $0 < count }
    guard inner.count > 1, endDensity < 1 else { return 0 }
    let hits = inner.filter { isEnd.contains($0) }.count
    let share = Double(hits) / Double(inner.count)
    guard share > endDensity else { return 0 }
    var bits = share * logarithm(share / endDensity)
    if share < 1 { bits += (1 - share) * logarithm((1 - share) / (1 - endDensity)) }
    return max(0, Double(inner.count) * bits)
  }
}
