// ICMP messages as flows: a query and its answer are one, every other message is one of its own kind.
//
// ICMP has no ports. In their place stand, as in Community ID and in Zeek's logs, the types of the query and
// of its answer, so that both directions have one key; of a message that nothing answers, its type and code.

internal import Wire

/// What stands in the place of ports for an ICMP message, and whether the message is an answer.
struct EchoPorts {
  var source: UInt16
  var destination: UInt16
  var isAnswer = false

  /// Of a message with this type and code.
  init(type: UInt8, code: UInt8, version: UInt8) {
    source = UInt16(type)
    if let other = EchoPorts.counterpart(of: type, version) {
      destination = UInt16(other.type)
      isAnswer = other.isQuery
    } else {
      destination = UInt16(code)
    }
  }

  /// The type that answers `type` or that it answers; nil for a message that stands alone. The registries of
  /// RFC 792, RFC 950, RFC 1256 and of RFC 4443, RFC 4861, RFC 2710, RFC 4620, RFC 6275.
  static func counterpart(of type: UInt8, _ version: UInt8) -> (type: UInt8, isQuery: Bool)? {
    guard version == 4 else {
      switch type {
      case 128, 130, 133, 135, 139, 144, 146: return (type &+ 1, false)
      case 129, 131, 134, 136, 140, 145, 147: return (type &- 1, true)
      default: return nil
      }
    }
    switch type {
    case 8: return (0, false)
    case 0: return (8, true)
    case 10: return (9, false)
    case 9: return (10, true)
    case 13, 15, 17: return (type &+ 1, false)
    case 14, 16, 18: return (type &- 1, true)
    default: return nil
    }
  }
}

extension FlowKey {
  /// An ICMP message that nothing answers: its ports are type and code, and only one end sends it.
  public var isOneWay: Bool {
    let version: UInt8
    switch ipProtocol {
    case .icmp: version = 4
    case .icmpv6: version = 6
    default: return false
    }
    for (one, other) in [(firstPort, secondPort), (secondPort, firstPort)] {
      if let type = UInt8(exactly: one),
        EchoPorts.counterpart(of: type, version).map({ UInt16($0.type) }) == other
      {
        return false
      }
    }
    return true
  }
}
