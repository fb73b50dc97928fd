// The engine of the other verbs, as a pipeline has it: mux, tracker, streams, recorder, and what makes
// records of what they find.

internal import Capture
internal import Flow
internal import Store
internal import Wire

/// Frames to batches of records. Plain calls from the first octet to the record.
struct Engine: ~Copyable {
  /// From which severity on a flow leaves its frames.
  var severityOfCaptures: UInt8

  private let mux = Mux.standard
  private let readsHTTP: Bool
  private var tracker: Tracker
  private var streams: Streams
  private var recorder: FlightRecorder
  private var maker: BatchMaker
  private var packet = Packet()

  init(_ plan: PipelinePlan, _ settings: Settings) {
    tracker = Tracker(plan.limits)
    readsHTTP = settings.readsHTTP
    var streaming = StreamOptions()
    streaming.limits.allOctetsMax = 64 << 20
    streams = Streams(streaming)
    recorder = FlightRecorder(octets: plan.recorderOctets, snapLength: settings.recorder.snapLength)
    maker = BatchMaker(interface: plan.interface, settings)
    severityOfCaptures = settings.recorder.severity
  }

  /// What was seen and given up.
  var tally: FlowTally { tracker.tally }
  /// Flows that are open.
  var open: Int { tracker.count }
  /// Octets of memory that flows take.
  var octets: Int { tracker.octets }
  /// Flows whose frames were not left because many were.
  var capturesRefused: UInt64 { maker.capturesRefused }

  /// Takes a frame.
  mutating func receive(_ octets: Bytes, _ frame: Frame, _ queue: RecordQueue) {
    if tracker.takeStraight(octets, frame) {
      recorder.note(octets, frame, flow: tracker.flowTaken())
      if readsHTTP { streams.receiveStraight(octets, frame, &tracker) }
    } else {
      takeWhole(octets, frame)
    }
    // Else they are told when 100 ms have passed (`rest`).
    if tracker.haveManyEnded || streams.haveManyFinished { collect(queue, waits: false) }
  }

  /// Takes a frame that is more than the next segment of a short connection.
  @inline(never)
  private mutating func takeWhole(_ octets: Bytes, _ frame: Frame) {
    mux.dissect(octets, frame, into: &packet)
    let verdict = tracker.receive(&packet, frame, octets)
    recorder.note(octets, frame, flow: verdict.flow)
    if readsHTTP { streams.receive(octets, &packet, frame, verdict) }
  }

  /// So many packets have been dropped by the kernel.
  mutating func note(droppedByKernel: UInt64) { maker.note(droppedByKernel: droppedByKernel) }

  /// Nothing comes for the moment: time goes on, and what was gathered is handed over.
  mutating func rest(_ queue: RecordQueue) {
    tracker.advance(to: realTime())
    collect(queue, waits: false)
    Engine.hand(&maker, to: queue, waits: false)
  }

  /// Nothing more comes: what is open is reported. Here is time to wait for the writer, so that nothing of it
  /// is left out.
  mutating func finish(_ queue: RecordQueue) {
    for flow in streams.flows {
      streams.end(flow)
      collectExchanges()
      if maker.isFull { Engine.hand(&maker, to: queue, waits: true) }
    }
    tracker.finish()
    collect(queue, waits: true)
    Engine.hand(&maker, to: queue, waits: true)
  }

  private mutating func collect(_ queue: RecordQueue, waits: Bool) {
    let severity = severityOfCaptures
    tracker.drain { flow in
      if readsHTTP, !flow.isInterim {
        streams.end(flow.record.serial)
        streams.drain { maker.add(&$0) }
      }
      maker.add(&flow, severityOfCaptures: severity, recorder)
      if maker.isFull { Engine.hand(&maker, to: queue, waits: waits) }
    }
    collectExchanges()
    if maker.isFull { Engine.hand(&maker, to: queue, waits: waits) }
  }

  private mutating func collectExchanges() {
    if streams.hasFinished { streams.drain { maker.add(&$0) } }
  }

  private static func hand(_ maker: inout BatchMaker, to queue: RecordQueue, waits: Bool) {
    guard let batch = maker.take(for: queue) else { return }
    // A disk that takes nothing must not hold up the end for ever.
    var patience = waits ? 3000 : 0
    while patience > 0, !queue.hasRoom {
      pause(milliseconds: 10)
      patience -= 1
    }
    queue.push(batch)
  }
}
