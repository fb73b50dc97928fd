// The service's settings: the file, under the environment, under the command line.

internal import Capture
internal import Configuration
internal import Flow
internal import Logging
internal import Store
internal import Wire

/// What is wrong with a setting: which key, and where it was given.
public struct SettingFault: Error, Sendable, Equatable {
  /// The line: `wiretale.yaml:12: log.max_size: …`.
  public var line: String
}

/// Everything that can be set.
public struct Settings: Sendable {
  /// Where the flow log goes.
  enum Target: String, Sendable { case file, stdout, socket, none }
  /// What it looks like.
  enum Format: String, Sendable { case json, zeek }

  var interfaces: [String] = []
  var filter = ""
  var snapLength = 0
  var bufferKibibytes = 0
  var promiscuous = false
  var queues = 1
  var limits = Limits()
  var findings = FindingLimits()
  var readsHTTP = true
  var log = LogSettings()
  var storePath: String?
  var retention = Retention()
  var queueOctets = 0
  var recorder = RecorderSettings()
  var countersEvery: Int64 = 0
  var logPath = ""
  var logLevel = Logger.Level.info
  var lock = ""

  /// The words that each key has now, for what changes on reload.
  private(set) var words: [String: [String]] = [:]

  /// The example of a settings file: every key with its meaning.
  public static var example: String { SettingKey.example }

  /// Reads the settings. All that is wrong is told, not just the first of it.
  ///
  /// `text` is the file's, `name` what it is called in messages; `given` are the command line's `KEY=VALUE`.
  public static func read(
    _ text: String, name: String, environment: [String: String], given: [String]
  ) -> Result<Settings, SettingFaults> {
    var reader = SettingReader(text, name: name, environment: environment, given: given)
    var settings = Settings()
    settings.fill(&reader)
    settings.words = reader.words
    return reader.faults.isEmpty ? .success(settings) : .failure(SettingFaults(lines: reader.faults))
  }

  private mutating func fill(_ from: inout SettingReader) {
    interfaces = from.list("capture.interfaces")
    filter = from.text("capture.filter")
    do throws(CaptureError) {
      // Every interface has its own link type; one that Ethernet has no use for is told when it is opened.
      if !filter.isEmpty { _ = try compileFilter(filter, link: .ethernet) }
    } catch {
      from.fault("capture.filter", error.description)
    }
    snapLength = from.count("capture.snap_length", 64...262_144)
    bufferKibibytes = from.size("capture.buffer", 262_144...2_147_483_647) / 1024
    promiscuous = from.flag("capture.promiscuous")
    queues = from.count("capture.queues", 1...64)
    limits.flowsMax = from.count("flows.max", 1...33_000_000)
    limits.flowsExpected = min(limits.flowsMax, 4096)
    limits.idleTCP = from.time("flows.timeout.tcp")
    limits.idleHalfOpen = from.time("flows.timeout.half_open")
    limits.idleUDP = from.time("flows.timeout.udp")
    limits.idleICMP = from.time("flows.timeout.icmp")
    limits.idleOther = from.time("flows.timeout.other")
    limits.active = from.time("flows.timeout.active", canBeZero: true)
    findings.maximumSegmentLifetime = from.time("flows.msl")
    limits.linger = from.time("flows.linger")
    limits.tellsVLANs = from.flag("flows.by_vlan")
    findings.closeWait = from.time("findings.close_wait")
    findings.idle = from.time("findings.idle")
    // Neither changes while flows are followed: a short connection can be a journal, whose report rests on
    // them.
    limits.keepsJournals = true
    limits.plainSpan = min(findings.idle, findings.closeWait)
    readsHTTP = from.flag("http.enabled")
    log.target = from.choice("log.target", ["file", "stdout", "socket", "none"], Target.init) ?? .file
    log.path = from.text("log.path")
    log.format = from.choice("log.format", ["json", "zeek"], Format.init) ?? .json
    log.sizeMax = Int64(from.size("log.max_size"))
    log.ageMax = from.time("log.max_age", canBeZero: true)
    log.keep = from.count("log.keep", 0...1_000_000)
    log.keepOctets = Int64(from.size("log.keep_size"))
    log.compress = from.choice("log.compress", ["none", "gzip", "zstd"], LogSettings.Packer.init) ?? .none
    if (log.target == .file || log.target == .socket) && !log.path.hasPrefix("/") && !log.path.hasPrefix("@")
    {
      from.fault("log.path", "\(log.path): a path from the root")
    }
    storePath = from.flag("store.enabled") ? from.text("store.path") : nil
    retention.age = from.time("store.max_age", canBeZero: true)
    retention.octetsMax = Int64(from.size("store.max_size"))
    queueOctets = from.size("queue.size", 1_000_000...8_000_000_000)
    recorder.octets = from.size("recorder.size", 0...8_000_000_000)
    recorder.snapLength = from.count("recorder.snap_length", 64...65_535)
    let severities = ["note": UInt8(2), "warning": 3, "error": 4, "none": 255]
    recorder.severity =
      from.choice("recorder.severity", ["note", "warning", "error", "none"]) {
        severities[$0]
      } ?? 4
    recorder.path = from.text("recorder.path")
    recorder.files = from.count("recorder.files", 1...1_000_000)
    recorder.keepOctets = Int64(from.size("recorder.keep_size"))
    countersEvery = from.time("service.counters")
    logPath = from.text("service.log")
    logLevel =
      from.choice("service.log_level", ["debug", "info", "notice", "warning", "error"]) {
        Logger.Level(rawValue: $0)
      } ?? .info
    lock = from.text("service.lock")
  }

