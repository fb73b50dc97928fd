// `wiretale history`: asks the store that the service keeps.

import ArgumentParser
import Capture
import Glibc
import Report
import Store

/// Flows, exchanges and findings of the past.
struct History: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Asks the store that the service keeps.")

  @Argument(help: ArgumentHelp("What: flows, exchanges, findings or counters.", valueName: "what"))
  var what = "flows"

  @Option(help: ArgumentHelp("The store.", valueName: "file"))
  var store = "/var/lib/wiretale/flows.db"

  @Option(
    help: ArgumentHelp(
      "What ended so long ago or later: 90s, 10min, 1h, 7d, or since a moment as 2026-01-31T08:00.",
      valueName: "time"))
  var since: String?

  @Option(help: ArgumentHelp("What ended before this moment, given as for --since.", valueName: "time"))
  var until: String?

  @Option(help: ArgumentHelp("Only what this address took part in.", valueName: "address"))
  var host: String?

  @Option(help: ArgumentHelp("Only this flow.", valueName: "uid"))
  var flow: String?

  @Option(help: ArgumentHelp("Only what is as bad as this: note, warning or error.", valueName: "severity"))
  var severity: String?

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp("Show only records of which this holds, as with flows.", valueName: "expression"))
  var question: String?

  @Option(help: ArgumentHelp("Those with the most of a field first.", valueName: "field"))
  var top: String?

  @Option(help: ArgumentHelp("Show at most so many; with --top 20 unless told.", valueName: "count"))
  var limit: Int?

  @Flag(help: "Print the records as they are kept, one JSON object a line.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Write the frames that the flight recorder kept of a flow to standard output, as a capture file.",
      valueName: "uid"))
  var pcap: String?

  func run() throws {
    hearSignals()
    if let pcap { return try writeFrames(of: pcap) }
    let (asked, kind) = try asked()
    var query: Query?
    if let question {
      do throws(QueryError) { query = try Query(question) } catch {
        throw Failure.usage("--where: \(error.line)")
      }
    }
    var key: SortKey?
    if let top {
      key = SortKey(top)
      if key == nil { throw Failure.usage("--top \(top): a field's name, with :asc or :desc behind it") }
    }
    if let limit, limit < 1 { throw Failure.usage("--limit \(limit): 1 or more") }
    var line = RecordLine(kind)
    var best = BestRecords(key, limit ?? 20)
    var shown = 0
    do throws(StoreError) {
      try StoreReader(store).forEach(asked) { record in
        if query?.holds(record.span) == false { return true }
        if key != nil {
          best.take(record)
          return true
        }
        shown += 1
        return show(record, &line) && shown != limit && !StopFlag.process.isRaised
      }
    } catch {
      throw Failure.input(error.description)
    }
    for record in best.records where !show(record, &line) { break }
    if !line.out.flush(to: STDOUT_FILENO), errno != EPIPE {
      throw Failure.input("standard output: \(lastSystemError())")
    }
    for name in query?.unknownNames ?? [] { complain("--where: no record has a field \"\(name)\"") }
  }

  /// What the store is asked for.
  private func asked() throws -> (StoreQuestion, RecordLine.Kind) {
    var asked: StoreQuestion
    let kind: RecordLine.Kind
    switch what {
    case "flows": (asked, kind) = (StoreQuestion(.flows), .flow)
    case "exchanges": (asked, kind) = (StoreQuestion(.exchanges), .exchange)
    case "findings": (asked, kind) = (StoreQuestion(.findings), .finding)
    case "counters": (asked, kind) = (StoreQuestion(.counters), .counters)
    default: throw Failure.usage("\(what): flows, exchanges, findings or counters")
    }
    asked.since = try since.map { try moment($0, "--since") }
    asked.until = try until.map { try moment($0, "--until") }
    asked.host = host
    asked.flow = try flow.map { try number($0, "--flow") }
    if let severity {
      guard let level = ["info", "note", "warning", "error"].firstIndex(of: severity) else {
        throw Failure.usage("--severity \(severity): note, warning or error")
      }
      asked.severity = UInt8(level + 1)
    }
    // With a limit alone the latest are meant.
    asked.newestFirst = limit != nil && top == nil
    return (asked, kind)
  }

  private func number(_ uid: String, _ option: String) throws -> UInt64 {
    guard uid.first == "F", let number = UInt64(uid.dropFirst()) else {
      throw Failure.usage("\(option) \(uid): a flow's uid, as records have it: F and a number")
    }
    return number
  }

  /// A time ago, or a moment in UTC.
  private func moment(_ text: String, _ option: String) throws -> Int64 {
    let digits = text.prefix(while: \.isNumber)
    let units: [Substring: Int64] = ["s": 1, "min": 60, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    if let count = Int64(digits), count < 1_000_000, let unit = units[text.dropFirst(digits.count)] {
      return realTime() - count * unit * 1_000_000_000
    }
    guard let time = UTCMoment.read(text) else {
      throw Failure.usage("\(option) \(text): 90s, 10min, 1h, 7d, or 2026-01-31T08:00")
    }
    return time
  }

  /// False when the output takes no more.
  private func show(_ record: [UInt8], _ line: inout RecordLine) -> Bool {
    if json {
      line.out.write(raw: record.span)
      line.out.write(octet: 10)
    } else {
      line.print(record.span)
    }
    return line.out.count < 1 << 16 || line.out.flush(to: STDOUT_FILENO)
  }

  /// Copies the flight recorder's file of a flow.
  private func writeFrames(of uid: String) throws {
    let number = try number(uid, "--pcap")
    guard isatty(STDOUT_FILENO) == 0 else {
      throw Failure.usage("--pcap \(uid): a capture file is for a file or a program: > \(uid).pcap")
    }
    let folder = store.lastIndex(of: "/").map { store[...$0] } ?? ""
    var out = OctetBuffer()
    let file = try readOctets("\(folder)pcap/F\(number).pcap")
    out.write(raw: file.span)
    if !out.flush(to: STDOUT_FILENO), errno != EPIPE {
      throw Failure.input("standard output: \(lastSystemError())")
    }
  }
}

/// The records with the most of a field.
struct BestRecords {
  private let key: SortKey?
  private let most: Int
  private var best: [(value: RecordValue?, record: [UInt8])] = []

  init(_ key: SortKey?, _ most: Int) {
    self.key = key
    self.most = most
  }

  /// In their order.
  var records: [[UInt8]] { best.map(\.record) }

  /// Keeps a record if it is among the best; of equal ones the first.
  mutating func take(_ record: [UInt8]) {
    guard let key else { return }
    let isDescending = key.isDescending ?? true
    let value = key.value(of: record.span)
    var (low, high) = (0, best.count)
    while low < high {
      let middle = (low + high) / 2
      if SortKey.precedes(value, best[middle].value, isDescending: isDescending) ?? false {
        high = middle
      } else {
        low = middle + 1
      }
    }
    if low == most { return }
    best.insert((value, record), at: low)
    if best.count > most { best.removeLast() }
  }
}
