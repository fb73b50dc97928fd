// A saved capture on two threads: the first reads frames and prints, the second tracks.
//
// The first takes out of a plain frame what names its flow and what a journal asks of it; the few frames that
// are more are dissected by the second, because only the tracker knows which these are.

import Capture
import Flow
import Report
import Synchronization
import Wire

/// What goes to the tracker and comes back: frames with what was seen in them, then flows that ended.
private struct FlowLoad: ~Copyable, Sendable {
  private var frames = FrameBatch()
  /// Of the frame with the same index; those behind the last frame are of earlier loads.
  private var looked: [ForeseenFrame] = []
  private var ended = EndedFlows()
  /// The input ends with it.
  var isLast = false
  /// Set when everything has been told.
  var tally: FlowTally?

  /// Takes a frame for a tracker with this secret. False when there is no room for it.
  @inline(__always)
  mutating func add(_ octets: Bytes, _ frame: Frame, _ secret: FlowSecret) -> Bool {
    guard frames.append(octets, frame) else { return false }
    if looked.count < frames.count { looked.append(ForeseenFrame()) }
    looked[frames.count - 1].look(octets, frame, secret)
    return true
  }

  /// Lets a tracker have the frames.
  mutating func track(_ tracking: inout FlowTracking) {
    var next = 0
    frames.forEach(
      foresight: Tracker.foresight,
      ahead: { _, _ in
        tracking.foresee(&looked[next])
        next += 1
      },
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
  func run(_ limits: Limits, _ secret: FlowSecret) {
    var tracking = FlowTracking(limits, secret: secret)
    var load = there.take().open()
    while !load.isLast {
      load.track(&tracking)
      back.put(Parcel(load))
      load = there.take().open()
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
}

/// What the first thread does.
struct FlowThreads: FrameReader, ~Copyable {
  /// Loads that are under way at a time.
  private static let loadsMax = 8

  private var view: FlowView
  private let secret = FlowSecret()
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
    worker = Worker { [secret] in tracking.run(limits, secret) }
  }

  mutating func receive(_ octets: Bytes, _ frame: Frame) {
    if load.add(octets, frame, secret) { return }
    send()
    _ = load.add(octets, frame, secret)
  }

  /// Nothing comes: what was read is told.
  mutating func rest(_ now: Int64?) {
    send()
    while underWay > 0 { load = takeBack() }
  }

  mutating func finish(_ output: inout Output) {
    load.isLast = true
    send()
    while tally == nil {
      load = takeBack()
      output.pass(&view)
      // What has come back empty is what the tracker tells its last flows in.
      if load.tally == nil { send() } else { tally = load.tally }
    }
    worker.join()
    view.finish()
  }

  mutating func conclude() {
    if let tally { view.conclude(tally) }
  }

  var pending: Int { view.pending }
  mutating func flush() -> Bool { view.flush() }

  /// Sends the load at hand to the tracker; an empty one takes its place.
  private mutating func send() {
    var next = underWay < FlowThreads.loadsMax ? FlowLoad() : takeBack()
    swap(&load, &next)
    tracking.there.put(Parcel(next))
    underWay += 1
  }

  /// Takes the first load back, when it has been tracked, and shows its flows.
  private mutating func takeBack() -> FlowLoad {
    var load = tracking.back.take().open()
    underWay -= 1
    load.show(&view, &flow)
    load.clear()
    return load
  }
}
