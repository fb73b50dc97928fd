// What is stored: a record's own text, and beside it what it is found by.

/// One record on its way to the store.
public struct StoredRecord: Sendable {
  /// What it tells of, in the order in which records are given up when there is no room for all: the first
  /// goes first.
  public enum Kind: UInt8, Sendable, CaseIterable, Comparable {
    /// A flow that goes on.
    case interim
    /// An exchange of requests and responses.
    case exchange
    /// A flow that ended.
    case flow
    /// Something wrong with a flow.
    case finding
    /// What was captured, dropped and given up.
    case counters

    /// Their order.
    public static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }

    /// The word that reports print, for several.
    public var plural: String {
      switch self {
      case .interim: "interim records"
      case .exchange: "exchanges"
      case .flow: "flows"
      case .finding: "findings"
      case .counters: "counters"
      }
    }
  }

  /// What it tells of.
  public var kind: Kind
  /// The number of its flow; 0 for none.
  public var flow: UInt64
  /// Nanoseconds since the Unix epoch.
  public var start: Int64
  public var end: Int64
  /// The protocol's number in the IP header.
  public var proto: UInt8
  /// Both ends, as text.
  public var origin: String
  public var originPort: UInt16
  public var responder: String
  public var responderPort: UInt16
  /// Of the worst finding, or of this one: 0 for none, then 1 to 4 as severities rise.
  public var severity: UInt8
  /// The record as JSON, one object without a newline.
  public var json: ArraySlice<UInt8>

  /// A record of a time.
  public init(
    _ kind: Kind, flow: UInt64 = 0, start: Int64, end: Int64, proto: UInt8 = 0, origin: String = "",
    originPort: UInt16 = 0, responder: String = "", responderPort: UInt16 = 0, severity: UInt8 = 0,
    json: ArraySlice<UInt8>
  ) {
    self.kind = kind
    self.flow = flow
    self.start = start
    self.end = end
    self.proto = proto
    self.origin = origin
    self.originPort = originPort
    self.responder = responder
    self.responderPort = responderPort
    self.severity = severity
    self.json = json
  }
}
