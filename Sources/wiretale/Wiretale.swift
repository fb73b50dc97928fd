// wiretale: what happened on the wire.

import ArgumentParser

@main
struct Wiretale: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wiretale", abstract: "Tells what happened on the wire.",
    subcommands: [Packets.self], defaultSubcommand: Packets.self)
}
