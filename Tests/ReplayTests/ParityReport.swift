// What a comparison with tcpdump found: shares per level, and the kinds of difference that are most common.

import Foundation

/// Counts of one comparison.
struct ParityReport {
  private struct Kind {
    var count = 0
    var inScope = 0
    var example = ""
    var shown = 0
  }

  private let shownMax: Int
  private let all: Bool
  private var level = ""
  private var records = 0
  private var same = 0
  private var recordsInScope = 0
  private var sameInScope = 0
  private var kinds: [String: Kind] = [:]

  init(shownMax: Int, all: Bool) {
    self.shownMax = shownMax
    self.all = all
  }

  /// Begins a level of detail.
  mutating func begin(_ level: String) {
    self.level = level
    records = 0
    same = 0
    recordsInScope = 0
    sameInScope = 0
  }

  /// Ends a level: prints its shares and returns that of the records in scope.
  func end() -> Double {
    let share = recordsInScope > 0 ? Double(sameInScope) / Double(recordsInScope) : 1
    let name = level.isEmpty ? "(default)" : level
    print(
      "\(name.padded(to: 10))  in scope \(percent(share)) of \(recordsInScope)   all "
        + "\(percent(records > 0 ? Double(same) / Double(records) : 1)) of \(records)")
    return share
  }

  /// Compares one record.
  mutating func compare(_ ours: Data, _ theirs: Data, inScope: Bool, origin: @autoclosure () -> String) {
    records += 1
    if inScope { recordsInScope += 1 }
    if ours == theirs {
      same += 1
      if inScope { sameInScope += 1 }
      return
    }
    if !inScope && !all { return }
    let ours = [UInt8](ours)
    let theirs = [UInt8](theirs)
    let origin = origin()
    var at = 0
    while at < ours.count, at < theirs.count, ours[at] == theirs[at] { at += 1 }
    let key = "theirs «\(around(theirs, at))» ours «\(around(ours, at))»"
    var kind = kinds[key] ?? Kind()
    kind.count += 1
    if inScope { kind.inScope += 1 }
    if kind.example.isEmpty { kind.example = "[\(level)] \(origin)" }
    if kind.shown < shownMax {
      kind.shown += 1
      print("-- [\(level)] \(origin)\(inScope ? "" : " (out of scope)")")
      print("< " + String(decoding: theirs, as: UTF8.self), terminator: "")
      print("> " + String(decoding: ours, as: UTF8.self), terminator: "")
    }
    kinds[key] = kind
  }

  /// The most common kinds of difference of all levels, those in scope first.
  func printKinds(_ count: Int) {
    let sorted = kinds.sorted { ($0.value.inScope, $0.value.count) > ($1.value.inScope, $1.value.count) }
    for (key, kind) in sorted.prefix(count) {
      print("\(kind.inScope) in scope, \(kind.count) in all: \(key)\n    \(kind.example)")
    }
  }

  /// Some text around the first difference, with every digit as 0 so that records of a kind are alike.
  private func around(_ text: [UInt8], _ at: Int) -> String {
    let start = max(0, at - 12)
    let end = min(text.count, at + 16)
    var digits = false
    var result: [UInt8] = []
    for octet in text[min(start, end)..<end] {
      let digit = octet >= 48 && octet <= 57
      if digit && digits { continue }
      digits = digit
      result.append(digit ? 48 : octet < 32 ? 32 : octet)
    }
    return String(decoding: result, as: UTF8.self)
  }

  private func percent(_ share: Double) -> String {
    let hundredths = Int(share * 100_000)
    return "\(hundredths / 1000).\(String(1000 + hundredths % 1000).dropFirst()) %"
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
