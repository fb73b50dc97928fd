// Packets, octets and names of flows as nDPI, Suricata and the Community ID specification have them.

import Foundation
import Testing
import Wire

@testable import Flow

@Suite(.enabled(if: Frames.corpus != nil, "\(Frames.corpusMissing)"))
struct CorpusFlowTests {
  /// nDPI prints a line per five-tuple for the whole file, with octets of frames as captured.
  @Test func packetsAndOctetsAreThoseOfNDPI() throws {
    var found = Agreement()
    let numbers = ["TCP": "6", "UDP": "17", "ICMP": "1", "ICMPV6": "58", "SCTP": "132"]
    let line = #/^\t\d+\t(\S+) (\S+) <?-> (\S+) .*?\[(\d+) pkts\/(\d+) bytes <?-> (\d+) pkts\/(\d+) bytes\]/#
    for oracle in Oracle.all where oracle.kind == "nDPI-4.11dev-flows" {
      var theirs: [Pair: Volume] = [:]
      for words in try oracle.lines().compactMap({ $0.firstMatch(of: line) }) {
        let (a, b) = (endpoint(words.2), endpoint(words.3))
        let pair = Pair(numbers[String(words.1)] ?? String(words.1), a, b)
        theirs[pair, default: Volume()].add(
          pair, a, packets: UInt64(words.4) ?? 0, octets: UInt64(words.5) ?? 0)
        theirs[pair, default: Volume()].add(
          pair, b, packets: UInt64(words.6) ?? 0, octets: UInt64(words.7) ?? 0)
      }
      let tracked = TrackedCapture(oracle.capture)
      let ours = tracked.volumes
      for (pair, volume) in theirs {
        if ours[pair] == volume {
          found.equal += 1
        } else if pair.proto == "132" {
          found.differ("SCTP without ports", "\(oracle.capture) \(pair)")
        } else {
          found.differ(reason(tracked.traits(of: pair)), "\(oracle.capture) \(pair)")
        }
      }
    }
    found.print("flows as nDPI has them")
    #expect(found.equal > 1000)
    #expect(found.share() >= 0.98)
  }

  /// `[2001:db8::1]:53`, `192.0.2.1:53`, or an address alone.
  private func endpoint(_ words: Substring) -> String {
    if words.hasPrefix("["), let end = words.lastIndex(of: "]") {
      let port = words[words.index(end, offsetBy: 2)...]
      return "\(canonical(words[words.index(after: words.startIndex)..<end])) \(port)"
    }
    let parts = words.split(separator: ":")
    return parts.count == 2 ? "\(parts[0]) \(parts[1])" : "\(canonical(words)) 0"
  }

  private func reason(_ traits: Traits) -> String {
    let names = Traits.names.indices.filter { traits.contains(Traits(rawValue: 1 << $0)) }
      .map { Traits.names[$0] }
    return names.isEmpty ? "unexplained" : names.joined(separator: ", ")
  }

