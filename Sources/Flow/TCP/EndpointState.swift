// The states of RFC 9293 section 3.3.2, for each end of a connection as an observer can know them.

/// An endpoint's state.
public enum EndpointState: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  case closed, listen, synSent, synReceived, established, finWait1, finWait2, closeWait, closing, lastACK,
    timeWait

  /// The name that records print.
  public var name: StaticString {
    switch self {
    case .closed: "CLOSED"
    case .listen: "LISTEN"
    case .synSent: "SYN_SENT"
    case .synReceived: "SYN_RECEIVED"
    case .established: "ESTABLISHED"
    case .finWait1: "FIN_WAIT_1"
    case .finWait2: "FIN_WAIT_2"
    case .closeWait: "CLOSE_WAIT"
    case .closing: "CLOSING"
    case .lastACK: "LAST_ACK"
    case .timeWait: "TIME_WAIT"
    }
  }

  /// What a segment does to the state of the end that sends it.
  enum Sent: Sendable { case syn, synACK, fin, other }

  /// What a segment does to the state of the end that it reaches.
  enum Received: Sendable {
    /// A SYN without ACK.
    case syn
    /// The peer acknowledges our SYN, with a SYN of its own or behind it.
    case ackOfSYN
    /// The peer acknowledges our FIN.
    case ackOfFIN
    /// The peer's FIN, with everything before it.
    case fin
  }

  /// The state after sending (RFC 9293 section 3.10.1 to 3.10.4).
  @inline(__always)
  func after(sending segment: Sent) -> EndpointState {
    switch (self, segment) {
    case (.closed, .syn), (.listen, .syn): .synSent
    case (.closed, .synACK), (.listen, .synACK), (.synSent, .synACK): .synReceived
    case (.established, .fin), (.synReceived, .fin): .finWait1
    case (.closeWait, .fin): .lastACK
    case (.closed, _), (.listen, _), (.synSent, _), (.synReceived, _), (.established, _), (.finWait1, _),
      (.finWait2, _), (.closeWait, _), (.closing, _), (.lastACK, _), (.timeWait, _):
      self
    }
  }

  /// The state after receiving (RFC 9293 section 3.10.7).
  @inline(__always)
  func after(receiving segment: Received) -> EndpointState {
    switch (self, segment) {
    case (.synSent, .syn): .synReceived
    case (.synSent, .ackOfSYN), (.synReceived, .ackOfSYN): .established
    case (.finWait1, .ackOfFIN): .finWait2
    case (.closing, .ackOfFIN): .timeWait
    case (.lastACK, .ackOfFIN): .closed
    case (.synReceived, .fin), (.established, .fin): .closeWait
    case (.finWait1, .fin): .closing
    case (.finWait2, .fin): .timeWait
    case (.closed, _), (.listen, _), (.synSent, _), (.synReceived, _), (.established, _), (.finWait1, _),
      (.finWait2, _), (.closeWait, _), (.closing, _), (.lastACK, _), (.timeWait, _):
      self
    }
  }
}

/// A state that an end came into, and the frame that brought it there.
public struct StateChange: Sendable, Equatable {
  public var state: EndpointState
  public var time: Int64
  public var frame: UInt64
}
