// What the store's tables are, version by version. A store of an earlier version is brought to this one when
// it is opened for writing; a step, once released, never changes.

/// The tables, and the way to them.
enum Schema {
  /// The statements of each step. `PRAGMA user_version` counts the steps that a file has had.
  static let steps: [String] = [
    """
    CREATE TABLE flows (
      flow INTEGER PRIMARY KEY,
      start INTEGER NOT NULL, end INTEGER NOT NULL,
      proto INTEGER NOT NULL,
      orig_h TEXT NOT NULL, orig_p INTEGER NOT NULL, resp_h TEXT NOT NULL, resp_p INTEGER NOT NULL,
      severity INTEGER NOT NULL, interim INTEGER NOT NULL,
      record TEXT NOT NULL
    );
    CREATE INDEX flows_end ON flows (end);
    CREATE INDEX flows_orig ON flows (orig_h, end);
    CREATE INDEX flows_resp ON flows (resp_h, end);
    CREATE TABLE interims (
      number INTEGER PRIMARY KEY, flow INTEGER NOT NULL, time INTEGER NOT NULL, record TEXT NOT NULL
    );
    CREATE INDEX interims_time ON interims (time);
    CREATE TABLE exchanges (
      number INTEGER PRIMARY KEY, flow INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
      orig_h TEXT NOT NULL, resp_h TEXT NOT NULL,
      record TEXT NOT NULL
    );
    CREATE INDEX exchanges_end ON exchanges (end);
    CREATE TABLE findings (
      number INTEGER PRIMARY KEY, flow INTEGER NOT NULL, time INTEGER NOT NULL,
      orig_h TEXT NOT NULL, resp_h TEXT NOT NULL,
      severity INTEGER NOT NULL, record TEXT NOT NULL
    );
    CREATE INDEX findings_time ON findings (time);
    CREATE INDEX findings_flow ON findings (flow);
    CREATE TABLE counters (
      number INTEGER PRIMARY KEY, time INTEGER NOT NULL, record TEXT NOT NULL
    );
    CREATE INDEX counters_time ON counters (time);
    """
  ]

  /// What a new file is made with, before it has its first table: pages that are free are kept in a list from
  /// which they can be given back.
  static let beginning = "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA page_size = 8192;"

  /// How a writer works: readers and writer do not wait for each other, what has been written is on the disk
  /// when the batch has ended, and room that is given up is not written over with zeros, which some systems'
  /// SQLite would do with every row that is moved to another page.
  static let working = """
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 8388608;
    PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = OFF;
    """

  /// Brings a store to this version.
  static func migrate(_ database: Database) throws(StoreError) {
    let version = Int(try database.number("PRAGMA user_version") ?? 0)
    guard version <= steps.count else {
      throw StoreError(
        .newer, "\(database.path): made by a later wiretale (format \(version), this one has \(steps.count))")
    }
    for step in version..<steps.count {
      try database.run("BEGIN IMMEDIATE; \(steps[step]) PRAGMA user_version = \(step + 1); COMMIT;")
    }
  }

  /// Every table with the column that says how old a row is.
  static let ages: [(table: String, key: String, time: String)] = [
    ("flows", "flow", "end"), ("interims", "number", "time"), ("exchanges", "number", "end"),
    ("findings", "number", "time"), ("counters", "number", "time"),
  ]
}
