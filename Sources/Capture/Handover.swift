// Frames from the thread that reads to the one that looks at them.

internal import Synchronization
public import Wire

#if canImport(Glibc)
  internal import Glibc
#endif

/// A queue between two threads. Who takes waits while it is empty; who puts bounds it, by putting only what
/// has come back.
///
/// To wake a thread costs as much as a hundred frames: whoever is ahead of the other may wait for several
/// items, and is woken once for all of them.
public final class Handover<Item: Sendable>: Sendable {
  private struct Queue {
    var items: [Item] = []
    /// Who takes sleeps until there are so many; 0 when nobody does.
    var wanted = 0
  }

  private let queue = Mutex(Queue())
  private let wake = Semaphore()

  /// An empty queue.
  public init() {}

  /// Adds an item behind the others. Who waits for more than there are is woken `atOnce` when nothing may
  /// come behind it.
  public func put(_ item: Item, atOnce: Bool = false) {
    let isAwaited = queue.withLock { queue in
      queue.items.append(item)
      guard queue.wanted > 0, atOnce || queue.items.count >= queue.wanted else { return false }
      queue.wanted = 0
      return true
    }
    if isAwaited { wake.post() }
  }

  /// Somebody sleeps until there is more.
  var isAwaited: Bool { queue.withLock { $0.wanted > 0 } }

  /// Takes the first item; while there is none, waits for so many.
  public func take(afterWaitingFor count: Int = 1) -> Item {
    while true {
      let item: Item? = queue.withLock { queue in
        if queue.items.isEmpty {
          queue.wanted = count
          return nil
        }
        return queue.items.removeFirst()
      }
      if let item { return item }
      wake.wait()
    }
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
