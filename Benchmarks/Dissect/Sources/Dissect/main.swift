// Dissects the frames of saved captures over and over: nanoseconds and allocations per frame. Exits with 1
// when a frame allocates. Only little-endian pcap files are read; others are passed over.

import CountedAllocations
import Glibc
import Wire

/// A capture in memory: where each frame's octets lie, and how many there were on the wire.
struct Saved {
  var octets: [UInt8] = []
  var frames: [(start: Int, captured: Int, wire: Int)] = []
  var link = LinkType.ethernet

  /// Nil when the file is not a pcap file of this machine's byte order.
  init?(_ path: String) {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    while case let count = read(file, &piece, piece.count), count > 0 { octets += piece[..<count] }
    guard octets.count >= 24, [0xa1b2_c3d4, 0xa1b2_3c4d].contains(word(0)) else { return nil }
    let type = word(20) & 0xffff
    link = LinkType(rawValue: type == 101 ? 12 : Int32(type))
    var at = 24
    while at + 16 <= octets.count, at + 16 + word(at + 8) <= octets.count {
      frames.append((at + 16, word(at + 8), word(at + 12)))
      at += 16 + word(at + 8)
    }
  }

  func word(_ at: Int) -> Int {
    Int(octets[at]) | Int(octets[at + 1]) << 8 | Int(octets[at + 2]) << 16 | Int(octets[at + 3]) << 24
  }

  /// Dissects every frame once; the answer keeps the optimizer from leaving any of it out.
  func pass(_ mux: Mux, _ packet: inout Packet) -> Int {
    var sum = 0
    for i in frames.indices {
      let frame = frames[i]
      mux.dissect(
        octets.span.extracting(frame.start..<frame.start + frame.captured),
        Frame(number: UInt64(i), time: 0, wireLength: frame.wire, capturedLength: frame.captured, link: link),
        into: &packet)
      sum &+= packet.payloadLength &+ packet.layerCount
    }
    return sum
  }
}

func nanoseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

let mux = Mux.standard
precondition(allocations() > 0, "nobody counts")
var packet = Packet()
var allocated = 0
var sum = 0
for path in CommandLine.arguments.dropFirst() {
  guard let saved = Saved(path), !saved.frames.isEmpty else { continue }
  let passes = max(5, 400_000 / saved.frames.count)
  sum &+= saved.pass(mux, &packet)
  var best = Int.max
  let before = allocations()
  for _ in 0..<passes {
    let start = nanoseconds()
    sum &+= saved.pass(mux, &packet)
    best = min(best, nanoseconds() - start)
  }
  let count = Int(allocations() - before)
  allocated += count
  let tenths = best * 10 / saved.frames.count
  print(
    "\(path.split(separator: "/").last ?? ""): \(saved.frames.count) frames,",
    "\(tenths / 10).\(tenths % 10) ns a frame,",
    "\(count) allocations in \(passes * saved.frames.count)")
}
print(allocated == 0 ? "no frame allocates" : "FRAMES ALLOCATE", "(\(sum & 1))")
exit(allocated == 0 ? 0 : 1)
