// Folders and records for the stories about the store.

import Foundation
import Store

/// A folder that goes away with its owner.
final class Folder {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "/wiretale-store-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Where the store is.
  var store: String { path + "/flows.db" }

  /// Octets of the store and of its log.
  var size: Int {
    ["", "-wal"].reduce(0) { sum, ending in
      let attributes = try? FileManager.default.attributesOfItem(atPath: store + ending)
      return sum + ((attributes?[.size] as? Int) ?? 0)
    }
  }
}

/// A flow of a number, at a second, with a record of about so many octets.
func flow(
  _ number: UInt64, at second: Int64 = 0, kind: StoredRecord.Kind = .flow, from origin: String = "10.0.0.1",
  to responder: String = "10.0.0.2", severity: UInt8 = 0, octets: Int = 64
) -> StoredRecord {
  let text =
    "{\"uid\":\"F\(number)\",\"interim\":\(kind == .interim),\"pad\":\""
    + String(repeating: "x", count: octets) + "\"}"
  return StoredRecord(
    kind, flow: number, start: second * 1_000_000_000, end: second * 1_000_000_000 + 1, proto: 6,
    origin: origin, originPort: 40_000, responder: responder, responderPort: 80, severity: severity,
    json: Array(text.utf8)[...])
}

/// The flows that answer a question, by the beginnings of their records.
func answers(_ reader: StoreReader, _ question: StoreQuestion) throws -> [String] {
  var found: [String] = []
  try reader.forEach(question) { record in
    let text = String(decoding: record, as: UTF8.self)
    found.append(String(text.dropFirst(8).prefix { $0 != "\"" }))
    return true
  }
  return found
}
