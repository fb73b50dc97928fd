// wiretale: what happened on the wire. Reads the command line and hands over to a verb.

import ArgumentParser
import Capture
import Glibc
import Report

/// The verbs and what they share.
struct Wiretale: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wiretale",
    abstract: "Tells what happened on the wire.",
    discussion: """
      Reads packets from an interface (-i) or from saved captures (-r), through a filter in libpcap's \
      language given as the last words. Without a verb it prints a line per packet, as tcpdump does.

        sudo wiretale -i eth0 'tcp port 80'
        wiretale -r trace.pcapng -v host 10.0.0.5

      The options of that line are told by: wiretale packets --help
      """,
    version: version,
    subcommands: [
      Packets.self, Flows.self, States.self, HTTP.self, PoolsVerb.self, Messages.self, DaemonVerb.self,
      History.self, Top.self, Interfaces.self,
    ],
    defaultSubcommand: Packets.self)

  /// The version that `--version` prints.
  static let version = "0.1.0"
}

/// Where the process begins: exit status 0 when done, 1 when the input could not be read, 2 for a wrong
/// command line.
@main
enum Main {
  nonisolated static func main() {
    do {
      let words = normalized(Array(CommandLine.arguments.dropFirst()))
      var command = try command(words)
      try command.run()
    } catch let failure as Failure {
      complain(failure.line)
      exit(failure.status)
    } catch let error as CaptureError {
      if error.exitStatus != 0 { complain(error.description) }
      exit(error.exitStatus)
    } catch {
      leave(error)
    }
  }

  /// What the command line asks for. Where no word can be another verb it is the default one, and the parser
  /// is not asked to look for others: that takes a third of the program's start. What it cannot read it is
  /// asked about again, with all verbs at hand, and complains of in its way.
  private static func command(_ words: [String]) throws -> any ParsableCommand {
    let verbs = Wiretale.configuration.subcommands.map { $0.configuration.commandName ?? "" } + ["help"]
    if !words.contains(where: verbs.contains), let packets = try? Packets.parse(words) { return packets }
    return try Wiretale.parseAsRoot(words)
  }

  /// Ends the process as the argument parser's own errors ask: help and versions on standard output,
  /// everything else as one line.
  private static func leave(_ error: any Error) -> Never {
    let code = Wiretale.exitCode(for: error)
    if code == .success {
      print(Wiretale.fullMessage(for: error))
      exit(0)
    }
    let text = Wiretale.message(for: error)
    let line = text.isEmpty ? "stopped" : text.split(separator: "\n").joined(separator: " ")
    complain(code == .validationFailure ? "\(line): see wiretale --help" : line)
    exit(code == .validationFailure ? 2 : 1)
  }
}

/// A reason to stop that is one line on standard error.
struct Failure: Error {
  /// Without the program's name.
  var line: String
  /// The process's exit status.
  var status: Int32

  /// The input or output failed.
  static func input(_ line: String) -> Failure { Failure(line: line, status: 1) }
  /// The command line is wrong.
  static func usage(_ line: String) -> Failure { Failure(line: line, status: 2) }
}

/// One line on standard error.
func complain(_ line: String) {
  put("wiretale: \(line)\n", to: STDERR_FILENO)
}

/// Writes text to a descriptor, whole, for what is said once and not per packet.
func put(_ text: String, to descriptor: Int32) {
  var out = OctetBuffer(capacity: 256)
  out.write(string: text)
  _ = out.flush(to: descriptor)
}
