import Foundation
import Testing

/// No allocation per frame: a program with a counting `malloc` runs every stage over every frame of ours.
///
/// The optimised program, because it is what users get: without optimisation the compiler allocates where it
/// need not.
@Suite struct AllocationTests {
  @Test(.enabled(if: Program.countAllocations != nil, "swift build -c release --product count-allocations"))
  func framesAreReadAndShownWithoutAllocating() throws {
    let captures = Frames.files(below: ParityCorpus.package.appendingPathComponent("pcaps")).map(\.path)
      .filter { !$0.contains("truncated-file") }
    let outcome = try Program.command([Program.countAllocations ?? ""] + captures)
    #expect(outcome.status == 0, "\(outcome.errors)")
    var stages: [String: (frames: Int, allocations: Int)] = [:]
    for line in outcome.lines {
      let words = line.split(separator: " ")
      guard words.count == 3, let frames = Int(words[1]), let count = Int(words[2]) else {
        Issue.record("not a stage: \(line)")
        continue
      }
      stages[String(words[0])] = (frames, count)
    }
    let counted = stages.removeValue(forKey: "control")
    let control = try #require(counted)
    #expect(control.frames > 500 && control.allocations >= control.frames, "the counter counts: \(control)")
    #expect(stages.count == 8)
    for (name, stage) in stages.sorted(by: { $0.key < $1.key }) {
      #expect(stage.allocations == 0, "\(name): \(stage.allocations) allocations for \(stage.frames) frames")
    }
  }
}

extension Program {
  /// The counting program; nil when it is not built.
  static let countAllocations: String? = {
    let path = root.appendingPathComponent(".build/release/count-allocations").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()
}
