// Conversations made by chance as frames of Ethernet, for whoever reads octets.

import Wire

/// A frame and what its capture says of it.
typealias TalkFrame = (octets: [UInt8], frame: Frame)

extension Packet {
  /// A segment over IPv4 as a frame: with the options that this packet has, checksums, and `text` over and
  /// over as its octets, as far as these were captured.
  fileprivate func octets(saying text: [UInt8]) -> [UInt8] {
    func octets(_ number: UInt32) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(24 - 8 * $0)) }
    }
    func octets(_ number: Int) -> [UInt8] { Array(octets(UInt32(number))[2...]) }
    let payload = (0..<payloadLength).map { text[$0 % text.count] }
    var options: [UInt8] = []
    if tcp.flags.contains(.syn) {
      options += [2, 4] + octets(Int(tcp.maximumSegmentSize))
      if let scale = tcp.windowScale { options += [1, 3, 3, scale] }
      if tcp.sackPermitted { options += [1, 1, 4, 2] }
    }
    if tcp.hasTimestamps {
      options += [1, 1, 8, 10] + octets(tcp.timestampValue) + octets(tcp.timestampEcho)
    }
    if tcp.sackCount > 0 { options += [1, 1, 5, 10] + octets(tcp.sackLeft[0]) + octets(tcp.sackRight[0]) }
    var segment = octets(Int(sourcePort)) + octets(Int(destinationPort)) + octets(tcp.sequence)
    segment += octets(tcp.acknowledgment) + octets(((20 + options.count) / 4) << 12 | Int(tcp.flags.rawValue))
    segment += octets(Int(tcp.window)) + [0, 0, 0, 0] + options + payload
    let addresses = octets(source.ipv4 ?? 0) + octets(destination.ipv4 ?? 0)
    let covered = addresses + [0, 6] + octets(segment.count) + segment
    let checksum = octets(Int(~Checksum.fold(Checksum.sum(covered.span, from: 0, to: covered.count))))
    segment.replaceSubrange(16..<18, with: checksum)
    var frame = [UInt8](repeating: 2, count: 12) + [8, 0, 0x45, trafficClass] + octets(20 + segment.count)
    frame +=
      octets(hasIdentification ? Int(identification) : 0) + [0x40, 0, 64, 6, 0, 0] + addresses + segment
    return Array(frame.dropLast(payloadLength - payloadCaptured))
  }
}

/// A question of HTTP.
let question = Array("GET / HTTP/1.1\r\nHost: example.test\r\n\r\n".utf8)

/// The frames of many conversations at once, in the order of their times. Each has a port of its own, from
/// the first on. The segments with octets say one text after the other, and then the last again.
func talkFrames(
  _ talks: [RandomTalk], firstPort: UInt16, serverPort: UInt16 = 80, saying texts: [[UInt8]] = [question]
) -> [TalkFrame] {
  var frames: [TalkFrame] = []
  for (i, talk) in talks.enumerated() {
    var talk = talk
    var (late, said): (Int64, Int) = (0, 0)
    talk.each { packet, frame in
      if packet.sourcePort == 80 {
        (packet.sourcePort, packet.destinationPort) = (serverPort, firstPort + UInt16(i))
      } else {
        (packet.sourcePort, packet.destinationPort) = (firstPort + UInt16(i), serverPort)
      }
      let octets = packet.octets(saying: texts[min(said, texts.count - 1)])
      if packet.payloadLength > 0 { said += 1 }
      let wire = octets.count + packet.payloadLength - packet.payloadCaptured
      late = max(late, frame.time)
      frames.append(
        (
          octets,
          Frame(number: 0, time: late, wireLength: wire, capturedLength: octets.count, link: .ethernet)
        ))
    }
  }
  frames.sort { $0.frame.time < $1.frame.time }
  for i in frames.indices { frames[i].frame.number = UInt64(i + 1) }
  return frames
}
