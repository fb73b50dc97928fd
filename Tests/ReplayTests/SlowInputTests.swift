// A capture says the same however slowly it comes, and says it as soon as it can.

import Foundation
import Testing

@Suite(.enabled(if: Program.path != nil, "\(Program.missing)"))
struct SlowInputTests {
  /// A tool by the name of `xz` that hands out what it unpacks in many parts, with pauses between them.
  private static let slowTool = """
    #!/bin/sh
    PATH=/usr/bin:/bin
    all=$(dirname "$0")/all
    xz -d -c >"$all"
    part=$(($(wc -c <"$all") / 24 + 1))
    for i in $(seq 0 23); do
      tail -c +$((i * part + 1)) "$all" | head -c $part
      sleep 0.06
    done
    """

  /// Messages wait until enough of them have come to tell their framing.
  @Test func aDecompressorTakesItsTime() throws {
    let words = ["messages", "--json"]
    let folder = try Scratch()
    let tool = try folder.write(Array(Self.slowTool.utf8), to: "xz")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tool)
    let plain = "pcaps/http-keepalive.pcap"
    let packed = folder.file("packed")
    _ = try Program.shell("xz -c \"$1\" >\"$2\"", plain, packed)
    let known = try Program.run(words + ["-r", plain])
    #expect(known.status == 0 && !known.output.isEmpty)
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let slow = try Program.run(words + ["-r", packed], environment: ["PATH": "\(folder.path):\(path)"])
    #expect(slow.status == 0)
    #expect(slow.output == known.output)
  }

  /// Flows are told several at a time; when nothing comes, those that ended do not wait for others.
  @Test(arguments: [[], ["--json"], ["--threads", "2"]])
  func aFlowThatEndedIsToldWhileThePipeIsOpen(options: [String]) throws {
    let folder = try Scratch()
    // The first flow is quiet for a thousand seconds of the capture's time when the second begins.
    var capture = SavedCapture.udp(1)
    capture.add(SavedCapture.datagram(1, port: 4001), second: 1_700_001_000)
    let file = try folder.write(capture.octets, to: "two.pcap")
    let told = folder.file("told")
    let outcome = try Program.shell(
      """
      (
        cat "$1"
        for i in $(seq 100); do [ -s "$3" ] && break; sleep 0.1; done
        cp "$3" "$3.open"
      ) |
        "$2" flows \(options.joined(separator: " ")) -r - >"$3"
      """, file, Program.path ?? "", told)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let (open, all) = (folder.octets("told.open"), folder.octets("told"))
    #expect(open.count { $0 == 10 } == 1 && all.starts(with: open))
    #expect(all.count { $0 == 10 } == 2)
  }
}
