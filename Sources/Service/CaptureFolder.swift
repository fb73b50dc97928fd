// The flight recorder's files: one per flow, the oldest taken away when there are too many.

internal import Capture

/// A folder of capture files that is bounded in number and size.
struct CaptureFolder {
  private var settings: RecorderSettings
  /// The files that are there, the oldest first, with their sizes.
  private var files: [(name: String, size: Int64)] = []
  private var octets: Int64 = 0
  private var isKnown = false
  private var isInTrouble = false

  init(_ settings: RecorderSettings) { self.settings = settings }

  /// Uses other bounds from now on; the folder stays.
  mutating func change(to settings: RecorderSettings) {
    self.settings.files = settings.files
    self.settings.keepOctets = settings.keepOctets
  }

  /// Writes a file, whole or not at all. Gives back what went wrong, once.
  mutating func write(_ capture: RecordedFrames) -> String? {
    if !isKnown { know() }
    let name = "F\(capture.flow).pcap"
    let (path, partial) = ("\(settings.path)/\(name)", "\(settings.path)/.\(name).partial")
    guard let file = Descriptor.create(partial), file.write(capture.file.span) == capture.file.count,
      move(partial, to: path)
    else {
      let reason = lastSystemError()
      remove(partial)
      defer { isInTrouble = true }
      return isInTrouble ? nil : "recorder: \(path): \(reason)"
    }
    isInTrouble = false
    files.append((name, Int64(capture.file.count)))
    octets += Int64(capture.file.count)
    while let oldest = files.first, files.count > settings.files || octets > settings.keepOctets {
      remove("\(settings.path)/\(oldest.name)")
      octets -= oldest.size
      files.removeFirst()
    }
    return nil
  }

  private mutating func know() {
    isKnown = true
    _ = makeFolder(settings.path)
    var found: [(name: String, size: Int64, time: Int64)] = []
    for name in names(in: settings.path, beginningWith: "F") where name.hasSuffix(".pcap") {
      guard let facts = FileFacts("\(settings.path)/\(name)") else { continue }
      found.append((name, facts.size, facts.modified))
    }
    found.sort { ($0.time, $0.name) < ($1.time, $1.name) }
    files = found.map { ($0.name, $0.size) }
    octets = files.reduce(0) { $0 + $1.size }
  }
}
