// Zeek's `conn_state`: one word for how a connection went.
//
// Zeek follows each end through seven states of its own, coarser than those of RFC 9293, and names the
// connection by the pair in which they end. They are kept here, apart from `EndpointState`, because the words
// of Zeek's logs mean exactly this and nothing better.

internal import Wire

/// The words of Zeek's conn.log.
public enum ConnectionState: String, Sendable {
  case s0 = "S0", s1 = "S1", sf = "SF", rej = "REJ", s2 = "S2", s3 = "S3", rsto = "RSTO", rstr = "RSTR"
  case rstos0 = "RSTOS0", rstrh = "RSTRH", sh = "SH", shr = "SHR", oth = "OTH"

  /// The word, for who writes many.
  public var name: StaticString {
    switch self {
    case .s0: "S0"
    case .s1: "S1"
    case .sf: "SF"
    case .rej: "REJ"
    case .s2: "S2"
    case .s3: "S3"
    case .rsto: "RSTO"
    case .rstr: "RSTR"
    case .rstos0: "RSTOS0"
    case .rstrh: "RSTRH"
    case .sh: "SH"
    case .shr: "SHR"
    case .oth: "OTH"
    }
  }
}

/// One end as Zeek knows it.
enum ZeekState: UInt8, Sendable {
  /// Nothing was seen of it.
  case inactive
  case synSent
  /// Its first packet was a SYN-ACK although it is taken for the originator.
  case synACKSent
  /// It was met in the middle of a connection.
  case partial
  case established
  /// It sent a FIN.
  case closed
  /// It sent a RST.
  case reset

  /// Whether it never opened.
  var isInactive: Bool { self == .inactive || self == .partial }
}

/// Both ends as Zeek knows them.
struct ZeekEnds: Sendable {
  private(set) var states: InlineArray<2, ZeekState> = [.inactive, .inactive]
  /// Before the last change.
  private var previous: InlineArray<2, ZeekState> = [.inactive, .inactive]

  private mutating func set(_ side: FlowSide, _ next: ZeekState) {
    let at = side.rawValue
    guard states[at] != next else { return }
    previous[at] = states[at]
    states[at] = next
  }

  /// Takes a segment into account. Of an end that was heard before, only marks move anything.
  @inline(__always)
  mutating func note(_ flags: TCPFlags, hasPayload: Bool, _ side: FlowSide) {
    if states[side.rawValue] != .inactive, flags.isDisjoint(with: [.syn, .fin, .rst]) { return }
    move(flags, hasPayload: hasPayload, side)
  }

  private mutating func move(_ flags: TCPFlags, hasPayload: Bool, _ side: FlowSide) {
    let peer = side.other
    switch states[side.rawValue] {
    case .inactive: begin(flags, hasPayload: hasPayload, side)
    case .synSent, .synACKSent:
      if flags.contains(.fin) { set(side, .closed) }
      if flags.contains(.rst) { set(side, .reset) }
    case .partial, .established:
      if flags.contains(.syn), !flags.contains(.ack), states[side.rawValue] == .partial,
        states[peer.rawValue] == .inactive
      {
        set(side, .synSent)
      }
      if flags.contains(.fin), !flags.contains(.rst) {
        set(side, .closed)
        // The peer's FIN and then its RST were an ordinary end after all.
        if states[peer.rawValue] == .reset, previous[peer.rawValue] == .closed { set(peer, .closed) }
      }
      if flags.contains(.rst) { set(side, .reset) }
    case .closed:
      // Behind both FINs a RST changes nothing.
      if flags.contains(.rst), states[peer.rawValue] != .closed { set(side, .reset) }
    case .reset: break
    }
  }

  /// The first segment of an end.
  private mutating func begin(_ flags: TCPFlags, hasPayload: Bool, _ side: FlowSide) {
    let peer = states[side.other.rawValue]
    if flags.contains(.syn) {
      switch side {
      case .originator:
        // The answer may have been captured before the question.
        set(side, peer == .established ? .established : flags.contains(.ack) ? .synACKSent : .synSent)
      case .responder:
        if peer == .synSent { set(.originator, .established) }
        set(side, .established)
      }
    }
    if flags.contains(.fin) { set(side, .closed) }
    if flags.contains(.rst) { set(side, .reset) }
    guard states[side.rawValue] == .inactive else { return }
    // A bare acknowledgment of the SYN, before the SYN-ACK, opens nothing.
    if side == .responder, !hasPayload, states[0] == .synSent { return }
    set(side, flags.contains(.ack) && peer == .established ? .established : .partial)
  }
}

extension EndedFlow {
  /// Finds the word for this flow, and its letters.
  mutating func tellState() {
    if hasConnection {
      connectionState = report.connectionState()
      report.fill(&history)
      return
    }
    let isUDP = record.key.ipProtocol == .udp
    let (asks, answers) = (record.counters[0].packets > 0, record.counters[1].packets > 0)
    history = HistoryLetters(originator: isUDP && asks, responder: isUDP && answers)
    switch (asks, answers) {
    case (true, true): connectionState = isUDP ? .sf : .oth
    case (true, false): connectionState = isUDP ? .s0 : .oth
    case (false, true): connectionState = isUDP ? .shr : .oth
    case (false, false): connectionState = .oth
    }
  }
}

extension ConnectionReport {
  /// Zeek's rules, read from the top.
  mutating func connectionState() -> ConnectionState {
    let story = connection.history
    let (opener, answerer) = (story.ends.states[0], story.ends.states[1])
    if answerer == .reset {
      let isEmpty = originator.streamOctets == 0 && responder.streamOctets == 0
      if opener == .synSent || opener == .synACKSent || (opener == .reset && isEmpty) { return .rej }
      return opener.isInactive ? .rstrh : .rstr
    }
    if opener == .reset {
      if !answerer.isInactive { return .rsto }
      return isAbandoned() ? .rstos0 : .oth
    }
    switch (opener, answerer) {
    case (.closed, .closed): return .sf
    case (.closed, _): return answerer.isInactive ? .sh : .s2
    case (_, .closed): return opener.isInactive ? .shr : .s3
    case (.synSent, .inactive): return .s0
    case (.established, .established): return .s1
    case (_, _): return .oth
    }
  }

  /// The originator sent a SYN and took it back by a RST, and nothing else of note in between.
  private mutating func isAbandoned() -> Bool {
    var all = HistoryLetters()
    fill(&all)
    var letters = all[...]
    if letters.first == UInt8(ascii: "^") { letters.removeFirst() }
    guard letters.first == UInt8(ascii: "S"), let end = letters.firstIndex(of: UInt8(ascii: "R")) else {
      return false
    }
    return !letters[..<end].contains { "HAFGIQ".utf8.contains($0) }
  }
}
