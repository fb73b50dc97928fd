// `wiretale top`: the flows of the last minute that the service has stored, again and again.

import ArgumentParser
import Capture
import Glibc
import Report
import Store

/// A table that is renewed.
struct Top: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "The largest flows of the last minute that the service has stored, renewed.")

  @Option(help: ArgumentHelp("The store.", valueName: "file"))
  var store = "/var/lib/wiretale/flows.db"

  @Option(help: ArgumentHelp("The field that puts them in order.", valueName: "field"))
  var by = "resp_ip_bytes"

  @Option(help: ArgumentHelp("How long flows stay in the table.", valueName: "seconds"))
  var window = 60

  @Option(help: ArgumentHelp("How often it is renewed; 0 for once.", valueName: "seconds"))
  var every = 2

  @Option(help: ArgumentHelp("Flows that are shown.", valueName: "count"))
  var limit = 20

  func run() throws {
    hearSignals()
    guard let key = SortKey(by) else { throw Failure.usage("--by \(by): a field's name") }
    guard (1...86_400).contains(window), (0...3600).contains(every), (1...1000).contains(limit) else {
      throw Failure.usage("--window 1 to 86400 seconds, --every 0 to 3600 seconds, --limit 1 to 1000")
    }
    let reader: StoreReader
    do throws(StoreError) { reader = try StoreReader(store) } catch { throw Failure.input(error.description) }
    let isTerminal = isatty(STDOUT_FILENO) == 1
    repeat {
      var question = StoreQuestion(.flows)
      question.since = realTime() - Int64(window) * 1_000_000_000
      var best = BestRecords(key, limit)
      var count = 0
      do throws(StoreError) {
        try reader.forEach(question) { record in
          count += 1
          best.take(record)
          return !StopFlag.process.isRaised
        }
      } catch {
        throw Failure.input(error.description)
      }
      var line = RecordLine(.flow)
      // Home, and what was there away; a file or a pipe gets the tables one behind the other.
      if isTerminal { line.out.write("\u{1b}[H\u{1b}[J") }
      line.out.write(string: "\(count) flows in \(window) s, by \(by)\n")
      for record in best.records { line.print(record.span) }
      if !line.out.flush(to: STDOUT_FILENO) { return }
      for _ in 0..<(every * 10) where !StopFlag.process.isRaised { usleep(100_000) }
    } while every > 0 && !StopFlag.process.isRaised
  }
}
