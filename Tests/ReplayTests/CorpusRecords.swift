// Captures of other projects as flows and verdicts of ours, and what other tools recorded of them.

import Capture
import Flow
import Foundation
import Wire

@testable import Report

/// Two endpoints and a protocol by their texts, in an order that both directions share.
struct Pair: Hashable, Comparable {
  var proto: String
  var low, high: String

  init(_ proto: String, _ a: String, _ b: String) {
    self.proto = proto
    (low, high) = a < b ? (a, b) : (b, a)
  }

  static func < (a: Pair, b: Pair) -> Bool { (a.proto, a.low, a.high) < (b.proto, b.low, b.high) }
}

/// Packets and octets of the two endpoints of a pair, the lower first.
struct Volume: Equatable {
  var packets: [UInt64] = [0, 0]
  var octets: [UInt64] = [0, 0]

  mutating func add(_ pair: Pair, _ end: String, packets: UInt64, octets: UInt64) {
    // Both ends may be the same one.
    let at = end == pair.low ? 0 : 1
    self.packets[at] += packets
    self.octets[at] += octets
  }
}

/// What a definition may hang on: properties of the packets between two addresses.
struct Traits: OptionSet {
  var rawValue: Int
  /// Octets on the wire that were not captured.
  static let cut = Traits(rawValue: 1)
  static let tunnel = Traits(rawValue: 2)
  static let fragment = Traits(rawValue: 4)
  /// A header that lies or ends too early.
  static let fault = Traits(rawValue: 8)
  /// An ICMP error, or the packet that one is about.
  static let error = Traits(rawValue: 16)

  static let names = ["cut by the capture", "in a tunnel", "in fragments", "malformed", "ICMP errors"]
}

/// A capture with all of its packets tracked.
struct TrackedCapture {
  var flows: [EndedFlow] = []
  /// By frame number.
  var verdicts: [Int: Verdict] = [:]
  var segments: [Int: TCPFlags] = [:]
  private(set) var traits: [Set<String>: Traits] = [:]
  var isCut = false

  init(_ file: String) {
    var tracker = Tracker(Limits(), secret: FlowSecret(seed: 1))
    var packet = Packet()
    var flows: [EndedFlow] = []
    var traits: [Set<String>: Traits] = [:]
    var verdicts: [Int: Verdict] = [:]
    var segments: [Int: TCPFlags] = [:]
    let url = (Frames.corpus ?? URL(fileURLWithPath: "/")).appendingPathComponent(file)
    do {
      let capture = try Capture(.files([url.path]))
      try capture.forEachFrame { octets, frame in
        Mux.standard.dissect(octets, frame, into: &packet)
        let verdict = tracker.receive(&packet, frame)
        verdicts[Int(frame.number)] = verdict
        if packet.hasTCP { segments[Int(frame.number)] = packet.tcp.flags }
        if tracker.hasEnded { tracker.drain { flows.append($0) } }
        if packet.ipVersion != 0 { TrackedCapture.note(&packet, frame, &traits) }
        return .go
      }
    } catch {
      isCut = true
    }
    tracker.finish()
    tracker.drain { flows.append($0) }
    self.flows = flows.sorted { $0.record.serial < $1.record.serial }
    self.verdicts = verdicts
    self.segments = segments
    self.traits = traits
  }

  private static func note(_ packet: inout Packet, _ frame: Frame, _ traits: inout [Set<String>: Traits]) {
    var here: Traits = []
    if frame.capturedLength < frame.wireLength { here.insert(.cut) }
    if packet.tunnelDepth > 0 { here.insert(.tunnel) }
    if packet.isFragment { here.insert(.fragment) }
    if packet.fault != nil { here.insert(.fault) }
    if packet.quoted != nil { here.insert(.error) }
    if here.isEmpty { return }
    let version = packet.ipVersion
    traits[[text(packet.source, version), text(packet.destination, version)], default: []].formUnion(here)
    for i in 0..<packet.carrierCount {
      let carrier = packet.carriers[i]
      let version: UInt8 = carrier.isIPv6 ? 6 : 4
      traits[[text(carrier.source, version), text(carrier.destination, version)], default: []]
        .formUnion(here)
    }
    if let quoted = packet.quoted {
      let ends = [quoted.source, quoted.destination].map { text($0, quoted.ipVersion) }
      traits[Set(ends), default: []].insert(.error)
    }
  }

