// Which interfaces there are, and what they can do (`-D`, `-L`, `-J`).

internal import CPcap
public import Wire

#if canImport(Glibc)
  internal import Glibc
#endif

/// An interface that can be captured from.
public struct InterfaceDescription: Sendable, Equatable {
  /// Its place in the list, from 1; `-i` takes it instead of the name.
  public var number: Int
  /// The interface's name.
  public var name: String
  /// libpcap's words about it, when it has any.
  public var description: String?
  /// `up`, `running`, `loopback`, `wireless`, `connected`, `disconnected`, in this order.
  public var flags: [String]
  /// Its addresses as text, IPv4 and IPv6.
  public var addresses: [String]
}

/// A link type an interface can deliver, for `-y`.
public struct LinkTypeDescription: Sendable, Equatable {
  /// The number libpcap knows it by.
  public var link: LinkType
  /// Its name (`EN10MB`), or `DLT 147` when libpcap has none.
  public var name: String
  /// Its description (`Ethernet`), when libpcap has one.
  public var description: String?
}

/// A source of time stamps an interface can use, for `-j`.
public struct TimestampTypeDescription: Sendable, Equatable {
  /// Its name (`host`, `adapter_unsynced`).
  public var name: String
  /// Its description, when libpcap has one.
  public var description: String?
}

/// The interfaces this process may capture from, in libpcap's order.
public func listInterfaces() throws(CaptureError) -> [InterfaceDescription] {
  var first: UnsafeMutablePointer<pcap_if_t>?
  let (status, message) = unsafe withErrorBuffer { unsafe pcap_findalldevs(&first, $0) }
  guard status == 0 else { throw CaptureError(.input, message) }
  defer { unsafe pcap_freealldevs(first) }
  var list: [InterfaceDescription] = []
  var next = unsafe first
  while let each = unsafe next {
    list.append(
      unsafe InterfaceDescription(
        number: list.count + 1, name: textOf(each.pointee.name) ?? "",
        description: textOf(each.pointee.description),
        flags: flagNames(each.pointee.flags), addresses: addresses(each.pointee.addresses)))
    unsafe next = each.pointee.next
  }
  return list
}

/// The link types `interface` can deliver. Opening it needs the right to capture.
public func linkTypes(
  of interface: String, monitor: Bool = false
) throws(CaptureError) -> [LinkTypeDescription] {
  let device = try interfaceName(interface)
  let (created, message) = unsafe withErrorBuffer { unsafe pcap_create(device, $0) }
  guard let handle = unsafe created else { throw CaptureError(.usage, "\(device): \(message)") }
  defer { unsafe pcap_close(handle) }
  if monitor {
    guard unsafe pcap_can_set_rfmon(handle) == 1 else {
      throw CaptureError(.usage, "\(device): no monitor mode (-I)")
    }
    unsafe pcap_set_rfmon(handle, 1)
  }
  var notes: [String] = []
  try unsafe activate(handle, device: device, notes: &notes)
  var types: UnsafeMutablePointer<Int32>?
  let count = unsafe pcap_list_datalinks(handle, &types)
  guard count >= 0, let types = unsafe types else {
    throw CaptureError(.input, "\(device): \(unsafe libpcapMessage(handle))")
  }
  defer { unsafe pcap_free_datalinks(types) }
  return (0..<Int(count)).map { place in
    let link = unsafe types[place]
    return unsafe LinkTypeDescription(
      link: LinkType(rawValue: link), name: textOf(pcap_datalink_val_to_name(link)) ?? "DLT \(link)",
      description: textOf(pcap_datalink_val_to_description(link)))
  }
}

