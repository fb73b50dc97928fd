// What a client's connection pool did: connections and the requests on them, per client and host.

public import Wire

/// Bounds of what is kept.
enum PoolLimits {
  /// Pairs of a client and a host that are told apart; exchanges of further ones are counted and left out.
  static let poolsMax = 10_000
  /// Connections of one pool whose beginning and end are kept, to tell how many there were at a time.
  static let spansMax = 100_000
  /// A connection that is opened this soon behind the close of another could have been that one; nanoseconds.
  static let soon: Int64 = 30_000_000_000
  /// Examples of one kind.
  static let examplesMax = 8
}

/// A request on a connection that the server had closed.
public struct DeadReuse: Sendable, Equatable {
  public var flow: UInt64
  /// The server's FIN, with which the client came into CLOSE_WAIT; nil when it was not captured.
  public var finFrame: UInt64?
  public var requestFrame: UInt64
  public var resetFrame: UInt64?
  /// From the FIN to the request, in nanoseconds.
  public var after: Int64
}

/// What one client did with one host.
public struct PoolFigures: Sendable {
  public var client: IPAddress
  /// As it was asked for: name and port as they stand in the request; empty when there was none.
  public var host: [UInt8]
  public var server: IPAddress
  public var serverPort: UInt16
  /// Further servers that answered for the same host.
  public internal(set) var otherServers: UInt32 = 0
  public internal(set) var connections: UInt64 = 0
  public internal(set) var requests: UInt64 = 0
  public internal(set) var reused: UInt64 = 0
  public internal(set) var pipelined: UInt64 = 0
  /// How many connections there were at a time, from the first packet to the first FIN or reset.
  public internal(set) var concurrentMax: UInt64 = 0
  /// Connections still open at the end.
  public internal(set) var open: UInt64 = 0
  /// From a response's end to the next request.
  public internal(set) var idle = TimeHistogram()
  /// From the last response to the server's FIN, on connections that were to stay.
  public internal(set) var serverKeepAlive = TimeHistogram()
  /// From the last response to the client's FIN, likewise.
  public internal(set) var clientKeepAlive = TimeHistogram()
  /// How long answers of a pipeline waited for those before them.
  public internal(set) var headOfLine = TimeHistogram()
  public internal(set) var deadReuse: UInt64 = 0
  public internal(set) var deadReuses: [DeadReuse] = []
  public internal(set) var timeWait: UInt64 = 0
  /// Connections that the server closed and the client never did.
  public internal(set) var closeWait: UInt64 = 0
  /// The longest of them, in nanoseconds, and the FINs that began them.
  public internal(set) var closeWaitMost: Int64 = 0
  public internal(set) var closeWaitFrames: [UInt64] = []
  /// Who asked for the connection to close, of all exchanges.
  public internal(set) var closeAsked: UInt64 = 0
  public internal(set) var closeAnswered: UInt64 = 0
  public internal(set) var oldVersion: UInt64 = 0
  /// Connections that the client closed within a second of their last response although they were to stay,
  /// and the frames of its FINs.
  public internal(set) var closedEarly: UInt64 = 0
  public internal(set) var closedEarlyFrames: [UInt64] = []
  /// How many of those were followed by a new connection within half a minute.
  public internal(set) var openedAgain: UInt64 = 0
  /// First frames of connections, as examples.
  public internal(set) var firstFrames: [UInt64] = []
  var spans: [(start: Int64, end: Int64)] = []
  var earlyCloses: [Int64] = []

  init(client: IPAddress, host: [UInt8], server: IPAddress, serverPort: UInt16) {
    self.client = client
    self.host = host
    self.server = server
    self.serverPort = serverPort
  }

  /// Of 1: requests that found an open connection.
  public var reuseRatio: Double { requests > 0 ? Double(reused) / Double(requests) : 0 }
}

/// Watches exchanges and ended flows.
public struct Pools: ~Copyable {
  /// What is known of a connection while its flow is there.
  private struct Use: Sendable {
    var client: FlowSide
    /// The pools that it served, and the first of them.
    var pools: [Int] = []
    var lastEnd: Int64?
    var keepsAlive = false
    var isWhole = true
    var dead: [(request: UInt64, time: Int64)] = []
  }

  private var figures: [PoolFigures] = []
  private var places: [Key: Int] = [:]
  private var uses: [UInt64: Use] = [:]
  /// Exchanges of clients and hosts beyond the number that is told apart.
  public private(set) var leftOut: UInt64 = 0

  private struct Key: Hashable {
    var client: IPAddress
    var host: [UInt8]
  }

  /// Nothing seen.
  public init() {}

  /// Counts an exchange.
  public mutating func count(_ exchange: HTTPExchange) {
    guard let request = exchange.request else { return }
    let host = exchange.host.map { $0 >= 65 && $0 <= 90 ? $0 | 32 : $0 }
    guard let place = place(of: exchange, host) else {
      leftOut += 1
      return
    }
    var use = uses[exchange.flow] ?? Use(client: exchange.client)
    if !use.pools.contains(place) {
      use.pools.append(place)
      figures[place].connections += 1
    }
    figures[place].requests += 1
    if exchange.isReused { figures[place].reused += 1 }
    if exchange.isPipelined {
      figures[place].pipelined += 1
      if let last = use.lastEnd { figures[place].headOfLine.add(interval(request.last.delivered, last)) }
    }
    if let idle = exchange.idleBefore { figures[place].idle.add(idle) }
    if request.head.version < 11 { figures[place].oldVersion += 1 }
    if request.head.asksToClose { figures[place].closeAsked += 1 }
    if exchange.response?.head.asksToClose == true { figures[place].closeAnswered += 1 }
    if exchange.isAfterClose {
      figures[place].deadReuse += 1
      if use.dead.count < PoolLimits.examplesMax {
        use.dead.append((request.first.frame, request.first.time))
      }
    } else {
      use.keepsAlive = exchange.keepsAlive
      use.isWhole = exchange.response?.isWhole ?? false
      if let response = exchange.response { use.lastEnd = response.last.delivered }
    }
    uses[exchange.flow] = use
  }

