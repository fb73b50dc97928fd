// One JSON object per packet, one line each: RECORDS.md, `packets --json`.

public import Wire

/// Prints packets as NDJSON into a buffer that its owner empties.
public struct JSONPrinter: ~Copyable {
  /// The text so far.
  public var out = OctetBuffer()
  /// Whether checksums are verified and their verdicts told.
  public let checksums: Bool

  /// A printer of records. `interfaces` are the names that `Frame.interface` counts; a frame of an interface
  /// without a name has no `interface` in its record.
  public init(interfaces: [String] = [], checksums: Bool = false) {
    self.checksums = checksums
  }

  /// Prints one frame: one line. `packet` is its dissection; it is lent, not changed, because passing it by
  /// value costs a copy of it.
  public mutating func print(_ bytes: Bytes, _ frame: Frame, _ packet: inout Packet) {
    out.write("{\"frame\":")
    out.write(decimal: frame.number)
    out.write("}\n")
  }
}
