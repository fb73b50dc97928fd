import Foundation
import Report
import Testing
import Wire

/// Records and fields are made without memory of their own: a hundred thousand frames leave the heap as it
/// was.
@Suite struct AllocationTests {
  /// Alone in a process of its own, where nobody else allocates.
  @Test func aHundredThousandFramesGrowNothing() async {
    await #expect(processExitsWith: .success) {
      var frames: [([UInt8], Frame)] = []
      for name in ["http-keepalive", "udp-dns", "tls13-hello", "malformed", "dhcp", "vxlan", "ntp"] {
        guard let path = SavedFrames.lessons.first(where: { $0.contains("/\(name).pcap") }) else {
          continue
        }
        SavedFrames.each(path) { octets, frame in
          var copy: [UInt8] = []
          for i in 0..<octets.count { copy.append(octets[i]) }
          frames.append((copy, frame))
        }
      }
      precondition(frames.count > 40, "the captures of this tree are not there")
      var json = JSONPrinter(interfaces: ["eth0"], checksums: true)
      var fields = FieldsPrinter(interfaces: ["eth0"], checksums: true, color: true)
      var packet = Packet()
      func show(_ count: Int) {
        for i in 0..<count {
          let frame = frames[i % frames.count]
          Mux.standard.dissect(frame.0.span, frame.1, into: &packet)
          json.print(frame.0.span, frame.1, &packet)
          json.out.removeAll()
          if i % 10 == 0 {
            fields.print(frame.0.span, frame.1, &packet)
            fields.out.removeAll()
          }
        }
      }
      // The first rounds make the buffers as large as they have to be, and bring the program's own pages in.
      show(100_000)
      _ = residentOctets()
      let before = residentOctets()
      show(100_000)
      let after = residentOctets()
      // Less than one octet a frame: nothing is kept, and nothing is leaked.
      precondition(after <= before + 64 * 1024, "grew by \(after - before) octets")
    }
  }
}

/// Octets of memory that the process has in use.
private func residentOctets() -> Int {
  let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
  return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
}
