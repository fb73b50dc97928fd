// HTTP/2 without TLS: its frames and streams are counted, their heads are not read (RFC 9113).

internal import Wire

/// What was counted of one connection.
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
  /// Streams that the client opened.
  public var streams: UInt64 = 0
  /// Octets of DATA frames, out and back.
  public var dataOut: UInt64 = 0
  public var dataBack: UInt64 = 0
  /// Streams that were reset, and whether either end said goodbye.
  public var resets: UInt64 = 0
  public var hasGoAway = false
}

/// A reader that counts frames.
struct HTTP2Frames: StreamConsumer, Sendable {
  /// PRI * HTTP/2.0, an empty line, SM, an empty line.
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  private(set) var summary: HTTP2Summary
  private var isBehindPreface: InlineArray<2, Bool> = [false, true]
  private var highest: UInt32 = 0
  private var hasBegun = false
  /// Octets are missing between frames: where the next one begins is not known.
  private var isLost: InlineArray<2, Bool> = [false, false]

  init(flow: UInt64, ends: StreamEnds, client: FlowSide) {
    summary = HTTP2Summary(
      flow: flow, ends: ends, client: client, start: 0, end: 0, firstFrame: 0, lastFrame: 0)
  }

  mutating func look(_ octets: Bytes, _ place: StreamPlace) -> StreamAnswer {
    if !hasBegun {
      hasBegun = true
      summary.start = place.delivered
      summary.firstFrame = place.frame
    }
    if isLost[place.side.rawValue] { return .unending }
    let isClient = place.side == summary.client
    if isClient, !isBehindPreface[0] {
      guard octets.count >= HTTP2Frames.preface.count else { return .needMore }
      isBehindPreface[0] = true
      return .complete(Int64(HTTP2Frames.preface.count))
    }
    guard octets.count >= 9 else { return .needMore }
    let (length, type, stream) = (octets.u24(0), octets[3], octets.u32(5) & 0x7fff_ffff)
    if isClient { summary.framesOut &+= 1 } else { summary.framesBack &+= 1 }
    switch type {
    case 0: if isClient { summary.dataOut &+= UInt64(length) } else { summary.dataBack &+= UInt64(length) }
    case 1:
      // A client's streams have odd numbers that grow (section 5.1.1).
      if isClient, stream & 1 == 1, stream > highest {
        highest = stream
        summary.streams &+= 1
      }
    case 3: summary.resets &+= 1
    case 7: summary.hasGoAway = true
    default: break
    }
    return .complete(9 + Int64(length))
  }

  mutating func pass(_ octets: Bytes, _ side: FlowSide) {}

  mutating func finish(_ last: StreamPlace, missing: Int64) {
    summary.end = max(summary.end, last.delivered)
    summary.lastFrame = max(summary.lastFrame, last.frame)
  }

  mutating func lose(_ gap: StreamGap) { isLost[gap.place.side.rawValue] = true }
  mutating func end(_ last: StreamPlace, _ how: StreamEnd, missing: Int64) {}
}
