// What holds of a dissection, whatever the octets.

public import Wire

/// Dissects frames and checks what came out.
public struct Dissection: ~Copyable {
  /// The dissection of the last frame.
  public var packet = Packet()
  private var second = Packet()

  /// The first packet is used again and again, so that what one frame leaves behind is seen in the next.
  public init() {}

  /// Reads one frame; throws what it broke.
  public mutating func check(_ bytes: Bytes, _ frame: Frame) throws(Broken) {
    Mux.standard.dissect(bytes, frame, into: &packet)
    second = Packet()
    Mux.standard.dissect(bytes, frame, into: &second)
    if packet != second { throw Broken("a packet says the same whatever frame was read into it before") }
    try checkLayers(bytes)
    try checkPayload(bytes)
    try checkFault(bytes)
  }

  /// Layers lie inside the frame, one behind the other.
  private mutating func checkLayers(_ bytes: Bytes) throws(Broken) {
    guard packet.layerCount >= 0, packet.layerCount <= Packet.layersMax else {
      throw Broken("a packet has at most \(Packet.layersMax) layers: \(packet.layerCount)")
    }
    guard packet.vlanCount >= 0, packet.vlanCount <= packet.layerCount else {
      throw Broken("a packet has no more tags than layers: \(packet.vlanCount)")
    }
    var end = 0
    for i in 0..<packet.layerCount {
      let layer = packet.layers[i]
      let offset = Int(layer.offset)
      if layer.kind == .none { throw Broken("a layer has a name") }
      if offset < end {
        throw Broken("\(layer.kind) at \(offset) begins behind the header before it, which ends at \(end)")
      }
      end = offset + Int(layer.headerLength)
      if layer.headerLength < 0 || layer.length < 0 { throw Broken("\(layer.kind) has lengths") }
      if end > bytes.count {
        throw Broken("the header of \(layer.kind), to \(end), lies inside the \(bytes.count) octets captured")
      }
      if offset + Int(layer.length) > packet.wireLength {
        throw Broken("\(layer.kind), \(layer.length) octets from \(offset), lies inside the frame")
      }
    }
  }

  /// Payload, application and trailer lie inside the frame.
  private mutating func checkPayload(_ bytes: Bytes) throws(Broken) {
    guard packet.payloadOffset >= 0, packet.payloadLength >= 0, packet.payloadCaptured >= 0 else {
      throw Broken("the payload has a place and lengths")
    }
    if packet.payloadCaptured > packet.payloadLength {
      throw Broken("no more payload is captured (\(packet.payloadCaptured)) than there is")
    }
    if packet.payloadCaptured > 0, packet.payloadOffset + packet.payloadCaptured > bytes.count {
      throw Broken("the captured payload lies inside what was captured")
    }
    if packet.payloadLength > 0, packet.payloadOffset + packet.payloadLength > packet.wireLength {
      throw Broken("the payload lies inside the frame")
    }
    if packet.trailerOffset < 0 || packet.trailerLength < 0
      || packet.trailerOffset + packet.trailerLength > packet.wireLength
    {
      throw Broken("the trailer, \(packet.trailerLength) at \(packet.trailerOffset), lies inside the frame")
    }
    let application = packet.application
    for (offset, length) in [
      (application.offset, 0), (application.textOffset, application.textLength),
      (application.listOffset, application.listLength),
    ] where offset < 0 || length < 0 || Int(offset) + Int(length) > bytes.count {
      throw Broken("\(application.kind)'s words, \(length) at \(offset), lie inside what was captured")
    }
  }

  /// A fault has its layer, and truncated is what the capture cut.
  private mutating func checkFault(_ bytes: Bytes) throws(Broken) {
    guard case .truncated(let need, let have) = packet.fault else { return }
    if have >= need || have < 0 { throw Broken("truncated: \(need) are needed, and \(have) are there") }
    if bytes.count >= packet.wireLength {
      throw Broken("nothing is truncated in a frame that was captured whole: \(packet.faultLayer)")
    }
  }
}
