// What a frame holds beside its protocols: padding, trailer, and the marks that offload leaves.

internal import Wire

/// The octets behind what a frame's layers say they have, told apart: Ethernet fills its shortest frame up to
/// 60 octets, the frame check sequence not counted (IEEE 802.3 clause 4.2.3.3); what is more was put there by
/// somebody.
struct Trailer {
  /// Octets that the shortest frame of Ethernet has without its check sequence.
  static let ethernetMin = 60

  var padding: Int
  var trailer: Int

  init(_ offset: Int, _ length: Int, _ link: LinkType) {
    padding = link == .ethernet ? max(0, min(length, Trailer.ethernetMin &- offset)) : 0
    trailer = max(0, length &- padding)
  }
}

/// Signs that a frame was captured where the network card's work was still to do, or already done.
enum Offload {
  /// Octets of the longest IP packet that an Ethernet of the usual MTU carries. A longer TCP packet is
  /// several segments that the card is yet to cut, or has put together.
  static let ipLengthMax = 1500
}

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
