// Nothing in the tree depends on the machine it was written on.

import Testing

/// Paths and hosts that somebody else does not have.
@Suite struct PlaceTests {
  /// Folders of one machine. The letters are parted so that this file does not find itself.
  static let folders = ["work/", "tmp/wt", "tmp/src", "root/", "home/", "Users/"].map { "/" + $0 }

  /// The hosts that may be named: the places of standards and of the tools that are used.
  static let hosts: Set<String> = [
    "github.com", "www.swift.org", "swift.org", "www.tcpdump.org", "www.wireshark.org", "www.iana.org",
    "www.rfc-editor.org", "datatracker.ietf.org", "ietf.org", "standards.ieee.org", "docs.zeek.org",
    "www.apache.org", "www.kernel.org", "docs.kernel.org", "manpages.debian.org", "www.debian.org",
    "no-color.org", "llvm.org", "keepachangelog.com",
  ]

  @Test func noFileNamesAFolderOfOneMachine() {
    var findings = Findings()
    for file in Tree.files {
      for (index, line) in file.lines.enumerated() {
        for folder in Self.folders {
          guard let place = line.firstRange(of: folder) else { continue }
          // A longer path or an address may end in the same letters: only the start of a path counts.
          let before = line[..<place.lowerBound].last
          if let before, before.isLetter || before.isNumber || "./}_-*$)".contains(before) { continue }
          findings.add(file, index + 1, "names \(folder)…, a folder of one machine")
        }
      }
    }
    findings.report()
  }

  @Test func noFileNamesAHostOfOneNetwork() {
    var findings = Findings()
    for file in Tree.files where !file.path.hasPrefix("pcaps/expected/") {
      for (index, line) in file.lines.enumerated() {
        for match in line.matches(of: /https?:\/\/([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]+)/) {
          let host = String(match.1)
          let isExample = host.firstMatch(of: /(^|\.)(example(\.(com|net|org))?|test|local|invalid)$/) != nil
          if !isExample, !Self.hosts.contains(host) {
            findings.add(file, index + 1, "names the host \(host): add it to the list if everybody has it")
          }
        }
      }
    }
    findings.report()
  }
}
