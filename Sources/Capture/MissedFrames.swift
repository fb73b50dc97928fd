// Frames that a filter missed because of what stands before their network layer.
//
// `tcp port 80` looks for IPv4 or IPv6 at the place where an untagged frame has it. A VLAN tag, an MPLS label
// or a PPPoE header moves that place, and the filter refuses the frame without a word. This file counts such
// frames and finds the filter that would have passed them.
//
// On a saved capture every refused frame is looked at. On an interface the kernel has thrown it away before
// we could, so a second handle with the filter "refused, but passes behind a tag" is opened beside the first:
// its counter says how many, and the few frames its small buffer holds say which tags.
//
// What an interface does is not what a file does (measured with libpcap 1.10.3 on Linux 6.18, veth pair, tags
// 0x8100 and 0x88a8, VLAN offloads on):
//   - Received: the kernel takes the outermost tag off and keeps it beside the frame before any filter sees
//     it. `tcp port 80` passes frames with one tag, and libpcap puts the tag back into what we get; it misses
//     frames with two.
//   - Sent: a tag is beside the frame when a VLAN device made it and the interface has the offload, and is
//     otherwise in the frame: then `tcp port 80` misses one tag too, as in a file.
//   - `vlan and`, `vlan and vlan and` pass one and two tags either way, as in a file.
//   - `mpls and`, `pppoes and` pass received frames with one tag in front as well. `vlan and pppoes and`
//     passes nothing at all on an interface, whatever it does in a file; so it is never offered there.

internal import CPcap

/// What can stand before the network layer, in the words of the filter language.
private enum Encapsulation: Int, CaseIterable {
  case vlan, vlanInVLAN, mpls, mplsInMPLS, pppoe, pppoeInVLAN, mplsInVLAN

  var words: [String] {
    switch self {
    case .vlan: ["vlan"]
    case .vlanInVLAN: ["vlan", "vlan"]
    case .mpls: ["mpls"]
    case .mplsInMPLS: ["mpls", "mpls"]
    case .pppoe: ["pppoes"]
    case .pppoeInVLAN: ["vlan", "pppoes"]
    case .mplsInVLAN: ["vlan", "mpls"]
    }
  }

  /// What to ask an interface for, where the kernel has taken the outermost tag off.
  var onInterface: Encapsulation {
    switch self {
    case .pppoeInVLAN: .pppoe
    case .mplsInVLAN: .mpls
    case .vlan, .vlanInVLAN, .mpls, .mplsInMPLS, .pppoe: self
    }
  }
}

/// Counts what a filter missed, for one interface or file.
final class MissedFrames {
  /// Frames that the filter refused and would have passed but for their tag.
  private(set) var count: UInt64 = 0

  private let plain: String
  private let kinds: [(kind: Encapsulation, filter: Filter)]
  private let any: Filter
  private var seen = [UInt64](repeating: 0, count: Encapsulation.allCases.count)

  /// Nil when there is nothing to count: no filter, one that speaks of tags itself, or a link type that has
  /// none.
  init?(plain: String, handle: OpaquePointer, optimize: Bool) {
    let words = filterWords(plain)
    guard !words.isEmpty, words.isDisjoint(with: ["vlan", "mpls", "pppoes", "pppoed", "geneve"]) else {
      return nil
    }
    self.plain = plain
    kinds = Encapsulation.allCases.compactMap { kind in
      let text = kind.words.joined(separator: " and ") + " and (\(plain))"
      guard let filter = unsafe try? Filter(text, handle: handle, optimize: optimize) else { return nil }
      return (kind, filter)
    }
    guard !kinds.isEmpty else { return nil }
    any = Filter(anyOf: kinds.map(\.filter))
  }

  /// Looks at a saved frame that the filter has refused.
  @inline(__always)
  func look(_ header: UnsafePointer<pcap_pkthdr>, _ octets: UnsafePointer<UInt8>) {
    guard unsafe any.passes(header, octets) else { return }
    count += 1
    if let kind = unsafe kind(header, octets) { seen[kind.rawValue] += 1 }
  }

  /// Remembers the tags of a frame that the watching handle has caught; `add` counts it.
  func note(_ header: UnsafePointer<pcap_pkthdr>, _ octets: UnsafePointer<UInt8>) {
    guard let kind = unsafe kind(header, octets) else { return }
    seen[kind.onInterface.rawValue] += 1
  }

