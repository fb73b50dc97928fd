// The one writer: takes batches out of the queue and puts them into log, store and capture files. Everything
// that may have to wait for a disk happens on its thread.

internal import Capture
internal import Glibc
internal import Logging
internal import Report
internal import Store
internal import Synchronization

/// What the first thread tells the writer, and what it wants to know.
final class WriterOrders: Sendable {
  /// Settings that have changed.
  let settings = Mutex<Settings?>(nil)
  /// Another log file is wanted.
  let rotates = Atomic<Bool>(false)
  /// Nothing more comes: write what there is and end.
  let ends = Atomic<Bool>(false)
  /// Grows while the writer is alive.
  let pulse = Atomic<UInt64>(0)
  /// Records in the store so far, lines in the log, lines that were lost, capture files.
  let stored = Atomic<UInt64>(0)
  let lines = Atomic<UInt64>(0)
  let linesLost = Atomic<UInt64>(0)
  let captures = Atomic<UInt64>(0)
  /// The store takes no writes.
  let isStoreDown = Atomic<Bool>(false)
}

/// The writer at work.
struct RecordWriter: ~Copyable {
  /// Between two looks at the queue.
  private static let pauseMilliseconds = 50
  /// A batch of the store is never older than this, in nanoseconds, nor much larger than this.
  private static let batchAge: Int64 = 500_000_000
  private static let batchRecords = 20_000

  private var settings: Settings
  private let queue: RecordQueue
  private let orders: WriterOrders
  private let logger: Logger
  private var file: LogFile
  private var socket: LogSocket
  private var output = OctetBuffer(capacity: 1 << 18)
  private var isOutputClosed = false
  private var store: StoreWriter?
  private var isStoreInTrouble = false
  private var storeTriedAt: Int64 = .min
  private var waiting: [StoredRecord] = []
  private var waitingOctets = 0
  private var waitingTexts: [[UInt8]] = []
  private var waitingSince: Int64 = 0
  private var retainedAt: Int64 = 0
  private var isRetaining = false
  private var captureFiles: CaptureFolder

  init(_ settings: Settings, _ queue: RecordQueue, _ orders: WriterOrders, _ logger: Logger) {
    self.settings = settings
    self.queue = queue
    self.orders = orders
    self.logger = logger
    file = LogFile(settings.log)
    socket = LogSocket(settings.log.path)
    captureFiles = CaptureFolder(settings.recorder)
    openStore()
  }

  /// Writes until the end is ordered and nothing waits.
  mutating func run() {
    while true {
      let isEnding = orders.ends.load(ordering: .acquiring)
      if let changed = orders.settings.withLock({ $0.take() }) { change(to: changed) }
      let now = realTime()
      for batch in queue.take() { accept(batch, now / 1_000_000_000) }
      let age = monotonicTime() - waitingSince
      if isEnding || waiting.count >= RecordWriter.batchRecords || age >= RecordWriter.batchAge {
        commit(isEnding)
      }
      if orders.rotates.exchange(false, ordering: .relaxed) { file.rotate(now / 1_000_000_000) }
      look(now)
      orders.pulse.add(1, ordering: .relaxed)
      if isEnding { break }
      pause(milliseconds: RecordWriter.pauseMilliseconds)
    }
  }

  /// Log lines and capture files at once; records for the store gather.
  private mutating func accept(_ batch: RecordBatch, _ seconds: Int64) {
    writeLog(batch, seconds)
    for capture in batch.captures {
      if let complaint = captureFiles.write(capture) {
        logger.error("\(complaint)")
      } else {
        orders.captures.add(1, ordering: .relaxed)
      }
    }
    guard settings.storePath != nil else { return queue.giveBack(batch.octets, [batch.text]) }
    if waiting.isEmpty { waitingSince = monotonicTime() }
    waiting += batch.records
    waitingOctets += batch.octets
    waitingTexts.append(batch.text)
  }

