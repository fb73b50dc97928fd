// What ICMP errors say of flows, kept beside the flows because few have any.

internal import Wire

/// Errors by the number of the flow that they quote.
struct Notices {
  /// The most flows that errors are kept of.
  static let flowsMax = 65_536

  private var byFlow: [UInt64: Evidence] = [:]
  /// Errors that were not kept because there were too many.
  private(set) var dropped: UInt64 = 0

  /// Notes an error about a packet that `asked` had sent.
  mutating func note(_ packet: inout Packet, _ frame: Frame, flow: UInt64, asked: FlowSide) {
    let isFour = packet.ipVersion == 4
    // Destination unreachable, with "fragmentation needed" among its codes (RFC 792, RFC 1191); ICMPv6 has a
    // type for that (RFC 4443 section 3.2).
    let isTooBig = isFour ? packet.icmpType == 3 && packet.icmpCode == 4 : packet.icmpType == 2
    guard isTooBig || packet.icmpType == (isFour ? 3 : 1) else { return }
    guard byFlow.count < Notices.flowsMax || byFlow[flow] != nil else {
      dropped += 1
      return
    }
    let amount =
      isTooBig ? Int64(packet.pathMTU) : Int64(packet.icmpType) << 8 | Int64(packet.icmpCode)
    byFlow[flow, default: Evidence()].note(
      isTooBig ? .tooBig : .unreachable, asked, frame.number, frame.time, amount: amount)
  }

  /// What has been said of a flow.
  subscript(flow: UInt64) -> Evidence { byFlow.isEmpty ? Evidence() : byFlow[flow] ?? Evidence() }

  /// Takes out what was said of a flow.
  mutating func take(_ flow: UInt64) -> Evidence {
    byFlow.isEmpty ? Evidence() : byFlow.removeValue(forKey: flow) ?? Evidence()
  }
}
