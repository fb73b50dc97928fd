import Foundation
import FuzzViews
import Testing
import Wire

/// What fuzzers found once, and a frame of every shape that they know: each file of Tests/Fuzz/corpus through
/// every view.
@Suite struct FuzzCorpusTests {
  static let folder = ParityCorpus.package.appendingPathComponent("Tests/Fuzz/corpus")

  @Test(arguments: View.allCases)
  func theCorpusIsReplayed(view: View) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: FuzzCorpusTests.folder.path).sorted()
    #expect(names.count > 20, "the corpus has files")
    for name in names {
      let octets = [UInt8](try Data(contentsOf: FuzzCorpusTests.folder.appendingPathComponent(name)))
      do {
        try view.look(at: octets.span)
      } catch {
        Issue.record("\(view) of \(name): \(error)")
      }
    }
  }

  @Test func theCorpusIsSmall() throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: FuzzCorpusTests.folder, includingPropertiesForKeys: [.fileSizeKey])
    let octets = try files.reduce(0) { try $0 + ($1.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0) }
    #expect(octets < 300_000)
  }

  @Test func aSampleIsReadAsItWasWritten() {
    for link in Sample.links {
      for beyond in [-1, 0, 23, 46] {
        let sample = Sample(link: link, look: Look(0x1234), beyond: beyond)
        let read = Sample(sample.octets([1, 2, 3]).span)
        #expect(read?.link == link && read?.look == sample.look && read?.beyond == beyond)
      }
    }
    #expect(Sample([0, 0, 0].span) == nil)
  }
}
