// Frames of the captures at hand, as arrays: what the tests of robustness cut, change and show.

import Capture
import Foundation
import FuzzViews
import Testing
import Wire

/// One frame with what its record says.
struct StoredFrame: Sendable {
  var octets: [UInt8]
  var link: LinkType
  var wireLength: Int
  var fcsLength: Int

  /// The record around it, or around its first `captured` octets.
  func frame(_ number: Int, captured: Int) -> Frame {
    Frame(
      number: UInt64(number), time: 1_700_000_000_000_000_000 + Int64(number), wireLength: wireLength,
      capturedLength: captured, link: link, fcsLength: fcsLength)
  }
}

/// A capture file: its frames, and why there are no more.
struct StoredCapture: Sendable {
  var path: String
  var frames: [StoredFrame] = []
  var error: String?

  /// Reads a whole file.
  init(_ url: URL) {
    path = url.path
    var read: [StoredFrame] = []
    do {
      let capture = try Capture(.files([url.path]))
      try capture.forEachFrame { octets, frame in
        var copy: [UInt8] = []
        copy.reserveCapacity(octets.count)
        for i in 0..<octets.count { copy.append(octets[i]) }
        read.append(
          StoredFrame(
            octets: copy, link: frame.link, wireLength: frame.wireLength, fcsLength: frame.fcsLength))
        return .go
      }
    } catch {
      self.error = "\(error)"
    }
    frames = read
  }
}

/// The captures that there are.
enum Frames {
  /// Every frame of our own captures.
  static let ours: [StoredFrame] = files(below: ParityCorpus.package.appendingPathComponent("pcaps"))
    .flatMap { StoredCapture($0).frames }

  /// Frames to begin from: ours, and of the captures of other projects, when they are here, the first ones of
  /// each.
  static let seeds: [StoredFrame] = {
    guard let corpus else { return ours }
    return ours + files(below: corpus).flatMap { StoredCapture($0).frames.prefix(20) }
  }()

  /// The link types whose frames we read.
  static let links = Sample.links

  /// Where the captures of other projects are; nil when they are not here.
  static let corpus: URL? = {
    let url = ParityCorpus.shared.appendingPathComponent("corpus")
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }()

  /// What a test says that is skipped without them.
  static let corpusMissing =
    "the captures of other projects (../shared/corpus, or WIRETALE_SHARED) are not here"

  /// The capture files below a folder, in the order of their names.
  static func files(below folder: URL) -> [URL] {
    var found: [URL] = []
    let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    while let url = walk?.nextObject() as? URL {
      if ["pcap", "pcapng", "cap", "ntar", "dmp", "trace"].contains(url.pathExtension) { found.append(url) }
    }
    return found.sorted { $0.path < $1.path }
  }
}

/// All views at once, each printer used again from frame to frame as the program does.
struct AllViews: ~Copyable {
  private var dissection = Dissection()
  private var lines: [Lines]
  private var record: RecordView
  private var fields: FieldsView

  /// A printer that lies in an array.
  private final class Lines {
    var view: LineView
    init(_ look: Look) { view = LineView(look) }
  }

  /// Lines of these looks, in turn.
  init(looks: [Look], checksums: Bool = true) {
    lines = looks.map(Lines.init)
    record = RecordView(checksums: checksums)
    fields = FieldsView(checksums: checksums, color: false)
  }

  /// Looks at one frame through every view, at its line in the look whose turn it is.
  mutating func check(_ bytes: Bytes, _ frame: Frame) throws(Broken) {
    try dissection.check(bytes, frame)
    try lines[Int(frame.number % UInt64(lines.count))].view.check(bytes, frame)
    try record.check(bytes, frame, &dissection.packet)
    try fields.check(bytes, frame, &dissection.packet)
  }

  /// The names of the layers of the last frame.
  func layers() -> [Layer.Kind] {
    (0..<dissection.packet.layerCount).map { dissection.packet.layers[$0].kind }
  }
}

extension Look {
  /// tcpdump's usual letters: none, -v, -vvv, -e, -q, -X, -A.
  static let usual = [0, 1, 3, 8, 4, 3 << 10, 5 << 10].map { Look($0) }
}

/// Octets as a test shows them.
func hexadecimal(_ octets: [UInt8]) -> String {
  octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
