// SQLite through its C interface, as far as a store of records needs it: the one place where its pointers
// are.
//
// No object mapper stands between: GRDB brings the whole of Foundation, 54 MB of a statically linked program
// that is to stay under 12 (docs/daemon.md has the figures).

internal import CSQLite

/// Why the store could not do what was asked, as one line.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What sort of trouble it is: each has its own remedy.
  public enum Kind: Sendable {
    /// No room on the disk.
    case full
    /// The file, its folder or its file system takes no writes.
    case readOnly
    /// The file is no store, or is damaged.
    case corrupt
    /// Somebody else is writing.
    case busy
    /// There is no such file, or it may not be opened.
    case unreachable
    /// The file was made by a later version of the program.
    case newer
    /// Anything else.
    case other
  }

  /// What sort of trouble it is.
  public var kind: Kind
  /// The line.
  public var description: String

  /// An error of a kind in words.
  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// What SQLite says, about a path.
  init(_ code: Int32, _ path: String, _ words: String) {
    // The lowest octet is the primary result code (sqlite.org/rescode.html).
    switch code & 0xff {
    case SQLITE_FULL: self.init(.full, "\(path): no room on the disk")
    case SQLITE_IOERR: self.init(.full, "\(path): the disk takes no writes: \(words)")
    case SQLITE_READONLY, SQLITE_PERM: self.init(.readOnly, "\(path): cannot be written: \(words)")
    case SQLITE_CORRUPT, SQLITE_NOTADB: self.init(.corrupt, "\(path): damaged: \(words)")
    case SQLITE_BUSY, SQLITE_LOCKED: self.init(.busy, "\(path): somebody else is writing to it")
    case SQLITE_CANTOPEN: self.init(.unreachable, "\(path): cannot be opened: \(words)")
    default: self.init(.other, "\(path): \(words)")
    }
  }
}

/// An open database. Of one thread at a time.
@safe
public final class Database {
  /// Where it is.
  public let path: String
  private let handle: OpaquePointer

  /// Opens a database; one that is to be written is made when it is not there.
  public init(_ path: String, readOnly: Bool = false) throws(StoreError) {
    self.path = path
    var opened: OpaquePointer?
    let flags = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    let code = unsafe sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard let handle = unsafe opened else { throw StoreError(.other, "\(path): no memory") }
    if code != SQLITE_OK {
      let error = unsafe StoreError(
        sqlite3_extended_errcode(handle), path, String(cString: sqlite3_errmsg(handle)))
      unsafe sqlite3_close_v2(handle)
      throw error
    }
    unsafe self.handle = handle
    // Readers of a store in WAL mode wait only for its recovery, writers for other writers.
    unsafe sqlite3_busy_timeout(handle, 2000)
  }

  deinit { unsafe sqlite3_close_v2(handle) }

  /// Runs statements that give no rows.
  public func run(_ sql: String) throws(StoreError) {
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    if code != SQLITE_OK { throw error() }
  }

  /// Makes a statement of SQL's text.
  public func prepare(_ sql: String) throws(StoreError) -> Statement {
    var made: OpaquePointer?
    // SQLITE_PREPARE_PERSISTENT: it will be used again and again.
    let code = unsafe sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
    guard code == SQLITE_OK, let statement = unsafe made else { throw error() }
    return unsafe Statement(statement, of: self)
  }

  /// The first number of the first row; nil when there is none.
  public func number(_ sql: String) throws(StoreError) -> Int64? {
    let statement = try prepare(sql)
    return try statement.step() ? statement.number(0) : nil
  }

  /// The first column of every row as text.
  public func texts(_ sql: String) throws(StoreError) -> [String] {
    let statement = try prepare(sql)
    var found: [String] = []
    while try statement.step() { found.append(String(decoding: statement.text(0), as: UTF8.self)) }
    return found
  }

  /// Rows that the last statement changed.
  var changes: Int { unsafe Int(sqlite3_changes64(handle)) }

  /// Whether a transaction is open: an error may have ended it.
  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

  fileprivate func error() -> StoreError {
    unsafe StoreError(sqlite3_extended_errcode(handle), path, String(cString: sqlite3_errmsg(handle)))
  }
}

/// A statement that can be run again with other values. Places of values count from 1, columns from 0.
@safe
public final class Statement {
  private let database: Database
  private let statement: OpaquePointer

  fileprivate init(_ statement: OpaquePointer, of database: Database) {
    unsafe self.statement = statement
    self.database = database
  }

  deinit { unsafe sqlite3_finalize(statement) }

  /// Puts a number into a place; nil for null.
  public func bind(_ place: Int32, _ value: Int64?) {
    if let value {
      unsafe sqlite3_bind_int64(statement, place, value)
    } else {
      unsafe sqlite3_bind_null(statement, place)
    }
  }

  /// Puts text into a place; nil for null.
  public func bind(_ place: Int32, _ text: String?) {
    guard var text else { return bind(place, Int64?.none) }
    text.withUTF8 { octets in
      let base = unsafe UnsafeRawPointer(octets.baseAddress)?.assumingMemoryBound(to: CChar.self)
      _ = unsafe wiretale_bind_text(statement, place, base, Int32(octets.count))
    }
  }

  /// Puts text into a place.
  public func bind(_ place: Int32, _ text: ArraySlice<UInt8>) {
    unsafe text.withUnsafeBufferPointer { octets in
      let base = unsafe UnsafeRawPointer(octets.baseAddress)?.assumingMemoryBound(to: CChar.self)
      _ = unsafe wiretale_bind_text(statement, place, base, Int32(octets.count))
    }
  }

  /// Goes to the next row; false behind the last.
  public func step() throws(StoreError) -> Bool {
    switch unsafe sqlite3_step(statement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      unsafe sqlite3_reset(statement)
      return false
    default:
      // The error is told before the reset takes it back.
      let error = database.error()
      unsafe sqlite3_reset(statement)
      throw error
    }
  }

  /// Runs a statement that gives no rows.
  public func run() throws(StoreError) { while try step() {} }

  /// Forgets rows that nobody asked for.
  public func reset() { unsafe sqlite3_reset(statement) }

  /// A number in a column; 0 for null.
  public func number(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(statement, column) }

  /// Text in a column; empty for null.
  public func text(_ column: Int32) -> [UInt8] {
    let count = unsafe Int(sqlite3_column_bytes(statement, column))
    guard count > 0, let octets = unsafe sqlite3_column_text(statement, column) else { return [] }
    return unsafe Array(UnsafeBufferPointer(start: octets, count: count))
  }
}
