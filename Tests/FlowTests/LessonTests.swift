// The captures of pcaps/, each told as the connection that it is.

import Capture
import Flow
import Foundation
import Testing
import Wire

/// Every flow of a capture, and the verdicts on its packets by frame.
private func track(_ name: String, _ limits: Limits = Limits()) throws -> (
  flows: [EndedFlow], verdicts: [Verdict]
) {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("pcaps/\(name).pcap")
  let capture = try Capture(.files([file.path]))
  var tracker = Tracker(limits, secret: FlowSecret(seed: 1))
  var packet = Packet()
  var flows: [EndedFlow] = []
  var verdicts: [Verdict] = []
  try capture.forEachFrame { octets, frame in
    Mux.standard.dissect(octets, frame, into: &packet)
    verdicts.append(tracker.receive(&packet, frame))
    tracker.drain { flows.append($0) }
    return .go
  }
  tracker.finish()
  tracker.drain { flows.append($0) }
  return (flows, verdicts)
}

/// The states that an end went through, by their names.
private func path(_ flow: EndedFlow, _ side: FlowSide) -> [String] {
  flow.connection?[side].path.map { "\($0.state.name)" } ?? []
}

/// The frames on which a verdict holds, from 1.
private func frames(_ verdicts: [Verdict], _ analysis: Analysis) -> [Int] {
  verdicts.indices.filter { verdicts[$0].analysis.contains(analysis) }.map { $0 + 1 }
}

@Suite struct LessonTests {
  @Test func aConnectionOpensInThreeSegmentsAndClosesInFour() throws {
    let flow = try #require(try track("handshake-and-close").flows.first)
    let handshake = try #require(flow.connection?.handshake)
    #expect(handshake.isComplete)
    #expect((handshake.synFrame, handshake.synACKFrame, handshake.ackFrame) == (1, 2, 3))
    #expect(path(flow, .originator) == ["SYN_SENT", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "TIME_WAIT"])
    #expect(path(flow, .responder) == ["SYN_RECEIVED", "ESTABLISHED", "CLOSE_WAIT", "LAST_ACK", "CLOSED"])
    #expect(flow.connectionState == .sf)
    #expect(String(decoding: flow.history, as: UTF8.self) == "ShADadFf")
    #expect(flow.connection?[.originator].streamOctets == 18)
    #expect(flow.reason == .end)
  }

  @Test func nobodyListens() throws {
    for flow in try track("refused").flows {
      #expect(path(flow, .originator) == ["SYN_SENT", "CLOSED"])
      #expect(flow.connectionState == .rej)
      #expect(flow.connection?.handshake.isRefused == true)
    }
  }

  @Test func nobodyAnswers() throws {
    let flow = try #require(try track("no-answer").flows.first)
    #expect(path(flow, .originator) == ["SYN_SENT"])
    #expect(flow.connection?.handshake.synRetransmissions == 7)
    #expect(flow.connectionState == .s0)
  }

  @Test(arguments: ["lossy-transfer-sender", "lossy-transfer-receiver"])
  func twoLostSegmentsComeAgainAfterDuplicateACKs(name: String) throws {
    let (flows, verdicts) = try track(name)
    let counters = try #require(flows.first?.connection?[.originator].counters)
    #expect(counters.retransmissions == 2)
    #expect(counters.causes.fast == 2)
    #expect(counters.outOfOrder == 0)
    #expect(frames(verdicts, .fastRetransmission).count == 2)
    #expect(flows.first?.connection?[.originator].streamOctets == 100_000)
  }

  @Test func anOvertakenSegmentIsNoRepeat() throws {
    let counters = try #require(try track("reorder").flows.first?.connection?[.originator].counters)
    #expect(counters.outOfOrder == 1)
    #expect(counters.retransmissions == 0)
  }

  @Test func theNetworksCopyIsNoRepeat() throws {
    let counters = try #require(try track("duplicate").flows.first?.connection?[.originator].counters)
    #expect(counters.duplicateFrames == 2)
    #expect(counters.retransmissions == 0)
  }

  @Test func theTailIsProbedAndTheTimerRunsOut() throws {
    let probed = try #require(try track("tail-loss-probe").flows.first?.connection?[.originator].counters)
    #expect(probed.causes.tailLossProbe == 1)
    let waited = try #require(try track("rto").flows.first?.connection?[.originator].counters)
    #expect(waited.causes.timer >= 1)
  }

  @Test func theClassicPictureComesOut() throws {
    var limits = Limits()
    limits.keepsSeries = true
    let connection = try #require(try track("slow-start", limits).flows.first?.connection)
    var sender = connection[.originator]
    let known = sender.congestion
    let window = try #require(known)
    #expect(window.rounds.map(\.segments).prefix(6) == [1, 2, 4, 8, 16, 32])
    #expect(window.rounds.map(\.segments).suffix(7) == [16, 16, 17, 18, 19, 20, 20])
    #expect(window.phases.map(\.phase) == [.slowStart, .fastRecovery, .congestionAvoidance])
    #expect(window.losses.map(\.kind) == [.fastRetransmit])
    #expect(window.losses.first.map { [$0.before, $0.after] } == [33, 16])
    #expect(window.threshold == 16)
    #expect(window.algorithm == .reno)
    #expect(connection[.originator].initialWindow == 1)
  }

  @Test func aReaderThatSleepsClosesItsWindow() throws {
    let connection = try #require(try track("zero-window").flows.first?.connection)
    #expect(connection[.responder].counters.zeroWindows == 2)
    #expect(connection[.originator].counters.zeroWindowProbes == 2)
    var reader = connection[.responder]
    #expect(reader.zeroWindowTime(until: .min) > 0)
    #expect(connection[.originator].counters.retransmissions == 0)
  }

