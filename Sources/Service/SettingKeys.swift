// Every key of the settings file: its usual value, what it means, and when a change of it takes effect.

/// When a changed value is used after SIGHUP.
enum SettingEffect: Sendable {
  /// At once, and no packet is lost.
  case atOnce
  /// The capture is opened anew: packets of some milliseconds may be missed.
  case reopens
  /// Not before the service is started again.
  case restart

  /// What the example file says of it.
  var words: String {
    switch self {
    case .atOnce: "Reload: at once."
    case .reopens: "Reload: the capture is opened anew; packets of some milliseconds may be missed."
    case .restart: "Reload: no; takes a restart."
    }
  }
}

/// One key.
struct SettingKey: Sendable {
  let name: String
  let usual: String
  let effect: SettingEffect
  let says: String

  init(_ name: String, _ usual: String, _ effect: SettingEffect, _ says: String) {
    self.name = name
    self.usual = usual
    self.effect = effect
    self.says = says
  }

  /// All of them, in the order of the example file.
  static let all: [SettingKey] = [
    SettingKey(
      "capture.interfaces", "[\"*\"]", .atOnce,
      "Interfaces by name or by pattern (* and ?); \"*\" is every one but the loopback, \"any\" the kernel's "
        + "sum of all. What appears later is taken up, what vanishes is waited for."),
    SettingKey(
      "capture.filter", "\"\"", .reopens, "Which packets: a filter in libpcap's language (pcap-filter(7))."),
    SettingKey("capture.snap_length", "262144", .reopens, "Octets of each packet that are looked at."),
    SettingKey("capture.buffer", "16MiB", .reopens, "The kernel's buffer for each interface and queue."),
    SettingKey(
      "capture.promiscuous", "false", .reopens,
      "Packets that are not for this machine too; the unit then needs CAP_NET_ADMIN, by a drop-in."),
    SettingKey(
      "capture.queues", "1", .restart,
      "Pipelines for each interface, each with a thread; the kernel spreads the packets by flow."),
    SettingKey("flows.max", "262144", .restart, "Flows that are followed at a time, over all pipelines."),
    SettingKey("flows.timeout.tcp", "1h", .restart, "A TCP connection that is quiet for so long has ended."),
    SettingKey("flows.timeout.half_open", "2min", .restart, "One that was asked for and never opened."),
    SettingKey("flows.timeout.udp", "1min", .restart, "UDP."),
    SettingKey("flows.timeout.icmp", "1min", .restart, "ICMP."),
    SettingKey("flows.timeout.other", "1min", .restart, "Every other protocol."),
    SettingKey(
      "flows.timeout.active", "30min", .restart, "How often a flow that lasts is reported; 0 for never."),
    SettingKey(
      "flows.linger", "5s", .restart,
      "How long a closed connection waits for late packets before its record is made."),
    SettingKey(
      "flows.msl", "30s", .restart, "The maximum segment lifetime; TIME_WAIT lasts twice as long."),
    SettingKey("flows.by_vlan", "false", .restart, "Flows of different VLANs are different flows."),
    SettingKey("findings.close_wait", "1min", .restart, "Tell of a connection that stays in CLOSE_WAIT."),
    SettingKey("findings.idle", "1min", .restart, "Tell of a connection that is quiet for so long."),
    SettingKey("http.enabled", "true", .restart, "Read HTTP and record its exchanges."),
    SettingKey(
      "log.target", "file", .atOnce, "Where the flow log goes: file, stdout, socket or none."),
    SettingKey(
      "log.path", "/var/log/wiretale/flows.ndjson", .atOnce,
      "The file, or the socket that somebody listens on."),
    SettingKey(
      "log.format", "json", .restart,
      "json: an object a line, flows and exchanges; zeek: flows as Zeek's conn.log."),
    SettingKey("log.max_size", "100MB", .atOnce, "Begin another file before it is larger; 0 for never."),
    SettingKey("log.max_age", "1d", .atOnce, "Begin another file after so long; 0 for never."),
    SettingKey("log.keep", "14", .atOnce, "Files that are kept besides the one that is written; 0 for all."),
    SettingKey("log.keep_size", "1GB", .atOnce, "Octets that those may take together; 0 without limit."),
    SettingKey("log.compress", "none", .atOnce, "Pack finished files: none, gzip or zstd."),
    SettingKey("store.enabled", "true", .restart, "Keep records in the store that `wiretale history` asks."),
    SettingKey("store.path", "/var/lib/wiretale/flows.db", .restart, "The store, an SQLite file."),
    SettingKey("store.max_age", "30d", .atOnce, "How long a record is kept; 0 for ever."),
    SettingKey("store.max_size", "1GB", .atOnce, "Octets that the store may take; 0 without limit."),
    SettingKey(
      "queue.size", "64MB", .restart,
      "Records that wait for the disk. When it fills, interim records are dropped first, then exchanges, "
        + "then flows, then findings; packets never."),
    SettingKey("recorder.size", "64MB", .restart, "The last frames that are held in memory; 0 for none."),
    SettingKey("recorder.snap_length", "256", .restart, "Octets of each frame that are held."),
    SettingKey(
      "recorder.severity", "error", .atOnce,
      "A flow with a finding of this severity leaves its frames as a capture file: note, warning, error or "
        + "none."
    ),
    SettingKey("recorder.path", "/var/lib/wiretale/pcap", .restart, "The folder of those files."),
    SettingKey("recorder.files", "1000", .atOnce, "Files that are kept."),
    SettingKey("recorder.keep_size", "256MB", .atOnce, "Octets that they may take together."),
    SettingKey(
      "service.counters", "1min", .atOnce, "How often counters of packets, drops and flows are recorded."),
    SettingKey(
      "service.log", "stderr", .restart, "Where the service tells of itself: stderr (the journal), or a file."
    ),
    SettingKey(
      "service.log_level", "info", .atOnce,
      "What the service says of itself: debug, info, notice, warning, error."),
    SettingKey(
      "service.lock", "/run/wiretale/wiretale.lock", .restart, "Held by the one instance that runs."),
  ]

  /// The settings file with every key, its usual value, and words about it.
  static var example: String {
    var text = """
      # wiretale daemon: settings. Every key is here with its usual value; a key that is left out has it too.
      # The environment is stronger than this file (log.path is WIRETALE_LOG_PATH), the command line than both
      # (--set log.path=VALUE). `wiretale daemon --check` says what is wrong; `systemctl reload wiretale`
      # reads this file again. Sizes: kB MB GB, KiB MiB GiB. Times: ms s min h d.

      """
    var parts: [Substring] = []
    for key in all {
      let path = key.name.split(separator: ".")
      for depth in 0..<path.count - 1 where parts.count <= depth || parts[depth] != path[depth] {
        parts = Array(path[...depth])
        text += "\(depth == 0 ? "\n" : "")\(String(repeating: " ", count: depth * 2))\(path[depth]):\n"
      }
      parts = Array(path.dropLast())
      let indent = String(repeating: " ", count: (path.count - 1) * 2)
      for line in wrapped("\(key.says) \(key.effect.words)", to: 100 - indent.count) {
        text += "\(indent)# \(line)\n"
      }
      text += "\(indent)\(path[path.count - 1]): \(key.usual)\n"
    }
    return text
  }
}

/// Words in lines of a length.
private func wrapped(_ text: String, to columns: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    if !line.isEmpty, line.count + word.count + 1 > columns {
      lines.append(line)
      line = ""
    }
    line += line.isEmpty ? String(word) : " \(word)"
  }
  return lines + [line]
}