/// The time stamp types `interface` can use; empty when it has no choice.
public func timestampTypes(of interface: String) throws(CaptureError) -> [TimestampTypeDescription] {
  let device = try interfaceName(interface)
  let (created, message) = unsafe withErrorBuffer { unsafe pcap_create(device, $0) }
  guard let handle = unsafe created else { throw CaptureError(.usage, "\(device): \(message)") }
  defer { unsafe pcap_close(handle) }
  var types: UnsafeMutablePointer<Int32>?
  let count = unsafe pcap_list_tstamp_types(handle, &types)
  guard count >= 0 else { throw CaptureError(.input, "\(device): \(unsafe libpcapMessage(handle))") }
  defer { unsafe pcap_free_tstamp_types(types) }
  return (0..<Int(count)).compactMap { place in
    guard let type = unsafe types?[place] else { return nil }
    return unsafe TimestampTypeDescription(
      name: textOf(pcap_tstamp_type_val_to_name(type)) ?? "\(type)",
      description: textOf(pcap_tstamp_type_val_to_description(type)))
  }
}

/// The name behind what `-i` was given: a name, or a number of the list when no interface is called so.
func interfaceName(_ wanted: String) throws(CaptureError) -> String {
  guard let number = Int(wanted), unsafe if_nametoindex(wanted) == 0 else { return wanted }
  let list = try listInterfaces()
  guard list.indices.contains(number - 1) else {
    throw CaptureError(.usage, "-i \(wanted): there are \(list.count) interfaces; -D lists them")
  }
  return list[number - 1].name
}

/// No interface is called `name`; some are called nearly so.
func noSuchInterface(_ name: String) -> CaptureError {
  let names = ((try? listInterfaces()) ?? []).map(\.name)
  let near = nearest(to: name, among: names)
  let hint = near.isEmpty ? "-D lists what there is" : "did you mean \(near.joined(separator: ", "))?"
  return CaptureError(.usage, "\(name): no such interface; \(hint)")
}

/// At most three of `names`, the nearest first, none that has little in common with `name`.
func nearest(to name: String, among names: [String]) -> [String] {
  let limit = max(1, name.count / 2)
  let ranked = names.enumerated().map { (distance(name, $1), $0, $1) }
    .filter { $0.0 <= limit }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
  return ranked.prefix(3).map(\.2)
}

/// How many characters must be put in, taken out or changed to make `right` of `left` (Levenshtein).
private func distance(_ left: String, _ right: String) -> Int {
  let right = Array(right)
  var row = Array(0...right.count)
  for (above, character) in left.enumerated() {
    var diagonal = row[0]
    row[0] = above + 1
    for column in right.indices {
      let change = diagonal + (right[column] == character ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(change, row[column] + 1, diagonal + 1)
    }
  }
  return row[right.count]
}

private func flagNames(_ flags: UInt32) -> [String] {
  var names: [String] = []
  if flags & UInt32(PCAP_IF_UP) != 0 { names.append("up") }
  if flags & UInt32(PCAP_IF_RUNNING) != 0 { names.append("running") }
  if flags & UInt32(PCAP_IF_LOOPBACK) != 0 { names.append("loopback") }
  if flags & UInt32(PCAP_IF_WIRELESS) != 0 { names.append("wireless") }
  switch flags & UInt32(PCAP_IF_CONNECTION_STATUS) {
  case UInt32(PCAP_IF_CONNECTION_STATUS_CONNECTED): names.append("connected")
  case UInt32(PCAP_IF_CONNECTION_STATUS_DISCONNECTED): names.append("disconnected")
  default: break
  }
  return names
}

private func addresses(_ first: UnsafeMutablePointer<pcap_addr_t>?) -> [String] {
  var list: [String] = []
  var next = unsafe first
  while let each = unsafe next {
    unsafe next = each.pointee.next
    guard let address = unsafe each.pointee.addr else { continue }
    let length: Int
    switch unsafe Int32(address.pointee.sa_family) {
    case AF_INET: length = MemoryLayout<sockaddr_in>.size
    case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
    default: continue
    }
    var host = [CChar](repeating: 0, count: 64)
    if unsafe getnameinfo(address, socklen_t(length), &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST)
      == 0
    {
      let octets = host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      list.append(String(decoding: octets, as: UTF8.self))
    }
  }
  return list
}
