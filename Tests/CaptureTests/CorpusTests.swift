import Capture
import Foundation
import Testing

/// Every capture of other projects that is at hand: counted as its manifest counts it.
@Suite struct CorpusTests {
  private struct Row {
    var path: String
    var packets: Int
    var opens: String
  }

  private static let directory: String? = {
    let root = ProcessInfo.processInfo.environment["WIRETALE_SHARED"] ?? "../shared"
    let path = root + "/corpus"
    return FileManager.default.fileExists(atPath: path + "/MANIFEST.tsv") ? path : nil
  }()

  private static func rows(_ directory: String) throws -> [Row] {
    let text = try String(contentsOfFile: directory + "/MANIFEST.tsv", encoding: .utf8)
    let lines = text.split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false)
    }
    let names = lines[0].map(String.init)
    let place = { (name: String) in names.firstIndex(of: name) ?? 0 }
    return lines.dropFirst().map {
      Row(
        path: directory + "/" + $0[place("file")], packets: Int($0[place("packets")]) ?? -1,
        opens: String($0[place("tcpdump_opens")]))
    }
  }

  private static func count(_ path: String) -> (frames: Int, error: CaptureError?) {
    var frames = 0
    do throws(CaptureError) {
      try Capture(.files([path])).forEachFrame({ _, _ in
        frames += 1
        return .go
      })
      return (frames, nil)
    } catch {
      return (frames, error)
    }
  }

  @Test(.enabled(if: directory != nil, "no corpus: set WIRETALE_SHARED to the directory that has it"))
  func framesAreCountedAsTheManifestSays() throws {
    let rows = try Self.rows(try #require(Self.directory))
    #expect(rows.count > 100)
    for row in rows {
      let told = Self.count(row.path)
      if row.opens == "ok" {
        #expect(told.frames == row.packets, "\(row.path)")
        #expect(told.error == nil, "\(row.path)")
      } else if let words = row.opens.firstRange(of: "tcpdump: ") {
        let message = row.opens[words.upperBound...].replacing("pcap_loop: ", with: "")
        #expect(told.error?.description == "\(row.path): \(message)")
        #expect(told.frames <= max(row.packets, 0))
      }
    }
  }
}
