// What stands in brackets behind a packet's line: the flow tracker's verdict, in words.
//
// One bracket for each thing that is true, in a fixed order: first what the segment repeats, then what it
// says of windows and of the peer. The words are those of docs/packets.md; `packets --json` has the same
// under their short names (`analysis`).

public import Flow
public import Wire

extension OctetBuffer {
  /// Writes ` [words]` for everything that `verdict` says of a segment with these flags. With `steps` also
  /// the steps of opening and closing: the states that it brought its sender and its receiver into. Gives the
  /// place where a repeat may yet be called spurious; 0 when it is none.
  @inline(__always)
  @discardableResult
  public mutating func write(brackets verdict: Verdict, _ flags: TCPFlags, steps: Bool = false) -> Int {
    let place = verdict.analysis.isEmpty ? 0 : writeAnalysis(verdict, flags)
    if steps { writeSteps(verdict) }
    return place
  }

  /// Writes ` [#12 was needless]` for each earlier frame that this packet shows nobody needed.
  public mutating func write(settled: [Settlement]) {
    for settlement in settled where settlement.isNeedless {
      write(" [#")
      write(decimal: settlement.frame)
      write(" was needless]")
    }
  }

  @inline(never)
  private mutating func writeAnalysis(_ verdict: Verdict, _ flags: TCPFlags) -> Int {
    var place = 0
    let analysis = verdict.analysis
    if analysis.contains(.reusedPorts) { write(" [port reused]") }
    if analysis.contains(.duplicateFrame) {
      write(" [captured twice")
      if verdict.of > 0 {
        write(", of #")
        write(decimal: verdict.of)
      }
      write("]")
    }
    if analysis.contains(.retransmission) { place = writeRepeat(verdict, flags) }
    if analysis.contains(.badChecksum) { write(" [damaged]") }
    if analysis.contains(.outOfOrder) { write(" [reordered]") }
    if analysis.contains(.lostSegment) { write(" [gap before it]") }
    if analysis.contains(.ackLostSegment) { write(" [acknowledges what was not captured]") }
    if analysis.contains(.captureGap) { write(" [acknowledges a gap in the capture]") }
    if analysis.contains(.partialACK) { write(" [partial ACK]") }
    if analysis.contains(.challengeACK) { write(" [challenge ACK]") }
    if analysis.contains(.keepAlive) { write(" [keep-alive]") }
    if analysis.contains(.keepAliveACK) { write(" [keep-alive answered]") }
    if analysis.contains(.zeroWindowProbe) { write(" [window probe]") }
    if analysis.contains(.zeroWindowProbeACK) { write(" [window probe answered]") }
    if analysis.contains(.duplicateACK) { writeDuplicateACK(verdict) }
    if analysis.contains(.zeroWindow) { write(" [zero window]") }
    if analysis.contains(.windowUpdate) { write(" [window update]") }
    if analysis.contains(.windowShrink) { write(" [window taken back]") }
    if analysis.contains(.windowFull) { write(" [window full]") }
    return place
  }

  /// A repeat: its cause, the frame it repeats where that was captured, and whether anybody needed it.
  private mutating func writeRepeat(_ verdict: Verdict, _ flags: TCPFlags) -> Int {
    let analysis = verdict.analysis
    if flags.contains(.syn) {
      write(flags.contains(.ack) ? " [SYN-ACK repeated" : " [SYN repeated")
    } else if analysis.contains(.fastRetransmission) {
      write(" [fast retransmission")
    } else if analysis.contains(.tailLossProbe) {
      write(" [tail loss probe")
    } else if analysis.contains(.rtoRetransmission) {
      write(" [timeout retransmission")
    } else {
      write(" [retransmission")
    }
    if verdict.of > 0 {
      write(" of #")
      write(decimal: verdict.of)
    }
    let place = count
    write(analysis.contains(.spuriousRetransmission) ? ", spurious]" : "]")
    return place
  }

  /// What `HeldOutput` writes at that place.
  public static var spuriousWord: StaticString { ", spurious" }

  private mutating func writeDuplicateACK(_ verdict: Verdict) {
    write(" [")
    if verdict.count > 0 {
      write(ordinal: verdict.count)
      write(octet: 32)
    }
    write("duplicate ACK")
    if verdict.of > 0 {
      write(" of #")
      write(decimal: verdict.of)
    }
    write("]")
  }

  /// How far a segment brought the opening and the ends.
  @inline(never)
  private mutating func writeSteps(_ verdict: Verdict) {
    if let time = verdict.handshakeTime {
      write(" [handshake complete in ")
      write(duration: time)
      write("]")
    }
    guard verdict.senderState != nil || verdict.receiverState != nil else { return }
    write(" [")
    if let state = verdict.senderState {
      write("sender ")
      write(state.name)
    }
    if let state = verdict.receiverState {
      write(verdict.senderState == nil ? "receiver " : ", receiver ")
      write(state.name)
    }
    write("]")
  }

  /// A number with its English ending: 1st, 2nd, 3rd, 11th.
  mutating func write(ordinal number: UInt32) {
    write(decimal: number)
    if (11...13).contains(number % 100) { return write("th") }
    switch number % 10 {
    case 1: write("st")
    case 2: write("nd")
    case 3: write("rd")
    default: write("th")
    }
  }

  /// A time of nanoseconds in the unit that suits it, three digits or more: 640 ns, 12.3 us, 1.20 ms, 61.0 s.
  mutating func write(duration nanoseconds: Int64) {
    let value = UInt64(max(0, nanoseconds))
    if value < 1000 {
      write(decimal: value)
      return write(" ns")
    }
    if value < 1_000_000 { return write(value, per: 1000, " us") }
    if value < 1_000_000_000 { return write(value, per: 1_000_000, " ms") }
    write(value, per: 1_000_000_000, " s")
  }

  /// A number of units in three digits or more. The unit is known where this is inlined: nothing is divided.
  @inline(__always)
  private mutating func write(_ value: UInt64, per unit: UInt64, _ name: StaticString) {
    let whole = value / unit
    write(decimal: whole)
    if whole < 10 {
      write(octet: UInt8(ascii: "."))
      write(decimal: value % unit / (unit / 100), width: 2)
    } else if whole < 100 {
      write(octet: UInt8(ascii: "."))
      write(decimal: value % unit / (unit / 10))
    }
    write(name)
  }
}
