import Foundation
import Report
import Testing
import Wire

/// Records and fields are made without memory of their own: twenty thousand frames leave the heap as it was.
/// That nothing at all is allocated is counted elsewhere, in the optimised program.
@Suite struct AllocationTests {
  /// Alone in a process of its own, where nobody else allocates.
  @Test func twentyThousandFramesGrowNothing() async {
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
      show(20_000)
      _ = anonymousOctets()
      let before = anonymousOctets()
      precondition(before > 0, "the kernel says what the process has in use")
      show(20_000)
      let after = anonymousOctets()
      // The least that malloc gives is 32 octets with its header: one leak a frame would be 640 kB. Less is
      // the test runner's own.
      precondition(after <= before + 320_000, "grew by \(after - before) octets")
    }
  }
}

/// Octets of memory of its own that the process has in use; the pages of programs and libraries, which come
/// in whenever something runs for the first time, do not count.
private func anonymousOctets() -> Int {
  let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = text.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
  return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
}