  private func kind(_ header: UnsafePointer<pcap_pkthdr>, _ octets: UnsafePointer<UInt8>) -> Encapsulation? {
    kinds.first { unsafe $0.filter.passes(header, octets) }?.kind
  }

  /// Adds what the kernel has counted for us.
  func add(_ more: UInt64) { count += more }

  /// The shortest of the filters that pass most of what was missed.
  ///
  /// libpcap's `vlan`, `mpls` and `pppoes` move the place of everything behind them in the text, parentheses
  /// or not, so not every set of tags has a filter; these have.
  var offer: String? {
    let sets: [[Encapsulation]] = [
      [.vlan], [.vlanInVLAN], [.mpls], [.mplsInMPLS], [.pppoe], [.pppoeInVLAN], [.mplsInVLAN],
      [.vlan, .vlanInVLAN], [.vlan, .pppoeInVLAN], [.vlan, .mplsInVLAN], [.mpls, .mplsInMPLS],
    ]
    let best = sets.max { left, right in
      let (less, more) = (passed(left), passed(right))
      return less < more || (less == more && left.count > right.count)
    }
    guard let best, passed(best) > 0 else { return nil }
    return widened(best)
  }

  private func passed(_ set: [Encapsulation]) -> UInt64 {
    set.reduce(0) { $0 + seen[$1.rawValue] }
  }

  private func widened(_ set: [Encapsulation]) -> String {
    let inner = filterNeedsParentheses(plain) ? "(\(plain))" : plain
    if set.count == 2, let outer = set[0].words.first, let deeper = set[1].words.last {
      return "\(plain) or (\(outer) and (\(inner) or (\(deeper) and \(inner))))"
    }
    return "\(plain) or (\(set[0].words.joined(separator: " and ")) and \(inner))"
  }

  /// The handle beside the one that captures on `device`, or nil when the interface gives us no second one:
  /// then the summary has less to say, and nothing else suffers.
  ///
  /// Its snapshot length and buffer are small because nothing but the headers of a few frames is wanted; its
  /// immediate mode keeps to TPACKET_V2, whose buffer can be that small.
  static func watch(device: String, plain: String, settings: CaptureSettings, linkType: Int32)
    -> OpaquePointer?
  {
    let (created, _) = unsafe withErrorBuffer { unsafe pcap_create(device, $0) }
    guard let handle = unsafe created else { return nil }
    unsafe pcap_set_snaplen(handle, 128)
    unsafe pcap_set_buffer_size(handle, 1 << 16)
    unsafe pcap_set_immediate_mode(handle, 1)
    unsafe pcap_set_promisc(handle, settings.promiscuous && device != "any" ? 1 : 0)
    guard unsafe pcap_activate(handle) >= 0, unsafe pcap_set_datalink(handle, linkType) == 0,
      let watched = unsafe watchFilter(plain, direction: settings.direction, handle: handle),
      unsafe watched.install(on: handle)
    else {
      unsafe pcap_close(handle)
      return nil
    }
    _ = unsafe withErrorBuffer { unsafe pcap_setnonblock(handle, 1, $0) }
    return unsafe handle
  }

  /// "Refused, but passes behind a tag", for a live handle. The refusal stands first in each text, where
  /// nothing has moved its place yet.
  private static func watchFilter(
    _ plain: String, direction: CaptureDirection, handle: OpaquePointer
  ) -> Filter? {
    // The direction a handle is set to is looked at behind the counter; here it must be part of the filter.
    let way = direction == .in ? "inbound and " : direction == .out ? "outbound and " : ""
    let filters = Encapsulation.allCases.compactMap { kind in
      let text = "\(way)not (\(plain)) and \(kind.words.joined(separator: " and ")) and (\(plain))"
      return unsafe try? Filter(text, handle: handle, optimize: true)
    }
    return filters.isEmpty ? nil : Filter(anyOf: filters)
  }
}

private func filterWords(_ text: String) -> Set<String> {
  Set(text.split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == ":") }.map(String.init))
}

private func filterNeedsParentheses(_ text: String) -> Bool {
  text.contains("||") || text.contains("&&") || !filterWords(text).isDisjoint(with: ["or", "and"])
}
