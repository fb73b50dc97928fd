// What the tests of this room share: octets from text, a dissection, and what must be true of every
// dissection.

import Testing
import Wire

/// Octets written as hexadecimal digits; blanks and line ends separate nothing.
func octets(_ hex: String) -> [UInt8] {
  let digits = hex.compactMap(\.hexDigitValue)
  precondition(digits.count % 2 == 0, "half an octet")
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}

/// Dissects a frame that was captured whole, unless `wireLength` says that there was more of it.
func dissect(
  _ octets: [UInt8], wireLength: Int? = nil, link: LinkType = .ethernet, fcsLength: Int = 0
) -> Packet {
  var packet = Packet()
  let frame = Frame(
    number: 1, time: 0, wireLength: wireLength ?? octets.count, capturedLength: octets.count, link: link,
    fcsLength: fcsLength)
  Mux.standard.dissect(octets.span, frame, into: &packet)
  return packet
}

/// The kinds of the layers that stand, outermost first.
func kinds(_ packet: Packet) -> [Layer.Kind] {
  (0..<packet.layerCount).map { packet.layers[$0].kind }
}

/// The names of the fields of a layer, at the depths up to `depth`.
func fieldNames(_ octets: [UInt8], _ packet: Packet, _ kind: Layer.Kind, depth: Int = 1) -> [String] {
  fields(octets, packet, kind).filter { $0.depth <= depth }.map { $0.name.description }
}

/// The fields of the first layer of a kind.
func fields(_ octets: [UInt8], _ packet: Packet, _ kind: Layer.Kind) -> [FieldNode] {
  for i in 0..<packet.layerCount where packet.layers[i].kind == kind {
    return describe(octets, packet.layers[i]).nodes
  }
  return []
}

/// The first field of a name, whatever its depth.
func field(_ octets: [UInt8], _ packet: Packet, _ kind: Layer.Kind, _ name: String) -> FieldNode? {
  fields(octets, packet, kind).first { $0.name.description == name }
}

/// Tells the fields of one layer as far as its octets go.
func describe(_ octets: [UInt8], _ layer: Layer) -> Fields {
  var fields = Fields()
  fields.base = Int(layer.offset)
  let end = min(octets.count, Int(layer.offset) + Int(layer.length))
  let start = min(Int(layer.offset), end)
  try? layer.kind.describer?(octets.span.extracting(start..<end), &fields)
  return fields
}

/// What is true of every dissection of whatever octets: offsets within the frame and in order, lengths that
/// fit, a payload that lies in the frame, fields that lie in their layer. The answer is what is not true.
func unsound(_ packet: Packet, _ octets: [UInt8]) -> String? {
  var last = 0
  for i in 0..<packet.layerCount {
    let layer = packet.layers[i]
    let (offset, header) = (Int(layer.offset), Int(layer.headerLength))
    if offset < last || offset > octets.count { return "\(layer) begins before the one below it, or outside" }
    if header < 0 || offset + header > octets.count { return "the header of \(layer) ends outside" }
    if layer.length < 0 || offset + Int(layer.length) > packet.wireLength { return "\(layer) ends outside" }
    last = offset
    for node in describe(octets, layer).nodes
    where node.offset < offset || node.length < 0 || node.offset + node.length > octets.count {
      return "\(node.name) of \(layer) lies outside: \(node.offset), \(node.length)"
    }
  }
  let captured = packet.payloadCaptured
  if captured < 0 || captured > packet.payloadLength { return "more payload captured than there is" }
  if captured > 0 && packet.payloadOffset + captured > octets.count { return "the payload ends outside" }
  if packet.payloadOffset + packet.payloadLength > packet.wireLength {
    return "the payload is longer than the frame"
  }
  let isTrailerIn =
    packet.trailerLength >= 0 && packet.trailerOffset + packet.trailerLength <= packet.wireLength
  return isTrailerIn ? nil : "the trailer ends outside"
}

/// The octets of each layer's header are told, each once, by its fields of depth 1; the first that is not is
/// the answer.
func untold(_ packet: Packet, _ octets: [UInt8]) -> String? {
  for i in 0..<packet.layerCount {
    let layer = packet.layers[i]
    guard layer.kind.describer != nil else { continue }
    var at = Int(layer.offset)
    for node in describe(octets, layer).nodes where node.depth == 1 {
      if node.offset != at { return "\(layer.kind): \(node.name) at \(node.offset), not at \(at)" }
      at += node.length
    }
    // An application's fields go on into its message.
    if layer.kind.rawValue > Layer.Kind.gtpu.rawValue && at >= layer.offset + layer.headerLength { continue }
    if at != Int(layer.offset) + Int(layer.headerLength) {
      return "\(layer.kind): told \(at - Int(layer.offset)) of \(layer.headerLength) octets"
    }
  }
  return nil
}

/// Cuts a sound frame at every octet, as a capture would and as a sender would. A cut takes layers away at
/// the end and makes no field a lie; a frame sent short is never called cut. Whole, it tells every octet of
/// its headers once.
func expectEveryTruncationSound(_ octets: [UInt8], link: LinkType = .ethernet) {
  let whole = dissect(octets, link: link)
  if let gap = untold(whole, octets) { Issue.record("whole: \(gap)") }
  let layers = kinds(whole)
  for count in 0..<octets.count {
    let prefix = Array(octets[..<count])
    let cut = dissect(prefix, wireLength: octets.count, link: link)
    if let problem = unsound(cut, prefix) { Issue.record("cut to \(count): \(problem)") }
    if whole.fault == nil, case .invalid = cut.fault {
      Issue.record("cut to \(count): \(cut.faultLayer) is a liar")
    }
    // What only a look at the payload tells (an application, the bottom of a label stack) may be missed in a
    // cut one.
    let network = kinds(cut).filter { $0.rawValue <= Layer.Kind.gtpu.rawValue }
    if !layers.starts(with: network) { Issue.record("cut to \(count): \(network) of \(layers)") }
    let short = dissect(prefix, link: link)
    if let problem = unsound(short, prefix) { Issue.record("sent as \(count): \(problem)") }
    if case .truncated = short.fault { Issue.record("sent as \(count): called truncated") }
  }
}