  private mutating func place(of exchange: HTTPExchange, _ host: [UInt8]) -> Int? {
    let server = exchange.answerer
    let key = Key(client: exchange.asker.address, host: host)
    if let place = places[key] {
      if figures[place].server != server.address || figures[place].serverPort != server.port {
        figures[place].otherServers += 1
      }
      return place
    }
    guard figures.count < PoolLimits.poolsMax else { return nil }
    places[key] = figures.count
    figures.append(
      PoolFigures(
        client: key.client, host: host, server: server.address, serverPort: server.port))
    return figures.count - 1
  }

  /// Counts how a connection ended; its exchanges come before.
  public mutating func end(_ flow: EndedFlow) {
    guard let use = uses.removeValue(forKey: flow.record.serial), let connection = flow.connection else {
      return
    }
    let (client, server) = (connection[use.client], connection[use.client.other])
    let closed = (closing(client), closing(server))
    let first = [closed.0?.time, closed.1?.time].compactMap { $0 }.min()
    for place in use.pools {
      if figures[place].spans.count < PoolLimits.spansMax {
        figures[place].spans.append((flow.record.start, first ?? .max))
      }
      if first == nil { figures[place].open += 1 }
      example(flow.record.firstFrame, \.firstFrames, place)
      if client.path.contains(where: { $0.state == .timeWait }) { figures[place].timeWait += 1 }
      if client.state == .closeWait, let fin = closed.1 {
        figures[place].closeWait += 1
        figures[place].closeWaitMost = max(figures[place].closeWaitMost, interval(fin.time, flow.record.end))
        example(fin.frame, \.closeWaitFrames, place)
      }
    }
    if let place = use.pools.last { lifetimes(use, closed, place) }
    for dead in use.dead {
      guard let place = use.pools.last, figures[place].deadReuses.count < PoolLimits.examplesMax else {
        break
      }
      figures[place].deadReuses.append(
        DeadReuse(
          flow: flow.record.serial, finFrame: closed.1?.frame, requestFrame: dead.request,
          resetFrame: connection.reset.map(\.frame),
          after: closed.1.map { interval($0.time, dead.time) } ?? 0))
    }
  }

  /// How long whoever closed had waited.
  private mutating func lifetimes(
    _ use: Use, _ closed: (client: StateChange?, server: StateChange?), _ place: Int
  ) {
    guard use.keepsAlive, use.isWhole, let last = use.lastEnd else { return }
    if let server = closed.server, closed.client.map({ $0.time > server.time }) ?? true {
      figures[place].serverKeepAlive.add(interval(last, server.time))
    } else if let client = closed.client {
      let waited = interval(last, client.time)
      figures[place].clientKeepAlive.add(waited)
      if waited < 1_000_000_000 {
        figures[place].closedEarly += 1
        example(client.frame, \.closedEarlyFrames, place)
        if figures[place].earlyCloses.count < PoolLimits.spansMax {
          figures[place].earlyCloses.append(client.time)
        }
      }
    }
  }

  /// When an end sent its FIN, by the state it came into.
  private func closing(_ end: EndReport) -> StateChange? {
    end.path.first { $0.state == .finWait1 || $0.state == .lastACK || $0.state == .closed }
  }

  private mutating func example(
    _ frame: UInt64, _ list: WritableKeyPath<PoolFigures, [UInt64]>, _ place: Int
  ) {
    if figures[place][keyPath: list].count < PoolLimits.examplesMax {
      figures[place][keyPath: list].append(frame)
    }
  }

  /// What there is of every pool, in the order of their first exchanges.
  public mutating func finish() -> [PoolFigures] {
    for place in figures.indices {
      var edges: [(time: Int64, change: Int)] = []
      for span in figures[place].spans {
        edges.append((span.start, 1))
        edges.append((span.end, -1))
      }
      // What closes at a time makes room before another opens.
      edges.sort { ($0.time, $0.change) < ($1.time, $1.change) }
      var now = 0
      for edge in edges {
        now += edge.change
        figures[place].concurrentMax = max(figures[place].concurrentMax, UInt64(max(0, now)))
      }
      let starts = figures[place].spans.map(\.start).sorted()
      for close in figures[place].earlyCloses {
        let next = starts.partitionedFirst { $0 > close }
        if next < starts.count, interval(close, starts[next]) < PoolLimits.soon {
          figures[place].openedAgain += 1
        }
      }
      figures[place].spans = []
      figures[place].earlyCloses = []
    }
    return figures
  }
}

extension Array {
  /// The first place where `isBehind` holds, given that it holds for all that follow.
  func partitionedFirst(_ isBehind: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
