// A connection's history in Zeek's letters: upper case for the originator, lower case for the responder.
//
// The letters and when they are written are those of Zeek's documentation of conn.log, so that who reads
// Zeek's logs reads ours. They are no verdicts: `t` is any payload below the highest number seen, which a
// packet that was overtaken or captured twice is as well as a retransmission.

internal import Wire

/// The letters in the order in which things happened, and the ends' states that decide Zeek's `conn_state`.
struct History: Sendable {
  /// The most letters that are kept; a connection of ordinary troubles has less than twenty.
  static let lettersMax = 40

  private var written = InlineArray<40, UInt8>(repeating: 0)
  private var count: UInt8 = 0
  /// The letters that each side has, a bit each from `a`.
  private var seen: InlineArray<2, UInt32> = [0, 0]
  /// How often the logarithmic letters were called for, by letter and side.
  private var repeats = InlineArray<6, UInt32>(repeating: 0)
  /// Behind each side's last FIN, and its last RST: another number makes another letter.
  private var lastFIN: InlineArray<2, UInt32> = [0, 0]
  private var lastRST: InlineArray<2, UInt32> = [0, 0]
  /// Up to which number each side's octets are known to be missing.
  private var gap: InlineArray<2, UInt32> = [0, 0]
  private(set) var ends = ZeekEnds()

  /// The letters that are called for once, then at the tenth, the hundredth time.
  private enum Counted: Int { case retransmission = 0, window = 1, gap = 2 }

  /// The letters so far.
  var letters: [UInt8] { (0..<Int(count)).map { written[$0] } }

  /// The originator was not who sent the first packet.
  mutating func noteFlip() { write(UInt8(ascii: "^")) }

  /// Notes a segment, whatever becomes of it. `highest` is the number behind the highest its sender had sent.
  mutating func note(_ segment: Segment, highest: Int64) {
    let flags = segment.flags
    let side = segment.side
    let number = UInt32(truncatingIfNeeded: segment.sequence)
    let marks =
      (flags.contains(.syn) ? 1 : 0) + (flags.contains(.fin) ? 1 : 0) + (flags.contains(.rst) ? 1 : 0)
    if marks > 1 {
      once(flags.contains([.fin, .rst]) ? UInt8(ascii: "i") : UInt8(ascii: "q"), side)
    } else if flags.contains(.syn) {
      // One bit for both: an end that has sent a SYN writes no other letter for its SYN-ACK.
      if !has(UInt8(ascii: "s"), side), !has(UInt8(ascii: "h"), side) {
        once(flags.contains(.ack) ? UInt8(ascii: "h") : UInt8(ascii: "s"), side)
      }
    } else if flags.contains(.fin) {
      let end = number &+ UInt32(truncatingIfNeeded: segment.payload)
      again(UInt8(ascii: "f"), side, lastFIN[side.rawValue] != end)
      lastFIN[side.rawValue] = end
    } else if flags.contains(.rst) {
      again(UInt8(ascii: "r"), side, lastRST[side.rawValue] != number)
      lastRST[side.rawValue] = number
    } else if segment.payload > 0 {
      once(UInt8(ascii: "d"), side)
    } else if flags.contains(.ack) {
      once(UInt8(ascii: "a"), side)
    }
    // A window is of no interest with a RST, after one, or when the peer sends no more.
    if segment.window == 0, !flags.contains(.rst), ends.states[side.other.rawValue] != .closed,
      ends.states[side.rawValue] != .reset
    {
      logarithmic(UInt8(ascii: "w"), .window, side)
    }
    if segment.payload > 0, !flags.contains(.rst), segment.end <= highest,
      ends.states[side.rawValue] != .reset
    {
      logarithmic(UInt8(ascii: "t"), .retransmission, side)
    }
    ends.note(flags, hasPayload: segment.payload > 0, side)
  }

  /// Notes that `side` was acknowledged beyond octets of its that were not captured; `first` is the first of
  /// them. At the end of a connection nothing is made of it: its last numbers are not to be relied on.
  mutating func noteGap(of side: FlowSide, at first: Int64) {
    let number = UInt32(truncatingIfNeeded: first)
    guard ends.states[0] == .established, ends.states[1] == .established, gap[side.rawValue] != number else {
      return
    }
    gap[side.rawValue] = number
    logarithmic(UInt8(ascii: "g"), .gap, side)
  }

  private func has(_ letter: UInt8, _ side: FlowSide) -> Bool {
    seen[side.rawValue] & 1 << UInt32(letter - 97) != 0
  }

  private mutating func once(_ letter: UInt8, _ side: FlowSide) { again(letter, side, false) }

  /// A letter for the first time, or again where it `differs` from the last of its kind.
  private mutating func again(_ letter: UInt8, _ side: FlowSide, _ differs: Bool) {
    if has(letter, side), !differs { return }
    seen[side.rawValue] |= 1 << UInt32(letter - 97)
    write(side == .originator ? letter - 32 : letter)
  }

  /// The first, the tenth, the hundredth time.
  private mutating func logarithmic(_ letter: UInt8, _ which: Counted, _ side: FlowSide) {
    let at = which.rawValue * 2 + side.rawValue
    repeats[at] &+= 1
    var rest = repeats[at]
    while rest > 1, rest.isMultiple(of: 10) { rest /= 10 }
    if rest == 1 { write(side == .originator ? letter - 32 : letter) }
  }

  private mutating func write(_ letter: UInt8) {
    guard count < UInt8(History.lettersMax) else { return }
    written[Int(count)] = letter
    count += 1
  }
}
