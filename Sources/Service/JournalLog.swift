// What the service says of itself: swift-log's lines on standard error, with the priorities that the journal
// understands (sd-daemon(3)), or in a file with the time.

internal import Capture
internal import Logging

/// Writes lines to standard error or to a file.
struct JournalLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info

  private let descriptor: Descriptor?
  private let isJournal: Bool

  /// To standard error, or to a file at a path.
  init(_ place: String, environment: [String: String]) {
    descriptor = place == "stderr" ? nil : Descriptor.append(to: place)
    isJournal = descriptor == nil && environment["JOURNAL_STREAM"] != nil
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { $1 }
    // The interface stands before the words, everything else behind them.
    var line = isJournal ? "<\(JournalLog.priority(event.level))>" : ""
    if descriptor != nil { line += "\(stamp(realTime() / 1_000_000_000)) \(event.level) " }
    if !isJournal, descriptor == nil { line += "wiretale: " }
    if let interface = fields["interface"], !"\(event.message)".hasPrefix("\(interface)") {
      line += "\(interface): "
    }
    line += "\(event.message)"
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) where key != "interface" {
      line += " \(key)=\(value)"
    }
    // A line is a line, whatever is in it.
    var octets = line.utf8.map { $0 < 32 ? UInt8(ascii: " ") : $0 }
    octets.append(10)
    _ = (descriptor ?? JournalLog.standardError).write(octets.span)
  }

  private static let standardError = Descriptor(2)

  private static func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}
