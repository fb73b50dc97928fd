// `wiretale http`: one line or record per HTTP exchange, as it completes.

import ArgumentParser
import Flow
import Glibc
import Report
import Wire

/// The exchanges of HTTP/1.
struct HTTP: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "http", abstract: "One line or record per HTTP exchange, with timings.")

  @OptionGroup(title: "Capture") var capture: CaptureOptions

  @Flag(help: "Print one JSON object per exchange.")
  var json = false

  @Flag(help: "Print Zeek's http.log.")
  var zeek = false

  @Flag(help: "Print a HAR 1.2 archive, which the network tools of browsers open.")
  var har = false

  @Flag(help: "Show the fields of both heads.")
  var headers = false

  @Option(help: ArgumentHelp("Show so many octets of each body.", valueName: "octets"))
  var bodyMax = 0

  @Flag(help: "At the end, a table of routes: counts, status classes, times, octets.")
  var routes = false

  @Option(
    help: ArgumentHelp(
      "A route, as Go's ServeMux writes patterns: 'GET /users/{id}'; may be given several times.",
      valueName: "pattern"))
  var route: [String] = []

  @Flag(help: "Show credentials in headers and URLs as they are.")
  var showCredentials = false

  func run() throws {
    hearSignals()
    if bodyMax < 0 || bodyMax > 1 << 24 { throw Failure.usage("--body-max \(bodyMax): 0 to 16777216 octets") }
    if [json, zeek, har, routes].filter({ $0 }).count > 1, !(routes && json) {
      throw Failure.usage("--json, --zeek, --har and --routes are different views: give one of them")
    }
    var options = HTTPViewOptions()
    options.headers = headers
    options.bodyMax = bodyMax
    options.showsCredentials = showCredentials
    for pattern in route {
      do throws(RouteFault) { _ = try HTTPRoutes([pattern]) } catch {
        throw Failure.usage("--route '\(pattern)': \(error.says)")
      }
    }
    do throws(RouteFault) { options.routes = try HTTPRoutes(route) } catch {
      throw Failure.usage("--route: \(error.says)")
    }
    var streaming = StreamOptions()
    streaming.bodyMax = bodyMax
    let mode: HTTPView.Mode = routes ? .routes(json: json) : json ? .json : zeek ? .zeek : har ? .har : .line
    var run = StreamRun(streaming, HTTPView(mode, options))
    try capture.read(&run)
  }
}

/// An exchange in one of the forms that are asked for.
struct HTTPView: StreamView, ~Copyable {
  /// Which form.
  enum Mode: Equatable { case line, json, zeek, har, routes(json: Bool) }

  private let mode: Mode
  private var line: HTTPLine
  private var record: HTTPJSON
  private var log: HTTPZeek
  private var archive: HAR
  private var table: RouteTable

  /// The view that the options ask for.
  init(_ mode: Mode, _ options: HTTPViewOptions) {
    self.mode = mode
    line = HTTPLine(options)
    record = HTTPJSON(options)
    log = HTTPZeek(options)
    archive = HAR(options, version: Wiretale.version)
    table = RouteTable(options, json: mode == .routes(json: true))
  }

  mutating func show(_ exchange: inout HTTPExchange) {
    switch mode {
    case .line: line.print(exchange)
    case .json: record.print(&exchange)
    case .zeek: log.print(exchange)
    case .har: archive.print(exchange)
    case .routes: table.count(exchange)
    }
  }

  mutating func show(_ summary: HTTP2Summary) {
    switch mode {
    case .line: line.print(summary)
    case .json: record.print(summary)
    case .zeek, .har, .routes: break
    }
  }

  mutating func show(_ flow: EndedFlow) {}
  var needsConnections: Bool { false }

  mutating func finish() {
    switch mode {
    case .har: archive.finish()
    case .routes: table.finish()
    case .line, .json, .zeek: break
    }
  }

  var pending: Int {
    switch mode {
    case .line: line.out.count
    case .json: record.out.count
    case .zeek: log.out.count
    case .har: archive.out.count
    case .routes: table.out.count
    }
  }

  mutating func flush() -> Bool {
    switch mode {
    case .line: line.out.flush(to: STDOUT_FILENO)
    case .json: record.out.flush(to: STDOUT_FILENO)
    case .zeek: log.out.flush(to: STDOUT_FILENO)
    case .har: archive.out.flush(to: STDOUT_FILENO)
    case .routes: table.out.flush(to: STDOUT_FILENO)
    }
  }
}
