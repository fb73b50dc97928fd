// Frames from the thread that reads to the one that looks at them.

internal import Synchronization
public import Wire

#if canImport(Glibc)
  internal import Glibc
#endif

/// A queue between two threads. Who takes waits while it is empty; who puts bounds it, by putting only what
/// has come back.
public final class Handover<Item: Sendable>: Sendable {
  private let items = Mutex<[Item]>([])
  private let count = Semaphore()

  /// An empty queue.
  public init() {}

  /// Adds an item behind the others.
  public func put(_ item: Item) {
    items.withLock { $0.append(item) }
    count.post()
  }

  /// Takes the first item; waits for it while there is none.
  public func take() -> Item {
    count.wait()
    return items.withLock { $0.removeFirst() }
  }
}

/// Frames with copies of their octets: what libpcap hands out is gone when its next frame is read.
@safe
public struct FrameBatch: ~Copyable, Sendable {
  /// The most frames. With fewer, two threads wake each other more often than they work.
  private static let framesMax = 512
  /// The most octets: the longest frame that libpcap hands out, and room for a batch of full segments.
  private static let octetsMax = 1 << 20

  private nonisolated(unsafe) let room: UnsafeMutablePointer<UInt8>
  private var used = 0
  private var frames: [Frame] = []

  /// An empty batch.
  public init() {
    unsafe room = .allocate(capacity: FrameBatch.octetsMax)
    frames.reserveCapacity(FrameBatch.framesMax)
  }

  deinit { unsafe room.deallocate() }

  /// Frames that it has.
  public var count: Int { frames.count }

  /// Copies a frame. False when there is no room for it; there always is in an empty batch.
  @inline(__always)
  public mutating func append(_ octets: Bytes, _ frame: Frame) -> Bool {
    let count = octets.count
    if frames.count >= FrameBatch.framesMax || count > FrameBatch.octetsMax - used {
      precondition(used > 0, "a frame is longer than libpcap's longest")
      return false
    }
    unsafe octets.withUnsafeBufferPointer {
      if let start = $0.baseAddress { unsafe memcpy(room + used, start, count) }
    }
    used += count
    frames.append(frame)
    return true
  }

  /// Hands out each frame, borrowed, in the order in which they came; each is shown to `ahead` when as many
  /// as `foresight` come before it.
  @inline(__always)
  public borrowing func forEach(
    foresight: UInt64 = 0, ahead: (Bytes, Frame) -> Void = { _, _ in }, _ body: (Bytes, Frame) -> Void
  ) {
    var (start, next, shown) = (0, 0, 0)
    for index in frames.indices {
      while shown < min(frames.count, index + Int(foresight)) {
        let frame = frames[shown]
        ahead(unsafe UnsafeBufferPointer(start: room + next, count: frame.capturedLength).span, frame)
        next += frame.capturedLength
        shown += 1
      }
      let frame = frames[index]
      body(unsafe UnsafeBufferPointer(start: room + start, count: frame.capturedLength).span, frame)
      start += frame.capturedLength
    }
  }

  /// Forgets all frames; the room is kept.
  public mutating func removeAll() {
    used = 0
    frames.removeAll(keepingCapacity: true)
  }
}
