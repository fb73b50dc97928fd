// Whose the later fragments of a packet are: only the first has ports (RFC 791 section 3.2, RFC 8200 section
// 4.5).

internal import Wire

/// The flows of packets that come in pieces, by what the pieces share. Bounded: beyond `fragmentsMax` the
/// oldest is forgotten, and its later pieces belong to no flow.
struct Fragments: Sendable {
  /// The most packets in pieces that are remembered.
  static let fragmentsMax = 4096
  /// Nanoseconds for which pieces of one packet may follow each other: RFC 8200 section 4.5 has 60 seconds.
  static let patience: Int64 = 60_000_000_000

  /// What all pieces of a packet have in common.
  private struct Name: Hashable, Sendable {
    var source, destination: IPAddress
    var identification: UInt32
    var ipProtocol: UInt8
  }

  private struct Owner: Sendable {
    var key: FlowKey
    var isReversed: Bool
    var time: Int64
  }

  private var owners: [Name: Owner] = [:]
  /// The names in the order in which they came, in a ring.
  private var names: [Name] = []
  private var oldest = 0

  /// Remembers whose a first fragment is.
  mutating func remember(_ packet: inout Packet, _ key: FlowKey, isReversed: Bool, at time: Int64) {
    let name = Fragments.name(&packet)
    let owner = Owner(key: key, isReversed: isReversed, time: time)
    if owners.updateValue(owner, forKey: name) != nil { return }
    if names.count < Fragments.fragmentsMax {
      names.append(name)
    } else {
      owners[names[oldest]] = nil
      names[oldest] = name
      oldest = (oldest + 1) % Fragments.fragmentsMax
    }
  }

  /// Whose a later fragment is; nil when the first has not been captured.
  func owner(of packet: inout Packet, at time: Int64) -> (key: FlowKey, isReversed: Bool)? {
    guard let owner = owners[Fragments.name(&packet)], interval(owner.time, time) <= Fragments.patience else {
      return nil
    }
    return (owner.key, owner.isReversed)
  }

  private static func name(_ packet: inout Packet) -> Name {
    Name(
      source: packet.source, destination: packet.destination, identification: packet.identification,
      ipProtocol: packet.ipProtocol.rawValue)
  }
}
