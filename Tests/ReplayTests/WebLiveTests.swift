// HTTP over a live interface: nginx and curl in two network namespaces, and what wiretale tells of them
// beside nginx's own log.

import Foundation
import Testing

/// A web server in one namespace of a lab; it goes away with its owner.
final class WebServer {
  static let address = "10.9.0.2"
  /// Octets of the files that it has, `f0` and so on.
  static let sizes = [0, 1, 99, 1448, 1449, 5000, 20_000, 65_536, 100_000]
  /// Whether there is what it needs.
  static let isPossible =
    Lab.isPossible && (try? Program.command(["sh", "-c", "nginx -v && curl --version"]).status) == 0
  /// What a test says that is skipped for want of it.
  static let missing = "exchanges over a live interface need root, network namespaces, nginx and curl"

  let lab: Lab
  private let folder: Scratch
  private let running: Running

  init() throws {
    lab = try Lab()
    folder = try Scratch()
    let said = try Program.shell(
      """
      set -e
      ip -n "$1" addr add 10.9.0.1/24 dev "$3"; ip -n "$2" addr add 10.9.0.2/24 dev "$3"
      ip -n "$1" link set lo up
      mkdir "$4/www" "$4/temp"; chmod 755 "$4" "$4/www"
      """, lab.here, lab.there, Lab.port, folder.path)
    if said.status != 0 { throw Trouble(description: said.errors) }
    for (i, size) in Self.sizes.enumerated() {
      try folder.write((0..<size).map { UInt8(32 + $0 % 90) }, to: "www/f\(i)")
    }
    let settings = """
      daemon off; user root; worker_processes 1; pid \(folder.path)/pid; error_log \(folder.path)/errors;
      events { worker_connections 512; }
      http {
        log_format truth '$remote_port $connection_requests $request_method $request_uri $status '
          '$body_bytes_sent $server_protocol';
        access_log \(folder.path)/log truth;
        client_body_temp_path \(folder.path)/temp; proxy_temp_path \(folder.path)/temp;
        fastcgi_temp_path \(folder.path)/temp; uwsgi_temp_path \(folder.path)/temp;
        scgi_temp_path \(folder.path)/temp;
        keepalive_requests 100000; root \(folder.path)/www; error_page 405 =200 $uri;
        server { listen \(Self.address):80;
          location /post { return 201 "thanks"; }
          location /slow { limit_rate 10k; alias \(folder.path)/www/f6; } }
        server { listen \(Self.address):81 http2; location /post { return 201 "thanks"; } }
        server { listen \(Self.address):82; keepalive_timeout 1; }
      }
      """
    try folder.write(Array(settings.utf8), to: "settings")
    running = try Running(
      [
        "ip", "netns", "exec", lab.there, "nginx", "-e", "\(folder.path)/errors", "-c",
        "\(folder.path)/settings",
      ])
    let (lab, running) = (lab, running)
    let answers = Running.until {
      (try? Program.command(["ip", "netns", "exec", lab.here, "curl", "-sf", "http://\(Self.address)/f0"]))?
        .status == 0 || !running.isRunning
    }
    if !answers || !running.isRunning {
      throw Trouble(description: "no web server: \(running.errors)")
    }
    // What was asked to see whether it is there is not part of any test.
    _ = Running.until { !self.log().isEmpty }
    try folder.write([], to: "log")
    running.signal(SIGUSR1)
    _ = Running.until(seconds: 1) { false }
  }

  deinit {
    running.signal(SIGTERM)
    _ = running.wait(seconds: 5)
  }

