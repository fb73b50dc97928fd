// Which flow a packet belongs to: fragments, tunnels, ICMP, and who opened a flow that was met in its middle.

import Flow
import Testing
import Wire

@Suite struct BelongingTests {
  @Test func laterFragmentsBelongToTheFlowOfTheFirst() throws {
    for name in ["fragments.pcap", "fragments6.pcap"] {
      let saved = try Saved(name)
      let udp = try #require(saved.flows.first { $0.record.key.ipProtocol == .udp })
      #expect(summary(udp) == "17 40001>9000 3/3")
      // One datagram of 4000 octets and one of 3000, whatever they were cut into.
      #expect((udp.record.datagramOctets[0], udp.record.datagramOctets[1]) == (4000, 3000))
      #expect(saved.packetsWithoutFlow == 0)
      #expect(saved.flows.contains { summary($0).hasSuffix("2/2") }, "a ping in pieces each way")
    }
  }

  @Test func aTunnelsDatagramsAreFlowsOfTheirOwn() throws {
    let saved = try Saved("vxlan.pcap")
    let carriers = saved.flows.filter(\.record.isCarrier)
    #expect(carriers.map(summary) == ["17 50000>4789 9/0", "17 50000>4789 8/0"])
    let inner = try #require(saved.flows.first { $0.record.key.ipProtocol == .tcp })
    #expect(summary(inner) == "6 40001>80 6/5")
    let parents = (inner.record.carriers[0], inner.record.carriers[1])
    #expect(parents == (carriers[0].record.serial, carriers[1].record.serial))
    // Every packet has one flow that carries nothing, or none at all.
    #expect(saved.packets + saved.packetsWithoutFlow + 2 == UInt64(saved.verdicts.count), "two are ARP's")
  }

  @Test func anAnswerCapturedBeforeItsSYNMakesNoRepeat() {
    var talk = Dialogue()
    talk.server([.syn, .ack], at: 0, seq: 0, Told(ack: 1))
    let verdict = talk.client(.syn, at: 0.2, seq: 0)
    #expect(verdict.analysis == .outOfOrder)
    #expect(verdict.side == .originator)
    #expect(talk.client(.ack, at: 0.3, seq: 1, Told(ack: 1)).analysis.isEmpty)
  }

  @Test func aQueryAndItsAnswerAreOneFlow() throws {
    let ping = try #require(try Saved("arp-and-ping.pcap").flows.first)
    #expect(summary(ping) == "1 8>0 3/2")
    #expect(ping.connectionState == .oth)
    #expect(ping.history.isEmpty)
  }

  @Test func anErrorIsItsOwnFlowAndCountedByTheOneItQuotes() throws {
    let saved = try Saved("udp-unreachable.pcap")
    #expect(
      saved.flows.map(summary) == ["17 40001>9000 1/0", "1 3>3 1/0", "17 40001>9000 1/0", "58 1>4 1/0"])
    #expect(saved.flows.map(\.record.icmpErrors) == [1, 0, 1, 0])
    #expect(saved.verdicts.map(\.about).filter { $0 > 0 } == [1, 3])
  }

  /// An octet string as a packet: IPv4 without options, and the first octets of what it carries.
  private func verdictFlows(
    _ packets: [(source: UInt32, destination: UInt32, number: UInt8, octets: [UInt8])]
  )
    -> [EndedFlow]
  {
    var tracker = Tracker(Limits(), secret: FlowSecret(seed: 1))
    var packet = Packet()
    for (at, each) in packets.enumerated() {
      var octets: [UInt8] = [0x45, 0, 0, UInt8(20 + each.octets.count), 0, 1, 0, 0, 64, each.number, 0, 0]
      for address in [each.source, each.destination] {
        for shift: UInt32 in [24, 16, 8, 0] { octets.append(UInt8(truncatingIfNeeded: address >> shift)) }
      }
      octets += each.octets
      let frame = Frame(
        number: UInt64(at + 1), time: Int64(at), wireLength: octets.count, capturedLength: octets.count,
        link: .raw)
      Mux.standard.dissect(octets.span, frame, into: &packet)
      _ = tracker.receive(&packet, frame)
    }
    tracker.finish()
    var flows: [EndedFlow] = []
    tracker.drain { flows.append($0) }
    return flows
  }

  private func datagram(_ source: UInt16, _ destination: UInt16) -> [UInt8] {
    [UInt8(source >> 8), UInt8(source & 255), UInt8(destination >> 8), UInt8(destination & 255), 0, 8, 0, 0]
  }

  @Test func whoAnswersIsGuessed() throws {
    let (client, server, group): (UInt32, UInt32, UInt32) = (0x0a00_0001, 0x0a00_0002, 0xe000_00fb)
    // A name server's answer, seen first.
    let answer = verdictFlows([(server, client, 17, datagram(53, 40000))])[0]
    #expect(summary(answer) == "17 40000>53 0/1")
    #expect(answer.record.isDirectionGuessed)
    #expect(answer.connectionState == .shr)
    // The same from a port of a user's, and to many: nothing to guess.
    #expect(summary(verdictFlows([(server, client, 17, datagram(5353, 40000))])[0]) == "17 5353>40000 1/0")
    #expect(summary(verdictFlows([(server, group, 17, datagram(53, 40000))])[0]) == "17 53>40000 1/0")
    // An echo reply without its request.
    let reply = verdictFlows([(server, client, 1, [0, 0, 0, 0, 0, 1, 0, 1])])[0]
    #expect(summary(reply) == "1 8>0 0/1")
  }
}
