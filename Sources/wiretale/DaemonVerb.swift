// `wiretale daemon`: logs flows for months, by a settings file.

import ArgumentParser
import Capture
import Service

/// The service.
struct DaemonVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "daemon", abstract: "Logs flows for ever, by a settings file.")

  @Option(help: ArgumentHelp("The settings file.", valueName: "file"))
  var config = "/etc/wiretale/wiretale.yaml"

  @Option(
    help: ArgumentHelp(
      "A setting that is stronger than the file's: 'log.path=/tmp/flows.ndjson'; again for more.",
      valueName: "key=value"))
  var set: [String] = []

  @Flag(help: "Say what is wrong with the settings, by key and line, and end.")
  var check = false

  @Flag(help: "Print a settings file with every key, its usual value and its meaning, and end.")
  var example = false

  func run() throws {
    if example { return put(Settings.example, to: 1) }
    let options = DaemonOptions(path: config, given: set, environment: processEnvironment())
    switch options.read() {
    case .failure(let faults):
      for line in faults.lines.dropLast() { complain(line) }
      throw Failure.usage(faults.lines.last ?? config)
    case .success(let settings):
      if check { return put("\(config): all is well\n", to: 1) }
      var daemon = try Daemon(options, settings)
      daemon.run()
    }
  }
}
