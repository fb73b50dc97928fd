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

  /// Letters that are held in place: a connection without troubles has less. The others are in the detail.
  private static let held = 14

  private(set) var written = InlineArray<14, UInt8>(repeating: 0)
  private(set) var count: UInt8 = 0
  /// The letters that each side has, a bit each.
  private var seen: InlineArray<2, UInt8> = [0, 0]
  private(set) var ends = ZeekEnds()

  /// The letters that are called for once, then at the tenth, the hundredth time.
  fileprivate enum Counted: Int { case retransmission = 0, window = 1, gap = 2 }

  /// The originator was not who sent the first packet.
  mutating func noteFlip() {
    written[0] = UInt8(ascii: "^")
    count = 1
  }

  /// Whether a segment says nothing that its sender has not said before: `note` would change nothing.
  @inline(__always)
  func knows(_ segment: Segment, highest: Int64) -> Bool {
    let letter: UInt8 = segment.payload > 0 ? 8 : 4
    let (mine, state) =
      segment.side == .originator ? (seen[0], ends.states[0]) : (seen[1], ends.states[1])
    return segment.flags.contains(.ack) && segment.flags.isDisjoint(with: [.syn, .fin, .rst])
      && mine & letter != 0 && segment.window != 0 && (segment.payload == 0 || segment.end > highest)
      && state != .inactive
  }

  /// Notes a segment, whatever becomes of it. `highest` is the number behind the highest its sender had sent,
  /// `lastFIN` that of its last FIN.
  mutating func note(_ segment: Segment, highest: Int64, lastFIN: Int64?, _ detail: inout TCPDetail) {
    let flags = segment.flags
    let side = segment.side
    if !flags.isDisjoint(with: [.syn, .fin, .rst]) {
      noteMark(segment, lastFIN, &detail)
    } else if segment.payload > 0 {
      once(UInt8(ascii: "d"), side, &detail)
    } else if flags.contains(.ack) {
      once(UInt8(ascii: "a"), side, &detail)
    }
    // A window is of no interest with a RST, after one, or when the peer sends no more.
    if segment.window == 0, !flags.contains(.rst), ends.states[side.other.rawValue] != .closed,
      ends.states[side.rawValue] != .reset
    {
      logarithmic(UInt8(ascii: "w"), .window, side, &detail)
    }
    if segment.payload > 0, !flags.contains(.rst), segment.end <= highest,
      ends.states[side.rawValue] != .reset
    {
      logarithmic(UInt8(ascii: "t"), .retransmission, side, &detail)
    }
    ends.note(flags, hasPayload: segment.payload > 0, side)
  }

  /// The letter of a segment with SYN, FIN or RST.
  private mutating func noteMark(_ segment: Segment, _ lastFIN: Int64?, _ detail: inout TCPDetail) {
    let (flags, side) = (segment.flags, segment.side)
    let number = UInt32(truncatingIfNeeded: segment.sequence)
    if flags.intersection([.syn, .fin, .rst]).rawValue.nonzeroBitCount > 1 {
      once(flags.contains([.fin, .rst]) ? UInt8(ascii: "i") : UInt8(ascii: "q"), side, &detail)
    } else if flags.contains(.syn) {
      // One bit for both: an end that has sent a SYN writes no other letter for its SYN-ACK.
      if !has(UInt8(ascii: "s"), side), !has(UInt8(ascii: "h"), side) {
        once(flags.contains(.ack) ? UInt8(ascii: "h") : UInt8(ascii: "s"), side, &detail)
      }
    } else if flags.contains(.fin) {
      let end = number &+ UInt32(truncatingIfNeeded: segment.payload)
      // Another number makes another letter.
      again(UInt8(ascii: "f"), side, lastFIN.map(UInt32.init(truncatingIfNeeded:)) != end, &detail)
    } else {
      again(UInt8(ascii: "r"), side, detail.history.lastRST[side.rawValue] != number, &detail)
      detail.isTouched = true
      detail.history.lastRST[side.rawValue] = number
    }
  }

  /// Notes that `side` was acknowledged beyond octets of its that were not captured; `first` is the first of
  /// them. At the end of a connection nothing is made of it: its last numbers are not to be relied on.
  mutating func noteGap(of side: FlowSide, at first: Int64, _ detail: inout TCPDetail) {
    let number = UInt32(truncatingIfNeeded: first)
    guard ends.states[0] == .established, ends.states[1] == .established,
      detail.history.gap[side.rawValue] != number
    else { return }
    detail.isTouched = true
    detail.history.gap[side.rawValue] = number
    logarithmic(UInt8(ascii: "g"), .gap, side, &detail)
  }

  @inline(__always)
  private func has(_ letter: UInt8, _ side: FlowSide) -> Bool {
    (side == .originator ? seen[0] : seen[1]) & History.bit(letter) != 0
  }

  /// Of the letters that are written once, each has a bit.
  @inline(__always)
  private static func bit(_ letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "s"): 1
    case UInt8(ascii: "h"): 2
    case UInt8(ascii: "a"): 4
    case UInt8(ascii: "d"): 8
    case UInt8(ascii: "f"): 16
    case UInt8(ascii: "r"): 32
    case UInt8(ascii: "i"): 64
    default: 128
    }
  }

  @inline(__always)
  private mutating func once(_ letter: UInt8, _ side: FlowSide, _ detail: inout TCPDetail) {
    again(letter, side, false, &detail)
  }

  /// A letter for the first time, or again where it `differs` from the last of its kind.
  @inline(__always)
  private mutating func again(
    _ letter: UInt8, _ side: FlowSide, _ differs: Bool, _ detail: inout TCPDetail
  ) {
    if has(letter, side), !differs { return }
    seen[side.rawValue] |= History.bit(letter)
    write(side == .originator ? letter - 32 : letter, &detail)
  }

  /// The first, the tenth, the hundredth time.
  private mutating func logarithmic(
    _ letter: UInt8, _ which: Counted, _ side: FlowSide, _ detail: inout TCPDetail
  ) {
    detail.isTouched = true
    if detail.history.isCalledFor(which, side) {
      write(side == .originator ? letter - 32 : letter, &detail)
    }
  }

  private mutating func write(_ letter: UInt8, _ detail: inout TCPDetail) {
    if Int(count) < History.held {
      written[Int(count)] = letter
      count += 1
    } else if History.held + detail.history.written.count < History.lettersMax {
      detail.isTouched = true
      detail.history.written.append(letter)
    }
  }
}

/// What the letters of a connection with troubles need.
struct HistoryDetail: Sendable {
  /// Letters beyond those that are held in place.
  fileprivate(set) var written: [UInt8] = []
  /// How often the logarithmic letters were called for, by letter and side.
  private var repeats = InlineArray<6, UInt32>(repeating: 0)
  /// Each side's last RST: another number makes another letter.
  fileprivate var lastRST: InlineArray<2, UInt32> = [0, 0]
  /// Up to which number each side's octets are known to be missing.
  fileprivate var gap: InlineArray<2, UInt32> = [0, 0]

  /// Nothing noted.
  var isBlank: Bool {
    for i in 0..<6 where repeats[i] != 0 { return false }
    return written.isEmpty && lastRST[0] | lastRST[1] | gap[0] | gap[1] == 0
  }

  /// Counts one more, and says whether it is the first, the tenth, the hundredth.
  fileprivate mutating func isCalledFor(_ which: History.Counted, _ side: FlowSide) -> Bool {
    let at = which.rawValue * 2 + side.rawValue
    repeats[at] &+= 1
    var rest = repeats[at]
    while rest > 1, rest.isMultiple(of: 10) { rest /= 10 }
    return rest == 1
  }
}