  private mutating func writeLog(_ batch: RecordBatch, _ seconds: Int64) {
    guard settings.log.target != .none else { return }
    output.removeAll()
    var count = 0
    if settings.log.format == .zeek {
      for line in batch.lines where !line.isEmpty {
        var rest = line
        // The header comes once, before a pipeline's first line; each file gets it.
        while rest.first == UInt8(ascii: "#"), let end = rest.firstIndex(of: 10) {
          if !isHeaderKnown { file.header += rest[...end] }
          rest = rest[(end + 1)...]
        }
        isHeaderKnown = true
        output.write(raw: rest.span)
        count += 1
      }
    } else {
      for record in batch.records where record.kind != .finding {
        output.write(raw: record.json.span)
        output.write(octet: 10)
        count += 1
      }
    }
    guard count > 0 else { return }
    orders.lines.add(UInt64(count), ordering: .relaxed)
    switch settings.log.target {
    case .file: output.withOctets { file.write($0, count: count, now: seconds) }
    case .socket: output.withOctets { socket.write($0, count: count, now: seconds) }
    case .stdout:
      if !output.flush(to: STDOUT_FILENO), !isOutputClosed {
        isOutputClosed = true
        logger.error("log: standard output: \(lastSystemError())")
      }
    case .none: break
    }
    orders.linesLost.store(file.linesLost + socket.linesLost, ordering: .relaxed)
  }

  private var isHeaderKnown = false

  // The store

  private mutating func openStore() {
    guard let path = settings.storePath else { return }
    storeTriedAt = monotonicTime()
    do throws(StoreError) {
      store = try StoreWriter(path)
    } catch {
      if error.kind == .corrupt { return setAside(path, error) }
      trouble(error)
    }
  }

  /// A damaged store is kept under another name, and another is begun.
  private mutating func setAside(_ path: String, _ error: StoreError) {
    let name = "\(path).damaged-\(stamp(realTime() / 1_000_000_000))"
    store = nil
    guard move(path, to: name) else { return trouble(error) }
    remove(path + "-wal")
    remove(path + "-shm")
    logger.error("store: \(error.description); kept as \(name), and another is begun")
    do throws(StoreError) { store = try StoreWriter(path) } catch { trouble(error) }
  }

  private mutating func trouble(_ error: StoreError) {
    if !isStoreInTrouble {
      logger.error("store: \(error.description); records wait in memory until it can be written")
    }
    isStoreInTrouble = true
    orders.isStoreDown.store(true, ordering: .relaxed)
  }

  /// Writes what waits. Whole, or not at all and again later.
  private mutating func commit(_ isEnding: Bool) {
    guard !waiting.isEmpty else { return }
    if isStoreInTrouble, !isEnding {
      guard monotonicTime() - storeTriedAt >= 2_000_000_000 else { return }
      storeTriedAt = monotonicTime()
    }
    if store == nil { openStore() }
    guard let store else { return }
    do throws(StoreError) {
      try store.write(waiting)
    } catch {
      if error.kind == .corrupt, let path = settings.storePath { return setAside(path, error) }
      if error.kind == .readOnly || error.kind == .unreachable { self.store = nil }
      return trouble(error)
    }
    orders.stored.add(UInt64(waiting.count), ordering: .relaxed)
    waiting.removeAll(keepingCapacity: waiting.count < RecordWriter.batchRecords)
    queue.giveBack(waitingOctets, waitingTexts)
    (waitingOctets, waitingTexts) = (0, [])
    if isStoreInTrouble {
      isStoreInTrouble = false
      orders.isStoreDown.store(false, ordering: .relaxed)
      logger.notice("store: \(store.path): written again")
    }
  }

  /// What is done between batches: retention, another log file, complaints.
  private mutating func look(_ now: Int64) {
    let time = monotonicTime()
    if time - retainedAt >= (isRetaining ? 200_000_000 : 10_000_000_000), let store, !isStoreInTrouble {
      retainedAt = time
      do throws(StoreError) {
        isRetaining = try store.retain(settings.retention, now: now)
        if !isRetaining { try store.checkpoint() }
      } catch {
        if error.kind != .busy { trouble(error) }
      }
    }
    // What a full queue took goes back to the system when it has been empty for a while.
    if time - trimmedAt >= 30_000_000_000, queue.fill < 5 {
      trimmedAt = time
      queue.dropSpares()
      trimMemory()
    }
    if settings.log.target == .file, time - lookedAt >= 1_000_000_000 {
      lookedAt = time
      file.look(now / 1_000_000_000)
    }
    for line in file.complaints + socket.complaints { logger.error("\(line)") }
    file.complaints = []
    socket.complaints = []
  }

  private var lookedAt: Int64 = 0
  private var trimmedAt: Int64 = 0

  private mutating func change(to changed: Settings) {
    // What takes a restart stays as it was.
    settings.retention = changed.retention
    var log = changed.log
    log.format = settings.log.format
    settings.log = log
    file.change(to: log)
    socket.change(to: log.path)
    captureFiles.change(to: changed.recorder)
  }
}
