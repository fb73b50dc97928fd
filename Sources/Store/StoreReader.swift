// Asking the store: by time, host, flow and severity. Reading never waits for the one who writes.

/// What is asked for; what is nil is not asked.
public struct StoreQuestion: Sendable {
  /// What may be asked for.
  public enum Table: Sendable {
    case flows, exchanges, findings, counters
  }

  /// What is asked for.
  public var table: Table
  /// Records that end at this time or later, in nanoseconds since the Unix epoch.
  public var since: Int64?
  /// Records that end before this time.
  public var until: Int64?
  /// One of both ends.
  public var host: String?
  /// The flow's number.
  public var flow: UInt64?
  /// A severity or a higher one, from 1 to 4.
  public var severity: UInt8?
  /// The newest first.
  public var newestFirst = false

  /// Everything of a table.
  public init(_ table: Table) { self.table = table }
}

/// The one who asks. Of one thread.
public final class StoreReader {
  private let database: Database

  /// Opens a store that is there.
  public init(_ path: String) throws(StoreError) {
    let database = try Database(path, readOnly: true)
    let version = Int(try database.number("PRAGMA user_version") ?? 0)
    guard version <= Schema.steps.count else {
      throw StoreError(.newer, "\(path): made by a later wiretale (format \(version))")
    }
    guard version > 0 else { throw StoreError(.corrupt, "\(path): no store of wiretale's") }
    self.database = database
  }

  /// Hands over the records that answer a question, until `body` says false.
  public func forEach(
    _ question: StoreQuestion, _ body: (_ record: [UInt8]) -> Bool
  ) throws(StoreError) {
    let (table, time, key) =
      switch question.table {
      case .flows: ("flows", "end", "flow")
      case .exchanges: ("exchanges", "end", "number")
      case .findings: ("findings", "time", "number")
      case .counters: ("counters", "time", "number")
      }
    let hasHosts = question.table != .counters
    var conditions: [String] = []
    if question.since != nil { conditions.append("\(time) >= ?1") }
    if question.until != nil { conditions.append("\(time) < ?2") }
    if question.host != nil, hasHosts { conditions.append("(orig_h = ?3 OR resp_h = ?3)") }
    if question.flow != nil, hasHosts { conditions.append("flow = ?4") }
    if question.severity != nil, question.table == .flows || question.table == .findings {
      conditions.append("severity >= ?5")
    }
    let clause = conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
    let order = question.newestFirst ? "DESC" : "ASC"
    let statement = try database.prepare(
      "SELECT record FROM \(table)\(clause) ORDER BY \(time) \(order), \(key) \(order)")
    statement.bind(1, question.since)
    statement.bind(2, question.until)
    statement.bind(3, question.host)
    statement.bind(4, question.flow.map { Int64(clamping: $0) })
    statement.bind(5, question.severity.map { Int64($0) })
    while try statement.step() {
      if !body(statement.text(0)) { break }
    }
    statement.reset()
  }

  /// How many records a table has.
  public func count(_ table: StoreQuestion.Table) throws(StoreError) -> Int64 {
    let name =
      switch table {
      case .flows: "flows"
      case .exchanges: "exchanges"
      case .findings: "findings"
      case .counters: "counters"
      }
    return try database.number("SELECT count(*) FROM \(name)") ?? 0
  }

  /// What SQLite finds wrong with the file; nothing when it is sound.
  public func faults() throws(StoreError) -> [String] {
    try database.texts("PRAGMA integrity_check").filter { $0 != "ok" }
  }
}