  @Test func signsOfLifeAreNoRepeats() throws {
    let counters = try #require(try track("keep-alive").flows.first?.connection?[.originator].counters)
    #expect(counters.keepAlives == 3)
    #expect(counters.retransmissions == 0)
  }

  @Test func twoSYNsCross() throws {
    let (flows, _) = try track("simultaneous-open")
    let flow = try #require(flows.first)
    #expect(flows.count == 1)
    #expect(flow.connection?.handshake.isSimultaneous == true)
    #expect(path(flow, .originator).prefix(3) == ["SYN_SENT", "SYN_RECEIVED", "ESTABLISHED"])
    #expect(path(flow, .responder).prefix(3) == ["SYN_SENT", "SYN_RECEIVED", "ESTABLISHED"])
    #expect(flow.connection?[.responder].counters.retransmissions == 0)
  }

  @Test func twoFINsCross() throws {
    let flow = try #require(try track("simultaneous-close").flows.first)
    for side in FlowSide.allCases {
      #expect(path(flow, side).suffix(3) == ["FIN_WAIT_1", "CLOSING", "TIME_WAIT"])
    }
  }

  @Test func aServerThatNeverClosesStaysInCloseWait() throws {
    let flow = try #require(try track("close-wait").flows.first { $0.record.serial == 1 })
    #expect(flow.connection?[.responder].state == .closeWait)
    #expect(flow.connection?[.originator].state == .finWait2)
    #expect(flow.connectionState == .s2)
  }

  @Test func aResetEndsBoth() throws {
    let flow = try #require(try track("reset-abort").flows.first { $0.record.serial == 1 })
    #expect(flow.connection?.reset?.side == .originator)
    #expect(path(flow, .originator).last == "CLOSED")
    #expect(path(flow, .responder).last == "CLOSED")
    #expect(flow.connectionState == .rsto)
  }

  @Test func aFullTableEndsTheFlowThatWasQuietLongest() throws {
    var limits = Limits()
    limits.flowsMax = 2
    let (flows, _) = try track("udp-dns", limits)
    #expect(flows.contains { $0.reason == .resources })
    let packets = flows.reduce(UInt64(0)) {
      $0 + $1.record.counters[0].packets + $1.record.counters[1].packets
    }
    let (whole, _) = try track("udp-dns")
    #expect(
      packets
        == whole.reduce(UInt64(0)) { $0 + $1.record.counters[0].packets + $1.record.counters[1].packets })
  }
}

@Suite struct HostileTests {
  /// One frame of a conversation between two addresses, with any numbers.
  private func packet(_ random: inout UInt64) -> Packet {
    func next() -> UInt64 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return random &>> 20
    }
    var packet = Packet()
    let isForward = next() & 1 == 0
    packet.ipVersion = 4
    packet.ipProtocol = .tcp
    packet.source = IPAddress(ipv4: isForward ? 1 : 2)
    packet.destination = IPAddress(ipv4: isForward ? 2 : 1)
    packet.hasPorts = true
    packet.hasTCP = true
    (packet.sourcePort, packet.destinationPort) = isForward ? (1000, 80) : (80, 1000)
    packet.tcp.flags = TCPFlags(rawValue: UInt16(truncatingIfNeeded: next()) & 0x1ff)
    // Numbers that are near each other, and some that are nowhere near.
    let mask: UInt64 = next() & 7 == 0 ? 0xffff_ffff : 0xfff
    packet.tcp.sequence = UInt32(truncatingIfNeeded: next() & mask)
    packet.tcp.acknowledgment = UInt32(truncatingIfNeeded: next() & mask)
    packet.tcp.window = UInt16(truncatingIfNeeded: next())
    packet.tcp.windowScale = UInt8(truncatingIfNeeded: next())
    packet.tcp.sackPermitted = next() & 1 == 0
    packet.tcp.hasTimestamps = next() & 1 == 0
    packet.tcp.timestampValue = UInt32(truncatingIfNeeded: next())
    packet.tcp.sackCount = UInt8(next() % 5)
    for i in 0..<4 {
      packet.tcp.sackLeft[i] = UInt32(truncatingIfNeeded: next() & mask)
      packet.tcp.sackRight[i] = UInt32(truncatingIfNeeded: next() & mask)
    }
    packet.hasIdentification = true
    packet.identification = UInt32(next() & 0xffff)
    packet.payloadLength = Int(next() % 1500)
    return packet
  }

  @Test func noNumbersAndNoTimesStopIt() {
    var tracker = Tracker(secret: FlowSecret(seed: 7))
    var random: UInt64 = 99
    var ended = 0
    for number in 1...200_000 {
      var packet = packet(&random)
      let time = random & 15 == 0 ? Int64(truncatingIfNeeded: random) / 2 : Int64(number) * 1000
      let frame = Frame(
        number: UInt64(number), time: time, wireLength: 60, capturedLength: 60, link: .ethernet)
      let verdict = tracker.receive(&packet, frame)
      #expect(verdict.flow > 0)
      tracker.drain {
        ended += 1
        for side in FlowSide.allCases {
          let end = $0.connection?[side]
          #expect((end?.path.count ?? 0) <= 32 && (end?.streamOctets ?? 0) >= 0)
        }
      }
    }
    tracker.finish()
    tracker.drain { _ in ended += 1 }
    #expect(ended > 0)
    #expect(tracker.count == 0)
  }
}
