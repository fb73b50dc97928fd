// Frames that are nothing but the next line of a journal: from their octets to the line, without a packet
// between them.
//
// Of the packets of short connections seven of ten are such. What a packet (`Packet`) would say of them is
// read where it stands; whatever is more is left to the dissectors and to `Tracker.receive`, untouched. Both
// ways tell the same (`StraightTrackingTests`).

public import Wire

/// What is read of a plain segment.
private struct StraightSegment {
  var source = IPAddress()
  var destination = IPAddress()
  var ports: (source: UInt16, destination: UInt16)
  var arrival: Arrival

  /// Nil when it opens or resets, carries options other than time stamps, or says nothing.
  @inline(__always)
  init?(_ bytes: Bytes, _ frame: Frame, _ shape: PlainShape) {
    let header = bytes.extracting(shape.transport..<shape.transport &+ TCPHeader.lengthMin)
    let flags = header.u16(12) & 0x1ff
    let marks: TCPFlags = [.syn, .rst, .ack]
    guard flags & marks.rawValue == TCPFlags.ack.rawValue else { return nil }
    var stamp: UInt32 = 0
    let hasStamp = shape.header == 32
    if hasStamp {
      let options = bytes.extracting(shape.transport &+ 20..<shape.transport &+ 32)
      // Two fillers, then the option as it is always sent (RFC 7323 appendix A).
      guard options.u32(0) == 0x0101_080a else { return nil }
      stamp = options.u32(4)
    } else if shape.header != 20 {
      return nil
    }
    ports = (header.u16(0), header.u16(2))
    arrival = Arrival(
      side: .originator, time: frame.time, frame: frame.number, flags: flags, sequence: header.u32(4),
      acknowledgment: header.u32(8), window: header.u16(14), identification: 0, stamp: stamp,
      hasStamp: hasStamp, payload: shape.payload,
      isCut: shape.transport &+ shape.header &+ shape.payload > bytes.count, isMarked: false, way: 0)
    readNetwork(bytes, frame, shape)
  }

  /// What the headers before it say.
  @inline(__always)
  private mutating func readNetwork(_ bytes: Bytes, _ frame: Frame, _ shape: PlainShape) {
    let hops: UInt8
    if shape.version == 4 {
      let h = bytes.extracting(shape.network..<shape.network &+ IPv4Header.lengthMin)
      source = IPAddress(ipv4: h.u32(12))
      destination = IPAddress(ipv4: h.u32(16))
      arrival.identification = h.u16(4)
      arrival.isMarked = h.u8(1) & 3 == 3
      hops = h.u8(8)
    } else {
      let h = bytes.extracting(shape.network..<shape.network &+ IPv6Header.length)
      source = IPAddress(ipv6: h, at: 8)
      destination = IPAddress(ipv6: h, at: 24)
      arrival.isMarked = h.u8(1) &>> 4 & 3 == 3
      hops = h.u8(7)
    }
    let link = bytes.extracting(0..<PlainShape.octetsMin)
    arrival.way = Copies.way(
      from: link.u64(6) &>> 16, hops: hops, vlan: shape.isTagged ? link.u16(14) : 0, frame)
  }
}

extension Tracker {
  /// Takes a frame that is nothing but the next segment of a short connection, right from its octets. False
  /// when it is more, or another's: then whoever has the frame dissects it and hands it to `receive`, as it
  /// does with all frames who does not ask here.
  public mutating func takeStraight(_ octets: Bytes, _ frame: Frame) -> Bool {
    guard takesStraight, let shape = PlainShape(octets, frame), shape.isTCP,
      var segment = StraightSegment(octets, frame, shape)
    else { return false }
    begin(frame)
    if takeStraight(&segment, octets, frame, shape) { return true }
    hasBegun = true
    return false
  }

  @inline(__always)
  private mutating func takeStraight(
    _ segment: inout StraightSegment, _ octets: Bytes, _ frame: Frame, _ shape: PlainShape
  ) -> Bool {
    let (key, isReversed) = FlowKey.of(
      source: segment.source, sourcePort: segment.ports.source, destination: segment.destination,
      destinationPort: segment.ports.destination, ipProtocol: .tcp, network: 0, isIPv6: shape.version == 6)
    guard let index = table.find(key), table.slots[index].isBrief,
      interval(table.slots[index].end, frame.time) < patience.of(table.slots[index].classNumber)
    else { return false }
    // What a flow carries is found out by others.
    if shape.payload > 0, table.slots[index].service == .unknown,
      table.slots[index].looks < Tracker.looksMax
    {
      return false
    }
    let place = table.slots[index].state
    segment.arrival.side = table.slots[index].side(isReversed)
    if limits.active > 0, interval(journals.journals[place].start, frame.time) >= limits.active {
      return false
    }
    guard journals.journals[place].isOrdinary(segment.arrival), journals.hasRoom(place),
      !isDamaged(segment.arrival, place, { Checksum.segment(octets, shape) })
    else { return false }
    journals.journals[place].take(segment.arrival)
    let slot = note(segment.arrival, index, place, isReversed: isReversed, frame, ip: shape.total)
    if shape.payload > 0, !segment.arrival.isCut {
      let start = shape.transport &+ shape.header
      _ = contents.take(
        octets.extracting(start..<start &+ shape.payload), octets.extracting(shape.transport..<start),
        from: segment.source, to: segment.destination, flow: slot.serial, slot.side, frame.number,
        isRepeat: false)
    }
    return true
  }
}
