// Segments with wrong checksums: damaged on their way, or not finished when they were captured.

import Flow
import Testing
import Wire

/// A connection in octets, with the tap beside the client. Numbers follow from what was sent.
struct SealedTalk: ~Copyable {
  enum Sum { case right, wrong, partial }

  var tracker = Tracker(secret: FlowSecret(seed: 1))
  private var messages: MessageStreams
  private var next: (UInt32, UInt32) = (1000, 9000)
  private var identification: UInt16 = 1
  private(set) var frame: UInt64 = 0
  private var time: Int64 = 1_700_000_000_000_000_000

  /// What the client's and the server's checksums are where nothing else is said.
  var usual = (client: Sum.right, server: Sum.right)

  /// Messages of ten octets both ways.
  init() throws {
    var options = MessageOptions()
    options.framing = try Framing("fixed:10")
    options.octetsMax = 10
    messages = MessageStreams(options)
  }

  /// What the server said so far, message for message.
  mutating func said() -> [String] {
    var texts: [String] = []
    messages.drain { message in
      if message.side == .responder { texts.append(String(decoding: message.octets, as: UTF8.self)) }
    }
    return texts
  }

  @discardableResult
  mutating func client(_ flags: TCPFlags, _ octets: Int = 0, _ sum: Sum? = nil) -> Verdict {
    send(true, flags, octets, sum ?? usual.client, 100_000)
  }

  @discardableResult
  mutating func server(_ flags: TCPFlags, _ octets: Int = 0, _ sum: Sum? = nil) -> Verdict {
    send(false, flags, octets, sum ?? usual.server, 10_000_000)
  }

  /// The handshake, and five segments of the server.
  mutating func open() {
    client(.syn)
    server([.syn, .ack])
    client(.ack)
    for _ in 0..<5 {
      client([.ack, .psh], 10)
      server(.ack)
      server([.ack, .psh], 100)
      client(.ack)
    }
  }

  private mutating func send(_ isClient: Bool, _ flags: TCPFlags, _ octets: Int, _ sum: Sum, _ after: Int64)
    -> Verdict
  {
    let (mine, theirs) = isClient ? (next.0, next.1) : (next.1, next.0)
    let (source, target) = isClient ? (UInt8(1), UInt8(2)) : (2, 1)
    let ports: [UInt8] = isClient ? [0x9c, 0x40, 0, 80] : [0, 80, 0x9c, 0x40]
    let length = 40 + octets
    var ip: [UInt8] = [0x45, 0, UInt8(length >> 8), UInt8(length & 255)]
    ip += [UInt8(identification >> 8), UInt8(identification & 255), 0x40, 0, 64, 6, 0, 0]
    ip += [10, 0, 0, source, 10, 0, 0, target]
    let header = ~fold(ip)
    (ip[10], ip[11]) = (UInt8(header >> 8), UInt8(header & 255))
    func number(_ n: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: n >> (24 - 8 * $0)) } }
    var tcp = ports + number(mine) + number(flags.contains(.ack) ? theirs : 0)
    tcp += [0x50, UInt8(truncatingIfNeeded: flags.rawValue), 0xff, 0xff, 0, 0, 0, 0]
    tcp += [UInt8](repeating: UInt8(ascii: sum == .wrong ? "?" : "x"), count: octets)
    let pseudo = [10, 0, 0, source, 10, 0, 0, target, 0, 6, UInt8(tcp.count >> 8), UInt8(tcp.count & 255)]
    let check = sum == .partial ? fold(pseudo) : ~fold(pseudo + tcp) &+ (sum == .wrong ? 1 : 0)
    (tcp[16], tcp[17]) = (UInt8(check >> 8), UInt8(check & 255))
    let advance = UInt32(octets) + (flags.isDisjoint(with: [.syn, .fin]) ? 0 : 1)
    // What is damaged is sent again later, as far as these stories go.
    if sum != .wrong || (isClient ? usual.client : usual.server) == .wrong {
      if isClient { next.0 &+= advance } else { next.1 &+= advance }
    }
    identification += 1
    frame += 1
    time += after
    return take(ip + tcp)
  }

  private func fold(_ octets: [UInt8]) -> UInt16 {
    Checksum.fold(Checksum.sum(octets.span, from: 0, to: octets.count))
  }

  private mutating func take(_ octets: [UInt8]) -> Verdict {
    var packet = Packet()
    let seen = Frame(
      number: frame, time: time, wireLength: octets.count, capturedLength: octets.count, link: .raw)
    Mux.standard.dissect(octets.span, seen, into: &packet)
    let verdict = tracker.receive(&packet, seen, octets.span)
    messages.receive(octets.span, &packet, seen, verdict)
    return verdict
  }

  mutating func end() -> EndedFlow? {
    tracker.finish()
    var flow: EndedFlow?
    tracker.drain { flow = $0 }
    return flow
  }
}

