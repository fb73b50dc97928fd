// The loop over interfaces: wait, take what came, let the reader rest, look at the stop flag; never 100 ms
// without.

internal import CPcap
internal import Wire

#if canImport(Glibc)
  internal import Glibc
#endif

/// What pcap_dispatch's function needs to know.
@safe
private struct LiveContext {
  let body: (Bytes, Frame) -> FrameVerdict
  let counters: UnsafeMutablePointer<Counters>
  let handle: OpaquePointer
  let link: LinkType
  let interface: Int
  /// 1 when the handle counts nanoseconds, 1000 when microseconds.
  let scale: Int64
  var verdict = FrameVerdict.go
  var frames = 0
}

/// pcap_dispatch's function. Global, so that it is no actor's: a closure in `main` costs 45 ns more a frame.
private func receive(
  _ user: UnsafeMutablePointer<UInt8>?, _ header: UnsafePointer<pcap_pkthdr>?, _ octets: UnsafePointer<UInt8>?
) {
  guard let user = unsafe user, let header = unsafe header, let octets = unsafe octets else { return }
  let context = unsafe UnsafeMutableRawPointer(user).assumingMemoryBound(to: LiveContext.self)
  if unsafe context.pointee.verdict == .stop { return }
  unsafe context.pointee.frames += 1
  let verdict = unsafe hand(
    header, octets, context.pointee.counters, context.pointee.link, context.pointee.interface,
    context.pointee.scale, context.pointee.body)
  if verdict == .stop {
    unsafe context.pointee.verdict = .stop
    unsafe pcap_breakloop(context.pointee.handle)
  }
}

extension Capture {
  /// Frames taken from one interface before the others get their turn and the stop flag is looked at.
  private static var turn: Int32 { 4096 }

  /// Reads interfaces until a stop, or until none is left.
  func readInterfaces(
    _ body: (Bytes, Frame) -> FrameVerdict, _ idle: () -> FrameVerdict
  ) throws(CaptureError) {
    let failure = withoutActuallyEscaping(body) { body in run(body, idle) }
    for each in live where each.failure == nil && each.wentDown {
      throw failure ?? CaptureError(.input, "\(each.info.name): the interface went down")
    }
    if let failure { throw failure }
  }

  private func run(
    _ body: @escaping (Bytes, Frame) -> FrameVerdict, _ idle: () -> FrameVerdict
  ) -> CaptureError? {
    let patience = Int32(clamping: min(50, max(1, settings.timeoutMilliseconds / 2)))
    var (rested, refreshed) = (milliseconds(), milliseconds())
    var busy = false
    while !settings.stop.isRaised {
      let running = live.indices.filter { live[$0].failure == nil }
      if running.isEmpty { break }
      var waits = running.map { pollfd(fd: live[$0].descriptor, events: Int16(POLLIN), revents: 0) }
      unsafe poll(&waits, nfds_t(waits.count), busy ? 0 : patience)
      busy = false
      for (place, index) in running.enumerated() {
        if waits[place].revents & Int16(POLLERR) != 0 { live[index].wentDown = true }
        // Asked even when nothing is there: libpcap finds out here that an interface has gone.
        let outcome = take(index, body)
        if outcome.verdict == .stop { return nil }
        if outcome.frames >= Capture.turn { busy = true }
      }
      let now = milliseconds()
      if now - refreshed >= 1000 {
        live.forEach { $0.refresh() }
        refreshed = now
      }
      if !busy || now - rested >= Int64(patience) {
        rested = now
        if idle() == .stop { break }
      }
    }
    return live.lazy.compactMap(\.failure).first
  }

  /// One turn of one interface.
  private func take(
    _ index: Int, _ body: @escaping (Bytes, Frame) -> FrameVerdict
  ) -> (verdict: FrameVerdict, frames: Int32) {
    let source = live[index]
    var context = unsafe LiveContext(
      body: body, counters: counters, handle: source.handle, link: source.info.link, interface: index,
      scale: source.info.nanoseconds ? 1 : 1000)
    let result = unsafe withUnsafeMutablePointer(to: &context) { pointer in
      unsafe pcap_dispatch(
        source.handle, Capture.turn, receive,
        UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: UInt8.self))
    }
    if context.frames > 0 { source.wentDown = false }
    if result < 0 && result != PCAP_ERROR_BREAK {
      source.refresh()
      source.failure = CaptureError(.input, "\(source.info.name): \(unsafe libpcapMessage(source.handle))")
    }
    return (context.verdict, Int32(context.frames))
  }
}

/// A clock that only goes forward.
private func milliseconds() -> Int64 {
  var now = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &now)
  return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
}
