// One interface, or one queue of it: frames in, records out. Nothing here is shared with other pipelines, and
// nothing waits for a disk.

internal import Capture
internal import Flow
internal import Logging
internal import Store
internal import Synchronization
internal import Wire

/// What is told of a pipeline while it runs.
final class PipelineFigures: Sendable {
  let captured = Atomic<UInt64>(0)
  let received = Atomic<UInt64>(0)
  let droppedByKernel = Atomic<UInt64>(0)
  let droppedByInterface = Atomic<UInt64>(0)
  let flows = Atomic<UInt64>(0)
  let open = Atomic<Int>(0)
  let evicted = Atomic<UInt64>(0)
  let octets = Atomic<Int>(0)
  let capturesRefused = Atomic<UInt64>(0)
  /// Grows while the pipeline is alive.
  let pulse = Atomic<UInt64>(0)
  let isCapturing = Atomic<Bool>(false)
  let hasEnded = Atomic<Bool>(false)
}

/// What the first thread tells a pipeline.
final class PipelineOrders: Sendable {
  /// The capture is to be opened anew, with the settings that are here by then.
  let reopens = StopFlag()
  let ends = Atomic<Bool>(false)
}

/// What a pipeline is.
struct PipelinePlan: Sendable {
  var interface: String
  /// It came by a pattern: it ends when the interface goes.
  var isPassing: Bool
  /// Of several queues of the interface.
  var fanoutGroup: UInt16?
  var limits: Limits
  var recorderOctets: Int
}

/// A pipeline's thread, and what it is told and tells.
final class Pipeline: Sendable {
  let plan: PipelinePlan
  let figures = PipelineFigures()
  private let settings: Mutex<Settings>
  private let stop = Mutex(StopFlag())
  private let ends = Atomic<Bool>(false)
  private let queue: RecordQueue
  private let logger: Logger
  private let worker = Mutex<Worker?>(nil)

  init(_ plan: PipelinePlan, _ settings: Settings, _ queue: RecordQueue, _ logger: Logger) {
    self.plan = plan
    self.settings = Mutex(settings)
    self.queue = queue
    var logger = logger
    logger[metadataKey: "interface"] = "\(plan.interface)"
    self.logger = logger
  }

  /// Starts its thread.
  func start() { worker.withLock { $0 = Worker { self.run() } } }

  /// Takes other settings; `reopens` when the capture must be opened anew for them.
  func change(to settings: Settings, reopens: Bool) {
    self.settings.withLock { $0 = settings }
    if reopens { stop.withLock { $0.raise() } }
  }

  /// Asks for the end: open flows are reported, then the thread ends.
  func end() {
    ends.store(true, ordering: .releasing)
    stop.withLock { $0.raise() }
  }

  /// Waits for the thread.
  func join() { worker.withLock { $0.take() }?.join() }

  private var isEnding: Bool { ends.load(ordering: .acquiring) }

  /// Everything from the first frame to the last.
  private func run() {
    let usual = settings.withLock { $0 }
    var engine = Engine(plan, usual)
    var before = CaptureStatistics()
    var hasComplained = false
    while !isEnding {
      let (now, flag) = (settings.withLock { $0 }, StopFlag())
      stop.withLock { $0 = flag }
      if isEnding { break }
      do throws(CaptureError) {
        var wanted = now.captureSettings(stop: flag)
        wanted.fanoutGroup = plan.fanoutGroup
        let capture = try Capture(.interfaces([plan.interface]), settings: wanted, filter: now.filter)
        for line in capture.warnings { logger.warning("\(line)") }
        logger.info("capturing", metadata: ["link": "\(capture.interfaces[0].linkName ?? "?")"])
        hasComplained = false
        figures.isCapturing.store(true, ordering: .relaxed)
        defer {
          figures.isCapturing.store(false, ordering: .relaxed)
          before.add(capture.statistics)
        }
        try read(capture, &engine, before, now)
      } catch {
        if !hasComplained { logger.warning("\(error.description); it is waited for") }
        hasComplained = true
        if plan.isPassing { break }
        // Flows end by the clock while nothing is captured.
        for _ in 0..<10 where !isEnding && !flag.isRaised {
          engine.rest(queue)
          tell(&engine, before)
          pause(milliseconds: 100)
        }
      }
    }
    engine.finish(queue)
    tell(&engine, before)
    figures.hasEnded.store(true, ordering: .releasing)
  }

  private func read(
    _ capture: borrowing Capture, _ engine: inout Engine, _ before: CaptureStatistics, _ settings: Settings
  ) throws(CaptureError) {
    engine.severityOfCaptures = settings.recorder.severity
    try capture.forEachFrame { octets, frame in
      engine.receive(octets, frame, queue)
      return .go
    } idle: {
      engine.severityOfCaptures = self.settings.withLock { $0.recorder.severity }
      var sum = before
      sum.add(capture.recentStatistics)
      engine.note(droppedByKernel: sum.droppedByKernel ?? 0)
      engine.rest(queue)
      tell(&engine, sum)
      return .go
    }
    var sum = before
    sum.add(capture.statistics)
    tell(&engine, sum)
  }

  private func tell(_ engine: inout Engine, _ statistics: CaptureStatistics) {
    figures.captured.store(statistics.captured, ordering: .relaxed)
    figures.received.store(statistics.received, ordering: .relaxed)
    figures.droppedByKernel.store(statistics.droppedByKernel ?? 0, ordering: .relaxed)
    figures.droppedByInterface.store(statistics.droppedByInterface ?? 0, ordering: .relaxed)
    figures.flows.store(engine.tally.flows, ordering: .relaxed)
    figures.evicted.store(engine.tally.evicted, ordering: .relaxed)
    figures.open.store(engine.open, ordering: .relaxed)
    figures.octets.store(engine.octets, ordering: .relaxed)
    figures.capturesRefused.store(engine.capturesRefused, ordering: .relaxed)
    figures.pulse.add(1, ordering: .relaxed)
  }
}
