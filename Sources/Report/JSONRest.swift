// What a packet's record says beside its layers: padding, trailer, offload, checksums, the fault.

internal import Wire

extension JSONPrinter {
  /// What lies behind the network layer's own length, marks of offload, and the fault.
  mutating func writeRest(_ bytes: Bytes, _ packet: inout Packet) {
    let padding = packet.paddingLength
    if padding > 0 {
      out.write(",\"padding\":")
      out.write(signed: padding)
    }
    if packet.trailerLength > padding {
      out.write(",\"trailer\":")
      out.write(signed: packet.trailerLength &- padding)
    }
    if packet.fcsLength > 0 {
      out.write(",\"fcs\":")
      out.write(signed: packet.fcsLength)
    }
    writeOffload(&packet)
    if checksums { writeChecksums(bytes, &packet) }
    if let fault = packet.fault { writeFault(fault, packet.faultLayer) }
  }

  private mutating func writeOffload(_ packet: inout Packet) {
    if packet.isLengthAbsent {
      out.write(",\"offload\":[\"length_absent\"]")
    } else if packet.isOffloaded {
      out.write(",\"offload\":[\"segmentation\"]")
    }
  }

  /// The verdict on each checksum, outermost layer first.
  private mutating func writeChecksums(_ bytes: Bytes, _ packet: inout Packet) {
    var isFirst = true
    for i in 0..<packet.layerCount {
      guard let verdict = packet.checksum(ofLayer: i, in: bytes) else { continue }
      out.write(isFirst ? ",\"checksums\":[{\"layer\":\"" : ",{\"layer\":\"")
      isFirst = false
      out.write(packet.layers[i].kind.name)
      out.write("\",\"verdict\":\"")
      out.write(verdict.name)
      out.write(octet: 34)
      if case .bad(let expected) = verdict { write(",\"expected\":", hex: UInt64(expected), digits: 4) }
      out.write(octet: 125)
    }
    if !isFirst { out.write(octet: 93) }
  }

  private mutating func writeFault(_ fault: Malformed, _ layer: Layer.Kind) {
    out.write(",\"fault\":{\"layer\":\"")
    out.write(layer.name)
    switch fault {
    case .truncated(let need, let have):
      out.write("\",\"kind\":\"truncated\",\"need\":")
      out.write(signed: need)
      out.write(",\"have\":")
      out.write(signed: have)
    case .invalid(let field):
      out.write("\",\"kind\":\"invalid\",\"field\":\"")
      out.write(field.name)
      out.write(octet: 34)
    }
    out.write(octet: 125)
  }
}
