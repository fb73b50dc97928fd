// Connection pools, as text or as records: RECORDS.md, `pools --json`.

public import Flow
internal import Wire

/// Prints pools into a buffer that its owner empties.
public struct PoolPrinter: ~Copyable {
  /// The text so far.
  public var out = OctetBuffer()
  private let json: Bool

  /// A printer of text, or of one JSON object per pool.
  public init(json: Bool) { self.json = json }

  /// Prints one pool.
  public mutating func print(_ pool: PoolFigures) {
    if json { record(pool) } else { text(pool) }
  }

  private mutating func text(_ pool: PoolFigures) {
    out.write(endpoint: pool.client)
    out.write(" > ")
    if pool.host.isEmpty { out.write("-") } else { out.write(text: pool.host, for: .terminal) }
    out.write(" (")
    out.write(endpoint: pool.server, pool.serverPort)
    if pool.otherServers > 0 { out.write(" and others") }
    out.write(")\n  ")
    out.write(decimal: pool.connections)
    out.write(pool.connections == 1 ? " connection, " : " connections, ")
    out.write(decimal: pool.requests)
    out.write(pool.requests == 1 ? " request, " : " requests, ")
    out.write(decimal: UInt64((pool.reuseRatio * 100).rounded()))
    out.write(" % on a connection that had served before, at most ")
    out.write(decimal: pool.concurrentMax)
    out.write(" at a time, ")
    out.write(decimal: pool.open)
    out.write(" open at the end\n")
    if let middle = pool.idle.quantile(0.5), let high = pool.idle.quantile(0.95) {
      out.write("  idle between requests: ")
      out.write(span: middle)
      out.write(", 95 of 100 at most ")
      out.write(span: high)
      out.write(", longest ")
      out.write(span: pool.idle.most)
      out.write(octet: 10)
    }
    if pool.pipelined > 0 {
      out.write("  ")
      out.write(decimal: pool.pipelined)
      out.write(" requests pipelined\n")
    }
    if pool.timeWait + pool.closeWait > 0 {
      out.write("  the client left ")
      out.write(decimal: pool.timeWait)
      out.write(" in TIME_WAIT and ")
      out.write(decimal: pool.closeWait)
      out.write(" in CLOSE_WAIT\n")
    }
    for finding in pool.findings {
      out.write("  ")
      out.write(finding.severity.name)
      out.write(" ")
      out.write(finding.rule.name)
      out.write(": ")
      out.write(finding.rule, of: pool)
      frames(finding, " [#", ", #", "]")
      out.write(octet: 10)
    }
  }

  private mutating func frames(
    _ finding: PoolFinding, _ open: StaticString, _ between: StaticString, _ close: StaticString
  ) {
    if finding.frames.isEmpty { return }
    out.write(open)
    for (i, frame) in finding.frames.enumerated() {
      if i > 0 { out.write(between) }
      out.write(decimal: frame)
    }
    out.write(close)
  }

  private mutating func record(_ pool: PoolFigures) {
    out.write("{\"client\":\"")
    out.write(endpoint: pool.client)
    if !pool.host.isEmpty {
      out.write("\",\"host\":\"")
      out.write(text: pool.host, for: .json)
    }
    out.write("\",\"server\":\"")
    out.write(endpoint: pool.server, pool.serverPort)
    out.write(octet: 34)
    if pool.otherServers > 0 { out.write(",\"other_servers\":true") }
    count(",\"connections\":", pool.connections)
    count(",\"requests\":", pool.requests)
    out.write(",\"requests_per_connection\":")
    ratio(pool.requests, pool.connections)
    out.write(",\"reuse_ratio\":")
    ratio(pool.reused, pool.requests)
    count(",\"concurrent_max\":", pool.concurrentMax)
    count(",\"open\":", pool.open)
    count(",\"pipelined\":", pool.pipelined)
    if pool.closedEarly > 0 { count(",\"closed_early\":", pool.closedEarly) }
    quantiles(",\"idle_ns\":{", pool.idle)
    quantiles(",\"head_of_line_ns\":{", pool.headOfLine)
    if let time = pool.learnedKeepAlive { number(",\"server_keep_alive_ns\":", time) }
    if let time = pool.clientKeepAlive.quantile(0.5) { number(",\"client_keep_alive_ns\":", time) }
    count(",\"dead_reuse\":", pool.deadReuse)
    if !pool.deadReuses.isEmpty { examples(pool.deadReuses) }
    count(",\"time_wait\":", pool.timeWait)
    count(",\"close_wait\":", pool.closeWait)
    out.write(",\"findings\":[")
    for (i, finding) in pool.findings.enumerated() {
      out.write(i == 0 ? "{\"rule\":\"" : ",{\"rule\":\"")
      out.write(finding.rule.name)
      out.write("\",\"severity\":\"")
      out.write(finding.severity.name)
      out.write("\",\"says\":\"")
      out.write(finding.rule, of: pool)
      out.write("\",\"frames\":[")
      frames(finding, "", ",", "")
      out.write("],\"confidence\":")
      ratio(UInt64((finding.confidence * 100).rounded()), 100)
      out.write("}")
    }
    out.write("]}\n")
  }

  private mutating func examples(_ reuses: [DeadReuse]) {
    out.write(",\"dead_reuses\":[")
    for (i, reuse) in reuses.enumerated() {
      out.write(i == 0 ? "{\"flow\":\"F" : ",{\"flow\":\"F")
      out.write(decimal: reuse.flow)
      out.write(octet: 34)
      if let frame = reuse.finFrame { count(",\"fin_frame\":", frame) }
      count(",\"request_frame\":", reuse.requestFrame)
      if let frame = reuse.resetFrame { count(",\"reset_frame\":", frame) }
      number(",\"close_wait_ns\":", reuse.after)
      out.write("}")
    }
    out.write("]")
  }

  private mutating func quantiles(_ key: StaticString, _ times: TimeHistogram) {
    guard let middle = times.quantile(0.5), let high = times.quantile(0.95) else { return }
    out.write(key)
    number("\"p50\":", middle)
    number(",\"p95\":", high)
    number(",\"max\":", times.most)
    out.write("}")
  }

  /// A quotient with three decimals.
  private mutating func ratio(_ part: UInt64, _ whole: UInt64) {
    let rounded = part.multipliedReportingOverflow(by: 1000).partialValue &+ whole / 2
    let thousandths = whole > 0 ? rounded / whole : 0
    out.write(decimal: thousandths / 1000)
    out.write(octet: 46)
    out.write(decimal: thousandths % 1000, width: 3)
  }

  private mutating func count(_ key: StaticString, _ value: UInt64) {
    out.write(key)
    out.write(decimal: value)
  }

  private mutating func number(_ key: StaticString, _ value: Int64) {
    out.write(key)
    out.write(signed: Int(value))
  }
}
