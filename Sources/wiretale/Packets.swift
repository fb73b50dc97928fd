// `wiretale packets`: one line, one record or one tree of fields per packet.

import ArgumentParser
import Capture
import Glibc
import Report
import Wire

/// The default verb.
struct Packets: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "packets",
    abstract: "One line per packet, in tcpdump's grammar (the default verb).")

  @OptionGroup(title: "Capture") var capture: CaptureOptions
  @OptionGroup(title: "Lines") var lines: LineFlags
  @OptionGroup(title: "Files") var writing: WriteOptions

  @Option(name: .customShort("c"), help: ArgumentHelp("End after so many packets.", valueName: "count"))
  var countMax: UInt64?

  @Flag(help: "Print only how many packets there were.")
  var count = false

  @Flag(
    name: .customShort("l"), help: "Write each line as it is made, even when the output is not a terminal.")
  var lineBuffered = false

  @Flag(name: .customShort("d"), help: "Print the compiled filter and end; -dd as C, -ddd as numbers.")
  var dump: Int

  @Flag(name: [.customShort("D"), .customLong("list-interfaces")], help: "List the interfaces and end.")
  var listInterfaces = false

  @Flag(
    name: [.customShort("L"), .customLong("list-data-link-types")],
    help: "List the interface's link types and end.")
  var listLinkTypes = false

  @Flag(
    name: [.customShort("J"), .customLong("list-time-stamp-types")],
    help: "List the interface's time stamp types and end.")
  var listTimestampTypes = false

  func run() throws {
    if listInterfaces { return try Interfaces.list(json: lines.json) }
    if listLinkTypes { return try Interfaces.listLinkTypes(of: anInterface(), monitor: capture.monitor) }
    if listTimestampTypes { return try Interfaces.listTimestampTypes(of: anInterface()) }
    if countMax == 0 { throw Failure.usage("-c 0: a count is 1 or more") }
    let filter = try capture.filter()
    if dump > 0 { return try dumpFilter(filter) }
    let silent = count || (writing.file != nil && !writing.printToo)
    let mode: PacketView.Mode = silent ? .silent : lines.json ? .json : lines.allFields ? .fields : .line
    let options = try lines.options()
    var session = try Session(capture, filter: filter, writing: writing, lineBuffered: lineBuffered)
    // Who asks for each line as it is made does not wait for a word in it.
    let holds = !capture.isLive && !lineBuffered && !capture.files.contains("-")
    let view = PacketView(mode, options, interfaces: session.interfaceNames, holds: holds)
    try session.run(view, countMax: countMax, countOnly: count)
  }

  /// The interface that a listing is about.
  private func anInterface() throws -> String {
    guard case .interfaces(let names) = try capture.source(), let name = names.first else {
      throw Failure.usage("a saved capture has one link type and no interface: name one with -i")
    }
    return name
  }

  /// The filter as libpcap compiled it.
  private func dumpFilter(_ filter: String) throws {
    let settings = try capture.settings()
    // A filter is compiled for a link type: the capture's own, or the one that -y names.
    let opened = try Capture(try capture.source(), settings: settings)
    for interface in opened.interfaces {
      let listing: FilterListing = dump == 1 ? .assembler : dump == 2 ? .c : .decimal
      let text = try compileFilter(
        filter, link: interface.link, snapLength: interface.snapLength, optimize: settings.optimizeFilter,
        listing: listing)
      put(text, to: STDOUT_FILENO)
    }
  }
}
