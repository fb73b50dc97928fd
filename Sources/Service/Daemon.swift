// The service: reads its settings, starts a pipeline per interface and one writer, and then only watches.

public import Capture
internal import Flow
internal import Glibc
internal import Logging
internal import Synchronization

/// What the command line says.
public struct DaemonOptions: Sendable {
  /// The settings file.
  public var path: String
  /// `KEY=VALUE`, stronger than the file.
  public var given: [String]
  /// The process's environment, stronger than the file and weaker than the command line.
  public var environment: [String: String]

  /// The given words.
  public init(path: String, given: [String], environment: [String: String]) {
    self.path = path
    self.given = given
    self.environment = environment
  }

  /// Reads the settings; all that is wrong, or what they are.
  public func read() -> Result<Settings, SettingFaults> {
    do throws(CaptureError) {
      let text = try readText(path)
      return Settings.read(text, name: path, environment: environment, given: given)
    } catch {
      return .failure(SettingFaults(lines: [error.description]))
    }
  }
}

/// Where the numbers of a pipeline's flows begin: no number is given twice, in this run or in another. They
/// stay below 2^53, which is as far as every reader of JSON can count.
struct FlowNumbers {
  /// Pipelines that begin in a second, and how far the numbers of each are apart: a pipeline has 262,144
  /// flows a second, on average, before it reaches those of a later start.
  static let stride: UInt64 = 64
  private var second: UInt64 = 0
  private var slot: UInt64 = 0

  /// The first number of another pipeline.
  mutating func next() -> UInt64 {
    // Seconds since 2020.
    let now = UInt64(max(0, realTime() / 1_000_000_000 - 1_577_836_800))
    slot += 1
    if now > second || slot == FlowNumbers.stride {
      second = max(now, second + 1)
      slot = 0
    }
    return second << 24 + slot + 1
  }
}

/// The service at work. Of the first thread.
public struct Daemon: ~Copyable {
  private let options: DaemonOptions
  private var settings: Settings
  private let queue: RecordQueue
  private let orders = WriterOrders()
  private let notify: Notify
  private var logger: Logger
  private let lock: Descriptor
  private var pipelines: [Pipeline] = []
  /// Counters of pipelines that have ended.
  private var past = ServiceCounters()
  private var queuesStarted = 0
  private let started = monotonicTime()
  private var numbers = FlowNumbers()
  private var told = Dropped()
  private var toldKernelDrops: UInt64 = 0

  /// Everything but the threads. The error is one line.
  public init(_ options: DaemonOptions, _ settings: Settings) throws(CaptureError) {
    self.options = options
    self.settings = settings
    let handler = JournalLog(settings.logPath, environment: options.environment)
    logger = Logger(label: "wiretale") { _ in handler }
    logger.logLevel = settings.logLevel
    notify = Notify(options.environment)
    guard let lock = Descriptor.lock(settings.lock) else {
      let reason =
        errno == EWOULDBLOCK
        ? "another instance is running; one is enough, or give this one another service.lock"
        : lastSystemError()
      throw CaptureError(.output, "\(settings.lock): \(reason)")
    }
    self.lock = lock
    queue = RecordQueue(octetsMax: settings.queueOctets)
  }

  /// Runs until a signal ends it.
  public mutating func run() {
    DaemonSignals.listen()
    let (settings, queue, orders, logger) = (settings, queue, orders, logger)
    let writer = Worker {
      var writer = RecordWriter(settings, queue, orders, logger)
      writer.run()
    }
    supervise()
    notify.ready(status())
    logger.notice(
      "started",
      metadata: [
        "flows_max": "\(settings.limits.flowsMax)",
        "flow_memory_max": "\(settings.limits(of: 1).octetsMax >> 20)MiB",
        "store": "\(settings.storePath ?? "none")",
      ])
    if geteuid() == 0 {
      logger.warning("runs as root: wiretale.service runs as its own user, with CAP_NET_RAW alone")
    }
    watch()
    notify.stopping()
    for pipeline in pipelines { pipeline.end() }
    for pipeline in pipelines { pipeline.join() }
    for pipeline in pipelines { past.add(pipeline) }
    pipelines = []
    record()
    orders.ends.store(true, ordering: .releasing)
    writer.join()
    let dropped = queue.dropped
    logger.notice("stopped: \(status()); records left out: \(dropped.words.isEmpty ? "none" : dropped.words)")
  }

  /// Looks at signals, interfaces and counters until the end.
  private mutating func watch() {
    var (looked, reported, counted) = (monotonicTime(), monotonicTime(), monotonicTime())
    var (beaten, complained): (Int64, Int64) = (0, 0)
    var pulses: [UInt64] = []
    while !DaemonSignals.ends.load(ordering: .relaxed) {
      pause(milliseconds: 100)
      let now = monotonicTime()
      if DaemonSignals.reloads.exchange(false, ordering: .relaxed) { reload() }
      if DaemonSignals.rotates.exchange(false, ordering: .relaxed) {
        orders.rotates.store(true, ordering: .relaxed)
      }
      if DaemonSignals.reports.exchange(false, ordering: .relaxed) { logger.notice("\(status())") }
      if now - looked >= 1_000_000_000 {
        looked = now
        supervise()
        if now - complained >= 10_000_000_000 {
          complained = now
          complain()
        }
      }
      if now - reported >= 1_000_000_000 {
        reported = now
        notify.say("STATUS=\(status())")
      }
      if now - counted >= settings.countersEvery {
        counted = now
        record()
      }
      if let watchdog = notify.watchdog, now - beaten >= watchdog / 2 {
        // Each thread must have gone on since the last time: one that hangs lets systemd start anew.
        let latest =
          [orders.pulse.load(ordering: .relaxed)]
          + pipelines.map { $0.figures.pulse.load(ordering: .relaxed) }
        let isAlive = pulses.count != latest.count || zip(pulses, latest).allSatisfy { $0 != $1 }
        if isAlive { notify.say("WATCHDOG=1") }
        pulses = latest
        beaten = now
      }
    }
  }

