// The brackets behind a packet's line: the words, and the captures of pcaps/ that teach them.

import Capture
import Flow
import Foundation
import Report
import Testing
import Wire

/// The lines of a capture of pcaps/ without times, as the program shows them or as tcpdump does.
private func lines(_ name: String, plain: Bool = false, verbosity: Int = 0) throws -> [String] {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("pcaps/\(name)")
  var options = LineOptions()
  options.timestamps = .none
  options.verbosity = verbosity
  let capture = try Capture(.files([file.path]))
  var printer = LinePrinter(options)
  var tracker = Tracker(secret: FlowSecret(seed: 1))
  var packet = Packet()
  var lines: [String] = []
  do {
    try capture.forEachFrame { octets, frame in
      if plain {
        printer.print(octets, frame)
      } else {
        Mux.standard.dissect(octets, frame, into: &packet)
        let verdict = tracker.receive(&packet, frame)
        printer.print(octets, frame, verdict, packet.hasTCP ? packet.tcp.flags : [])
      }
      lines.append(text(printer.out))
      printer.out.removeAll()
      return .go
    }
  } catch {
    // What stands before the place where a file is cut is a lesson as well.
  }
  return lines
}

/// The brackets of a verdict.
private func brackets(
  _ analysis: Analysis, of frame: UInt64 = 0, _ flags: TCPFlags = .ack, count: UInt32 = 0
) -> String {
  var verdict = Verdict()
  verdict.analysis = analysis
  verdict.of = frame
  verdict.count = count
  var out = OctetBuffer(capacity: 64)
  out.write(brackets: verdict, flags)
  return text(out)
}

@Suite struct BracketsTests {
  @Test func aRepeatSaysWhyAndOfWhat() {
    #expect(
      brackets([.retransmission, .fastRetransmission], of: 12) == " [fast retransmission of #12]")
    #expect(brackets([.retransmission, .rtoRetransmission]) == " [timeout retransmission]")
    #expect(brackets([.retransmission, .tailLossProbe], of: 9) == " [tail loss probe of #9]")
    #expect(brackets([.retransmission], of: 1, .syn) == " [SYN repeated of #1]")
    #expect(brackets([.retransmission], of: 2, [.syn, .ack]) == " [SYN-ACK repeated of #2]")
    #expect(
      brackets([.retransmission, .rtoRetransmission, .spuriousRetransmission], of: 5)
        == " [timeout retransmission of #5, spurious]")
    #expect(brackets(.duplicateFrame, of: 7) == " [captured twice, of #7]")
  }

  @Test func duplicatesAreCountedInEnglish() {
    let endings = [1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st"]
    for (number, word) in endings {
      #expect(
        brackets(.duplicateACK, of: 40, count: UInt32(number)) == " [\(word) duplicate ACK of #40]")
    }
  }

  @Test func everyNameHasWords() {
    for bit in Analysis.names.indices {
      let one = Analysis(rawValue: 1 << UInt32(bit))
      // A cause stands only with the repeat that it explains.
      let isCause = !one.isDisjoint(with: [
        .fastRetransmission, .rtoRetransmission, .tailLossProbe, .spuriousRetransmission,
      ])
      #expect(brackets(one).isEmpty == isCause, "\(Analysis.names[bit])")
      if isCause { #expect(brackets([.retransmission, one]) != brackets(.retransmission)) }
    }
  }

  @Test func thingsThatAreTrueTogetherStandSideBySide() {
    #expect(brackets([.zeroWindowProbeACK, .zeroWindow]) == " [window probe answered] [zero window]")
    #expect(brackets([]).isEmpty)
  }

  @Test func theLessonsAreTold() throws {
    func tells(_ name: String, _ frame: Int, _ words: String) throws {
      let line = try lines("\(name).pcap")[frame - 1]
      #expect(line.hasSuffix(" \(words)\n"), "\(name) #\(frame): \(line)")
    }
    try tells("duplicate", 18, "[captured twice, of #6]")
    try tells("keep-alive", 6, "[keep-alive]")
    try tells("keep-alive", 7, "[keep-alive answered]")
    try tells("lossy-transfer-sender", 55, "[1st duplicate ACK of #54]")
    try tells("lossy-transfer-sender", 57, "[3rd duplicate ACK of #54]")
    try tells("no-answer", 2, "[SYN repeated of #1]")
    try tells("reorder", 12, "[reordered]")
    try tells("tail-loss-probe", 22, "[tail loss probe of #13]")
    try tells("zero-window", 8, "[zero window]")
    try tells("zero-window", 9, "[window probe]")
  }

  @Test func moreIsSaidOfTheSteps() throws {
    let told = try lines("handshake-and-close.pcap", verbosity: 1)
    #expect(told[0].hasSuffix(" [sender SYN_SENT]\n"))
    #expect(told[1].hasSuffix(" [sender SYN_RECEIVED, receiver ESTABLISHED]\n"))
    #expect(told[2].hasSuffix(" [handshake complete in 392 us] [receiver ESTABLISHED]\n"))
    #expect(told.last?.hasSuffix(" [receiver CLOSED]\n") == true)
  }

  /// Our words follow tcpdump's and change nothing of them, whatever the capture.
  @Test func tcpdumpsLineStaysAsItIs() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("pcaps")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }
    #expect(names.count > 40)
    for name in names {
      for (ours, theirs) in zip(try lines(name), try lines(name, plain: true)) where ours != theirs {
        #expect(ours.hasPrefix(theirs.dropLast() + " ["), "\(name): \(ours)")
      }
    }
  }
}
