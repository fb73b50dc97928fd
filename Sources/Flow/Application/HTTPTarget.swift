// Whom and what a request asks for.

public import Wire

extension HTTPExchange {
  /// The host that was asked: of an absolute target, else the Host field (RFC 9112 section 3.3).
  public var host: [UInt8] {
    guard let head = request?.head else { return [] }
    let target = head.octets(of: head.target)
    if let colon = target.firstIndex(of: 58), target[colon...].starts(with: "://".utf8) {
      let start = colon + 3
      let end = target[start...].firstIndex { $0 == 47 || $0 == 63 } ?? target.endIndex
      let user = target[start..<end].lastIndex(of: 64)
      return Array(target[(user.map { $0 + 1 } ?? start)..<end])
    }
    let named =
      head.host.isPresent ? head.octets(of: head.host) : head.isCONNECT ? target : []
    // User information has no place there (RFC 9112 section 3.2), and some send it.
    guard let user = named.lastIndex(of: 64) else { return Array(named) }
    return Array(named[(user + 1)...])
  }

  /// The path that was asked for, without its query.
  public var path: [UInt8] {
    guard let head = request?.head else { return [] }
    var target = head.octets(of: head.target)
    if let colon = target.firstIndex(of: 58), target[colon...].starts(with: "://".utf8) {
      target = target[(colon + 3)...].drop { $0 != 47 && $0 != 63 }
      if target.first != 47 { return [47] }
    }
    return Array(target.prefix { $0 != 63 && $0 != 35 })
  }

  /// The client, whoever opened the connection.
  public var asker: (address: IPAddress, port: UInt16) {
    client == .originator ? (ends.originator, ends.originatorPort) : (ends.responder, ends.responderPort)
  }

  /// The server.
  public var answerer: (address: IPAddress, port: UInt16) {
    client == .originator ? (ends.responder, ends.responderPort) : (ends.originator, ends.originatorPort)
  }
}

extension HTTPHead {
  /// Whether a request asks for a path and no more: no host before it, no query or parameters behind it; and
  /// its host stands, if anywhere, in the field of that name, alone.
  public var hasPlainTarget: Bool {
    let octets = octets.span
    guard !isCONNECT, !target.range.isEmpty, octets[target.range.lowerBound] == 47 else { return false }
    for i in target.range {
      switch octets[i] {
      // # : ; ?
      case 35, 58, 59, 63: return false
      default: break
      }
    }
    // @
    for i in host.range where octets[i] == 64 { return false }
    return true
  }
}
