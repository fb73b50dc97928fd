// The loop over interfaces: wait, take what came, let the reader rest, look at the stop flag; never 100 ms
// without.

internal import CPcap
internal import Wire

#if canImport(Glibc)
  internal import Glibc
#endif

/// Who is handed the frames.
private final class Taker {
  let take: (Bytes, Frame) -> FrameVerdict

  init(_ take: @escaping (Bytes, Frame) -> FrameVerdict) { self.take = take }
}

/// What pcap_dispatch's function needs to know.
@safe
private struct LiveContext {
  let taker: Unmanaged<Taker>
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
  // Whoever waits for libpcap keeps it: nothing is retained and released for every frame, 30 ns.
  let verdict = unsafe context.pointee.taker._withUnsafeGuaranteedRef { taker in
    unsafe hand(
      header, octets, context.pointee.counters, context.pointee.link, context.pointee.interface,
      context.pointee.scale, taker.take)
  }
  if verdict == .stop {
    unsafe context.pointee.verdict = .stop
    unsafe pcap_breakloop(context.pointee.handle)
  }
}

extension Capture {
  /// Frames taken from one interface before the others get their turn and the stop flag is looked at.
  private static var turn: Int32 { 4096 }

  /// Milliseconds between two looks at libpcap's counters: each opens files of the system.
  private static var lookInterval: Int64 { 100 }

  /// Reads interfaces until a stop, or until none is left.
  func readInterfaces(
    _ body: (Bytes, Frame) -> FrameVerdict, _ idle: () -> FrameVerdict
  ) throws(CaptureError) {
    let failure = withoutActuallyEscaping(body) { run(Taker($0), idle) }
    for each in live where each.failure == nil && each.wentDown {
      throw failure ?? CaptureError(.input, "\(each.info.name): the interface went down")
    }
    if let failure { throw failure }
  }

  private func run(_ taker: Taker, _ idle: () -> FrameVerdict) -> CaptureError? {
    let patience = Int32(clamping: min(50, max(1, settings.timeoutMilliseconds / 2)))
    var (rested, looked) = (microseconds(), microseconds())
    var busy = false
    while !settings.stop.isRaised {
      let running = live.indices.filter { live[$0].failure == nil }
      if running.isEmpty { break }
      var waits = running.map { pollfd(fd: live[$0].descriptor, events: Int16(POLLIN), revents: 0) }
      wait(&waits, busy ? 0 : patience)
      busy = false
      for (place, index) in running.enumerated() {
        if waits[place].revents & Int16(POLLERR) != 0 { live[index].wentDown = true }
        // Asked even when nothing is there: libpcap finds out here that an interface has gone.
        let outcome = take(index, taker)
        if outcome.verdict == .stop { return nil }
        if outcome.frames >= Capture.turn { busy = true }
      }
      let now = microseconds()
      if now - looked >= Capture.lookInterval * 1000 {
        live.forEach { $0.refresh() }
        looked = now
      }
      if !busy || now - rested >= Int64(patience) * 1000 {
        rested = now
        if idle() == .stop { break }
      }
    }
    return live.lazy.compactMap(\.failure).first
  }

  /// Waits until the kernel has frames, or until `patience` is over: 0 does not wait.
  ///
  /// Where they come densely, more are let gather once the first are there. The kernel wakes us for each
  /// block of 256 KiB, 385 times a second at 500,000 packets, and each time the processor has forgotten the
  /// flows: 950 ns a packet, and 850 with a pause. A frame after silence is not kept waiting.
  private func wait(_ waits: inout [pollfd], _ patience: Int32) {
    let start = microseconds()
    let ready = unsafe poll(&waits, nfds_t(waits.count), patience)
    let rest = pause - (microseconds() - start)
    if patience > 0, ready > 0, rest > 0 { usleep(UInt32(rest)) }
  }

  /// Microseconds that frames may gather: a full link of 10 Gb/s does not fill the kernel's buffer in them,
  /// and what a frame may wait is spent by a fifth.
  private var pause: Int64 {
    if settings.immediate { return 0 }
    let size = settings.bufferKibibytes ?? CaptureSettings.bufferKibibytesUsual
    return Int64(max(0, min(20_000, size * 6 / 10, settings.timeoutMilliseconds * 200)))
  }

  /// One turn of one interface.
  private func take(_ index: Int, _ taker: Taker) -> (verdict: FrameVerdict, frames: Int32) {
    let source = live[index]
    var context = unsafe LiveContext(
      taker: .passUnretained(taker), counters: counters, handle: source.handle, link: source.info.link,
      interface: index, scale: source.info.nanoseconds ? 1 : 1000)
    let result = withExtendedLifetime(taker) {
      unsafe withUnsafeMutablePointer(to: &context) { pointer in
        unsafe pcap_dispatch(
          source.handle, Capture.turn, receive,
          UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: UInt8.self))
      }
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
func microseconds() -> Int64 {
  var now = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &now)
  return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
}
