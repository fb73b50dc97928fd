// Counts what each stage allocates for the frames of the captures named: `NAME FRAMES ALLOCATIONS` lines.
//
// Every stage sees all frames twice and is counted the second time: buffers have their size by then, and
// conversations are known. The first line, of a stage that allocates once per frame, shows that the counter
// counts.

import Capture
import Report
import Wire

/// One frame, kept.
struct Kept {
  var octets: [UInt8]
  var frame: Frame
}

/// Every frame of the captures named.
func frames(of paths: some Sequence<String>) -> [Kept] {
  var kept: [Kept] = []
  for path in paths {
    do {
      let capture = try Capture(.files([path]))
      try capture.forEachFrame { octets, frame in
        var copy: [UInt8] = []
        for i in 0..<octets.count { copy.append(octets[i]) }
        kept.append(Kept(octets: copy, frame: frame))
        return .go
      }
    } catch {
      print("\(path): \(error)")
    }
  }
  return kept
}

let kept = frames(of: CommandLine.arguments.dropFirst())

/// Runs a stage over all frames, twice, and tells what the second time cost.
@MainActor func measure(_ name: String, _ stage: (Bytes, Frame) -> Void) {
  for each in kept { stage(each.octets.span, each.frame) }
  Allocations.begin()
  for each in kept { stage(each.octets.span, each.frame) }
  let count = Allocations.end()
  print(name, kept.count, count)
}

var sink = 0
measure("control") { bytes, _ in
  sink &+= [UInt8](repeating: 1, count: bytes.count + 1).capacity
}

let mux = Mux.standard
var packet = Packet()
measure("dissect") { bytes, frame in mux.dissect(bytes, frame, into: &packet) }

for (name, verbosity, dump) in [
  ("line", 0, LineOptions.Dump.none), ("line-v", 1, .none), ("line-vvv", 3, .none),
  ("line-X", 0, .hexASCII(link: true)),
  ("line-A", 0, .ascii(link: false)),
] {
  var options = LineOptions()
  options.verbosity = verbosity
  options.dump = dump
  options.linkHeader = verbosity > 1
  // localtime_r(3) allocates, once per quarter of an hour of a capture.
  options.zone = { _ in 0 }
  var printer = LinePrinter(options)
  measure(name) { bytes, frame in
    printer.out.removeAll()
    printer.print(bytes, frame)
  }
}

var records = JSONPrinter(interfaces: ["a.pcap"], checksums: true)
measure("json") { bytes, frame in
  records.out.removeAll()
  mux.dissect(bytes, frame, into: &packet)
  records.print(bytes, frame, &packet)
}

var fields = FieldsPrinter(interfaces: ["a.pcap"], checksums: true, color: true)
measure("fields") { bytes, frame in
  fields.out.removeAll()
  mux.dissect(bytes, frame, into: &packet)
  fields.print(bytes, frame, &packet)
}
