// How cost grows with the flows that are open: time of a packet, memory of a flow, and the longest that one
// packet takes while they come.

import Flow
import Glibc
import Wire

/// Connections that are open, as small as they can be kept: what each end sends next.
private struct Many {
  var next: [(client: UInt32, server: UInt32, packets: UInt32)]

  init(_ count: Int) {
    next = (0..<count).map {
      let pair = pair($0)
      return (pair.next.client, pair.next.server, 0)
    }
  }

  /// The next packet of a connection: `step` 0 to 2 open it, then a question, its answer and so on.
  mutating func fill(_ packet: inout Packet, _ number: Int, _ step: Int) {
    let fromClient = step != 1 && (step < 3 || step % 2 == 1)
    packet.source = IPAddress(ipv4: fromClient ? UInt32(number) | 0x2000_0000 : 0x0a00_0001)
    packet.destination = IPAddress(ipv4: fromClient ? 0x0a00_0001 : UInt32(number) | 0x2000_0000)
    packet.sourcePort = fromClient ? 40_000 : 80
    packet.destinationPort = fromClient ? 80 : 40_000
    let octets = step < 3 ? 0 : fromClient ? 100 : 300
    packet.payloadLength = octets
    packet.ipLength = octets + 52
    next[number].packets &+= 1
    packet.identification = next[number].packets & 0x7fff | (fromClient ? 0x8000 : 0)
    packet.tcp.timestampValue = (fromClient ? 0x1234_5678 : 0x9abc_def0) &+ next[number].packets
    packet.tcp.flags = step == 0 ? .syn : step == 1 ? [.syn, .ack] : step == 2 ? .ack : [.psh, .ack]
    packet.tcp.sequence = fromClient ? next[number].client : next[number].server
    packet.tcp.acknowledgment = step == 0 ? 0 : fromClient ? next[number].server : next[number].client
    let length = UInt32(octets) &+ (step < 2 ? 1 : 0)
    if fromClient { next[number].client &+= length } else { next[number].server &+= length }
  }
}

/// Opens so many connections, then asks and answers on random ones; one line of the table.
func grow(_ count: Int, asks: Int = 2_000_000) {
  let before = resident()
  var many = Many(count)
  let own = resident() - before
  var limits = Limits()
  limits.flowsMax = 33_000_000
  limits.idleTCP = .max
  limits.active = 0
  // As `flows` has it.
  limits.keepsJournals = true
  var tracker = Tracker(limits, secret: FlowSecret(seed: 1))
  var packet = Packet()
  packet.ipVersion = 4
  packet.ipProtocol = .tcp
  (packet.hasPorts, packet.hasTCP, packet.hasIdentification) = (true, true, true)
  packet.tcp.window = 60_000
  packet.tcp.hasTimestamps = true
  var (time, number): (Int64, UInt64) = (1_700_000_000_000_000_000, 0)
  func take(_ flow: Int, _ step: Int, _ tracker: inout Tracker) {
    many.fill(&packet, flow, step)
    number += 1
    time += 1_000
    let length = packet.ipLength + 14
    _ = tracker.receive(
      &packet,
      Frame(number: number, time: time, wireLength: length, capturedLength: length, link: .ethernet))
  }
  var longest = 0.0
  let began = seconds()
  for flow in 0..<count {
    let start = threadSeconds()
    take(flow, 0, &tracker)
    longest = max(longest, threadSeconds() - start)
    take(flow, 1, &tracker)
    take(flow, 2, &tracker)
  }
  let opening = (seconds() - began) / Double(count) * 1e9
  var random: UInt64 = 42
  func ask(_ times: Int) -> Double {
    let began = seconds()
    for _ in 0..<times {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let flow = Int(((random >> 32) &* UInt64(count)) >> 32)
      take(flow, 3, &tracker)
      take(flow, 4, &tracker)
    }
    return (seconds() - began) / Double(times * 2) * 1e9
  }
  _ = ask(asks / 4)
  let cost = ask(asks)
  let memory = (resident() - before - own) / count
  print(
    "\(count) flows: \(Int(opening)) ns to open one, \(Int(cost)) ns a packet of random ones, "
      + "\(memory) octets each, longest packet \(Int(longest * 1e6)) us, \(tracker.count) open")
}

/// Processor time of this thread: what else the machine does is not in it.
private func threadSeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}
