// What was counted of a connection of HTTP/2.

/// Frames, streams and octets of one connection.
public struct HTTP2Summary: Sendable, Equatable {
  public var flow: UInt64
  public var ends: StreamEnds
  /// Who opened it.
  public var client: FlowSide
  public var start: Int64
  public var end: Int64
  public var firstFrame: UInt64
  public var lastFrame: UInt64
  /// Frames that the client and the server sent.
  public var framesOut: UInt64 = 0
  public var framesBack: UInt64 = 0
  /// Streams that the client opened, as far as their heads could be read.
  public var streams: UInt64 = 0
  /// Octets of DATA frames, out and back.
  public var dataOut: UInt64 = 0
  public var dataBack: UInt64 = 0
  /// Streams that were reset, and whether either end said goodbye.
  public var resets: UInt64 = 0
  public var hasGoAway = false
  /// Octets were lost: what comes behind them cannot be read, because heads refer to those before.
  public var isUnreadable = false
}
