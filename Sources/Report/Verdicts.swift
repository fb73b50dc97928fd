// What records call the fields that lie, and what became of checksums.

internal import Wire

extension Field {
  /// The raw value without a String: what records print.
  var name: StaticString {
    switch self {
    case .version: "version"
    case .headerLength: "header_length"
    case .length: "length"
    case .type: "type"
    case .optionLength: "option_length"
    case .depth: "depth"
    case .count: "count"
    case .checksum: "checksum"
    case .pointer: "pointer"
    }
  }
}

extension ChecksumVerdict {
  /// One word.
  var name: StaticString {
    switch self {
    case .good: "good"
    case .bad: "bad"
    case .partial: "partial"
    case .absent: "absent"
    case .unverifiable: "unverifiable"
    }
  }
}
