// What each room may import, and where `unsafe` may be written.

import Testing

/// The rooms keep to themselves.
@Suite struct RoomTests {
  /// What a file of each room may import. `Wire` is pure: the standard library alone.
  static let imports: [(room: String, allowed: Set<String>)] = [
    ("Wire", []),
    ("Capture", ["CPcap", "Glibc", "Musl", "Synchronization", "Wire"]),
    ("Flow", ["CPrefetch", "Wire"]),
    ("Report", ["Flow", "Glibc", "Musl", "Wire"]),
    ("Store", ["CSQLite"]),
    (
      "Service",
      ["Capture", "Configuration", "Flow", "Glibc", "Logging", "Report", "Store", "Synchronization", "Wire"]
    ),
    (
      "wiretale",
      [
        "ArgumentParser", "Capture", "Flow", "Glibc", "Musl", "Report", "Service", "Store", "Synchronization",
        "Wire",
      ]
    ),
  ]

  /// The places outside Sources/Capture where `unsafe` has an address, each for its reason.
  static let unsafePlaces: [String: String] = [
    "Sources/Flow/Storage.swift":
      "the flow table's memory: blocks that never move, zeros that are not written",
    "Sources/Report/OctetBuffer.swift": "text is appended through a pointer",
    "Sources/Report/Pen.swift": "a record is written from piece to piece, the place being in a register",
    "Sources/Report/Digits.swift": "digits are stored where the text ends, by words from a table",
    "Sources/Service/FlightRecorder.swift": "frames are copied into a ring that nobody clears first",
    "Sources/Service/System.swift": "calls to the system, with their pointers",
    "Sources/Store/Database.swift": "SQLite's C interface",
    "Sources/Report/Local.swift": "localtime_r(3), if_indextoname(3)",
  ]

  @Test(arguments: imports)
  func aRoomImportsOnlyWhatItMay(room: String, allowed: Set<String>) {
    var findings = Findings()
    for file in Tree.swift(in: "Sources/\(room)") {
      for (index, line) in Code(file).lines.enumerated() {
        let words = Code.words(line)
        guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
          words[..<place].allSatisfy({
            ["internal", "public", "package", "private", "fileprivate"].contains($0)
          })
        else { continue }
        let module = String(words[place + 1])
        if !allowed.contains(module) {
          let may =
            allowed.isEmpty ? "nothing but the standard library" : allowed.sorted().joined(separator: ", ")
          findings.add(file, index + 1, "\(room) imports \(module); it may import \(may)")
        }
      }
    }
    findings.report()
  }

  @Test func everyRoomHasItsRule() {
    let rooms = Set(Tree.swift(in: "Sources").map { String($0.path.split(separator: "/")[1]) })
    #expect(
      rooms == Set(Self.imports.map(\.room)), "a room of Sources without a rule of imports, or the reverse")
  }

  @Test func unsafeHasAnAddress() {
    var findings = Findings()
    var used: Set<String> = []
    for file in Tree.swift(in: "Sources") where !file.path.hasPrefix("Sources/Capture/") {
      for (index, line) in Code(file).lines.enumerated() where Code.words(line).contains("unsafe") {
        used.insert(file.path)
        if Self.unsafePlaces[file.path] == nil {
          findings.add(file, index + 1, "`unsafe` has no address here")
        }
      }
    }
    for (place, reason) in Self.unsafePlaces where Tree.exists(place) && !used.contains(place) {
      findings.add("\(place): no `unsafe` any more (it was for \(reason)): take it from the list")
    }
    findings.report()
  }
}
