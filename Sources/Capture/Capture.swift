// Frames out of libpcap: opened here, handed out one by one, counted.

internal import CPcap
internal import Synchronization
public import Wire

#if canImport(Glibc)
  internal import Glibc
#endif

/// An open capture.
@safe
public struct Capture: ~Copyable {
  /// The interfaces or files frames come from; `Frame.interface` is an index into it.
  public let interfaces: [InterfaceInfo]

  let saved: [SavedSource]
  let live: [LiveSource]
  let settings: CaptureSettings
  let counters: UnsafeMutablePointer<Counters>

  /// Opens a source and compiles `filter` for it; empty lets everything pass.
  public init(_ source: CaptureSource, settings: CaptureSettings = CaptureSettings(), filter: String = "")
    throws(CaptureError)
  {
    // Blanks are no filter: libpcap's program for them passes everything at a price.
    let filter = filter.contains { !$0.isWhitespace } ? filter : ""
    let sources = try openAll(source, settings, filter)
    saved = sources.saved
    live = sources.live
    interfaces = saved.map(\.info) + live.map(\.info)
    self.settings = settings
    unsafe counters = .allocate(capacity: 1)
    unsafe counters.initialize(to: Counters())
  }

  deinit { unsafe counters.deallocate() }

  /// What libpcap had to say while opening, one line each, without the program's name.
  public var warnings: [String] { live.flatMap(\.warnings) }

  /// What became of the frames so far. Can be asked from within `forEachFrame`'s closures.
  public var statistics: CaptureStatistics {
    live.forEach { $0.refresh() }
    return recentStatistics
  }

  /// The same without asking the kernel, for who asks often: while interfaces are read, what it counts is a
  /// tenth of a second old.
  public var recentStatistics: CaptureStatistics {
    var statistics = CaptureStatistics()
    unsafe statistics.captured = counters.pointee.captured
    if live.isEmpty {
      unsafe statistics.received = counters.pointee.received
      unsafe statistics.filtered = counters.pointee.filtered
    }
    for each in live { each.add(to: &statistics) }
    return statistics
  }

  /// Octets of the files read so far and in all, as they lie on the disk; nil when one has no end to know.
  public var progress: (done: Int64, total: Int64)? {
    var whole: (done: Int64, total: Int64) = (0, 0)
    for each in saved {
      guard let part = each.stream.progress else { return nil }
      whole = (whole.done + part.done, whole.total + part.total)
    }
    return saved.isEmpty ? nil : whole
  }

  /// Frames that the filter would have passed but for their VLAN tag, MPLS label or PPPoE header, and a
  /// filter that passes them too; nil when there were none. Of an interface, asked at the end.
  public var missedByFilter: (count: UInt64, filter: String)? {
    live.forEach { $0.refresh() }
    let missed = saved.compactMap(\.missed) + live.compactMap(\.missed)
    let count = missed.reduce(0) { $0 + $1.count }
    let most = missed.max { $0.count < $1.count }
    guard count > 0, let offer = most?.offer else { return nil }
    return (count, offer)
  }

  /// The compiled filter of one interface or file, as lines that each end with a newline; nil without a
  /// filter.
  public func filterListing(_ listing: FilterListing, interface: Int = 0) -> String? {
    let filter = live.isEmpty ? saved[interface].filter : live[interface].filter
    return filter?.listing(listing)
  }

  /// Hands each frame, borrowed, to `body` until the end, a `.stop`, or a raised stop flag.
  ///
  /// `idle` is called when nothing has come for a while, and at least every 100 ms of what is not a file: the
  /// time to flush, to look at signals, and to tell what waits for more. `pause` is called when a stream,
  /// whose end nobody knows, has nothing at this moment: the time to flush. Neither is called of a file:
  /// what is told of it does not depend on how fast it is read. A file that ends inside a record, an
  /// interface that goes away: everything before has been handed out, what the other sources have is too,
  /// then the error is thrown.
  ///
  /// Frames that are there already may be looked at before their turn: `ahead` is shown each, in order, when
  /// `foresight` others come before it. Not all are: an interface hands out one at a time.
  public func forEachFrame(
    _ body: (Bytes, Frame) -> FrameVerdict, foresight: UInt64 = 0,
    ahead: (Bytes, Frame) -> Void = { _, _ in }, idle: () -> FrameVerdict = { .go },
    pause: () -> FrameVerdict = { .go }
  ) throws(CaptureError) {
    if !live.isEmpty { return try readInterfaces(body, idle) }
    // The streams call both from deep inside libpcap; the closures do not outlive this call.
    let failure: CaptureError? = withoutActuallyEscaping(idle) { idle in
      withoutActuallyEscaping(pause) { pause in
        for each in saved { (each.stream.whenQuiet, each.stream.whenEmpty) = (idle, pause) }
        defer { for each in saved { (each.stream.whenQuiet, each.stream.whenEmpty) = (nil, nil) } }
        do throws(CaptureError) {
          if saved.count == 1 { try readOne(saved[0], foresight, ahead, body) } else { try merge(body) }
          return nil
        } catch {
          return error
        }
      }
    }
    if let failure { throw failure }
  }

