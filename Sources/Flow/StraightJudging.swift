// Frames of connections that are there, and are none for journals any more: judged right from what was seen
// of them before their turn.
//
// Who asks for brackets needs no packet of a segment of TCP: of what a dissector writes, a connection asks
// for a quarter. Nobody may ask what flows carry. Both ways say the same (`BracketWaysTests`).

public import Wire

extension Tracker {
  /// What was made of a frame.
  public enum Straight: Sendable {
    /// Nothing: whoever has it dissects it, and hands it to `receive`.
    case left
    /// It has been taken, and nothing is said of it.
    case silent
    /// It has been taken, and there is a verdict.
    case judged
  }

  /// Takes a frame of a connection that is there, right from its octets. `packet` is used for nothing else:
  /// it is read for what is more than most segments are. What is judged is no SYN; only then `verdict` is
  /// written.
  public mutating func judgeStraight(
    _ octets: Bytes, _ frame: Frame, _ packet: inout Packet, _ verdict: inout Verdict
  ) -> Straight {
    if takeStraight(octets, frame) { return .silent }
    if left < 0 || looksInside { return .left }
    return judgeForeseen(left, octets, frame, &packet, &verdict) ? .judged : .left
  }

  /// The same of a frame that was looked at. It is what `takeOrdinary` does with a packet: no SYN, which
  /// opens; nothing that a journal may yet take.
  @inline(__always)
  private mutating func judgeForeseen(
    _ at: Int, _ octets: Bytes, _ frame: Frame, _ packet: inout Packet, _ verdict: inout Verdict
  ) -> Bool {
    let shape = foreseen[at].shape
    if !foreseen[at].isLine {
      let flags = octets.extracting(shape.transport..<shape.transport &+ TCPHeader.lengthMin).u16(12)
      if flags & TCPFlags.syn.rawValue != 0 { return false }
    }
    if !hasBegun {
      begin(frame)
      hasBegun = true
    }
    guard let index = flow(ofForeseen: at),
      interval(table.slots[index].end, frame.time) < patience.of(table.slots[index].classNumber),
      table.slots[index].isBrief || table.slots[index].isWarm, !isDue(index, frame.time)
    else { return false }
    if table.slots[index].isBrief {
      // A line that its journal has refused: `takeStraight` has asked.
      guard foreseen[at].isLine, !makeSteady(index) else { return false }
      unfold(index)
    }
    (hasBegun, left) = (false, -1)
    verdict = Verdict()
    let (isReversed, way) = (foreseen[at].isReversed, foreseen[at].way(octets, frame))
    if foreseen[at].isLine {
      takeWarm(index, isReversed: isReversed, frame, ip: shape.total, &verdict) {
        $0.receive(octets, frame, shape, from: $1.side, on: way, flow: $1.serial, &packet, &$2, &$3, &$4)
      }
    } else {
      packet.readSegment(octets, shape)
      takeWarm(index, isReversed: isReversed, frame, ip: shape.total, &verdict) {
        $0.receive(&packet, frame, octets, from: $1.side, on: way, flow: $1.serial, &$2, &$3, &$4)
      }
    }
    return true
  }
}