  /// Suricata counts what was captured, of fragments the datagrams that they make, and of tunnels the packets
  /// inside; an ICMP error for the flow that it is about. Those are differences of definition; see
  /// docs/comparisons.md.
  @Test func packetsAndOctetsAreThoseOfSuricata() throws {
    var found = Agreement()
    var names = Agreement()
    let numbers = ["TCP": "6", "UDP": "17", "ICMP": "1", "IPv6-ICMP": "58", "SCTP": "132", "ESP": "50"]
    for oracle in Oracle.all where oracle.kind.hasPrefix("GEN-suricata") {
      var theirs: [Pair: (volume: Volume, flows: Int)] = [:]
      var identities: [String: String] = [:]
      for line in try oracle.lines() where line.contains("\"event_type\":\"flow\"") {
        guard let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
          let flow = event["flow"] as? [String: Any], let proto = event["proto"] as? String,
          let source = event["src_ip"] as? String, let destination = event["dest_ip"] as? String
        else { continue }
        let a = "\(canonical(source[...])) \(event["src_port"] as? Int ?? 0)"
        let b = "\(canonical(destination[...])) \(event["dest_port"] as? Int ?? 0)"
        let pair = Pair(numbers[proto] ?? proto, a, b)
        var known = theirs[pair] ?? (Volume(), 0)
        known.flows += 1
        for (end, way) in [(a, "toserver"), (b, "toclient")] {
          let packets = (flow["pkts_\(way)"] as? NSNumber)?.uint64Value ?? 0
          let octets = (flow["bytes_\(way)"] as? NSNumber)?.uint64Value ?? 0
          known.volume.add(pair, end, packets: packets, octets: octets)
        }
        theirs[pair] = known
        if let identity = event["community_id"] as? String {
          // Of equal addresses it compares the ports' octets in the machine's order, not the ports.
          identities[identity] = source == destination ? "one address, ports in another order" : proto
        }
      }
      if theirs.isEmpty { continue }
      let tracked = TrackedCapture(oracle.capture)
      let ours = tracked.volumes
      for (pair, (volume, flows)) in theirs {
        if ours[pair] == volume {
          found.equal += flows
        } else {
          found.differ(reason(tracked.traits(of: pair)), flows: flows, "\(oracle.capture) \(pair)")
        }
      }
      let own = Set(tracked.flows.map { String(decoding: communityID(of: $0.record), as: UTF8.self) })
      for (identity, kind) in identities {
        if own.contains(identity) {
          names.equal += 1
        } else {
          names.differ(kind, "\(oracle.capture) \(identity)")
        }
      }
    }
    found.print("flows as Suricata has them")
    names.print("Community IDs of Suricata")
    #expect(found.equal > 3000)
    #expect(found.share { $0 != "unexplained" } >= 0.98)
    #expect(names.share { $0.hasPrefix("one address") } >= 0.98)
  }

  /// Every vector of the specification: as it stands, in hexadecimal, with another seed.
  @Test(arguments: [("deflt", 0, true), ("nob64", 0, false), ("seed1", 1, true)])
  func communityIDsAreThoseOfTheSpecification(file: String, seed: Int, inBase64: Bool) throws {
    let url = try #require(Frames.corpus)
      .appendingPathComponent("community-id-spec/baseline_\(file).json")
    let vectors = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [[String: Any]])
    #expect(vectors.count > 20)
    for vector in vectors {
      let proto = IPProtocol(rawValue: UInt8(vector["proto"] as? Int ?? 0))
      let words = [vector["saddr"], vector["daddr"]].map { $0 as? String ?? "" }
      let addresses = words.map(address)
      let isIPv6 = words[0].contains(":")
      var ports = (UInt16(vector["sport"] as? Int ?? 0), UInt16(vector["dport"] as? Int ?? 0))
      if proto == .icmp || proto == .icmpv6 {
        // The specification names types that are answered by both types, others by type and code.
        let echo = EchoPorts(
          type: UInt8(ports.0), code: UInt8(truncatingIfNeeded: ports.1), version: isIPv6 ? 6 : 4)
        ports = (echo.source, echo.destination)
      }
      let (key, isReversed) = FlowKey.of(
        source: addresses[0], sourcePort: ports.0, destination: addresses[1], destinationPort: ports.1,
        ipProtocol: proto, network: 0, isIPv6: isIPv6)
      let text = communityID(
        of: key, isReversed: key.isOneWay && isReversed, seed: UInt16(seed), inBase64: inBase64)
      #expect(String(decoding: text, as: UTF8.self) == vector["communityid"] as? String, "\(vector)")
    }
  }

  private func address(_ words: String) -> IPAddress {
    if !words.contains(":") {
      return IPAddress(ipv4: words.split(separator: ".").reduce(0) { $0 << 8 | (UInt32($1) ?? 0) })
    }
    let halves = words.components(separatedBy: "::").map {
      $0.split(separator: ":").map { UInt64($0, radix: 16) ?? 0 }
    }
    var all = halves[0]
    let tail = halves.count > 1 ? halves[1] : []
    all += Array(repeating: 0, count: 8 - all.count - tail.count) + tail
    var address = IPAddress()
    for i in 0..<4 {
      address.high = address.high << 16 | all[i]
      address.low = address.low << 16 | all[i + 4]
    }
    return address
  }
}
