// The octets of one saved capture, wherever they come from: a file, standard input, a decompressor.

internal import CPcap

#if canImport(Glibc)
  internal import Glibc
#endif

/// A source of octets that libpcap reads through `fopencookie`. A read that would block looks at the stop
/// flag and lets the reader of frames do its idle work; libpcap's own stdio would wait past a signal.
@safe
final class SavedStream {
  /// Why reading ended before the octets did.
  private(set) var stopped = false
  /// Called when an input without a known end has nothing at this moment, and when it has had nothing for a
  /// while. Never for a file: nobody waits for what comes next in it, and how fast its decompressor is
  /// changes nothing of what is told.
  var whenEmpty: (() -> FrameVerdict)?
  var whenQuiet: (() -> FrameVerdict)?
  /// When that was called last, or first could have been: microseconds of the monotonic clock.
  private var restedAt: Int64?
  /// The first octets libpcap was given, to look at the format again.
  private(set) var head: [UInt8] = []

  private let stop: StopFlag
  /// Packed or plain octets as they lie in the file.
  private let input: Int32
  private let inputIsOurs: Bool
  /// Size of a regular file, where in it we began; nil for what has no end to know.
  private let extent: (start: Int64, size: Int64)?
  /// Octets taken from an input without a way back, to tell its compression.
  private var pushedBack: [UInt8] = []
  private var decompressor: Decompressor?
  /// Feeds the decompressor when its input has been touched already and it cannot read it alone.
  private var feed: Feed?
  private var ended = false
  /// Octets that libpcap has not been given.
  let blocks = RecordBlocks()
  /// Whether libpcap has asked for octets, and whether the records behind the file's header can be read in
  /// blocks.
  private var hasBegun = false
  private(set) var hasPlainRecords = false

  /// stdio's buffer, ours because glibc takes no size without the octets. 128 KiB instead of 4 KiB saves 4 to
  /// 30 % of an empty loop, the more the larger the frames are.
  private let buffer: UnsafeMutablePointer<CChar>

  private static let headMax = 4096
  private static let bufferSize = 1 << 17

