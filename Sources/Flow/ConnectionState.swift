// Zeek's `conn_state`: one word for how a connection went.

internal import Wire

/// The words of Zeek's conn.log.
public enum ConnectionState: String, Sendable {
  case s0 = "S0", s1 = "S1", sf = "SF", rej = "REJ", s2 = "S2", s3 = "S3", rsto = "RSTO", rstr = "RSTR"
  case rstos0 = "RSTOS0", rstrh = "RSTRH", sh = "SH", shr = "SHR", oth = "OTH"
}

extension EndedFlow {
  /// The word for this flow.
  public var connectionState: ConnectionState {
    guard let connection else {
      switch (record.counters[0].packets > 0, record.counters[1].packets > 0) {
      case (true, true): return .sf
      case (true, false): return .s0
      case (false, true): return .shr
      case (false, false): return .oth
      }
    }
    return connection.connectionState
  }

  /// The history in Zeek's letters.
  public var history: [UInt8] {
    if let connection { return connection.history.letters }
    return (record.counters[0].packets > 0 ? [UInt8(ascii: "D")] : [])
      + (record.counters[1].packets > 0 ? [UInt8(ascii: "d")] : [])
  }
}

extension TCPConnection {
  /// Zeek's rules, read from the top.
  var connectionState: ConnectionState {
    let (opener, answerer) = (ends[0], ends[1])
    // An end that sent neither SYN nor SYN-ACK is one that Zeek does not count as active.
    let isOpenerActive = opener.hasSYN
    let isAnswererActive = answerer.hasSYN
    if let reset {
      switch reset.side {
      case .responder:
        if isOpenerActive, !isAnswererActive { return .rej }
        return isOpenerActive ? .rstr : .rstrh
      case .originator:
        if isAnswererActive { return .rsto }
        return isOpenerActive ? .rstos0 : .oth
      }
    }
    switch (opener.finSequence != nil, answerer.finSequence != nil) {
    case (true, true): return isOpenerActive || isAnswererActive ? .sf : .oth
    case (true, false): return isAnswererActive ? .s2 : isOpenerActive ? .sh : .oth
    case (false, true): return isOpenerActive ? .s3 : isAnswererActive ? .shr : .oth
    case (false, false): break
    }
    if isOpenerActive, isAnswererActive { return .s1 }
    return isOpenerActive && answerer.counters.segments == 0 ? .s0 : .oth
  }
}
