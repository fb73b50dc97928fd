// Exchanges by method and route: how many, how they went, how long they took.

public import Flow
internal import Wire

/// Counts exchanges, and prints a table of them into a buffer that its owner empties.
public struct RouteTable: ~Copyable {
  /// Routes that are told apart; further ones are counted together.
  public static let routesMax = 1000

  /// What was counted of a route.
  private struct Row {
    var method: [UInt8]
    var route: [UInt8]
    var count: UInt64 = 0
    /// By status class, from 1xx; the first is for no response.
    var classes = [UInt64](repeating: 0, count: 6)
    var toFirstOctet = TimeHistogram()
    var total = TimeHistogram()
    var octetsOut: UInt64 = 0
    var octetsBack: UInt64 = 0
  }

  /// The text so far.
  public var out = OctetBuffer()
  private let options: HTTPViewOptions
  private let json: Bool
  private var rows: [Row] = []
  private var places: [[UInt8]: Int] = [:]

  /// An empty table.
  public init(_ options: HTTPViewOptions = HTTPViewOptions(), json: Bool) {
    self.options = options
    self.json = json
  }

  /// Counts one exchange; a response without a request has no route.
  public mutating func count(_ exchange: HTTPExchange) {
    guard let head = exchange.request?.head else { return }
    var method = Array(head.octets(of: head.method))
    var route = options.routes.route(of: exchange)
    var key = method + [32] + route
    if places[key] == nil, rows.count >= RouteTable.routesMax {
      (method, route) = (Array("*".utf8), Array("(other)".utf8))
      key = method + [32] + route
    }
    let place = places[key] ?? rows.count
    if place == rows.count {
      places[key] = place
      rows.append(Row(method: method, route: route))
    }
    rows[place].count += 1
    let status = Int(exchange.response?.head.status ?? 0) / 100
    rows[place].classes[status < 6 ? status : 0] += 1
    if let time = exchange.timeToFirstOctet { rows[place].toFirstOctet.add(time) }
    if let time = exchange.duration { rows[place].total.add(time) }
    rows[place].octetsOut &+= UInt64(max(0, exchange.request?.bodyLength ?? 0))
    rows[place].octetsBack &+= UInt64(max(0, exchange.response?.bodyLength ?? 0))
  }

  /// Prints the table, the most asked first.
  public mutating func finish() {
    let order = rows.indices.sorted {
      rows[$0].count != rows[$1].count ? rows[$0].count > rows[$1].count : $0 < $1
    }
    if !json, !rows.isEmpty {
      out.write("   count   1xx   2xx   3xx   4xx   5xx  none   ttfb ms p50      p95      p99  total ms p50")
      out.write("      p95      p99   octets out  octets back  route\n")
    }
    for place in order { json ? record(rows[place]) : line(rows[place]) }
  }

  private mutating func line(_ row: Row) {
    out.write(decimal: row.count, padding: 8)
    for i in [1, 2, 3, 4, 5, 0] { out.write(decimal: row.classes[i], padding: 6) }
    times(row.toFirstOctet, padding: 14)
    times(row.total, padding: 14)
    out.write(decimal: row.octetsOut, padding: 13)
    out.write(decimal: row.octetsBack, padding: 13)
    out.write("  ")
    out.write(text: row.method, for: .terminal)
    out.write(octet: 32)
    out.write(text: row.route, for: .terminal)
    out.write(octet: 10)
  }

  private mutating func times(_ times: TimeHistogram, padding: Int) {
    for (i, share) in [0.5, 0.95, 0.99].enumerated() {
      let width = i == 0 ? padding : 9
      guard let time = times.quantile(share) else {
        for _ in 1..<width { out.write(octet: 32) }
        out.write("-")
        continue
      }
      out.write(decimal: UInt64(time / 1_000_000), padding: width - 3)
      out.write(octet: 46)
      out.write(decimal: UInt64(time / 10_000 % 100), width: 2)
    }
  }

  private mutating func record(_ row: Row) {
    out.write("{\"method\":\"")
    out.write(text: row.method, for: .json)
    out.write("\",\"route\":\"")
    out.write(text: row.route, for: .json)
    out.write("\",\"count\":")
    out.write(decimal: row.count)
    out.write(",\"status\":{")
    for (i, name) in (["none", "1xx", "2xx", "3xx", "4xx", "5xx"] as [StaticString]).enumerated() {
      out.write(i == 0 ? "\"" : ",\"")
      out.write(name)
      out.write("\":")
      out.write(decimal: row.classes[i])
    }
    out.write("}")
    quantiles(",\"ttfb_ns\":{", row.toFirstOctet)
    quantiles(",\"duration_ns\":{", row.total)
    out.write(",\"request_body_len\":")
    out.write(decimal: row.octetsOut)
    out.write(",\"response_body_len\":")
    out.write(decimal: row.octetsBack)
    out.write("}\n")
  }

  private mutating func quantiles(_ key: StaticString, _ times: TimeHistogram) {
    guard let middle = times.quantile(0.5), let high = times.quantile(0.95), let most = times.quantile(0.99)
    else { return }
    out.write(key)
    out.write("\"p50\":")
    out.write(signed: Int(middle))
    out.write(",\"p95\":")
    out.write(signed: Int(high))
    out.write(",\"p99\":")
    out.write(signed: Int(most))
    out.write("}")
  }
}