  // Interfaces

  /// Starts pipelines for interfaces that have come, and forgets those that have ended.
  private mutating func supervise() {
    for pipeline in pipelines where pipeline.figures.hasEnded.load(ordering: .acquiring) {
      pipeline.join()
      past.add(pipeline)
    }
    pipelines.removeAll { $0.figures.hasEnded.load(ordering: .acquiring) }
    let present = interfaceNames()
    var wanted: [(name: String, isPassing: Bool)] = []
    for each in settings.interfaces {
      if Pattern.isPattern(each) {
        for name in present where name != "lo" && Pattern.matches(name, each) { wanted.append((name, true)) }
      } else {
        wanted.append((each, false))
      }
    }
    var seen: Set<String> = []
    wanted.removeAll { !seen.insert($0.name).inserted }
    for pipeline in pipelines where !seen.contains(pipeline.plan.interface) { pipeline.end() }
    let running = Set(pipelines.map(\.plan.interface))
    for (name, isPassing) in wanted where !running.contains(name) { start(name, isPassing) }
  }

  private mutating func start(_ name: String, _ isPassing: Bool) {
    let group = settings.queues > 1 ? UInt16(truncatingIfNeeded: Int(getpid()) &* 31 &+ queuesStarted) : nil
    // Memory is shared out among as many as may be expected: those that are named, and some that come.
    let shares = max(1, settings.interfaces.count) * settings.queues
    for _ in 0..<settings.queues {
      var limits = settings.limits(of: shares)
      limits.firstFlow = numbers.next()
      limits.flowStride = FlowNumbers.stride
      queuesStarted += 1
      let plan = PipelinePlan(
        interface: name, isPassing: isPassing, fanoutGroup: group, limits: limits,
        recorderOctets: settings.recorder.severity == 255 ? 0 : settings.recorder.octets / shares)
      let pipeline = Pipeline(plan, settings, queue, logger)
      pipelines.append(pipeline)
      pipeline.start()
    }
  }

  // Settings

  /// Reads the settings again. Wrong ones change nothing.
  private mutating func reload() {
    notify.reloading()
    defer { notify.ready(status()) }
    orders.rotates.store(false, ordering: .relaxed)
    let fresh: Settings
    switch options.read() {
    case .success(let read): fresh = read
    case .failure(let faults):
      for line in faults.lines { logger.error("\(line)") }
      return logger.error("the settings stay as they were")
    }
    let changed = settings.changes(to: fresh)
    let later = changed.filter { $0.effect == .restart }.map(\.name)
    if !later.isEmpty { logger.warning("takes a restart: \(later.joined(separator: ", "))") }
    let reopens = changed.contains { $0.effect == .reopens }
    settings.take(fresh)
    logger.logLevel = settings.logLevel
    orders.settings.withLock { $0 = settings }
    for pipeline in pipelines { pipeline.change(to: settings, reopens: reopens) }
    supervise()
    logger.notice("read the settings again: \(changed.count - later.count) changed")
  }

  // Counters

  private func sum() -> ServiceCounters {
    var sum = past
    for pipeline in pipelines { sum.add(pipeline) }
    return sum
  }

  /// One line for `systemctl status`.
  private func status() -> String {
    let sum = sum()
    var line =
      "\(grouped(UInt64(sum.open))) flows open, \(shortened(sum.captured)) packets, "
      + "\(grouped(sum.dropped)) dropped"
    let dropped = queue.dropped.all
    if dropped > 0 { line += ", \(grouped(dropped)) records left out" }
    if orders.isStoreDown.load(ordering: .relaxed) { line += ", the store takes no writes" }
    let capturing = pipelines.count { $0.figures.isCapturing.load(ordering: .relaxed) }
    return line + ", \(capturing) of \(pipelines.count) captures open"
  }

  /// Says what was lost since the last time.
  private mutating func complain() {
    let dropped = queue.dropped
    if dropped != told {
      logger.warning("the queue to the disk is full: left out so far: \(dropped.words)")
      told = dropped
    }
    let kernel = sum().dropped
    if kernel > toldKernelDrops {
      logger.warning(
        "the kernel dropped \(grouped(kernel - toldKernelDrops)) packets: a larger capture.buffer helps",
        metadata: ["in_all": "\(kernel)"])
      toldKernelDrops = kernel
    }
  }

  /// Puts the counters into store and log.
  private func record() {
    var sum = sum()
    sum.records = orders.stored.load(ordering: .relaxed)
    sum.lines = orders.lines.load(ordering: .relaxed)
    sum.linesLost = orders.linesLost.load(ordering: .relaxed)
    sum.resident = residentOctets()
    sum.queueFill = queue.fill
    queue.push(sum.batch(dropped: queue.dropped, at: realTime(), uptime: monotonicTime() - started))
  }
}
