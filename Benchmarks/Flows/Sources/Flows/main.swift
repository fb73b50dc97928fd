// A million flows that are open, and floods of a million: memory of the whole program, time, and whether the
// connections in between are still right. Exits with 1 when a limit is passed or a connection is wrong.

import Flow
import Glibc
import Wire

/// Octets of this program in memory now.
func resident() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var numbers: [Int] = []
  var number = 0
  while true {
    let octet = fgetc(file)
    if octet >= 48, octet <= 57 {
      number = number * 10 + Int(octet - 48)
    } else {
      numbers.append(number)
      number = 0
      if octet == EOF { break }
    }
  }
  return numbers.count > 1 ? numbers[1] * sysconf(Int32(_SC_PAGESIZE)) : 0
}

func seconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}

nonisolated(unsafe) var failed = false

func check(_ holds: Bool, _ words: String) {
  if holds { return }
  failed = true
  print("  WRONG: \(words)")
}

/// A pair whose numbers are as random as those of stacks are.
func pair(_ number: Int, _ ipProtocol: IPProtocol = .tcp) -> Pair {
  var random = UInt64(number) &* 0x9e37_79b9_7f4a_7c15
  random ^= random >> 29
  random &*= 0xbf58_476d_1ce4_e5b9
  var pair = Pair(UInt32(truncatingIfNeeded: number) | 0x2000_0000, ipProtocol)
  pair.next = (UInt32(truncatingIfNeeded: random), UInt32(truncatingIfNeeded: random >> 32))
  return pair
}

/// Flows that are all open, several segments each, and what they take.
func open(_ count: Int) {
  let before = resident()
  var scene = Scene { $0.flowsMax = 33_000_000 }
  scene.keeps = false
  var worst = 0.0
  let began = seconds()
  for number in 0..<count {
    var pair = pair(number)
    scene.time -= 10_900_000
    let start = seconds()
    scene.open(&pair)
    worst = max(worst, seconds() - start)
    for _ in 0..<3 { scene.ask(&pair) }
  }
  let took = seconds() - began
  let memory = resident() - before
  print(
    "\(count) open connections: \(memory / count) octets each in the program, "
      + "\(scene.tracker.octets / count) by its own account, \(Int(took / Double(count) * 1e9 / 12)) ns a packet, "
      + "longest opening \(Int(worst * 1e6)) us")
  check(scene.tracker.count == count, "\(scene.tracker.count) flows are open")
  check(memory / count <= 512 || count < 100_000, "more than 512 octets for a connection")
}

/// A flood of `count` packets with connections in between.
func flood(_ name: String, _ count: Int, _ next: (Int, inout Scene) -> Void) {
  let before = resident()
  var limits = Limits()
  limits.flowsMax = 200_000
  let flowsMax = limits.flowsMax
  var scene = Scene { $0.flowsMax = flowsMax }
  scene.keeps = false
  var bystanders = (1...100).map { Pair(0x0a64_0000 + UInt32($0)) }
  for i in bystanders.indices { scene.open(&bystanders[i]) }
  var (most, octets, asked) = (0, 0, 0)
  let began = seconds()
  for i in 0..<count {
    scene.time -= 999_000
    next(i, &scene)
    if i % 1000 == 0 {
      scene.ask(&bystanders[asked % 100])
      asked += 1
      octets = max(octets, scene.tracker.octets)
    }
    if i % 65_536 == 0 { most = max(most, resident() - before) }
  }
  let took = seconds() - began
  var right = 0
  scene.tracker.forEachOpen { flow in
    guard let address = flow.record.originator.address.ipv4, address >> 16 == 0x0a64,
      let connection = flow.connection
    else { return }
    let i = Int(address & 0xffff) - 1
    let questions = Int64(asked / 100 + (i < asked % 100 ? 1 : 0))
    if connection.handshake.isComplete, connection[.originator].streamOctets == questions * 100,
      connection[.responder].streamOctets == questions * 300,
      connection[.originator].counters.retransmissions == 0
    {
      right += 1
    }
  }
  let tally = scene.tracker.tally
  print(
    "\(name): \(count) packets, \(Int(took / Double(count) * 1e9)) ns each; \(most >> 20) MiB of "
      + "\(limits.octetsMax >> 20) declared (\(octets >> 20) by its own account); bystanders right \(right)/100; "
      + "evicted \(tally.evictedUnproven) unproven, \(tally.evictedOpen) open; details refused "
      + "\(tally.detailsRefused), given up \(tally.detailsGivenUp), cut short \(tally.detailsShed)")
  check(right == 100, "\(100 - right) bystanders")
  check(most <= limits.octetsMax + 32 << 20, "more memory than declared")
  check(octets <= limits.octetsMax, "more memory than declared, by its own account")
  check(tally.packets == tally.inFlows + tally.withoutFlow, "packets")
}

if CommandLine.arguments.count > 1, CommandLine.arguments[1] == "growth" {
  for words in CommandLine.arguments.dropFirst(2) { grow(Int(words) ?? 1000) }
  exit(failed ? 1 : 0)
}
let count = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 1_000_000 : 1_000_000
open(count)
flood("SYNs of a million sources", count) { i, scene in
  var pair = pair(i)
  scene.take(pair.packet(fromClient: true, .syn))
}
flood("random packets, UDP and TCP", count) { i, scene in
  var pair = pair(i, i % 2 == 0 ? .udp : .tcp)
  let flags = TCPFlags(rawValue: UInt16(truncatingIfNeeded: pair.next.client) & 0x1ff)
  scene.take(pair.packet(fromClient: true, flags, Int(pair.next.server & 1023)))
}
var liars = (0..<100_000).map { pair($0) }
flood("endless holes in 100,000 connections", count) { i, scene in
  liars[i % liars.count].next.client &+= 10_000
  scene.take(liars[i % liars.count].packet(fromClient: true, .ack, 10))
}
flood("overlapping lies", count) { i, scene in
  let random = pair(i).next
  liars[i % 100].next.client = random.client & 0xffff
  scene.take(liars[i % 100].packet(fromClient: true, .ack, Int(random.server & 1023)))
}
flood("option nonsense", count) { i, scene in
  let random = pair(i).next
  var packet = liars[i % 1000].packet(fromClient: i % 3 == 0, random.server & 14 == 0 ? .syn : .ack, 10)
  packet.tcp.windowScale = UInt8(truncatingIfNeeded: random.client)
  packet.tcp.sackPermitted = true
  packet.tcp.sackCount = UInt8(random.client >> 8 & 7)
  for j in 0..<4 {
    packet.tcp.sackLeft[j] = random.client >> UInt32(j * 3)
    packet.tcp.sackRight[j] = random.server >> UInt32(j * 5)
  }
  scene.take(packet)
}
exit(failed ? 1 : 0)
