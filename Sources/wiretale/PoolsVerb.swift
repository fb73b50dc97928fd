// `wiretale pools`: what each client's connection pool did with each host.

import ArgumentParser
import Flow
import Glibc
import Report

/// Connection pools.
struct PoolsVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pools",
    abstract: "How clients reuse their HTTP connections, per client and host, with advice.")

  @OptionGroup(title: "Capture") var capture: CaptureOptions

  @Flag(help: "Print one JSON object per client and host.")
  var json = false

  func run() throws {
    hearSignals()
    var run = StreamRun(StreamOptions(), PoolsView(json: json))
    try capture.read(&run)
  }
}

/// Pools, shown when the input has ended.
struct PoolsView: StreamView, ~Copyable {
  private var pools = Pools()
  private var printer: PoolPrinter

  /// The view that the options ask for.
  init(json: Bool) { printer = PoolPrinter(json: json) }

  mutating func show(_ exchange: inout HTTPExchange) { pools.count(exchange) }
  mutating func show(_ summary: HTTP2Summary) {}
  mutating func show(_ flow: EndedFlow) { pools.end(flow) }

  mutating func finish() {
    for pool in pools.finish() { printer.print(pool) }
    if pools.leftOut > 0 {
      complain("\(pools.leftOut) requests were left out: more clients and hosts than are told apart")
    }
  }

  var pending: Int { printer.out.count }
  mutating func flush() -> Bool { printer.out.flush(to: STDOUT_FILENO) }
}
