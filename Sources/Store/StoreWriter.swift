// Writing records: a batch is whole or not there, old ones go, and their room is given back.

/// How long and how much is kept.
public struct Retention: Sendable, Equatable {
  /// Nanoseconds that a record is kept; 0 for ever.
  public var age: Int64
  /// Octets that the file and its log may take; 0 without limit.
  public var octetsMax: Int64

  /// The given age and size.
  public init(age: Int64 = 0, octetsMax: Int64 = 0) {
    self.age = age
    self.octetsMax = octetsMax
  }
}

/// The one who writes. Of one thread.
public final class StoreWriter {
  private let database: Database
  private let flows, interims, exchanges, findings, counters: Statement
  private let begin, commit, rollback: Statement

  /// Opens the store, makes it when it is not there, and brings it to this version.
  public init(_ path: String) throws(StoreError) {
    let database = try Database(path)
    try database.run(Schema.beginning)
    // The first look at the file's content: a damaged head shows here.
    try database.run(Schema.working)
    try Schema.migrate(database)
    flows = try database.prepare(
      """
      INSERT INTO flows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (flow) DO UPDATE SET
      end = excluded.end, severity = excluded.severity, interim = excluded.interim, record = excluded.record
      """)
    interims = try database.prepare("INSERT INTO interims (flow, time, record) VALUES (?, ?, ?)")
    exchanges = try database.prepare(
      "INSERT INTO exchanges (flow, start, end, orig_h, resp_h, record) VALUES (?, ?, ?, ?, ?, ?)")
    findings = try database.prepare(
      "INSERT INTO findings (flow, time, orig_h, resp_h, severity, record) VALUES (?, ?, ?, ?, ?, ?)")
    counters = try database.prepare("INSERT INTO counters (time, record) VALUES (?, ?)")
    begin = try database.prepare("BEGIN IMMEDIATE")
    commit = try database.prepare("COMMIT")
    rollback = try database.prepare("ROLLBACK")
    self.database = database
  }

  /// Where the store is.
  public var path: String { database.path }

  /// Writes a batch. After an error nothing of it is there, and it can be tried again.
  public func write(_ records: some Sequence<StoredRecord>) throws(StoreError) {
    try begin.run()
    do throws(StoreError) {
      for record in records { try write(record) }
      try commit.run()
    } catch {
      if database.isInTransaction { try? rollback.run() }
      throw error
    }
  }

  private func write(_ record: StoredRecord) throws(StoreError) {
    let flow = Int64(clamping: record.flow)
    switch record.kind {
    case .flow, .interim:
      if record.kind == .interim {
        interims.bind(1, flow)
        interims.bind(2, record.end)
        interims.bind(3, record.json)
        try interims.run()
      }
      flows.bind(1, flow)
      flows.bind(2, record.start)
      flows.bind(3, record.end)
      flows.bind(4, Int64(record.proto))
      flows.bind(5, record.origin)
      flows.bind(6, Int64(record.originPort))
      flows.bind(7, record.responder)
      flows.bind(8, Int64(record.responderPort))
      flows.bind(9, Int64(record.severity))
      flows.bind(10, record.kind == .interim ? 1 : 0)
      flows.bind(11, record.json)
      try flows.run()
    case .exchange:
      exchanges.bind(1, flow)
      exchanges.bind(2, record.start)
      exchanges.bind(3, record.end)
      exchanges.bind(4, record.origin)
      exchanges.bind(5, record.responder)
      exchanges.bind(6, record.json)
      try exchanges.run()
    case .finding:
      findings.bind(1, flow)
      findings.bind(2, record.end)
      findings.bind(3, record.origin)
      findings.bind(4, record.responder)
      findings.bind(5, Int64(record.severity))
      findings.bind(6, record.json)
      try findings.run()
    case .counters:
      counters.bind(1, record.end)
      counters.bind(2, record.json)
      try counters.run()
    }
  }

  // Retention

  /// Rows that one step takes away: a writer that waits for it waits some milliseconds.
  private static let rowsPerStep = 2000
  /// Free pages that one step gives back.
  private static let pagesPerStep: Int64 = 512

  /// Octets that the store takes on the disk, but for what readers of its log hold back.
  public func size() throws(StoreError) -> Int64 {
    let pages = try database.number("PRAGMA page_count") ?? 0
    return pages * (try database.number("PRAGMA page_size") ?? 0)
  }

  /// Takes away what is too old or too much, the oldest first, and gives room back: one small step. True when
  /// there is more to do.
  public func retain(_ retention: Retention, now: Int64) throws(StoreError) -> Bool {
    var hasMore = false
    if retention.age > 0 {
      let removed = try removeBefore(now &- retention.age)
      hasMore = removed >= StoreWriter.rowsPerStep
    }
    let pages = try database.number("PRAGMA page_count") ?? 0
    let free = try database.number("PRAGMA freelist_count") ?? 0
    let pageSize = try database.number("PRAGMA page_size") ?? 0
    // Free pages are soon used again: an eighth of all may stay, within the limit.
    if retention.octetsMax > 0, (pages - free) * pageSize > retention.octetsMax / 8 * 7 {
      hasMore = try removeOldest() || hasMore
    }
    let left = try database.number("PRAGMA freelist_count") ?? 0
    let spare = max(64, min(pages, retention.octetsMax / max(1, pageSize)) / 8)
    if left > spare {
      try database.prepare("PRAGMA incremental_vacuum(\(min(left - spare, StoreWriter.pagesPerStep)))").run()
      hasMore = hasMore || left - spare > StoreWriter.pagesPerStep
    }
    return hasMore
  }

  /// Moves what was written from the log into the file, as far as no reader needs it.
  public func checkpoint() throws(StoreError) {
    _ = try database.number("PRAGMA wal_checkpoint(TRUNCATE)")
  }

  private func removeBefore(_ time: Int64) throws(StoreError) -> Int {
    var removed = 0
    for (table, key, age) in Schema.ages {
      let statement = try database.prepare(
        """
        DELETE FROM \(table) WHERE \(key) IN
        (SELECT \(key) FROM \(table) WHERE \(age) < ? ORDER BY \(age) LIMIT \(StoreWriter.rowsPerStep))
        """)
      statement.bind(1, time)
      try statement.run()
      removed = max(removed, database.changes)
    }
    return removed
  }

  /// Takes away the oldest: of all tables what is older than the oldest rows of the largest.
  private func removeOldest() throws(StoreError) -> Bool {
    // The time behind the first rows of each table; the earliest of them takes something from one at least.
    var until: Int64?
    for (table, _, age) in Schema.ages {
      let time = try database.number(
        "SELECT \(age) FROM \(table) ORDER BY \(age) LIMIT 1 OFFSET \(StoreWriter.rowsPerStep / 2)")
      if let time { until = min(until ?? time, time) }
    }
    if until == nil {
      // Few rows everywhere: all but the newest of the largest may go.
      until = try database.number("SELECT max(end) FROM flows")
    }
    guard let until else { return false }
    return try removeBefore(until) > 0
  }
}
