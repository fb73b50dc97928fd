// How a packet is to be shown: tcpdump's letters, and ours.

import ArgumentParser
import Capture
import Glibc
import Report

/// The options of the `packets` view.
struct LineFlags: ParsableArguments {
  @Flag(
    name: .customShort("t"),
    help: "Time: -t none, -tt epoch, -ttt since the line before, -tttt with date, -ttttt since the first.")
  var timestamps: Int

  @Flag(name: .customLong("nano"), help: "Show nanoseconds.")
  var nanoseconds = false

  @Flag(name: .customLong("micro"), help: "Show microseconds (the default).")
  var microseconds = false

  @Flag(name: .customShort("v"), help: "Say more; -vv and -vvv still more.")
  var verbosity: Int

  @Flag(name: .customShort("V"), help: "Show every field of every layer with its octets.")
  var allFields = false

  @Flag(name: .customShort("q"), help: "Say less.")
  var quiet = false

  @Flag(name: .customShort("e"), help: "Show the link-layer header.")
  var linkHeader = false

  @Flag(name: .customShort("n"), help: "Accepted for tcpdump's sake: addresses and ports are always numbers.")
  var numeric: Int

  @Flag(
    name: [.customShort("S"), .customLong("absolute-tcp-sequence-numbers")],
    help: "Show TCP sequence numbers as they are, not relative.")
  var absoluteSequence = false

  @Flag(name: [.customShort("#"), .customLong("number")], help: "Show the packet's number.")
  var number = false

  @Flag(name: .customShort("x"), help: "Show the octets in hexadecimal; -xx with the link header.")
  var hex: Int

  @Flag(name: .customShort("X"), help: "Show the octets in hexadecimal and ASCII; -XX with the link header.")
  var hexASCII: Int

  @Flag(name: .customShort("A"), help: "Show the octets in ASCII; -AA with the link header.")
  var ascii: Int

  @Flag(
    name: [.customShort("K"), .customLong("dont-verify-checksums")],
    help: "Do not verify checksums: a card that computes them leaves them wrong in what is captured.")
  var noChecksums = false

  @Flag(help: "Print exactly tcpdump's lines, without analysis behind them.")
  var plain = false

  @Flag(help: "Print one JSON object per packet.")
  var json = false

  @Option(help: ArgumentHelp("Colour: auto, always or never.", valueName: "when"))
  var color = "auto"

  /// The options as the printer wants them.
  func options() throws -> LineOptions {
    var options = LineOptions()
    switch timestamps {
    case 0: options.timestamps = .clock
    case 1: options.timestamps = .none
    case 2: options.timestamps = .epoch
    case 3: options.timestamps = .sincePrevious
    case 4: options.timestamps = .date
    default: options.timestamps = .sinceFirst
    }
    options.nanoseconds = nanoseconds
    if hexASCII > 0 {
      options.dump = .hexASCII(link: hexASCII > 1)
    } else if hex > 0 {
      options.dump = .hex(link: hex > 1)
    } else if ascii > 0 {
      options.dump = .ascii(link: ascii > 1)
    }
    options.verbosity = verbosity
    options.quiet = quiet
    options.linkHeader = linkHeader
    options.absoluteSequence = absoluteSequence
    options.number = number
    options.checksums = !noChecksums
    options.plain = plain
    switch color {
    case "always": options.color = true
    case "never": options.color = false
    case "auto": options.color = isatty(STDOUT_FILENO) == 1 && (environment("NO_COLOR") ?? "").isEmpty
    default: throw Failure.usage("--color \(color): auto, always or never")
    }
    return options
  }
}