  /// Opens `path`, or standard input for `-`.
  init(path: String, stop: StopFlag) throws(CaptureError) {
    self.stop = stop
    if path == "-" {
      (input, inputIsOurs) = (0, false)
    } else {
      input = unsafe open(path, O_RDONLY | O_CLOEXEC)
      inputIsOurs = true
      if input < 0 { throw CaptureError(.input, systemMessage(errno)) }
    }
    unsafe buffer = .allocate(capacity: SavedStream.bufferSize)
    var facts = stat()
    let known = unsafe fstat(input, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
    let start = known ? Int64(lseek(input, 0, SEEK_CUR)) : -1
    extent = start >= 0 ? (start, Int64(facts.st_size)) : nil
    let first = firstOctets()
    if extent == nil { pushedBack = first }
    guard let compression = Compression(startOf: first) else { return }
    if extent != nil {
      decompressor = try Decompressor(compression, input: input)
    } else {
      let feed = try Feed(first)
      defer { feed.startedReader() }
      decompressor = try Decompressor(compression, input: feed.readerEnd)
      self.feed = feed
      pushedBack = []
    }
  }

  deinit {
    _ = close()
    unsafe buffer.deallocate()
    if inputIsOurs && input >= 0 { _ = Glibc.close(input) }
  }

  /// Octets of the file read so far and its size, both as they lie on the disk.
  var progress: (done: Int64, total: Int64)? {
    guard let extent else { return nil }
    // The decompressor shares our place in the file, so its reading shows here too.
    return (max(0, Int64(lseek(input, 0, SEEK_CUR)) - extent.start), extent.size - extent.start)
  }

  /// Ends the decompressor, if there is one, and gives its complaint.
  func close() -> String? {
    feed = nil
    guard let running = decompressor else { return nil }
    decompressor = nil
    return running.end(early: !ended)
  }

  /// A stdio stream over this object, which must outlive it.
  func openStream() -> UnsafeMutablePointer<FILE>? {
    let functions = unsafe wiretale_stream_functions(read: readSavedStream, write: nil, seek: nil, close: nil)
    let stream = unsafe fopencookie(Unmanaged.passUnretained(self).toOpaque(), "r", functions)
    if let stream = unsafe stream { unsafe setvbuf(stream, buffer, _IOFBF, SavedStream.bufferSize) }
    return unsafe stream
  }

  private func firstOctets() -> [UInt8] {
    var octets = [UInt8](repeating: 0, count: Compression.magicLengthMax)
    if let extent {
      let count = unsafe pread(input, &octets, octets.count, off_t(extent.start))
      return Array(octets.prefix(max(0, count)))
    }
    var have = 0
    while have < octets.count, waitToRead(input) {
      let count = unsafe octets.withUnsafeMutableBytes {
        unsafe Glibc.read(input, $0.baseAddress?.advanced(by: have), $0.count - have)
      }
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      if count <= 0 { break }
      have += count
    }
    return Array(octets.prefix(have))
  }

  /// What libpcap's stdio asks for: at most `size` octets, 0 at the end, -1 with errno. Of a file whose
  /// records are read in blocks it is the file's header, and then what the blocks have left.
  fileprivate func give(_ buffer: UnsafeMutablePointer<CChar>, _ size: Int) -> Int {
    if !hasBegun {
      hasBegun = true
      hasPlainRecords = unsafe blocks.begin { unsafe read(into: $0, size: $1) }
      if hasPlainRecords { return unsafe blocks.giveHeader(buffer, size) }
    }
    if blocks.left > 0 { return unsafe blocks.give(buffer, size) }
    return unsafe read(into: buffer, size: size)
  }

  /// Reads at most `size` octets: 0 at the end, -1 with errno.
  func read(into memory: UnsafeMutableRawPointer, size: Int) -> Int {
    let buffer = unsafe memory.assumingMemoryBound(to: CChar.self)
    if !pushedBack.isEmpty {
      let count = min(size, pushedBack.count)
      for index in 0..<count { unsafe buffer[index] = CChar(bitPattern: pushedBack[index]) }
      pushedBack.removeFirst(count)
      unsafe remember(UnsafeBufferPointer(start: buffer, count: count))
      return count
    }
    let source = decompressor?.output ?? input
    while true {
      if stopped || stop.isRaised {
        stopped = true
        return 0
      }
      // A plain file is always ready; asking would be a system call more per buffer.
      if extent == nil || decompressor != nil {
        guard waitToRead(source) else { return 0 }
      }
      let count = unsafe Glibc.read(source, buffer, size)
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      if count == 0 { ended = true }
      if count > 0 { unsafe remember(UnsafeBufferPointer(start: buffer, count: count)) }
      return count
    }
  }

  private func remember(_ octets: UnsafeBufferPointer<CChar>) {
    let room = Self.headMax - head.count
    if room > 0 { unsafe head.append(contentsOf: octets.prefix(room).map { UInt8(bitPattern: $0) }) }
  }

  /// Waits until `descriptor` has octets or has ended; false when a stop came first.
  private func waitToRead(_ descriptor: Int32) -> Bool {
    let isFile = extent != nil
    var timeout = isFile ? SavedStream.patienceMilliseconds : 0
    while !stopped && !stop.isRaised {
      var wanted = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
      if let feed { feed.wish(input, &wanted) }
      let ready = unsafe poll(&wanted, nfds_t(wanted.count), timeout)
      if ready > 0 {
        if wanted[0].revents != 0 { return true }
        feed?.pump(input)
        continue
      }
      if ready < 0 && errno != EINTR { return true }
      if !isFile, rest(isQuiet: timeout > 0) == .stop { break }
      timeout = SavedStream.patienceMilliseconds
    }
    stopped = true
    return false
  }

  /// Nothing is there. A stream that is never quiet lets its reader rest all the same, as an interface does.
  private func rest(isQuiet: Bool) -> FrameVerdict {
    guard let whenEmpty, let whenQuiet else { return .go }
    let now = microseconds()
    let since = now - (restedAt ?? now)
    if isQuiet || since >= SavedStream.restMicroseconds {
      restedAt = now
      return whenQuiet()
    }
    restedAt = restedAt ?? now
    return whenEmpty()
  }

  /// How long a quiet stream is waited for before signals are looked at again.
  private static let patienceMilliseconds: Int32 = 50
  /// How long a reader goes without a rest at most, when octets come and go.
  private static let restMicroseconds: Int64 = 100_000
}

/// stdio's read function. Global, so that it is no actor's.
private func readSavedStream(
  _ cookie: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int
) -> Int {
  guard let cookie = unsafe cookie, let buffer = unsafe buffer else { return 0 }
  let stream = unsafe Unmanaged<SavedStream>.fromOpaque(cookie).takeUnretainedValue()
  return unsafe stream.give(buffer, size)
}

/// Carries octets from an input that cannot be rewound to the decompressor. A socket pair and not a pipe,
/// because a write to a decompressor that has died must not raise SIGPIPE.
private final class Feed {
  /// The decompressor's standard input.
  let readerEnd: Int32
  private var writerEnd: Int32
  private var readerEndOpen = true
  private var waiting: [UInt8]
  private var inputEnded = false

  init(_ first: [UInt8]) throws(CaptureError) {
    var ends: [Int32] = [-1, -1]
    let stream = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, stream, 0, &ends) == 0 else {
      throw CaptureError(.input, systemMessage(errno))
    }
    readerEnd = ends[0]
    writerEnd = ends[1]
    waiting = first
  }

  deinit {
    startedReader()
    if writerEnd >= 0 { _ = close(writerEnd) }
  }

  /// Closes our copy of the decompressor's end, so that it sees the end of the input when we do.
  func startedReader() {
    if readerEndOpen { _ = close(readerEnd) }
    readerEndOpen = false
  }

  /// Adds what has to become ready before `pump` can do something.
  func wish(_ input: Int32, _ wanted: inout [pollfd]) {
    if writerEnd < 0 { return }
    if waiting.isEmpty {
      wanted.append(pollfd(fd: input, events: Int16(POLLIN), revents: 0))
    } else {
      wanted.append(pollfd(fd: writerEnd, events: Int16(POLLOUT), revents: 0))
    }
  }

  /// Moves what can be moved without waiting.
  func pump(_ input: Int32) {
    if writerEnd < 0 { return }
    if waiting.isEmpty && !inputEnded {
      var octets = [UInt8](repeating: 0, count: 1 << 16)
      let count = unsafe read(input, &octets, octets.count)
      if count > 0 {
        waiting = Array(octets.prefix(count))
      } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
        inputEnded = true
      }
    } else if !waiting.isEmpty {
      let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
      let count = unsafe send(writerEnd, &waiting, waiting.count, flags)
      if count > 0 {
        waiting.removeFirst(count)
      } else if count < 0 && errno != EINTR && errno != EAGAIN {
        // The decompressor has gone; its output ends and tells why.
        waiting = []
        inputEnded = true
      }
    }
    if waiting.isEmpty && inputEnded {
      _ = close(writerEnd)
      writerEnd = -1
    }
  }
}
