// The captures of pcaps/ as flows, for the tests that tell their stories.

import Capture
import Flow
import Foundation
import Testing
import Wire

/// A capture of pcaps/ with every packet tracked.
struct Saved {
  var flows: [EndedFlow] = []
  /// By frame, from 0.
  var verdicts: [Verdict] = []
  var packetsWithoutFlow: UInt64 = 0

  init(_ name: String, _ limits: Limits = Limits()) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("pcaps/\(name)")
    let capture = try Capture(.files([file.path]))
    var tracker = Tracker(limits, secret: FlowSecret(seed: 1))
    var packet = Packet()
    var flows: [EndedFlow] = []
    var verdicts: [Verdict] = []
    try capture.forEachFrame { octets, frame in
      Mux.standard.dissect(octets, frame, into: &packet)
      verdicts.append(tracker.receive(&packet, frame))
      if tracker.hasEnded { tracker.drain { flows.append($0) } }
      return .go
    }
    tracker.finish()
    tracker.drain { flows.append($0) }
    self.flows = flows.sorted { $0.record.serial < $1.record.serial }
    self.verdicts = verdicts
    packetsWithoutFlow = tracker.tally.withoutFlow
  }

  /// Packets of all flows but those that carry others.
  var packets: UInt64 {
    flows.reduce(0) {
      $0 + ($1.record.isCarrier ? 0 : $1.record.counters[0].packets + $1.record.counters[1].packets)
    }
  }
}

/// What a flow's record says of its ends: protocol, ports, packets each way.
func summary(_ flow: EndedFlow) -> String {
  let record = flow.record
  return "\(record.key.ipProtocol.rawValue) \(record.originator.port)>\(record.responder.port) "
    + "\(record.counters[0].packets)/\(record.counters[1].packets)"
}
