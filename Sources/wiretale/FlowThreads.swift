// A saved capture on two threads: the first reads frames and prints, the second tracks.
//
// What crosses between them costs most: a frame's octets on the way there, and of a flow that ended, as a
// rule, its journal on the way back (`EndedFlows`). Reports are made of journals by the first, which shows
// them.

import Capture
import Flow
import Report
import Synchronization
import Wire

/// What goes to the tracker and comes back: frames with what was seen in them, then flows that ended.
private struct FlowLoad: ~Copyable, Sendable {
  private var frames = FrameBatch()
  private var ended = EndedFlows()
  /// The input ends with it.
  var isLast = false
  /// Set when everything has been told.
  var tally: FlowTally?

  /// Takes a frame. False when there is no room for it.
  @inline(__always)
  mutating func add(_ octets: Bytes, _ frame: Frame) -> Bool { frames.append(octets, frame) }

  /// Lets a tracker have the frames.
  mutating func track(_ tracking: inout FlowTracking) {
    frames.forEach(
      foresight: Tracker.foresight, ahead: { octets, frame in tracking.foresee(octets, frame) },
      { octets, frame in tracking.receive(octets, frame) })
    takeEnded(&tracking)
  }

  /// Takes the flows that ended.
  mutating func takeEnded(_ tracking: inout FlowTracking) { tracking.exchangeEnded(&ended) }

  /// Shows the flows that ended, each filled into `flow`.
  mutating func show(_ view: inout FlowView, _ flow: inout EndedFlow) {
    ended.forEach(into: &flow) { view.show(&$0) }
  }

  /// Forgets what it carried.
  mutating func clear() {
    frames.removeAll()
    ended.removeAll()
  }
}

/// A load in a queue: nobody has it but who takes it out.
private final class Parcel: Sendable {
  private let load: Mutex<FlowLoad?>

  init(_ load: consuming sending FlowLoad) { self.load = Mutex(load) }

  func open() -> FlowLoad { load.withLock { $0.take() ?? FlowLoad() } }
}

/// The tracker's thread.
private struct TrackerThread: Sendable {
  /// Loads to be tracked, and loads that were.
  let there = Handover<Parcel>()
  let back = Handover<Parcel>()

  /// Tracks what comes, until the input has ended and all flows have been told.
  func run(_ limits: Limits) {
    var tracking = FlowTracking(limits)
    var load = next()
    while !load.isLast {
      load.track(&tracking)
      back.put(Parcel(load))
      load = next()
    }
    load.track(&tracking)
    tracking.finish()
    while tracking.hasEnded {
      back.put(Parcel(load))
      load = there.take().open()
      load.takeEnded(&tracking)
    }
    load.tally = tracking.tally
    back.put(Parcel(load))
  }

  /// The next load.
  private func next() -> FlowLoad { there.take(afterWaitingFor: FlowThreads.loadsMax / 2).open() }
}

/// What the first thread does.
struct FlowThreads: FrameReader, ~Copyable {
  /// Loads that are under way at a time.
  fileprivate static let loadsMax = 8

  private var view: FlowView
  private var load = FlowLoad()
  private var tally: FlowTally?
  /// Where flows are filled to be shown.
  private var flow = EndedFlow()
  /// Loads that are with the tracker.
  private var underWay = 0
  private let tracking: TrackerThread
  private let worker: Worker

  /// Nothing read yet.
  init(_ limits: Limits, _ view: consuming FlowView) {
    self.view = view
    let tracking = TrackerThread()
    self.tracking = tracking
    worker = Worker { tracking.run(limits) }
  }

  mutating func receive(_ octets: Bytes, _ frame: Frame) {
    if load.add(octets, frame) { return }
    send()
    _ = load.add(octets, frame)
  }

  /// Nothing comes: what was read is told.
  mutating func rest(_ now: Int64?) {
    send(atOnce: true)
    while underWay > 0 { load = takeBack() }
  }

  mutating func finish(_ output: inout Output) {
    load.isLast = true
    send(atOnce: true)
    while tally == nil {
      load = takeBack()
      output.pass(&view)
      // What has come back empty is what the tracker tells its last flows in.
      if load.tally == nil { send(atOnce: true) } else { tally = load.tally }
    }
    worker.join()
    view.finish()
  }

  mutating func conclude() {
    if let tally { view.conclude(tally) }
  }

  var pending: Int { view.pending }
  mutating func flush() -> Bool { view.flush() }

  /// Sends the load at hand to the tracker, which need not look at it before there are more, unless nothing
  /// may follow; an empty one takes its place.
  private mutating func send(atOnce: Bool = false) {
    var next =
      underWay < FlowThreads.loadsMax ? FlowLoad() : takeBack(afterWaitingFor: FlowThreads.loadsMax / 2)
    swap(&load, &next)
    tracking.there.put(Parcel(next), atOnce: atOnce)
    underWay += 1
  }

  /// Takes the first load back, when it has been tracked, and shows its flows.
  private mutating func takeBack(afterWaitingFor count: Int = 1) -> FlowLoad {
    var load = tracking.back.take(afterWaitingFor: count).open()
    underWay -= 1
    load.show(&view, &flow)
    load.clear()
    return load
  }
}
