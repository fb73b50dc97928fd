// One interface: opened as tcpdump opens it, watched so that its counters do not wrap.

internal import CPcap
internal import Wire

#if canImport(Glibc)
  internal import Glibc
#endif

/// An interface that is being captured from.
@safe
final class LiveSource {
  let info: InterfaceInfo
  let handle: OpaquePointer
  /// Becomes readable when the kernel has frames for us.
  let descriptor: Int32
  let warnings: [String]
  /// The compiled filter, kept to be shown.
  let filter: Filter?
  let missed: MissedFrames?
  /// Why nothing more comes from it.
  var failure: CaptureError?
  /// Whether it has gone down and no frame has come since.
  var wentDown = false

  private var watch: OpaquePointer?
  private var received = WrappingCounter()
  private var droppedByKernel = WrappingCounter()
  private var droppedByInterface = WrappingCounter()
  private var watched = WrappingCounter()
  private let promiscuous: Bool

  init(_ wanted: String, settings: CaptureSettings, filter text: String) throws(CaptureError) {
    let device = try interfaceName(wanted)
    let (created, message) = unsafe withErrorBuffer { unsafe pcap_create(device, $0) }
    guard let opened = unsafe created else { throw CaptureError(.usage, "\(device): \(message)") }
    var notes: [String] = []
    let compiled: (filter: Filter?, link: Int32)
    do throws(CaptureError) {
      try unsafe prepare(opened, device: device, settings: settings)
      try unsafe activate(opened, device: device, notes: &notes)
      try unsafe chooseLink(opened, device: device, settings: settings)
      compiled = try unsafe begin(opened, device: device, settings: settings, filter: text)
    } catch {
      unsafe pcap_close(opened)
      throw error
    }
    unsafe handle = opened
    warnings = notes
    promiscuous = settings.promiscuous && device != "any"
    descriptor = unsafe pcap_get_selectable_fd(opened)
    filter = compiled.filter
    info = unsafe InterfaceInfo(
      name: device, link: LinkType(rawValue: compiled.link),
      linkName: textOf(pcap_datalink_val_to_name(compiled.link)),
      linkDescription: textOf(pcap_datalink_val_to_description(compiled.link)),
      snapLength: Int(pcap_snapshot(opened)),
      nanoseconds: pcap_get_tstamp_precision(opened) == PCAP_TSTAMP_PRECISION_NANO, live: true)
    // What the watching handle catches is read as a file would be: libpcap has put the tag back by then.
    if settings.countMissed, let dead = unsafe pcap_open_dead(compiled.link, 65_535) {
      missed = unsafe MissedFrames(plain: text, handle: dead, optimize: true)
      unsafe pcap_close(dead)
    } else {
      missed = nil
    }
    if missed != nil {
      unsafe watch = MissedFrames.watch(
        device: device, plain: text, settings: settings, linkType: compiled.link)
    }
  }

  deinit {
    if let watch = unsafe watch { unsafe pcap_close(watch) }
    unsafe pcap_close(handle)
  }

  /// Looks at libpcap's counters. Called ten times a second: at 100 million frames a second 32 bits last 43
  /// seconds.
  func refresh() {
    var counts = pcap_stat()
    if failure == nil, unsafe pcap_stats(handle, &counts) == 0 {
      received.update(counts.ps_recv)
      droppedByKernel.update(counts.ps_drop)
      droppedByInterface.update(counts.ps_ifdrop)
    }
    guard let watch = unsafe watch, let missed, unsafe pcap_stats(watch, &counts) == 0 else { return }
    missed.add(watched.update(counts.ps_recv))
    let user = unsafe Unmanaged.passUnretained(missed).toOpaque().assumingMemoryBound(to: UInt8.self)
    unsafe pcap_dispatch(watch, 4096, noteMissed, user)
  }

  /// Adds this interface's counters to a whole, as they were at the last look.
  func add(to statistics: inout CaptureStatistics) {
    statistics.received += received.total
    statistics.droppedByKernel = (statistics.droppedByKernel ?? 0) + droppedByKernel.total
    if promiscuous {
      statistics.droppedByInterface = (statistics.droppedByInterface ?? 0) + droppedByInterface.total
    }
  }
}

/// pcap_dispatch's function for what the watching handle caught.
private func noteMissed(
  _ user: UnsafeMutablePointer<UInt8>?, _ header: UnsafePointer<pcap_pkthdr>?, _ octets: UnsafePointer<UInt8>?
) {
  guard let user = unsafe user, let header = unsafe header, let octets = unsafe octets else { return }
  let missed = unsafe Unmanaged<MissedFrames>.fromOpaque(user).takeUnretainedValue()
  unsafe missed.note(header, octets)
}

