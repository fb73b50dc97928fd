// `wiretale interfaces`: what there is to capture on.

import ArgumentParser
import Capture
import Glibc
import Report

/// Interfaces with their states, addresses and link types.
struct Interfaces: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interfaces", abstract: "List interfaces and their link types.")

  @Flag(help: "Print one JSON object per interface.")
  var json = false

  @Option(
    name: .customShort("i"),
    help: ArgumentHelp("Show one interface's link types and time stamp types.", valueName: "interface"))
  var interface: String?

  func run() throws {
    guard let interface else { return try Interfaces.list(json: json) }
    try Interfaces.listLinkTypes(of: interface, monitor: false)
    try Interfaces.listTimestampTypes(of: interface)
  }

  /// Every interface: a line as tcpdump's -D prints it, with the addresses and link types behind it, or a
  /// record.
  static func list(json: Bool) throws {
    var out = OctetBuffer()
    for interface in try listInterfaces() {
      // Link types can be asked for only by who may capture: without the right, the rest is still worth
      // telling.
      let links = (try? linkTypes(of: interface.name)) ?? []
      if json {
        record(interface, links, into: &out)
      } else {
        line(interface, links, into: &out)
      }
    }
    _ = out.flush(to: STDOUT_FILENO)
  }

  private static func line(
    _ interface: InterfaceDescription, _ links: [LinkTypeDescription], into out: inout OctetBuffer
  ) {
    var text = "\(interface.number).\(interface.name)"
    if let description = interface.description { text += " (\(description))" }
    let flags = interface.flags.map { $0.prefix(1).uppercased() + $0.dropFirst() }
    text += flags.isEmpty ? " [none]" : " [\(flags.joined(separator: ", "))]"
    if !interface.addresses.isEmpty { text += " \(interface.addresses.joined(separator: " "))" }
    if !links.isEmpty { text += " {\(links.map(\.name).joined(separator: " "))}" }
    out.write(escaped: text)
    out.write(octet: 10)
  }

  private static func record(
    _ interface: InterfaceDescription, _ links: [LinkTypeDescription], into out: inout OctetBuffer
  ) {
    out.write("{\"number\":")
    out.write(decimal: UInt64(interface.number))
    out.write(",\"name\":")
    out.write(json: interface.name)
    if let description = interface.description {
      out.write(",\"description\":")
      out.write(json: description)
    }
    for (name, values) in [
      ("flags", interface.flags), ("addresses", interface.addresses), ("link_types", links.map(\.name)),
    ] {
      out.write(",")
      out.write(json: name)
      out.write(":[")
      for (i, value) in values.enumerated() {
        if i > 0 { out.write(",") }
        out.write(json: value)
      }
      out.write("]")
    }
    out.write("}\n")
  }

  /// The link types of one interface, for -y.
  static func listLinkTypes(of name: String, monitor: Bool) throws {
    var text = "Link types of \(name) (use option -y to set):\n"
    for link in try linkTypes(of: name, monitor: monitor) {
      text += "  \(link.name)\(link.description.map { " (\($0))" } ?? "")\n"
    }
    put(text, to: STDOUT_FILENO)
  }

  /// The time stamp types of one interface, for -j.
  static func listTimestampTypes(of name: String) throws {
    let types = try timestampTypes(of: name)
    if types.isEmpty {
      put("Time stamp types of \(name): no choice\n", to: STDOUT_FILENO)
      return
    }
    var text = "Time stamp types of \(name) (use option -j to set):\n"
    for type in types { text += "  \(type.name)\(type.description.map { " (\($0))" } ?? "")\n" }
    put(text, to: STDOUT_FILENO)
  }
}

extension OctetBuffer {
  /// Text with its control characters replaced, for a terminal.
  mutating func write(escaped text: String) {
    for scalar in text.unicodeScalars {
      let isControl = scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
      write(string: isControl ? "?" : String(scalar))
    }
  }

  /// A JSON string.
  mutating func write(json text: String) {
    write(octet: UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22, 0x5c:
        write(octet: UInt8(ascii: "\\"))
        write(octet: UInt8(scalar.value))
      case 0..<0x20, 0x7f..<0xa0:
        write("\\u")
        write(hex: UInt64(scalar.value), width: 4)
      default: write(string: String(scalar))
      }
    }
    write(octet: UInt8(ascii: "\""))
  }
}