@Suite struct ChecksTests {
  @Test func aDamagedSegmentIsDroppedAndItsRepeatFillsThePlace() throws {
    var wire = try SealedTalk()
    wire.open()
    let verdict = wire.server([.ack, .psh], 100, .wrong)
    #expect(verdict.analysis == .badChecksum)
    let again = wire.server([.ack, .psh], 100)
    #expect(again.analysis.contains(.retransmission))
    #expect(!again.analysis.contains(.spuriousRetransmission))
    #expect(again.of == 24)
    wire.client(.ack)
    let ended = wire.end()
    let flow = try #require(ended)
    let found = flow.findings()
    #expect(found[.damaged]?.frames == [24] && found[.damaged]?.side == .responder)
    #expect(found[.captureGap] == nil && found[.checksumsOffloaded] == nil)
    #expect(flow.connection?[.responder].streamOctets == 600)
  }

  @Test func theOctetsOfADamagedSegmentAreNobodysMessage() throws {
    var wire = try SealedTalk()
    wire.open()
    #expect(wire.said().count == 50)
    wire.server([.ack, .psh], 10, .wrong)
    #expect(wire.said() == [])
    wire.server([.ack, .psh], 10)
    #expect(wire.said() == ["xxxxxxxxxx"])
  }

  @Test(arguments: [TCPFlags.rst, [.rst, .ack], [.fin, .ack]]) func aDamagedEndIsNone(flags: TCPFlags) throws
  {
    var wire = try SealedTalk()
    wire.open()
    let verdict = wire.server(flags, 0, .wrong)
    #expect(verdict.analysis == .badChecksum)
    let ended = wire.end()
    let connection = try #require(ended?.connection)
    #expect(connection.reset == nil)
    #expect(connection[.originator].state == .established && connection[.responder].state == .established)
  }

  @Test(arguments: [SealedTalk.Sum.wrong, .partial]) func anEndWhoseChecksumsAreAllWrongIsOffloaded(
    sum: SealedTalk.Sum
  )
    throws
  {
    var wire = try SealedTalk()
    wire.usual.client = sum
    wire.open()
    wire.client([.rst, .ack])
    let ended = wire.end()
    let flow = try #require(ended)
    let found = flow.findings()
    #expect(found[.checksumsOffloaded]?.side == .originator)
    #expect(found[.damaged] == nil)
    #expect(flow.connection?.reset?.side == .originator)
    #expect(flow.connection?[.originator].streamOctets == 50)
  }

  @Test func nothingIsDamagedBesideItsSender() throws {
    var wire = try SealedTalk()
    wire.open()
    let verdict = wire.client([.ack, .psh], 10, .wrong)
    #expect(!verdict.analysis.contains(.badChecksum))
    let ended = wire.end()
    #expect(ended?.findings()[.damaged] == nil)
  }

  @Test func aCardThatBeginsToComputeIsNoDamage() throws {
    var wire = try SealedTalk()
    wire.open()
    wire.usual.server = .wrong
    for _ in 0..<10 { wire.server([.ack, .psh], 100) }
    // The first may be taken for damaged; when more are wrong than can be by chance, none is.
    let ended = wire.end()
    let flow = try #require(ended)
    #expect((flow.findings()[.damaged]?.figures[0] ?? 0) <= 2)
  }
}
