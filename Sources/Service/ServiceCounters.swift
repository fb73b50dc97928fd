// What the service counts: packets that came and were lost, flows, records.

internal import Glibc
internal import Store
internal import Synchronization

/// Sums over all pipelines.
struct ServiceCounters: Sendable {
  var captured: UInt64 = 0
  var received: UInt64 = 0
  /// For want of room in the kernel's buffer, and by interfaces.
  var dropped: UInt64 = 0
  var droppedByInterface: UInt64 = 0
  var flows: UInt64 = 0
  var evicted: UInt64 = 0
  var open = 0
  var flowOctets = 0
  var capturesRefused: UInt64 = 0
  var records: UInt64 = 0
  var lines: UInt64 = 0
  var linesLost: UInt64 = 0
  var resident: Int64 = 0
  var queueFill = 0

  /// Adds a pipeline's.
  mutating func add(_ pipeline: Pipeline) {
    let figures = pipeline.figures
    captured += figures.captured.load(ordering: .relaxed)
    received += figures.received.load(ordering: .relaxed)
    dropped += figures.droppedByKernel.load(ordering: .relaxed)
    droppedByInterface += figures.droppedByInterface.load(ordering: .relaxed)
    flows += figures.flows.load(ordering: .relaxed)
    evicted += figures.evicted.load(ordering: .relaxed)
    open += figures.open.load(ordering: .relaxed)
    flowOctets += figures.octets.load(ordering: .relaxed)
    capturesRefused += figures.capturesRefused.load(ordering: .relaxed)
  }

  /// A record of them.
  func batch(dropped left: Dropped, at time: Int64, uptime: Int64) -> RecordBatch {
    var json = "{\"record\":\"counters\",\"ts\":\(time),\"uptime_ns\":\(uptime),\"captured\":\(captured)"
    json +=
      ",\"received\":\(received),\"dropped_by_kernel\":\(dropped)"
    json += ",\"dropped_by_interface\":\(droppedByInterface)"
    json +=
      ",\"flows\":\(flows),\"flows_open\":\(open),\"flows_evicted\":\(evicted),\"flow_bytes\":\(flowOctets)"
    json += ",\"records_stored\":\(records),\"log_lines\":\(lines),\"log_lines_lost\":\(linesLost)"
    json +=
      ",\"captures_refused\":\(capturesRefused),\"queue_percent\":\(queueFill),\"resident_bytes\":\(resident)"
    for kind in StoredRecord.Kind.allCases {
      json += ",\"dropped_\(kind.plural.split(separator: " ").joined(separator: "_"))\":\(left[kind])"
    }
    json += "}"
    let octets = Array(json.utf8)
    return RecordBatch(
      records: [StoredRecord(.counters, start: time, end: time, json: octets[...])],
      octets: octets.count + RecordBatch.octetsPerRecord)
  }
}

/// A number with commas between its thousands.
func grouped(_ number: UInt64) -> String {
  var digits = Array(String(number))
  var at = digits.count - 3
  while at > 0 {
    digits.insert(",", at: at)
    at -= 3
  }
  return String(digits)
}

/// A number in thousands, millions or more: `4.1 M`.
func shortened(_ number: UInt64) -> String {
  for (unit, size) in [("G", UInt64(1_000_000_000)), ("M", 1_000_000)] where number >= size {
    return "\(number / size).\(number % size * 10 / size) \(unit)"
  }
  return grouped(number)
}

/// Names with `*` for anything and `?` for a sign.
enum Pattern {
  /// Whether it is more than a name.
  static func isPattern(_ text: String) -> Bool { text.contains { $0 == "*" || $0 == "?" } }

  /// Whether a name is one that a pattern means.
  static func matches(_ name: String, _ pattern: String) -> Bool {
    matches(Array(name)[...], Array(pattern)[...])
  }

  private static func matches(_ name: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    if first == "*" {
      return matches(name, pattern.dropFirst()) || !name.isEmpty && matches(name.dropFirst(), pattern)
    }
    guard let sign = name.first, first == "?" || first == sign else { return false }
    return matches(name.dropFirst(), pattern.dropFirst())
  }
}

/// What signals ask for. The handlers do nothing but note it.
enum DaemonSignals {
  static let ends = Atomic<Bool>(false)
  static let reloads = Atomic<Bool>(false)
  static let rotates = Atomic<Bool>(false)
  static let reports = Atomic<Bool>(false)

  /// SIGTERM and SIGINT end, SIGHUP reads the settings again, SIGUSR1 tells the counters, SIGUSR2 begins
  /// another log file.
  static func listen() {
    signal(SIGTERM) { _ in DaemonSignals.ends.store(true, ordering: .relaxed) }
    signal(SIGINT) { _ in DaemonSignals.ends.store(true, ordering: .relaxed) }
    signal(SIGHUP) { _ in DaemonSignals.reloads.store(true, ordering: .relaxed) }
    signal(SIGUSR1) { _ in DaemonSignals.reports.store(true, ordering: .relaxed) }
    signal(SIGUSR2) { _ in DaemonSignals.rotates.store(true, ordering: .relaxed) }
    signal(SIGPIPE, SIG_IGN)
  }
}