  /// The lines of nginx's log.
  func log() -> [String] {
    String(decoding: folder.octets("log"), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Runs a verb of the program at the server while `body` goes on, and gives what it printed.
  func watch(_ verb: String, lines: Int? = nil, _ body: () throws -> Void) throws -> Outcome {
    let watcher = try Running(
      ["ip", "netns", "exec", lab.there, Program.path ?? "", verb, "-i", Lab.port, "--json", "tcp"])
    let listens = Running.until { watcher.errors.contains("listening on") || !watcher.isRunning }
    if !listens || !watcher.isRunning { throw Trouble(description: "it does not listen: \(watcher.errors)") }
    try body()
    if let lines {
      _ = Running.until { watcher.output.utf8.count { $0 == 10 } >= lines }
    } else {
      _ = Running.until(seconds: 1) { false }
    }
    watcher.signal(SIGINT)
    return watcher.wait()
  }

  /// Lets curl do what a file of its options says, several at a time.
  func curl(_ words: [String], _ requests: [String]) throws {
    let file = try folder.write(Array(requests.joined(separator: "next\n").utf8), to: "requests")
    let said = try Program.command(
      ["ip", "netns", "exec", lab.here, "curl", "-s", "-S", "-Z", "-K", file] + words)
    if said.status != 0 { throw Trouble(description: "curl: \(said.errors.prefix(300))") }
  }
}

@Suite(
  .serialized, .enabled(if: Program.path != nil, "\(Program.missing)"),
  .enabled(if: WebServer.isPossible, "\(WebServer.missing)"))
struct WebLiveTests {
  /// What is asked, in curl's words: files of all sizes, bodies sent, heads alone, what is not there.
  private func requests(_ count: Int, port: Int, _ more: String = "") -> [String] {
    (0..<count).map { i in
      let base = "http://\(WebServer.address):\(port)"
      let (path, options) =
        switch i % 10 {
        case 3: ("/post", "data = \"\(String(repeating: "x", count: i))\"\n")
        case 5: ("/f\(i % WebServer.sizes.count)", "head\n")
        case 7: ("/none", "")
        default: ("/f\(i % WebServer.sizes.count)", "")
        }
      return "url = \"\(base)\(path)?n=\(i)\"\noutput = \"/dev/null\"\n\(options)\(more)"
    }
  }

  private func records(_ outcome: Outcome) -> [[String: Any]] {
    outcome.lines.compactMap {
      (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
    }
  }

  /// A record in the words of nginx's log.
  private func line(_ record: [String: Any]) -> String {
    func word(_ name: String) -> String { record[name].map { "\($0)" } ?? "-" }
    let version = word("version") == "2" ? "2.0" : word("version")
    return ["orig_p", "conn_request_index", "method", "uri", "status_code", "response_body_len"].map(word)
      .joined(separator: " ") + " HTTP/\(version)"
  }

  /// Every exchange, and none besides, as nginx has them.
  private func compare(_ server: WebServer, _ outcome: Outcome, _ count: Int) -> [[String: Any]] {
    #expect(outcome.status == 0, "\(outcome.errors)")
    _ = Running.until { server.log().count >= count }
    let (theirs, ours) = (server.log(), records(outcome))
    #expect(theirs.count == count && ours.count == count, "\(theirs.count), \(ours.count) of \(count)")
    let missing = Set(theirs).symmetricDifference(ours.map(line))
    #expect(missing.isEmpty, "\(missing.count): \(missing.sorted().prefix(6))\n\(outcome.errors)")
    for record in ours {
      #expect(record["complete"] as? Bool == true && record["anomalies"] == nil, "\(record)")
      let index = record["conn_request_index"] as? Int ?? 0
      #expect(record["reused"] as? Bool == (index > 1))
      guard record["method"] as? String == "POST", let uri = record["uri"] as? String,
        let number = uri.split(separator: "=").last.flatMap({ Int($0) })
      else { continue }
      #expect(record["request_body_len"] as? Int == number, "\(record)")
    }
    return ours
  }

  @Test func aThousandExchangesOverAPoolAreExact() throws {
    let server = try WebServer()
    let outcome = try server.watch("http", lines: 1000) {
      try server.curl(["--parallel-max", "8"], requests(1000, port: 80))
    }
    let ours = compare(server, outcome, 1000)
    let connections = Set(ours.compactMap { $0["flow"] as? String })
    #expect((1...16).contains(connections.count), "\(connections.count) connections")
    #expect(outcome.errors.contains("0 dropped by the kernel"), "\(outcome.errors)")
  }

  @Test func aConnectionForEachRequestIsToo() throws {
    let server = try WebServer()
    let outcome = try server.watch("http", lines: 200) {
      try server.curl(
        ["--parallel-max", "4"], requests(200, port: 80, "header = \"Connection: close\"\n"))
    }
    let ours = compare(server, outcome, 200)
    #expect(ours.allSatisfy { $0["reused"] as? Bool == false && $0["keep_alive"] as? Bool == false })
  }

  /// curl 7.88 cannot use a connection of HTTP/2 in clear twice: each request is a curl of its own. It has no
  /// bodies, because nginx resets streams whose body it has not awaited, and curl takes that for an error.
  @Test func soIsHTTP2WithPriorKnowledge() throws {
    let server = try WebServer()
    let outcome = try server.watch("http", lines: 40) {
      for request in requests(45, port: 81, "http2-prior-knowledge\n") where !request.contains("data =") {
        try server.curl([], [request])
      }
    }
    let ours = compare(server, outcome, 40)
    #expect(ours.allSatisfy { $0["stream"] as? Int == 1 })
  }

  @Test func soAreManyStreamsAtATime() throws {
    let server = try WebServer()
    let outcome = try server.watch("http", lines: 300) {
      let said = try Program.command(
        ["ip", "netns", "exec", server.lab.here, "python3", "-c", Self.streams, WebServer.address])
      if said.status != 0 { throw Trouble(description: said.errors) }
    }
    let ours = compare(server, outcome, 300)
    #expect(Set(ours.compactMap { $0["stream"] as? Int }) == Set((0..<300).map { 2 * $0 + 1 }))
    #expect(Set(ours.compactMap { $0["flow"] as? String }).count == 1)
  }

  /// A client of HTTP/2 that has twenty streams open at a time on one connection, with bodies, some in pieces
  /// and with padding, and heads in two frames.
  private static let streams = """
    import socket, struct, sys
    s = socket.create_connection((sys.argv[1], 81))
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    def frame(kind, flags, stream, payload=b""):
        start = struct.pack(">I", len(payload))[1:] + bytes([kind, flags])
        return start + struct.pack(">I", stream) + payload
    def text(t): return bytes([len(t)]) + t.encode()
    def head(method, path, length):
        block = b"\\x82" if method == "GET" else b"\\x83" if method == "POST" else b"\\x02" + text(method)
        block += b"\\x86" + b"\\x04" + text(path) + b"\\x41" + text("h2.example")
        block += b"\\x40" + text("x-n") + text(path)
        return block + (b"\\x0f\\x0d" + text(str(length)) if length else b"")
    s.sendall(b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" + frame(4, 0, 0, struct.pack(">HI", 4, 1 << 24))
              + frame(8, 0, 0, struct.pack(">I", 1 << 28)))
    held, open_, done, n = b"", set(), 0, 0
    while done < 300:
        out = b""
        while len(open_) < 20 and n < 300:
            stream = 2 * n + 1
            method, path = [("GET", "/f%d?n=%d" % (n % 9, n)), ("HEAD", "/f%d?n=%d" % (n % 9, n)),
                            ("POST", "/post?n=%d" % n)][n % 3]
            body = b"x" * n if method == "POST" else b""
            block = head(method, path, len(body))
            end = 0 if body else 1
            if n % 4 == 2:
                out += frame(1, end, stream, block[:7]) + frame(9, 4, stream, block[7:])
            else:
                out += frame(1, end | 4, stream, block)
            if body:
                out += frame(0, 8, stream, b"\\x03" + body[:9] + bytes(3)) + frame(0, 1, stream, body[9:])
            open_.add(stream)
            n += 1
        if out: s.sendall(out)
        got = s.recv(65536)
        if not got: sys.exit("closed after %d" % done)
        held += got
        while len(held) >= 9 and len(held) >= 9 + int.from_bytes(held[:3], "big"):
            length, kind, flags = int.from_bytes(held[:3], "big"), held[3], held[4]
            stream = int.from_bytes(held[5:9], "big")
            held = held[9 + length:]
            if kind == 4 and not flags & 1: s.sendall(frame(4, 1, 0))
            if stream in open_ and (kind in (0, 1) and flags & 1 or kind == 3):
                open_.discard(stream)
                done += 1
    s.close()
    """
}

/// What pools do, seen at the server.
@Suite(
  .serialized, .enabled(if: Program.path != nil, "\(Program.missing)"),
  .enabled(if: WebServer.isPossible, "\(WebServer.missing)"))
struct PoolLiveTests {
  /// Clients with habits, each known by the host that it asks for. The server closes connections that have
  /// been idle for a second on port 82, and sends /slow in a second and more.
  private static let habits = """
    import socket, sys, time
    def dial(port): return socket.create_connection((sys.argv[1], port))
    def ask(s, host, path="/f1", more=""):
        s.sendall(("GET %s HTTP/1.1\\r\\nHost: %s\\r\\n%s\\r\\n" % (path, host, more)).encode())
    def answer(s, body):
        held = b""
        while b"\\r\\n\\r\\n" not in held: held += s.recv(65536)
        rest = held.split(b"\\r\\n\\r\\n", 1)[1]
        while len(rest) < body: rest += s.recv(65536)
        return rest[body:]
    kept = [dial(82) for _ in range(3)]
    for s in kept:
        ask(s, "dead"); answer(s, 1); ask(s, "dead"); answer(s, 1)
    forgotten = dial(82); ask(forgotten, "forgotten"); answer(forgotten, 1)
    for _ in range(4):
        s = dial(80); ask(s, "single", more="Connection: close\\r\\n"); answer(s, 1); s.close()
    for _ in range(25):
        s = dial(80); ask(s, "ports"); answer(s, 1); ask(s, "ports"); answer(s, 1)
        s.shutdown(socket.SHUT_WR); s.recv(1); s.close()
    s = dial(80)
    ask(s, "line", "/slow"); ask(s, "line"); ask(s, "line")
    held = answer(s, 20000)
    s.close()
    time.sleep(2.2)
    # One of them does not look whether the server has closed.
    ask(kept[0], "dead")
    time.sleep(0.2)
    for s in kept: s.close()
    time.sleep(1.5)
    """

  @Test func whatEachClientDidIsTold() throws {
    let server = try WebServer()
    let outcome = try server.watch("pools") {
      let said = try Program.command(
        ["ip", "netns", "exec", server.lab.here, "python3", "-c", Self.habits, WebServer.address])
      if said.status != 0 { throw Trouble(description: said.errors) }
    }
    #expect(outcome.status == 0, "\(outcome.errors)")
    var pools: [String: [String: Any]] = [:]
    for line in outcome.lines {
      guard let pool = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
        let host = pool["host"] as? String
      else { continue }
      pools[host] = pool
    }
    func number(_ host: String, _ name: String) -> Double { pools[host]?[name] as? Double ?? -1 }
    func finding(_ host: String, _ rule: String) -> [String: Any]? {
      (pools[host]?["findings"] as? [[String: Any]])?.first { $0["rule"] as? String == rule }
    }
    #expect(Set(pools.keys) == ["dead", "forgotten", "single", "ports", "line"], "\(outcome.output)")

    // The server's timeout is learned from its closes, and the request that met one is told with its frames.
    #expect(number("dead", "connections") == 3 && number("dead", "requests") == 7)
    #expect(number("dead", "concurrent_max") == 3 && number("dead", "dead_reuse") == 1)
    let learned = number("dead", "server_keep_alive_ns") / 1e9
    #expect(learned > 0.9 && learned < 2.2, "\(learned) s")
    let dead = (pools["dead"]?["dead_reuses"] as? [[String: Any]])?.first ?? [:]
    let frames = ["fin_frame", "request_frame", "reset_frame"].compactMap { dead[$0] as? Int }
    #expect(frames.count == 3 && frames == frames.sorted(), "\(dead)")
    let says = finding("dead", "dead_reuse")?["says"] as? String ?? ""
    #expect(says.contains("1 request was sent on connections that the server had closed"), "\(says)")
    #expect(finding("dead", "server_keep_alive") != nil)

    #expect(finding("single", "connection_per_request") != nil && number("single", "reuse_ratio") == 0)
    #expect(number("ports", "time_wait") == 25 && finding("ports", "time_wait") != nil)
    #expect(number("ports", "requests_per_connection") == 2 && number("ports", "reuse_ratio") == 0.5)
    #expect(number("forgotten", "requests") == 1 && finding("forgotten", "server_keep_alive") != nil)
    #expect(number("line", "pipelined") == 2 && finding("line", "head_of_line") != nil)
    let waited = (pools["line"]?["head_of_line_ns"] as? [String: Double])?["max"] ?? 0
    #expect(waited > 1e8, "\(waited)")
  }
}
