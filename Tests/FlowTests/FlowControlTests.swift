// The receiver's window: what an observer can say of it.

import Flow
import Testing
import Wire

/// Two ends that say what a test lets them say. Numbers are each end's own, from its SYN at 0.
private final class Talk {
  private var tracker = Tracker(Limits(), secret: FlowSecret(seed: 1))
  private var frame: UInt64 = 0
  private let scale: UInt8?
  /// Nanoseconds.
  var time: Int64 = 1_000_000_000

  /// A connection that is open, with windows of 10,000 octets, 20 ms from the tap to the server.
  init(scale: UInt8? = nil) {
    self.scale = scale
    says(.client, .syn, 0, nil, window: 10_000, size: 0, after: 0)
    says(.server, [.syn, .ack], 0, 1, window: 10_000, size: 0, after: 20_000_000)
    says(.client, .ack, 1, 1, window: window(10_000), size: 0, after: 50_000)
  }

  enum End { case client, server }

  /// A window's octets as they are written.
  private func window(_ octets: UInt16) -> UInt16 { octets &>> UInt16(scale ?? 0) }

  /// One segment, so many nanoseconds after the last.
  @discardableResult
  func says(
    _ end: End, _ flags: TCPFlags, _ sequence: UInt32, _ acknowledgment: UInt32?, window: UInt16, size: Int,
    after: Int64
  ) -> Analysis {
    time += after
    frame += 1
    var packet = Packet()
    packet.ipVersion = 4
    packet.ipProtocol = .tcp
    packet.source = IPAddress(ipv4: end == .client ? 1 : 2)
    packet.destination = IPAddress(ipv4: end == .client ? 2 : 1)
    (packet.hasPorts, packet.hasTCP) = (true, true)
    (packet.sourcePort, packet.destinationPort) = end == .client ? (40_000, 9000) : (9000, 40_000)
    packet.tcp.flags = flags
    packet.tcp.sequence = sequence
    packet.tcp.acknowledgment = acknowledgment ?? 0
    packet.tcp.window = window
    if flags.contains(.syn) {
      packet.tcp.maximumSegmentSize = 1000
      packet.tcp.windowScale = scale
    }
    packet.hasIdentification = true
    packet.identification = UInt32(frame) &+ (end == .client ? 0 : 30_000)
    packet.payloadLength = size
    return tracker.receive(
      &packet,
      Frame(number: frame, time: time, wireLength: size + 54, capturedLength: size + 54, link: .ethernet)
    ).analysis
  }

  /// Data from the client and an acknowledgment of so much, with a window in octets.
  func sends(_ sequence: UInt32, _ size: Int, after: Int64 = 10_000) -> Analysis {
    says(.client, .ack, sequence, 1, window: window(10_000), size: size, after: after)
  }

  func acknowledges(_ number: UInt32, _ octets: UInt16, after: Int64 = 20_000_000) -> Analysis {
    says(.server, .ack, 1, number, window: window(octets), size: 0, after: after)
  }

  /// What is known of the server's window in the end.
  func report() -> EndReport? {
    tracker.finish()
    var report: EndReport?
    tracker.drain { report = $0.connection?[.responder] }
    return report
  }
}

@Suite struct FlowControlTests {
  @Test func anEdgeThatMovesLeftIsAShrink() throws {
    let talk = Talk()
    _ = talk.sends(1, 1000)
    #expect(!talk.acknowledges(1001, 9000).contains(.windowShrink))
    _ = talk.sends(1001, 1000)
    #expect(talk.acknowledges(2001, 7000).contains(.windowShrink))
    let end = try #require(talk.report())
    #expect(end.counters.windowShrinks == 1)
  }

  @Test func roundingToUnitsIsNoShrink() throws {
    let talk = Talk(scale: 7)
    _ = talk.sends(1, 1000)
    // 9000 octets are told as 70 units of 128: 8960.
    #expect(!talk.acknowledges(1001, 9000).contains(.windowShrink))
    _ = talk.sends(1001, 1000)
    #expect(!talk.acknowledges(2001, 8000).contains(.windowShrink))
    #expect(try #require(talk.report()).counters.windowShrinks == 0)
  }

  @Test func timeWithoutRoomIsTheWindowsDoing() throws {
    let talk = Talk()
    for i in 0..<10 { _ = talk.sends(1 + UInt32(i) * 1000, 1000) }
    // 10,000 octets fill the window; after 20 ms there is room, and the client takes it at once.
    _ = talk.acknowledges(2001, 10_000)
    _ = talk.sends(10_001, 1000)
    var end = try #require(talk.report())
    #expect(end.flowControl.blocked == 20_000_000)
  }

  @Test func roomThatNobodyWantedBlockedNobody() throws {
    let talk = Talk()
    for i in 0..<10 { _ = talk.sends(1 + UInt32(i) * 1000, 1000) }
    _ = talk.acknowledges(10_001, 10_000)
    _ = talk.sends(10_001, 1000, after: 500_000_000)
    var end = try #require(talk.report())
    #expect(end.flowControl.blocked == 0)
  }

  @Test func probesBackOff() throws {
    let talk = Talk()
    _ = talk.sends(1, 1000)
    #expect(talk.acknowledges(1001, 0).contains(.zeroWindow))
    for wait: Int64 in [200, 400, 800] {
      let probe = talk.says(
        .client, .ack, 1000, 1, window: 10_000, size: 0, after: wait * 1_000_000 - 20_000_000)
      #expect(probe.contains(.zeroWindowProbe))
      #expect(talk.acknowledges(1001, 0).contains(.zeroWindowProbeACK))
    }
    var end = try #require(talk.report())
    let figures = end.flowControl
    #expect(figures.firstProbeDelay == 180_000_000)
    #expect(figures.probeGapMost == 800_000_000)
  }

  @Test func windowsThatOpenByALittleAreSilly() throws {
    let talk = Talk()
    for i in 0..<10 { _ = talk.sends(1 + UInt32(i) * 1000, 1000) }
    _ = talk.acknowledges(10_001, 0)
    _ = talk.acknowledges(10_001, 100, after: 1_000_000)
    _ = talk.sends(10_001, 100)
    var end = try #require(talk.report())
    let figures = end.flowControl
    #expect(figures.sillyWindows == 1)
    #expect(figures.sillySegments == 1)
  }

  @Test func withoutTheHandshakeTheScaleIsUnknown() {
    var tracker = Tracker(Limits(), secret: FlowSecret(seed: 1))
    var windows: [Int64?] = []
    for number in 1...2 {
      var packet = Packet()
      packet.ipVersion = 4
      packet.ipProtocol = .tcp
      (packet.source, packet.destination) = (IPAddress(ipv4: 1), IPAddress(ipv4: 2))
      (packet.hasPorts, packet.hasTCP) = (true, true)
      (packet.sourcePort, packet.destinationPort) = (40_000, 9000)
      packet.tcp.flags = .ack
      packet.tcp.sequence = 100
      packet.tcp.acknowledgment = 200
      packet.tcp.window = UInt16(2 - number)
      packet.payloadLength = 10
      let frame = Frame(
        number: UInt64(number), time: Int64(number), wireLength: 64, capturedLength: 64, link: .ethernet)
      windows.append(tracker.receive(&packet, frame).window)
    }
    #expect(windows == [nil, nil])
  }
}