  /// Takes what another reading has, but for what takes a restart.
  mutating func take(_ other: Settings) {
    var fresh = other
    fresh.limits = limits
    fresh.findings = findings
    fresh.queues = queues
    fresh.readsHTTP = readsHTTP
    fresh.storePath = storePath
    fresh.queueOctets = queueOctets
    fresh.recorder.octets = recorder.octets
    fresh.recorder.snapLength = recorder.snapLength
    fresh.recorder.path = recorder.path
    fresh.log.format = log.format
    fresh.lock = lock
    for key in SettingKey.all where key.effect == .restart { fresh.words[key.name] = words[key.name] }
    self = fresh
  }

  /// The keys that differ from another reading's.
  func changes(to other: Settings) -> [SettingKey] {
    SettingKey.all.filter { words[$0.name] != other.words[$0.name] }
  }

  /// How libpcap is to capture.
  func captureSettings(stop: StopFlag) -> CaptureSettings {
    var settings = CaptureSettings()
    settings.snapLength = snapLength
    settings.bufferKibibytes = bufferKibibytes
    settings.promiscuous = promiscuous
    settings.countMissed = false
    settings.stop = stop
    return settings
  }

  /// The tracker's limits of one of several pipelines.
  func limits(of pipelines: Int) -> Limits {
    var limits = limits
    let share = max(1, pipelines)
    limits.flowsMax = max(1, limits.flowsMax / share)
    limits.detailsMax = max(1024, min(limits.detailsMax, limits.flowsMax))
    limits.detailOctetsMax /= share
    return limits
  }
}

/// All that is wrong with settings, a line each.
public struct SettingFaults: Error, Sendable {
  /// The lines.
  public var lines: [String]
}

/// The flow log's.
struct LogSettings: Sendable, Equatable {
  /// Who packs finished files.
  enum Packer: String, Sendable { case none, gzip, zstd }

  var target = Settings.Target.none
  var path = ""
  var format = Settings.Format.json
  var sizeMax: Int64 = 0
  var ageMax: Int64 = 0
  var keep = 0
  var keepOctets: Int64 = 0
  var compress = Packer.none
}

/// The flight recorder's.
struct RecorderSettings: Sendable, Equatable {
  var octets = 0
  var snapLength = 256
  /// From 1 to 4, as stored records have it; 255 for none.
  var severity: UInt8 = 4
  var path = ""
  var files = 0
  var keepOctets: Int64 = 0
}
