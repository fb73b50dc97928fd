// The part of a flow's record that few connections have.

internal import Flow

extension OctetBuffer {
  /// The reset that ended a connection.
  mutating func write(reset frame: UInt64, by side: FlowSide, _ kind: ResetKind) {
    write(side == .originator ? ",\"reset_by\":\"orig\"" : ",\"reset_by\":\"resp\"")
    write(",\"reset_frame\":", decimal: frame)
    write(",\"reset_kind\":\"")
    write(kind.name)
    write(octet: 34)
  }

  /// The place of the tap, when it is known.
  mutating func write(place tap: Tap) {
    write(",\"vantage\":{\"at\":\"")
    write(tap.place.name)
    write("\",\"confidence\":")
    write(hundredths: tap.confidence)
  }

  /// The options that a SYN offered. Of those that were cut only those that are there are known.
  mutating func write(options offer: TCPOffer) {
    let isWhole = !offer.isCut
    if isWhole || offer.isSACKPermitted { write(",\"sack_permitted\":", offer.isSACKPermitted) }
    if isWhole || offer.hasTimestamps { write(",\"timestamps\":", offer.hasTimestamps) }
    write(",\"ecn\":", offer.hasECN)
  }

  /// What is counted of trouble.
  mutating func write(trouble counters: inout TCPCounters) {
    write(",\"retransmissions\":", decimal: counters.retransmissions)
    write(",\"retransmitted_bytes\":", decimal: counters.retransmittedOctets)
    write(",\"retransmissions_by\":{\"fast\":", decimal: counters.causes.fast)
    write(",\"rto\":", decimal: counters.causes.timer)
    write(",\"tail_loss_probe\":", decimal: counters.causes.tailLossProbe)
    write(",\"syn\":", decimal: counters.causes.syn)
    write(",\"fin\":", decimal: counters.causes.fin)
    write(",\"other\":", decimal: counters.causes.other)
    write("},\"out_of_order\":", decimal: counters.outOfOrder)
    write(",\"duplicate_frames\":", decimal: counters.duplicateFrames)
    write(",\"duplicate_acks\":", decimal: counters.duplicateACKs)
    write(",\"lost_segments\":", decimal: counters.lostSegments)
    write(",\"ack_lost_segments\":", decimal: counters.ackLostSegments)
    write(",\"keep_alives\":", decimal: counters.keepAlives)
    write(",\"zero_windows\":", decimal: counters.zeroWindows)
    write(",\"zero_window_probes\":", decimal: counters.zeroWindowProbes)
    write(",\"window_updates\":", decimal: counters.windowUpdates)
    write(",\"window_full\":", decimal: counters.windowFull)
    write(",\"window_shrinks\":", decimal: counters.windowShrinks)
  }

  /// A number from 0 to 1 with two decimals.
  mutating func write(hundredths value: Double) {
    let whole = UInt64((min(1, max(0, value)) * 100).rounded())
    // A digit, the point and two digits in one store.
    let (tens, ones) = (whole / 10 % 10, whole % 10)
    write(word: 48 &+ whole / 100 | 46 &<< 8 | (48 &+ tens) &<< 16 | (48 &+ ones) &<< 24, octets: 4)
  }

  private mutating func write(_ key: StaticString, _ value: Bool) {
    write(key)
    write(value ? "true" : "false")
  }
}
