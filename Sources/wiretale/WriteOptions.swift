// Writing what passes to capture files.

import ArgumentParser
import Capture

/// `-w` and the rules of rotation.
struct WriteOptions: ParsableArguments {
  @Option(
    name: .customShort("w"),
    help: ArgumentHelp(
      "Write the packets, raw, to a file instead of printing them; '-' is standard output.", valueName: "file"
    ))
  var file: String?

  @Option(
    name: .customShort("C"),
    help: ArgumentHelp(
      "Begin a new file before one would exceed this many million octets.", valueName: "size"))
  var size: String?

  @Option(
    name: .customShort("G"),
    help: ArgumentHelp(
      "Begin a new file every so many seconds; the file's name may hold strftime(3) conversions.",
      valueName: "seconds"))
  var seconds: Int?

  @Option(
    name: .customShort("W"),
    help: ArgumentHelp(
      "With -C, keep this many files in a ring; with -G, end after so many.", valueName: "count"))
  var count: Int?

  @Option(
    name: .customShort("z"),
    help: ArgumentHelp("Run this command with each finished file's name.", valueName: "command"))
  var command: String?

  @Flag(
    name: [.customShort("U"), .customLong("packet-buffered")],
    help: "Write each packet to the file as it comes.")
  var packetBuffered = false

  @Flag(name: .customLong("print"), help: "Print the packets as well, even with -w.")
  var printToo = false
}

extension WriteOptions {
  /// What the writer is to do; nil without `-w`.
  func settings(live: Bool) throws -> WriterSettings? {
    guard let file else {
      for (given, option) in [
        (size != nil, "-C"), (seconds != nil, "-G"), (count != nil, "-W"), (command != nil, "-z"),
      ] where given { throw Failure.usage("\(option) goes with -w: name a file") }
      return nil
    }
    var settings = WriterSettings(path: file)
    if let size {
      guard let octets = WriterSettings.rotationSize(size), octets > 0 else {
        throw Failure.usage("-C \(size): a size is a number above 0, with k, m or g behind it if need be")
      }
      settings.rotateOctets = octets
    }
    if let seconds, seconds <= 0 { throw Failure.usage("-G \(seconds): 1 second or more") }
    if let count, count <= 0 { throw Failure.usage("-W \(count): 1 file or more") }
    settings.rotateSeconds = seconds
    settings.fileCount = count
    settings.command = command
    settings.packetBuffered = packetBuffered
    // A saved capture is cut by its own time, as it would have been when it was live.
    settings.clock = live ? .wall : .frames
    return settings
  }
}
