import Foundation
import FuzzViews
import Testing
import Wire

/// Every capture of other projects: each frame one record in every view, as many frames as the list says, and
/// of the files that libpcap refuses its own words.
@Suite(.enabled(if: Frames.corpus != nil, "\(Frames.corpusMissing)"))
struct CorpusTests {
  /// A row of MANIFEST.tsv.
  struct Row: Sendable {
    var file: String
    var packets: Int
    /// `ok`, or what tcpdump says.
    var opens: String

    var url: URL { (Frames.corpus ?? URL(fileURLWithPath: "/")).appendingPathComponent(file) }
  }

  static let rows: [Row] = {
    guard let corpus = Frames.corpus,
      let text = try? String(contentsOf: corpus.appendingPathComponent("MANIFEST.tsv"), encoding: .utf8)
    else { return [] }
    let lines = text.split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false)
    }
    guard let names = lines.first, let file = names.firstIndex(of: "file"),
      let packets = names.firstIndex(of: "packets"), let opens = names.firstIndex(of: "tcpdump_opens")
    else { return [] }
    return lines.dropFirst().map {
      Row(file: String($0[file]), packets: Int($0[packets]) ?? -1, opens: String($0[opens]))
    }
  }()

  /// Files that libpcap reads and gives up on: what it says is theirs.
  static let refused = rows.filter { $0.opens != "ok" }

  @Test func everyFrameIsOneRecordAndAllAreCounted() throws {
    #expect(CorpusTests.rows.count > 1000)
    var views = AllViews(looks: Look.usual)
    var frames = 0
    for row in CorpusTests.rows {
      let capture = StoredCapture(row.url)
      for stored in capture.frames {
        frames += 1
        do {
          try views.check(stored.octets.span, stored.frame(frames, captured: stored.octets.count))
        } catch {
          Issue.record(
            "\(row.file): \(error)\nlink type \(stored.link.rawValue): \(hexadecimal(stored.octets))")
        }
      }
      if row.opens == "ok" {
        #expect(capture.frames.count == row.packets, "\(row.file)")
        #expect(capture.error == nil, "\(row.file)")
      } else {
        #expect(capture.error != nil, "\(row.file): \(row.opens)")
      }
    }
  }

  @Test(.enabled(if: Program.path != nil, "\(Program.missing)"))
  func whatLibpcapRefusesIsToldInItsWords() throws {
    #expect(CorpusTests.refused.count > 10)
    for row in CorpusTests.refused {
      let outcome = try Program.run(["-r", row.url.path])
      #expect(outcome.status == 1, "\(row.file)")
      #expect(outcome.errorLines.count == 1 && outcome.errors.hasPrefix("wiretale: "), "\(outcome.errors)")
      // `rc1 tcpdump: pcap_loop: what is wrong`
      let words = row.opens.split(separator: ": ").dropFirst().filter { $0 != "pcap_loop" }.joined(
        separator: ": ")
      #expect(outcome.errors.contains(words), "\(row.file): \(outcome.errors)")
      // What stands before the fault is shown.
      let shown = try Program.command(["tcpdump", "-nn", "-r", row.url.path])
      #expect(outcome.lines.count == shown.lines.count, "\(row.file)")
    }
  }

  @Test(.enabled(if: Program.path != nil, "\(Program.missing)"))
  func theProgramCountsAsTheListDoes() throws {
    // One shell for many files: a test that starts a thousand processes by itself takes minutes.
    let rows = CorpusTests.rows.filter { $0.opens == "ok" }
    let count = #"for file; do "$WIRETALE" --json -r "$file" | wc -l; echo "${PIPESTATUS[0]}"; done"#
    for start in stride(from: 0, to: rows.count, by: 100) {
      let part = rows[start..<min(rows.count, start + 100)]
      let outcome = try Program.command(
        ["bash", "-c", count, "bash"] + part.map(\.url.path), environment: ["WIRETALE": Program.path ?? ""])
      let told = outcome.lines.compactMap { Int($0.filter(\.isNumber)) }
      #expect(told == part.flatMap { [$0.packets, 0] }, "of the files from \(part.first?.file ?? "")")
    }
  }
}