  /// What is special about the packets between a pair's addresses.
  func traits(of pair: Pair) -> Traits {
    traits[Set([pair.low, pair.high].map { String($0.prefix { $0 != " " }) })] ?? []
  }

  /// Packets and octets of frames by pair, ICMP without its types: as tools that keep no types have them.
  var volumes: [Pair: Volume] {
    var volumes: [Pair: Volume] = [:]
    for flow in flows {
      let record = flow.record
      let ends = [record.originator, record.responder].map { end in
        let port = record.key.ipProtocol == .icmp || record.key.ipProtocol == .icmpv6 ? 0 : end.port
        return "\(text(end.address, record.key.isIPv6 ? 6 : 4)) \(port)"
      }
      let pair = Pair("\(record.key.ipProtocol.rawValue)", ends[0], ends[1])
      for side in 0..<2 {
        volumes[pair, default: Volume()].add(
          pair, ends[side], packets: record.counters[side].packets,
          octets: record.counters[side].frameOctets)
      }
    }
    return volumes
  }
}

/// An address as every record of ours prints it.
func text(_ address: IPAddress, _ version: UInt8) -> String {
  var out = OctetBuffer(capacity: 64)
  out.write(address, version: version)
  var octets: [UInt8] = []
  for i in 0..<out.count { octets.append(out[i]) }
  return String(decoding: octets, as: UTF8.self)
}

/// An address in any notation, in ours (RFC 5952).
func canonical(_ words: Substring) -> String {
  guard words.contains(":") else { return String(words) }
  let halves = words.components(separatedBy: "::")
  func groups(_ part: String) -> [UInt64] {
    part.split(separator: ":").flatMap { word -> [UInt64] in
      let four = word.split(separator: ".").compactMap { UInt64($0) }
      if four.count == 4 { return [four[0] << 8 | four[1], four[2] << 8 | four[3]] }
      return [UInt64(word, radix: 16) ?? 0]
    }
  }
  var all = groups(halves[0])
  let tail = halves.count > 1 ? groups(halves[1]) : []
  all += Array(repeating: 0, count: max(0, 8 - all.count - tail.count)) + tail
  guard all.count == 8 else { return String(words) }
  var address = IPAddress()
  for i in 0..<4 {
    address.high = address.high << 16 | all[i]
    address.low = address.low << 16 | all[i + 4]
  }
  return text(address, 6)
}

/// A row of ORACLES.tsv.
struct Oracle: Sendable {
  var capture: String
  var file: String
  var kind: String
  var command: String

  /// All of them; none when they are not here.
  static let all: [Oracle] = {
    guard let url = Frames.corpus?.appendingPathComponent("ORACLES.tsv"),
      let text = try? String(contentsOf: url, encoding: .utf8)
    else { return [] }
    return text.split(separator: "\n").dropFirst().compactMap { line in
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard columns.count >= 4 else { return nil }
      return Oracle(capture: columns[0], file: columns[1], kind: columns[2], command: columns[3])
    }
  }()

  /// The lines of its record.
  func lines() throws -> [Substring] {
    let url = (Frames.corpus ?? URL(fileURLWithPath: "/")).appendingPathComponent(file)
    if file.hasSuffix(".gz") {
      return try Program.command(["gzip", "-dc", url.path]).output.split(separator: "\n")
    }
    return String(decoding: try Data(contentsOf: url), as: UTF8.self).split(separator: "\n")
  }
}

/// How many of something agree, and why the others do not.
struct Agreement {
  var equal = 0
  var reasons: [String: (count: Int, example: String)] = [:]

  mutating func differ(_ reason: String, flows count: Int = 1, _ example: @autoclosure () -> String) {
    let before = reasons[reason]
    reasons[reason] = ((before?.count ?? 0) + count, before?.example ?? example())
  }

  /// Of all but those that differ for a reason of `definitions`, the share that agrees.
  func share(without definitions: (String) -> Bool = { _ in false }) -> Double {
    let others = reasons.filter { !definitions($0.key) }.values.reduce(0) { $0 + $1.count }
    return Double(equal) / Double(max(1, equal + others))
  }

  /// A line for each reason.
  func print(_ title: String) {
    Swift.print("\(title): \(equal) agree")
    for (reason, (count, example)) in reasons.sorted(by: {
      ($1.value.count, $0.key) < ($0.value.count, $1.key)
    }) {
      Swift.print("  \(count)  \(reason), as \(example)")
    }
  }
}