/// What must be said before activation.
private func prepare(
  _ handle: OpaquePointer, device: String, settings: CaptureSettings
) throws(CaptureError) {
  unsafe pcap_set_snaplen(handle, settings.snapLength == 0 ? 262_144 : Int32(clamping: settings.snapLength))
  // `any` has no promiscuous mode; libpcap would warn every time.
  unsafe pcap_set_promisc(handle, settings.promiscuous && device != "any" ? 1 : 0)
  // The kernel closes a block of its ring when this time is over, and one tick later at worst. Half of what
  // was promised leaves the other half to whoever prints. Immediate is one tick of the kernel, and not
  // libpcap's immediate mode: that falls back to TPACKET_V2, whose ring has a slot of 64 KiB for every frame
  // where offloads are on, 32 slots in 2 MiB, and lost 4561 of 5000 frames in a burst where this loses none.
  let timeout = settings.immediate ? 1 : max(1, settings.timeoutMilliseconds / 2)
  unsafe pcap_set_timeout(handle, Int32(clamping: timeout))
  let size = settings.bufferKibibytes ?? CaptureSettings.bufferKibibytesUsual
  guard size > 0, size <= Int(Int32.max) / 1024 else {
    throw CaptureError(.usage, "-B \(size): the buffer is between 1 and \(Int(Int32.max) / 1024) KiB")
  }
  unsafe pcap_set_buffer_size(handle, Int32(size * 1024))
  if settings.monitor {
    guard unsafe pcap_can_set_rfmon(handle) == 1 else {
      throw CaptureError(.usage, "\(device): no monitor mode (-I)")
    }
    unsafe pcap_set_rfmon(handle, 1)
  }
  if let type = settings.timestampType {
    let value = unsafe pcap_tstamp_type_name_to_val(type)
    guard value >= 0 else { throw CaptureError(.usage, "-j \(type): no such time stamp type; -J lists them") }
    let status = unsafe pcap_set_tstamp_type(handle, value)
    guard status == 0 else {
      throw CaptureError(.usage, "\(device): -j \(type): \(unsafe String(cString: pcap_statustostr(status)))")
    }
  }
  // Refused only by what cannot: then frames come in microseconds and `nanoseconds` says so.
  unsafe pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO)
}

/// Opens the interface, or says who may.
func activate(
  _ handle: OpaquePointer, device: String, notes: inout [String]
) throws(CaptureError) {
  let status = unsafe pcap_activate(handle)
  if status == 0 { return }
  let detail = unsafe libpcapMessage(handle)
  let words = unsafe String(cString: pcap_statustostr(status))
  if status > 0 {
    notes.append("\(device): \(detail.isEmpty || status != PCAP_WARNING ? words : detail)")
    return
  }
  switch status {
  case PCAP_ERROR_NO_SUCH_DEVICE: throw noSuchInterface(device)
  case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED: throw noRight(device)
  case PCAP_ERROR_IFACE_NOT_UP:
    throw CaptureError(.input, "\(device): the interface is down; ip link set \(device) up")
  case PCAP_ERROR_RFMON_NOTSUP: throw CaptureError(.usage, "\(device): no monitor mode (-I)")
  default:
    throw CaptureError(.input, "\(device): \(status == PCAP_ERROR || !detail.isEmpty ? detail : words)")
  }
}

/// Picks the link type: the one asked for, or for `any` cooked frames of version 2, which say the interface.
private func chooseLink(
  _ handle: OpaquePointer, device: String, settings: CaptureSettings
) throws(CaptureError) {
  guard let name = settings.linkType else {
    if device == "any" { unsafe pcap_set_datalink(handle, DLT_LINUX_SLL2) }
    return
  }
  let link = unsafe pcap_datalink_name_to_val(name)
  guard link >= 0 else { throw CaptureError(.usage, "-y \(name): no such link type; -L lists them") }
  guard unsafe pcap_set_datalink(handle, link) == 0 else {
    throw CaptureError(
      .usage, "\(device): -y \(name): \(unsafe libpcapMessage(handle)); -L lists what it has")
  }
}

/// Direction, filter, and no blocking from here on.
private func begin(
  _ handle: OpaquePointer, device: String, settings: CaptureSettings, filter text: String
) throws(CaptureError) -> (Filter?, Int32) {
  if settings.direction != .inout {
    let direction = settings.direction == .in ? PCAP_D_IN : PCAP_D_OUT
    guard unsafe pcap_setdirection(handle, direction) == 0 else {
      throw CaptureError(
        .usage, "\(device): -Q \(settings.direction.rawValue): \(unsafe libpcapMessage(handle))")
    }
  }
  var filter: Filter?
  if !text.isEmpty {
    var network: UInt32 = 0
    var mask: UInt32 = 0
    let (status, _) = unsafe withErrorBuffer { unsafe pcap_lookupnet(device, &network, &mask, $0) }
    let compiled = try unsafe Filter(
      text, handle: handle, optimize: settings.optimizeFilter, netmask: status == 0 ? mask : nil)
    guard unsafe compiled.install(on: handle) else {
      throw CaptureError(.input, "\(device): filter: \(unsafe libpcapMessage(handle))")
    }
    filter = compiled
  }
  if let group = settings.fanoutGroup {
    guard wiretale_join_fanout(unsafe pcap_fileno(handle), group) == 0 else {
      throw CaptureError(
        .input, "\(device): packets cannot be shared between queues: \(systemMessage(errno))")
    }
  }
  let (status, message) = unsafe withErrorBuffer { unsafe pcap_setnonblock(handle, 1, $0) }
  guard status == 0 else { throw CaptureError(.input, "\(device): \(message)") }
  return unsafe (filter, pcap_datalink(handle))
}
