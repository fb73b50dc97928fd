// Our records against the fields that tshark tells of the same frames, over every capture we have.
//
// Both see each frame alone: tshark's reassembly and its memory of connections are switched off, because a
// record says what stands in one frame. While developing, TSHARK_FILE=nDPI/fix takes the captures whose path
// contains it, and TSHARK_SHOW=5 shows that many differences of each field.
//
// What remains, by its reason:
// - `ip`, `src_mac`, `dst_mac`: protocols of the link that we do not read (FabricPath, provider backbone
//   bridges, VN-tag, MACsec); tshark tells the addresses of the frame inside.
// - `dst`: a source route, where tshark shows the last address of the route and we the one in the header.
// - `dns.id`, `dns.query`, `dns.a`: streams whose segments begin inside a message, where tshark takes two
//   octets for a length; multicast DNS over TCP; SOME/IP and others that its port or heuristics make DNS;
//   names behind its limits.
// - `http.method`, `http.uri`: HTTP/0.9, methods without a version or with half of one, which are no HTTP/1
//   by RFC 9112; a target with a space in it, of which tshark shows the first word.
// - `len`, `caplen`: a length beyond what a capture file may say, which its readers cut in their own ways.
// - Behind a fault: a frame that lies (a length beyond its end, a header shorter than its least) ends our
//   walk and is said to lie; tshark reads on in the next octets it finds.
// - Only ours, not counted: what tshark sees in reassembled streams alone (a record that goes on in the next
//   segment).

import Foundation
import Report
import Testing
import Wire

@Suite struct TsharkFieldsTests {
  /// The least share of tshark's values that ours have to equal, and the shares of fields that reach less.
  static let shareMin = 0.9995
  static let leasts = [
    "ip": 0, "dns.id": 0.989, "dns.query": 0.990, "dns.a": 0.992, "http.method": 0.985, "http.uri": 0.985,
    "tls.record": 0.999,
  ]

  @Test(.timeLimit(.minutes(15)))
  func ourRecordsSayWhatTsharkSays() throws {
    let environment = ProcessInfo.processInfo.environment
    guard FileManager.default.fileExists(atPath: ParityCorpus.shared.path) else {
      return Swift.print(
        "No captures at \(ParityCorpus.shared.path): records are not compared with tshark's.")
    }
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/tshark") else {
      return Swift.print("No tshark here: records are not compared with its fields.")
    }
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
      "wiretale-fields-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let corpus = try ParityCorpus(only: environment["TSHARK_FILE"], directory: directory)
    var tally = FieldTally(shownMax: Int(environment["TSHARK_SHOW"] ?? "0") ?? 0)
    for part in corpus.parts { try Self.compare(part, corpus, into: &tally) }
    tally.print()
    let all = corpus.parts.reduce(0) { $0 + $1.frames.count }
    #expect(tally.frames * 100 >= all * 99, "tshark reads \(tally.frames) of \(all) frames")
    try #require(tally.frames > 0, "the shared captures hold no frame")
    if environment["TSHARK_FILE"] != nil { return }
    for (field, count) in tally.counts {
      #expect(count.share >= Self.leasts[field] ?? Self.shareMin, "\(field): \(count)")
    }
  }

  /// Compares the records of all frames of one link type.
  private static func compare(_ part: CorpusPart, _ corpus: ParityCorpus, into tally: inout FieldTally) throws
  {
    let outcome = try Program.command(TsharkFields.command(part.path))
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.count < part.frames.count {
      Swift.print(
        "link type \(part.link.rawValue): tshark reads \(lines.count - 1) of \(part.frames.count) frames")
      return
    }
    var printer = JSONPrinter()
    var packet = Packet()
    for (index, frame) in part.frames.enumerated() where index < lines.count {
      printer.out.removeAll()
      let about = Frame(
        number: UInt64(index + 1), time: frame.time, wireLength: frame.wireLength,
        capturedLength: frame.octets.count, link: part.link)
      Mux.standard.dissect(frame.octets.span, about, into: &packet)
      printer.print(frame.octets.span, about, &packet)
      var text: [UInt8] = []
      printer.out.withOctets { span in
        for i in 0..<span.count { text.append(span[i]) }
      }
      let record = try #require(try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any])
      let theirs = TsharkFields(lines[index])
      tally.frames += 1
      for pair in theirs.pairs(with: record) {
        tally.take(pair, hasFault: record["fault"] != nil, at: "\(corpus.files[frame.file])#\(frame.number)")
      }
    }
  }
}

/// One value as we have it and as tshark has it.
struct FieldPair {
  var field: String
  var ours: String?
  var theirs: String?
}

/// How the values of each field compare.
struct FieldTally {
  struct Count: CustomStringConvertible {
    var same = 0
    var differ = 0
    var theirsOnly = 0
    var oursOnly = 0
    /// Tshark's alone, in a frame of which our record says that it lies.
    var behindFault = 0

    var share: Double {
      let all = same + differ + theirsOnly
      return all == 0 ? 1 : Double(same) / Double(all)
    }
    var description: String {
      "\(same) same, \(differ) differ, \(theirsOnly) only theirs, \(oursOnly) only ours, "
        + "\(behindFault) behind a fault"
    }
  }

  var frames = 0
  var counts: [String: Count] = [:]
  private var shown: [String: Int] = [:]
  private let shownMax: Int

  init(shownMax: Int) { self.shownMax = shownMax }

  mutating func take(_ pair: FieldPair, hasFault: Bool, at place: String) {
    var count = counts[pair.field] ?? Count()
    defer { counts[pair.field] = count }
    switch (pair.ours, pair.theirs) {
    case (nil, nil): return
    case (nil, _?) where hasFault:
      count.behindFault += 1
      return
    case (nil, _?): count.theirsOnly += 1
    case (_?, nil):
      count.oursOnly += 1
      return
    case let (ours?, theirs?) where ours == theirs:
      count.same += 1
      return
    case (_?, _?): count.differ += 1
    }
    shown[pair.field, default: 0] += 1
    if shown[pair.field, default: 0] > shownMax { return }
    Swift.print("  \(pair.field): ours \(pair.ours ?? "-"), tshark \(pair.theirs ?? "-")  \(place)")
  }

  func print() {
    Swift.print("\(frames) frames")
    for (field, count) in counts.sorted(by: { $0.key < $1.key }) {
      let share = (count.share * 100_000).rounded() / 1000
      Swift.print("  \(field): \(share) %  \(count)")
    }
  }
}
