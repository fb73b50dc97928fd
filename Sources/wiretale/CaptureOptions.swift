// What every verb that reads packets asks for: where they come from and which of them.

import ArgumentParser
import Capture
import Glibc
import Report

/// Sources, filter and the settings of a capture.
struct CaptureOptions: ParsableArguments {
  @Option(
    name: .customShort("i"),
    help: ArgumentHelp(
      "Capture on an interface: a name, a number from -D, or 'any'; several are captured together.",
      valueName: "interface"))
  var interfaces: [String] = []

  @Option(
    name: .customShort("r"),
    help: ArgumentHelp(
      """
      Read a saved capture (pcap or pcapng, also .gz, .zst, .xz); '-' is standard input; several are merged \
      by time.
      """,
      valueName: "file"))
  var files: [String] = []

  @Option(name: .customShort("F"), help: ArgumentHelp("Read the filter from a file.", valueName: "file"))
  var filterFile: String?

  @Option(
    name: [.customShort("s"), .customLong("snapshot-length")],
    help: ArgumentHelp("Octets to capture of each packet; 0 means the default.", valueName: "octets"))
  var snapLength = 262_144

  @Option(
    name: [.customShort("B"), .customLong("buffer-size")],
    help: ArgumentHelp("The kernel's capture buffer in KiB.", valueName: "KiB"))
  var buffer: Int?

  @Flag(
    name: [.customShort("p"), .customLong("no-promiscuous-mode")],
    help: "Do not put the interface into promiscuous mode.")
  var notPromiscuous = false

  @Flag(
    name: [.customShort("I"), .customLong("monitor-mode")],
    help: "Put a wireless interface into monitor mode.")
  var monitor = false

  @Option(
    name: [.customShort("Q"), .customLong("direction")],
    help: ArgumentHelp("Capture only packets that go 'in', 'out', or both ('inout').", valueName: "direction")
  )
  var direction = "inout"

  @Option(
    name: [.customShort("j"), .customLong("time-stamp-type")],
    help: ArgumentHelp("Where time stamps are taken; -J lists what the interface has.", valueName: "type"))
  var timestampType: String?

  @Option(
    name: [.customShort("y"), .customLong("linktype")],
    help: ArgumentHelp("The link type to capture with; -L lists what the interface has.", valueName: "type"))
  var linkType: String?

  @Flag(name: .customLong("immediate-mode"), help: "Deliver packets as they arrive, without buffering.")
  var immediate = false

  @Option(
    name: [.customShort("Z"), .customLong("relinquish-privileges")],
    help: ArgumentHelp(
      "Started as root: the user to become once the capture is open (default: wiretale, else nobody).",
      valueName: "user"))
  var user: String?

  @Flag(name: [.customShort("O"), .customLong("no-optimize")], help: "Do not optimise the compiled filter.")
  var notOptimized = false

  @Argument(help: ArgumentHelp("A filter in libpcap's language (pcap-filter(7)).", valueName: "filter"))
  var filterWords: [String] = []

  /// The filter's text, from the words or from a file.
  func filter() throws -> String {
    guard let filterFile else { return filterWords.joined(separator: " ") }
    if !filterWords.isEmpty {
      throw Failure.usage("a filter in words and -F \(filterFile): give one of them")
    }
    return try readText(filterFile)
  }

  /// Where the packets come from.
  func source() throws -> CaptureSource {
    if !files.isEmpty, !interfaces.isEmpty {
      throw Failure.usage("-r and -i exclude each other: give one of them")
    }
    if !files.isEmpty { return .files(files) }
    if !interfaces.isEmpty { return .interfaces(interfaces) }
    guard let first = try listInterfaces().first(where: { $0.flags.contains("up") }) else {
      throw Failure.input("no interface to capture on: name one with -i, or a saved capture with -r")
    }
    return .interfaces([first.name])
  }

  /// Whether packets come from interfaces.
  var isLive: Bool { files.isEmpty }

  /// The settings for libpcap.
  func settings() throws -> CaptureSettings {
    var settings = CaptureSettings()
    if snapLength < 0 || snapLength > 262_144 {
      throw Failure.usage("-s \(snapLength): a snapshot length is 0 to 262144 octets")
    }
    settings.snapLength = snapLength == 0 ? 262_144 : snapLength
    if let buffer {
      if buffer <= 0 || buffer > Int(Int32.max) / 1024 {
        throw Failure.usage("-B \(buffer): a buffer is 1 to \(Int(Int32.max) / 1024) KiB")
      }
      settings.bufferKibibytes = buffer
    }
    settings.promiscuous = !notPromiscuous
    settings.monitor = monitor
    guard let way = CaptureDirection(rawValue: direction) else {
      throw Failure.usage("-Q \(direction): a direction is in, out or inout")
    }
    settings.direction = way
    settings.optimizeFilter = !notOptimized
    settings.timestampType = timestampType
    settings.linkType = linkType
    settings.immediate = immediate || isatty(STDOUT_FILENO) == 1
    return settings
  }
}