  /// The frames of one file.
  ///
  /// pcap_next_ex and not pcap_loop: measured over 200 000 frames of 106 octets, 83 ns a frame against 101,
  /// because a body behind a C function pointer cannot be inlined; the empty pcap_loop takes 78.
  private func readOne(
    _ source: SavedSource, _ foresight: UInt64, _ ahead: (Bytes, Frame) -> Void,
    _ body: (Bytes, Frame) -> FrameVerdict
  ) throws(CaptureError) {
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var octets: UnsafePointer<UInt8>?
    let (link, fcsLength) = (source.info.link, source.info.fcsLength)
    let (stop, blocks) = (settings.stop, source.filter == nil ? source.stream.blocks : nil)
    while true {
      if let blocks,
        unsafe blocks.handOut(counters, stop, link, fcsLength: fcsLength, foresight, ahead, body) == .stop
      {
        return
      }
      guard !stop.isRaised, try unsafe source.read(&header, &octets, counters) else { return }
      guard let header = unsafe header, let octets = unsafe octets else { return }
      let verdict = unsafe hand(header, octets, counters, link, 0, 1, fcsLength: fcsLength, body)
      if verdict == .stop { return }
    }
  }

  /// The frames of several files, the earliest first; of two at the same time, the one of the file named
  /// first.
  private func merge(_ body: (Bytes, Frame) -> FrameVerdict) throws(CaptureError) {
    var failure: CaptureError?
    var queue = MergeQueue()
    func refill(_ index: Int) {
      do throws(CaptureError) {
        // A frame may still wait from a call that was stopped.
        let source = saved[index]
        if unsafe source.header == nil { try unsafe source.lookAhead(counters) }
        if let header = unsafe source.header { queue.insert(unsafe nanoseconds(header, 1), index) }
      } catch {
        failure = failure ?? error
      }
    }
    for index in saved.indices { refill(index) }
    while !settings.stop.isRaised, let index = queue.first {
      let source = saved[index]
      guard let header = unsafe source.header, let octets = unsafe source.octets else { break }
      let verdict = unsafe hand(
        header, octets, counters, source.info.link, index, 1, fcsLength: source.info.fcsLength, body)
      source.forgetFrame()
      queue.removeFirst()
      if verdict == .stop { return }
      if saved.contains(where: \.stream.stopped) { return }
      refill(index)
    }
    if let failure { throw failure }
  }
}

/// Opens every file or every interface of a source.
private func openAll(
  _ source: CaptureSource, _ settings: CaptureSettings, _ filter: String
) throws(CaptureError) -> (saved: [SavedSource], live: [LiveSource]) {
  var sources: (saved: [SavedSource], live: [LiveSource]) = ([], [])
  switch source {
  case .files(let paths):
    guard paths.filter({ $0 == "-" }).count < 2 else {
      throw CaptureError(.usage, "standard input can be read once")
    }
    for path in paths { sources.saved.append(try SavedSource(path, settings: settings, filter: filter)) }
  case .interfaces(let names):
    for name in names { sources.live.append(try LiveSource(name, settings: settings, filter: filter)) }
  }
  guard !sources.saved.isEmpty || !sources.live.isEmpty else {
    throw CaptureError(.usage, "nothing to capture from")
  }
  return sources
}

/// Makes a frame of what libpcap says and hands it out. `scale` makes nanoseconds of the header's fractions.
@inline(__always)
func hand(
  _ header: UnsafePointer<pcap_pkthdr>, _ octets: UnsafePointer<UInt8>,
  _ counters: UnsafeMutablePointer<Counters>, _ link: LinkType, _ interface: Int, _ scale: Int64,
  fcsLength: Int = 0, _ body: (Bytes, Frame) -> FrameVerdict
) -> FrameVerdict {
  unsafe counters.pointee.captured &+= 1
  let captured = unsafe Int(header.pointee.caplen)
  let frame = unsafe Frame(
    number: counters.pointee.captured, time: nanoseconds(header, scale),
    wireLength: Int(header.pointee.len), capturedLength: captured, interface: interface, link: link,
    fcsLength: fcsLength)
  return body(unsafe UnsafeBufferPointer(start: octets, count: captured).span, frame)
}

/// A header's time in nanoseconds since the epoch. A file can claim seconds that 64 bits of nanoseconds do
/// not hold, in the years before 1678 and after 2261: those become the first or last moment that they do.
@inline(__always)
func nanoseconds(_ header: UnsafePointer<pcap_pkthdr>, _ scale: Int64) -> Int64 {
  let seconds = unsafe Int64(header.pointee.ts.tv_sec)
  let fraction = unsafe Int64(header.pointee.ts.tv_usec) &* scale
  let limit: Int64 = 9_223_372_035
  if seconds > limit { return Int64.max }
  if seconds < -limit { return Int64.min }
  return seconds &* 1_000_000_000 &+ fraction
}
