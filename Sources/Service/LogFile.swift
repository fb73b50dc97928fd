// The flow log as a file: whole lines, another file when it is large or old enough, the old ones packed and
// counted.

internal import Capture
internal import Glibc

/// A log that is being written. Of one thread.
struct LogFile: ~Copyable {
  /// What happened that somebody should know; whoever prints them empties them.
  var complaints: [String] = []
  /// Lines that could not be written.
  private(set) var linesLost: UInt64 = 0
  /// Lines that begin each file: Zeek's header.
  var header: [UInt8] = []

  private var settings: LogSettings
  private var file: Descriptor?
  private var size: Int64 = 0
  private var begun: Int64 = 0
  /// A trouble is told once, until it has gone.
  private var isInTrouble = false
  private var triedAt: Int64 = 0
  private var packers: [Int32] = []

  init(_ settings: LogSettings) { self.settings = settings }

  /// Who ends waits for the packers, for some seconds: systemd ends what a service leaves behind, and half a
  /// packed file would be left.
  deinit {
    var patience = 500
    for process in packers {
      while !hasEnded(process), patience > 0 {
        pause(milliseconds: 10)
        patience -= 1
      }
    }
  }

  /// Uses other settings from now on.
  mutating func change(to settings: LogSettings) {
    if settings.path != self.settings.path { file = nil }
    self.settings = settings
  }

  /// Writes whole lines. Those that the disk does not take are lost and counted.
  mutating func write(_ lines: Span<UInt8>, count: Int, now: Int64) {
    guard !lines.isEmpty else { return }
    if settings.sizeMax > 0, size > Int64(header.count), size + Int64(lines.count) > settings.sizeMax {
      rotate(now)
    }
    guard let file = opened(now) else {
      linesLost += UInt64(count)
      return
    }
    let written = file.write(lines)
    if written == lines.count {
      size += Int64(written)
      if isInTrouble {
        isInTrouble = false
        complaints.append("log: \(settings.path): written again; \(linesLost) lines were lost so far")
      }
      return
    }
    let reason = lastSystemError()
    // Nothing of a line stays but the whole line.
    var (whole, kept) = (0, 0)
    for index in 0..<written where lines[index] == 10 {
      whole = index + 1
      kept += 1
    }
    let end = file.facts?.size ?? 0
    if whole < written, !file.truncate(to: end - Int64(written - whole)) { self.file = nil }
    size = end - Int64(written - whole)
    linesLost += UInt64(count - min(count, kept))
    trouble("log: \(settings.path): \(reason); lines are lost until it can be written")
  }

  /// Looks whether it is time for another file, and whether the one that is written still has its name.
  mutating func look(_ now: Int64) {
    reap()
    guard let facts = file?.facts else { return }
    // Somebody may have cut it.
    size = facts.size
    if settings.ageMax > 0, size > Int64(header.count), now - begun >= settings.ageMax / 1_000_000_000 {
      rotate(now)
    } else if FileFacts(settings.path)?.inode != facts.inode {
      // logrotate, or somebody else, has moved it away.
      file = nil
    }
  }

  /// Begins another file, unless somebody else has already moved this one.
  mutating func rotate(_ now: Int64) {
    guard let old = file else { return }
    old.sync()
    file = nil
    guard FileFacts(settings.path)?.inode == old.facts?.inode else { return }
    var name = "\(settings.path)-\(stamp(now))"
    var number = 1
    while FileFacts(name) != nil || FileFacts(name + ".gz") != nil || FileFacts(name + ".zst") != nil {
      number += 1
      name = "\(settings.path)-\(stamp(now)).\(number)"
    }
    guard move(settings.path, to: name) else {
      return trouble("log: \(settings.path): cannot be renamed: \(lastSystemError())")
    }
    pack(name)
    prune()
  }

  private mutating func opened(_ now: Int64) -> Descriptor? {
    if let file { return file }
    // After a trouble, every other second.
    if isInTrouble, now - triedAt < 2 { return nil }
    triedAt = now
    let modified = FileFacts(settings.path)?.modified
    guard let opened = Descriptor.append(to: settings.path) else {
      trouble("log: \(settings.path): \(lastSystemError()); lines are lost until it can be written")
      return nil
    }
    size = opened.facts?.size ?? 0
    begun = size > 0 ? modified ?? now : now
    // A process that was killed, or a machine that lost its power, may have left a part of a line.
    if size > 0 {
      let end = tail(of: settings.path, octets: 1 << 20)
      if end.last != 10 {
        let part = end.lastIndex(of: 10).map { end.count - $0 - 1 } ?? end.count
        if opened.truncate(to: size - Int64(part)) { size -= Int64(part) }
      }
    }
    if size == 0, !header.isEmpty { size += Int64(opened.write(header.span)) }
    file = opened
    return opened
  }

  private mutating func trouble(_ words: String) {
    if !isInTrouble { complaints.append(words) }
    isInTrouble = true
  }

  // Finished files

  private mutating func pack(_ name: String) {
    let command: [String]
    switch settings.compress {
    case .none: return
    case .gzip: command = ["gzip", "-q", "-f", name]
    case .zstd: command = ["zstd", "-q", "-f", "--rm", name]
    }
    switch startProgram(command) {
    case .success(let process): packers.append(process)
    case .failure(let error): complaints.append("log: \(name) stays as it is: \(error.description)")
    }
  }

  /// Takes note of packers that have ended.
  private mutating func reap() {
    let before = packers.count
    packers.removeAll { hasEnded($0) }
    if packers.count < before { prune() }
  }

  /// Takes the oldest finished files away, when there are too many or they are too large.
  private func prune() {
    guard let slash = settings.path.lastIndex(of: "/") else { return }
    let folder = String(settings.path[..<slash])
    let name = String(settings.path[settings.path.index(after: slash)...])
    // Stamps sort as the times do; what is being packed is left alone.
    let finished = names(in: folder.isEmpty ? "/" : folder, beginningWith: name + "-")
    var (count, octets) = (0, Int64(0))
    for each in finished.reversed() {
      count += 1
      octets += FileFacts("\(folder)/\(each)")?.size ?? 0
      let isTooMany = settings.keep > 0 && count > settings.keep
      if isTooMany || settings.keepOctets > 0 && octets > settings.keepOctets { remove("\(folder)/\(each)") }
    }
  }
}

/// A socket that somebody else listens on: a collector of logs.
struct LogSocket: ~Copyable {
  var complaints: [String] = []
  private(set) var linesLost: UInt64 = 0
  private var path: String
  private var socket: Descriptor?
  private var isInTrouble = false
  private var triedAt: Int64 = 0

  init(_ path: String) { self.path = path }

  /// Goes to another socket from now on.
  mutating func change(to path: String) {
    if path != self.path { socket = nil }
    self.path = path
  }

  /// Writes whole lines, or counts them as lost. After a part of a line the stream is begun anew.
  mutating func write(_ lines: Span<UInt8>, count: Int, now: Int64) {
    if socket == nil, !isInTrouble || now - triedAt >= 1 {
      triedAt = now
      socket = Descriptor.connect(to: path)
    }
    if let socket, socket.write(lines) == lines.count {
      if isInTrouble {
        complaints.append("log: \(path): somebody reads again; \(linesLost) lines were lost so far")
      }
      isInTrouble = false
      return
    }
    linesLost += UInt64(count)
    if !isInTrouble {
      complaints.append("log: \(path): \(lastSystemError()); lines are lost until somebody reads")
    }
    isInTrouble = true
    socket = nil
  }
}
