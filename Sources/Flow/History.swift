// A connection's history in Zeek's letters: upper case for the originator, lower case for the responder.

internal import Wire

/// The letters in the order in which things first happened, and what decides Zeek's `conn_state`.
struct History: Sendable {
  private(set) var letters: [UInt8] = []
  private var seen: InlineArray<2, UInt32> = [0, 0]
  /// How often a logarithmic letter was called for: `t`, `w`.
  private var repeats: InlineArray<4, UInt32> = [0, 0, 0, 0]

  /// Notes what a segment shows for the first time.
  mutating func note(_ segment: Segment, _ analysis: Analysis, peerHasClosed: Bool) {
    let flags = segment.flags
    let isRepeat = analysis.contains(.retransmission)
    if flags.contains(.syn), flags.contains(.fin) || flags.contains(.rst) {
      once("q", segment.side)
    } else if flags.contains(.fin), flags.contains(.rst) {
      once("i", segment.side)
    } else {
      if flags.contains(.syn), !isRepeat { letter(flags.contains(.ack) ? "h" : "s", segment.side) }
      if flags.contains(.rst) { once("r", segment.side) }
    }
    if segment.payload > 0 {
      once("d", segment.side)
      if isRepeat { logarithmic("t", 0, segment.side) }
    } else if flags == .ack || flags == [.ack, .psh] {
      once("a", segment.side)
    }
    if flags.contains(.fin), !flags.contains(.rst), !flags.contains(.syn), !isRepeat {
      letter("f", segment.side)
    }
    if analysis.contains(.zeroWindow), !peerHasClosed { logarithmic("w", 1, segment.side) }
  }

  private mutating func once(_ name: Character, _ side: FlowSide) {
    guard let code = name.asciiValue else { return }
    let bit: UInt32 = 1 << UInt32(code - 97)
    if seen[side.rawValue] & bit != 0 { return }
    seen[side.rawValue] |= bit
    letter(name, side)
  }

  /// The first, the tenth, the hundredth time.
  private mutating func logarithmic(_ name: Character, _ which: Int, _ side: FlowSide) {
    let at = which * 2 + side.rawValue
    repeats[at] += 1
    var count = repeats[at]
    while count > 1, count.isMultiple(of: 10) { count /= 10 }
    if count == 1 { letter(name, side) }
  }

  private mutating func letter(_ name: Character, _ side: FlowSide) {
    guard let code = name.asciiValue, letters.count < 64 else { return }
    letters.append(side == .originator ? code - 32 : code)
  }
}
