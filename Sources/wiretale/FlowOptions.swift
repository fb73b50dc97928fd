// How many flows are followed, and for how long; and the summary of what became of them.

import ArgumentParser
import Flow

/// The options of every verb that follows flows.
struct FlowOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The most flows that are followed at a time.", valueName: "count"))
  var flowsMax: Int?

  @Option(
    help: ArgumentHelp(
      "How long a flow may be quiet before it ends, and how often one that lasts is reported: "
        + "'tcp=3600,half-open=120,udp=60,icmp=60,other=60,active=1800' has the usual ones; active=0 never.",
      valueName: "kind=seconds,…"))
  var timeout: String?

  @Flag(help: "Flows of different VLANs are different flows; else a copy on another VLAN is a copy.")
  var byVlan = false

  /// The tracker's limits that the options ask for.
  func limits() throws -> Limits {
    var limits = Limits()
    if let flowsMax {
      guard (1...33_000_000).contains(flowsMax) else {
        throw Failure.usage("--flows-max \(flowsMax): 1 to 33000000")
      }
      limits.flowsMax = flowsMax
      limits.flowsExpected = flowsMax
    }
    limits.tellsVLANs = byVlan
    for part in (timeout ?? "").split(separator: ",") {
      let words = part.split(separator: "=")
      guard words.count == 2, let seconds = Int64(words[1]), (0...31_536_000).contains(seconds),
        seconds > 0 || words[0] == "active"
      else { throw Failure.usage("--timeout \(part): KIND=SECONDS, up to 31536000") }
      let time = seconds * 1_000_000_000
      switch words[0] {
      case "tcp": limits.idleTCP = time
      case "half-open": limits.idleHalfOpen = time
      case "udp": limits.idleUDP = time
      case "icmp": limits.idleICMP = time
      case "other": limits.idleOther = time
      case "active": limits.active = time
      default: throw Failure.usage("--timeout \(part): tcp, half-open, udp, icmp, other or active")
      }
    }
    return limits
  }
}

/// What became of the packets and of the flows: every packet is in one of the sums, and what was given up for
/// want of room is said.
func summary(_ tally: FlowTally) -> [String] {
  func list(_ parts: [(UInt64, String)]) -> String {
    let parts = parts.filter { $0.0 > 0 }.map { "\(grouped($0.0)) \($0.1)" }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
  }
  let strays = list([
    (tally.withoutIP, "without an IP layer"), (tally.withoutPorts, "cut before their ports"),
    (tally.strayFragments, "fragments of unseen packets"),
  ])
  func of(_ count: UInt64, _ noun: String) -> String { "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")" }
  var lines = [
    "\(of(tally.packets, "packet")) = \(grouped(tally.inFlows)) in \(of(tally.flows, "flow"))"
      + " + \(grouped(tally.withoutFlow)) without flow\(strays)"
  ]
  if tally.evicted > 0 {
    let kinds = list([
      (tally.evictedUnproven, "half open or unanswered"), (tally.evictedClosed, "closed"),
      (tally.evictedOpen, "others"),
    ])
    lines.append(
      "\(of(tally.evicted, "flow")) ended early for want of room\(kinds): a larger --flows-max helps")
  }
  let troubles = list([
    (tally.detailsRefused, "refused"), (tally.detailsGivenUp, "given up for others"),
    (tally.detailsShed, "cut short"),
  ])
  if !troubles.isEmpty { lines.append("details of connections reached their limit\(troubles)") }
  return lines
}
