// Who sent a plain frame, and to whom: read at their places.

internal import Wire

/// The addresses and the ports of a plain frame.
struct PlainEnds {
  let source, destination: IPAddress
  let sourcePort, destinationPort: UInt16
  private let isIPv6: Bool

  /// Those of a frame of this shape.
  @inline(__always)
  init(_ octets: Bytes, _ shape: PlainShape) {
    let ports = octets.extracting(shape.transport..<shape.transport &+ 4)
    (sourcePort, destinationPort) = (ports.u16(0), ports.u16(2))
    isIPv6 = shape.version == 6
    if isIPv6 {
      let h = octets.extracting(shape.network..<shape.network &+ IPv6Header.length)
      (source, destination) = (IPAddress(ipv6: h, at: 8), IPAddress(ipv6: h, at: 24))
    } else {
      let h = octets.extracting(shape.network..<shape.network &+ IPv4Header.lengthMin)
      (source, destination) = (IPAddress(ipv4: h.u32(12)), IPAddress(ipv4: h.u32(16)))
    }
  }

  /// The key of a flow of TCP between them, and whether the source is its second endpoint.
  @inline(__always)
  var key: (key: FlowKey, isReversed: Bool) {
    FlowKey.of(
      source: source, sourcePort: sourcePort, destination: destination, destinationPort: destinationPort,
      ipProtocol: .tcp, network: 0, isIPv6: isIPv6)
  }
}
