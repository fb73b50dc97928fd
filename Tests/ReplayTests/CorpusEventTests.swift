// TCP events per frame beside tshark's, and the kinds of difference, each with its reason in
// docs/comparisons.md.

import Flow
import Foundation
import Testing
import Wire

@Suite(.enabled(if: Frames.corpus != nil, "\(Frames.corpusMissing)"))
struct CorpusEventTests {
  /// The names of what is true of a segment, of those that tshark has a word for.
  private func names(_ analysis: Analysis) -> Set<String> {
    let ours: Analysis = [.partialACK, .challengeACK, .captureGap]
    return Set(
      Analysis.names.indices.filter { analysis.subtracting(ours).rawValue & 1 << UInt32($0) != 0 }
        .map { "\(Analysis.names[$0])" })
  }

  /// tshark's flags by frame; those of a capture are of its records, whatever the link.
  private func theirs(_ oracle: Oracle) throws -> [Int: Set<String>] {
    var flags: [Int: Set<String>] = [:]
    for line in try oracle.lines() where !line.hasPrefix("#") {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard columns.count >= 3, let frame = Int(columns[0]) else { continue }
      flags[frame] = Set(columns[2].split(separator: ",").map(String.init))
    }
    return flags
  }

  private static let causes: Set = [
    "fast_retransmission", "rto_retransmission", "tail_loss_probe", "spurious_retransmission",
  ]

  /// What tshark has no word for.
  private static let ownWords: Set = ["window_shrink", "capture_gap", "challenge_ack", "partial_ack"]

  /// Why both differ; nil when they agree.
  private func reason(_ theirs: Set<String>, _ ours: Set<String>, isSegment: Bool) -> String? {
    if theirs == ours.subtracting(["rto_retransmission", "tail_loss_probe"]) { return nil }
    let known = ours.subtracting(Self.ownWords)
    if known != ours { return reason(theirs, known, isSegment: isSegment) ?? "words of ours" }
    if !isSegment { return "encapsulation not read" }
    if ours.contains("duplicate_frame") { return "captured twice" }
    let differ = theirs.subtracting(Self.causes).symmetricDifference(ours.subtracting(Self.causes))
    let kinds: [(Set<String>, String)] = [
      ([], "cause or need of a repeat"), (["lost_segment", "ack_lost_segment"], "what was not captured"),
      (["duplicate_ack"], "duplicate acknowledgments"),
      (["retransmission", "out_of_order"], "repeated or reordered"),
      (["reused_ports"], "ports reused"),
      (["window_update", "zero_window", "window_full", "duplicate_ack"], "window updates"),
      (["keep_alive", "keep_alive_ack", "zero_window_probe", "zero_window_probe_ack"], "keep-alives"),
    ]
    return kinds.first { differ.isSubset(of: $0.0) }?.1 ?? "several at once"
  }

  @Test func everyDifferenceFromTsharkHasItsReason() throws {
    var found = Agreement()
    // Of the frames that either calls repeated, and that are no copies: how many both do.
    var (both, onlyTheirs, onlyOurs) = (0, 0, 0)
    for oracle in Oracle.all where oracle.kind.hasPrefix("GEN-tshark") {
      let theirs = try theirs(oracle)
      let tracked = TrackedCapture(oracle.capture)
      let ours = tracked.verdicts.filter { !$0.value.analysis.isEmpty }.mapValues { names($0.analysis) }
      for frame in Set(theirs.keys).union(ours.keys) {
        let (their, our) = (theirs[frame] ?? [], ours[frame] ?? [])
        if let reason = reason(their, our, isSegment: tracked.segments[frame] != nil) {
          found.differ(
            reason, "\(oracle.capture) #\(frame): \(their.sorted()) and \(our.sorted())")
        } else {
          found.equal += 1
        }
        if our.contains("duplicate_frame") || tracked.segments[frame] == nil { continue }
        switch (their.contains("retransmission"), our.contains("retransmission")) {
        case (true, true): both += 1
        case (true, false): onlyTheirs += 1
        case (false, true): onlyOurs += 1
        case (false, false): break
        }
      }
    }
    found.print("frames with events as tshark has them")
    print("repeats: \(both) for both, \(onlyTheirs) for tshark alone, \(onlyOurs) for us alone")
    let page = try String(
      contentsOf: ParityCorpus.package.appendingPathComponent("docs/comparisons.md"), encoding: .utf8)
    for reason in found.reasons.keys {
      let isTold = page.contains("| \(reason) |")
      #expect(isTold, "docs/comparisons.md says nothing of: \(reason)")
    }
    #expect(found.equal > 900)
    #expect(found.reasons["several at once"]?.count ?? 0 <= 20)
    // What only we call repeated would be a promise that the kernels' records do not keep.
    #expect(both > 300 && onlyOurs * 8 < both)
  }
}
