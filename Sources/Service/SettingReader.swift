// Values of settings out of three places, each the stronger the later: the file, the environment, the command
// line. swift-configuration decides who wins; what is wrong is told with its place.

internal import Configuration

/// Reads keys and notes what is wrong with them.
struct SettingReader {
  /// What is wrong, a line each.
  private(set) var faults: [String] = []
  /// What each key that was asked for has.
  private(set) var words: [String: [String]] = [:]

  private let reader: ConfigReader
  private let name: String
  private var lines: [String: Int] = [:]
  private let environment: [String: String]
  private var given: [String: String] = [:]

  init(_ text: String, name: String, environment: [String: String], given: [String]) {
    self.name = name
    self.environment = environment
    var file: [AbsoluteConfigKey: ConfigValue] = [:]
    let known = Set(SettingKey.all.map(\.name))
    var faults: [String] = []
    do throws(YAMLFault) {
      for (key, value) in try YAMLValues(text).values {
        lines[key] = value.line
        guard known.contains(key) else {
          faults.append("\(name):\(value.line): \(key): no such key\(SettingReader.hint(key))")
          continue
        }
        let content: ConfigContent = value.isList ? .stringArray(value.texts) : .string(value.texts[0])
        file[SettingReader.absolute(key)] = ConfigValue(content, isSecret: false)
      }
    } catch {
      faults.append("\(name):\(error.line): \(error.says)")
    }
    faults.sort { SettingReader.lineNumber($0) < SettingReader.lineNumber($1) }
    var line: [AbsoluteConfigKey: ConfigValue] = [:]
    for each in given {
      let parts = each.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, known.contains(parts[0]) else {
        faults.append(
          "--set \(each): KEY=VALUE with a key of the settings file\(SettingReader.hint(parts[0]))")
        continue
      }
      self.given[parts[0]] = parts[1]
      line[SettingReader.absolute(parts[0])] = ConfigValue(.string(parts[1]), isSecret: false)
    }
    let sections = Set(known.compactMap { $0.split(separator: ".").first?.uppercased() })
    let variables = Set(known.map(SettingReader.variable))
    for each in environment.keys.sorted()
    where !variables.contains(each) && sections.contains(where: { each.hasPrefix("WIRETALE_\($0)_") }) {
      faults.append("\(each): no such key in the environment")
    }
    self.faults = faults
    reader = ConfigReader(providers: [
      InMemoryProvider(name: "command line", values: line),
      EnvironmentVariablesProvider(environmentVariables: environment),
      InMemoryProvider(name: "file", values: file),
    ])
  }

  private static func absolute(_ key: String) -> AbsoluteConfigKey {
    AbsoluteConfigKey(["wiretale"] + key.split(separator: ".").map(String.init))
  }

  private static func variable(_ key: String) -> String {
    "WIRETALE_" + key.split(separator: ".").joined(separator: "_").uppercased()
  }

  private static func lineNumber(_ fault: String) -> Int {
    fault.split(separator: ":").dropFirst().first.flatMap { Int($0) } ?? 0
  }

  /// The known key that a wrong one ends like.
  private static func hint(_ key: String) -> String {
    let last = key.split(separator: ".").last
    let near = SettingKey.all.first { $0.name.split(separator: ".").last == last && last != nil }
    return near.map { "; did you mean \($0.name)?" } ?? ""
  }

  /// Notes that a key's value is wrong, with the place where it was given.
  mutating func fault(_ key: String, _ says: String) {
    let place =
      if given[key] != nil {
        "--set"
      } else if environment[SettingReader.variable(key)] != nil {
        SettingReader.variable(key)
      } else if let line = lines[key] {
        "\(name):\(line)"
      } else {
        name
      }
    faults.append("\(place): \(key): \(says)")
  }

  /// The value of a key as text.
  mutating func text(_ key: String) -> String {
    let found = list(key)
    if found.count != 1 { fault(key, "one value, not a list of \(found.count)") }
    return found.first ?? ""
  }

  /// The values of a key; words of the environment and the command line have commas between them.
  mutating func list(_ key: String) -> [String] {
    let path = ConfigKey(["wiretale"] + key.split(separator: ".").map(String.init))
    var found: [String]
    if given[key] == nil, environment[SettingReader.variable(key)] == nil,
      let values = reader.stringArray(forKey: path)
    {
      found = values
    } else if let value = reader.string(forKey: path) {
      found = key == "capture.interfaces" ? value.split(separator: ",").map(String.init) : [value]
    } else {
      guard let usual = SettingKey.all.first(where: { $0.name == key })?.usual else {
        preconditionFailure("\(key) is no key")
      }
      let yaml = try? YAMLValues("a: \(usual)")
      found = yaml?.values["a"]?.texts ?? []
    }
    words[key] = found
    return found
  }

  /// Yes or no.
  mutating func flag(_ key: String) -> Bool {
    switch text(key) {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    case let other:
      fault(key, "\(other): true or false")
      return false
    }
  }

  /// A number.
  mutating func count(_ key: String, _ range: ClosedRange<Int>) -> Int {
    let word = text(key)
    guard let value = Int(word), range.contains(value) else {
      fault(key, "\(word): a number from \(range.lowerBound) to \(range.upperBound)")
      return range.lowerBound
    }
    return value
  }

  /// Octets: a number with its unit.
  mutating func size(_ key: String, _ range: ClosedRange<Int> = 0...Int.max) -> Int {
    let word = text(key)
    let units = [
      "": 1.0, "B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 1024, "MiB": 1_048_576,
      "GiB": 1_073_741_824,
    ]
    guard let value = SettingReader.amount(word, units), let octets = Int(exactly: value.rounded()) else {
      fault(key, "\(word): a size such as 100MB or 2GiB")
      return range.lowerBound
    }
    guard range.contains(octets) else {
      fault(key, "\(word): \(range.lowerBound) to \(range.upperBound) octets")
      return range.lowerBound
    }
    return octets
  }

  /// Nanoseconds: a number with its unit.
  mutating func time(_ key: String, canBeZero: Bool = false) -> Int64 {
    let word = text(key)
    let units = ["ms": 1e6, "s": 1e9, "min": 60e9, "h": 3600e9, "d": 86_400e9]
    if word == "0", canBeZero { return 0 }
    guard let value = SettingReader.amount(word, units), value >= 1e6, value <= 3.2e18 else {
      fault(key, "\(word): a time such as 30s, 5min or 7d")
      return 1_000_000_000
    }
    return Int64(value)
  }

  /// One of several words.
  mutating func choice<Value>(
    _ key: String, _ all: [String], _ make: (String) -> Value?
  ) -> Value? {
    let word = text(key)
    if let value = make(word), all.contains(word) { return value }
    fault(key, "\(word): one of \(all.joined(separator: ", "))")
    return nil
  }

  private static func amount(_ word: String, _ units: [String: Double]) -> Double? {
    let digits = word.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = word.dropFirst(digits.count).drop { $0 == " " }
    guard let number = Double(digits), let factor = units[String(unit)] else { return nil }
    return number * factor
  }
}
