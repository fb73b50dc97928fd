import Foundation
import Testing

/// No allocation per frame: a program with a counting `malloc` runs every stage over every frame of ours.
///
/// The optimised program, because it is what users get: without optimisation the compiler allocates where it need not.
@Suite(.enabled(if: AllocationTests.program != nil, "build it: swift build -c release --product count-allocations"))
struct AllocationTests {
  /// The counting program; nil when it is not built.
  static let program: String? = {
    let path = Program.root.appendingPathComponent(".build/release/count-allocations").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  @Test func framesAreReadAndShownWithoutAllocating() throws {
    let captures = Frames.files(below: ParityCorpus.package.appendingPathComponent("pcaps")).map(\.path)
      .filter { !$0.contains("truncated-file") }
    let outcome = try Program.command([AllocationTests.program ?? ""] + captures)
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
    let control = try #require(stages.removeValue(forKey: "control"))
    #expect(control.frames > 500 && control.allocations >= control.frames, "the counter counts: \(control)")
    #expect(stages.count == 8)
    for (name, stage) in stages.sorted(by: { $0.key < $1.key }) {
      #expect(stage.allocations == 0, "\(name): \(stage.allocations) allocations for \(stage.frames) frames")
    }
  }
}
