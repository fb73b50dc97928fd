// The views of a sample, by name: what a fuzzer runs and what the corpus is replayed through.

internal import Report
public import Wire

/// One way of looking at a frame, with its properties.
public enum View: String, Sendable, CaseIterable {
  case dissect, line, json, fields

  /// Looks at a sample; throws what it broke. Every sample is looked at with nothing left over from the one
  /// before, so that what is found is found again.
  public func look(at octets: Bytes) throws(Broken) {
    guard let sample = Sample(octets) else { return }
    let bytes = octets.extracting(droppingFirst: Sample.headerLength)
    let frame = sample.frame(1, captured: bytes.count)
    var dissection = Dissection()
    try dissection.check(bytes, frame)
    switch self {
    case .dissect: break
    case .line:
      var view = LineView(sample.look)
      try view.check(bytes, frame)
      // Once more, as the second packet of its conversation.
      try view.check(bytes, sample.frame(2, captured: bytes.count))
    case .json:
      var view = RecordView(checksums: sample.look.options.checksums)
      try view.check(bytes, frame, &dissection.packet)
    case .fields:
      var view = FieldsView(checksums: sample.look.options.checksums, color: sample.look.options.color)
      try view.check(bytes, frame, &dissection.packet)
    }
  }
}
