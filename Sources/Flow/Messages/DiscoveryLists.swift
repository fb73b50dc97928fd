// The framings that are asked: protocols that name themselves, lengths of every kind, records of one length.

internal import Wire

extension Discoverer {
  /// Protocols that name themselves, and text by its lines.
  static func named(_ walkers: [Walker]) -> [Hypothesis] {
    var found: [Hypothesis] = []
    func add(_ framing: Framing, tier: Hypothesis.Tier = .named, cost: Double = 0, _ fits: [Fit?]) {
      if fits.contains(where: { $0 != nil }) {
        found.append(Hypothesis(framing: framing, tier: tier, cost: cost, fits: fits))
      }
    }
    if walkers.contains(where: { hasPreface($0) }) {
      add(.http2, walkers.map { http2Fit($0) })
      return found
    }
    let http = walkers.map { httpFit($0) }
    if http.contains(where: { $0 != nil }) {
      // Whoever answers a request of HTTP is read as HTTP too, whatever it says.
      add(.http, http.map { $0 ?? Fit(bits: 0, cuts: []) })
      return found
    }
    add(.tls, walkers.map { tlsFit($0) })
    add(.dns, walkers.map { dnsFit($0) })
    let lines = walkers.map { jsonFit($0, .jsonLines) }
    add(.jsonLines, lines)
    if zip(walkers, lines).contains(where: { $0.count > $0.start && $1 == nil }) {
      add(.json, walkers.map { jsonFit($0, .json) })
    }
    let redis = walkers.map { redisFit($0) }
    // Lines that begin with + are others' too: somebody must count.
    if redis.contains(where: { $0?.isCounted == true }) { add(.redis, redis.map { $0?.fit }) }
    for delimiter in delimiters(walkers) {
      add(.delimiter(delimiter), tier: .lengths, cost: 2, walkers.map { textFit($0, delimiter) })
    }
    return found
  }

  private static func httpFit(_ walker: Walker) -> Fit? {
    let octets = walker.side.octets.span
    guard walker.start < octets.count else { return nil }
    switch httpStart(octets.extracting(walker.start..<octets.count)) {
    case .request, .response: return Fit(bits: 60, cuts: [])
    case .needMore, .other: return nil
    }
  }

  /// The client of HTTP/2 names it.
  private static func hasPreface(_ walker: Walker) -> Bool {
    let octets = walker.side.octets.span
    let preface = HTTP2Connection.preface
    guard octets.count - walker.start >= preface.count else { return false }
    return (0..<preface.count).allSatisfy { octets[walker.start + $0] == preface[$0] }
  }

  private static func http2Fit(_ walker: Walker) -> Fit? {
    let octets = walker.side.octets.span
    let isClient = hasPreface(walker)
    var at = walker.start + (isClient ? HTTP2Connection.preface.count : 0)
    let frames = Framing.length(LengthField(offset: 0, size: 3, isBigEndian: true, adjust: 6))
    while at < octets.count {
      guard let (_, end) = walker.step(octets, at, frames) else { break }
      // RFC 9113 section 6: types up to 9, and some that were added.
      guard octets[at + 3] <= 0x20 else { return nil }
      at = end
    }
    return Fit(bits: isClient ? 100 : 20, cuts: [])
  }

  /// Records name their type and version in five octets.
  private static func tlsFit(_ walker: Walker) -> Fit? {
    guard let steps = walker.walk(.tls), !steps.isEmpty else { return nil }
    return Fit(bits: 21 * Double(steps.count), cuts: Array(steps.prefix(64).map(\.end)))
  }

  /// A header of twelve octets whose counts are small, and a name (RFC 1035 section 4.1).
  private static func dnsFit(_ walker: Walker) -> Fit? {
    guard let steps = walker.walk(.dns), !steps.isEmpty else { return nil }
    let octets = walker.side.octets.span
    for step in steps where !isDNS(octets.extracting(step.content..<step.end)) { return nil }
    return Fit(bits: 30 * Double(steps.count), cuts: Array(steps.prefix(64).map(\.end)))
  }

  private static func isDNS(_ octets: Bytes) -> Bool {
    guard octets.count >= 12, octets[2] & 0x78 <= 0x28, octets[3] & 0x40 == 0 else { return false }
    let questions = octets.u16(4)
    guard questions <= 1, octets.u16(6) < 4096, octets.u16(8) < 512, octets.u16(10) < 512 else {
      return false
    }
    if questions == 0 { return true }
    var at = 12
    while at < octets.count, octets[at] != 0 {
      if octets[at] > 63 { return false }
      at += Int(octets[at]) + 1
    }
    // The root of the name, its type, and its class: Internet, or one of the few others.
    return at + 5 <= octets.count && [1, 3, 4, 254, 255].contains(octets.u16(at + 3) & 0x7fff)
  }

  /// Values with brackets: by chance next to nothing is one from end to end.
  private static func jsonFit(_ walker: Walker, _ framing: Framing) -> Fit? {
    let octets = walker.side.octets.span
    var cutter = Cutter(framing)
    var at = walker.start
    var cuts: [Int] = []
    while at < octets.count {
      if framing == .json, isJSONSpace(octets[at]) {
        at += 1
        continue
      }
      guard octets[at] == 0x7b || octets[at] == 0x5b else { return nil }
      guard case .end(let end) = cutter.cut(octets, from: at) else {
        if walker.side.isWhole || !isPlainText(octets, at, octets.count) { return nil }
        break
      }
      guard isPlainText(octets, at, end) else { return nil }
      cuts.append(end)
      at = end
      cutter.restart()
    }
    if cuts.isEmpty { return nil }
    // A line end behind each value is what makes lines of them.
    let bits = framing == .jsonLines ? 18.0 : 16.0
    return Fit(bits: bits * Double(cuts.count), cuts: Array(cuts.prefix(64)))
  }

  private static func redisFit(_ walker: Walker) -> (fit: Fit, isCounted: Bool)? {
    let octets = walker.side.octets.span
    guard let steps = walker.walk(.redis), !steps.isEmpty else { return nil }
    var bits = 0.0
    var isCounted = false
    for step in steps {
      switch octets[step.start] {
      // Counts that hold: digits, line ends and what follows them.
      case 0x2a, 0x24, 0x25, 0x7e, 0x3e, 0x3d, 0x21:
        isCounted = true
        bits += 18
      case 0x2b, 0x2d, 0x3a, 0x5f, 0x2c, 0x23, 0x28: bits += 6
      default: return nil
      }
    }
    return (Fit(bits: bits, cuts: Array(steps.prefix(64).map(\.end))), isCounted)
  }

  /// What text could end its messages with: the ends of lines, or the one control character it has.
  private static func delimiters(_ walkers: [Walker]) -> [[UInt8]] {
    var counts = [Int](repeating: 0, count: 256)
    var lines = 0
    var returns = 0
    for walker in walkers {
      let octets = walker.side.octets.span
      for i in walker.start..<max(walker.start, octets.count) {
        counts[Int(octets[i])] += 1
        if octets[i] == 10 {
          lines += 1
          if i > walker.start, octets[i - 1] == 13 { returns += 1 }
        }
      }
    }
    var found: [[UInt8]] = []
    if lines > 0 { found.append(lines == returns ? [13, 10] : [10]) }
    if lines == 0, counts[13] > 0 { found.append([13]) }
    let controls = (0..<32).filter { counts[$0] > 0 && $0 != 9 && $0 != 10 && $0 != 13 && $0 != 27 }
    if controls.count == 1 {
      let octet = UInt8(controls[0])
      found += [[octet], [octet, 10], [octet, 13], [octet, 13, 10]]
    }
    return found
  }

  /// Text whose messages all end so: what stands between is text without that end.
  private static func textFit(_ walker: Walker, _ delimiter: [UInt8]) -> Fit? {
    let octets = walker.side.octets.span
    var cutter = Cutter(.delimiter(delimiter))
    var at = walker.start
    // Messages that are not empty.
    var texts = 0
    var cuts: [Int] = []
    while at < octets.count {
      guard case .end(let end) = cutter.cut(octets, from: at) else { break }
      cutter.restart()
      guard isPlainText(octets, at, end - delimiter.count) else { return nil }
      cuts.append(end)
      if end - at > delimiter.count { texts += 1 }
      at = end
    }
    if at < octets.count {
      if walker.side.isWhole || !isPlainText(octets, at, octets.count) { return nil }
    }
    if texts == 0 { return nil }
    // A control character has no other use in text; line ends have.
    let each = delimiter.contains { $0 < 32 && $0 != 10 && $0 != 13 } ? 5.0 : 2.0
    let count = Double(texts)
    // Lines that the last octets do not end with may be something else's.
    let bits = at == octets.count ? min(40, each * count) + 8 : min(40, (each - 1.5) * count)
    return Fit(bits: bits, segmentBits: walker.segmentBits(cuts), cuts: Array(cuts.prefix(64)))
  }

  /// Lengths of every kind.
  static func lengths(_ walkers: [Walker]) -> [Hypothesis] {
    var found: [Hypothesis] = []
    func add(_ framing: Framing, cost: Double) {
      let fits = walkers.map { $0.count > $0.start ? $0.fit(framing) : nil }
      if fits.contains(where: { $0 != nil }) {
        found.append(Hypothesis(framing: framing, tier: .lengths, cost: cost, fits: fits))
      }
    }
    add(.protobuf, cost: 1)
    add(.varint, cost: 4)
    for offset in 0...16 {
      for size in LengthField.sizes where size > 1 || offset <= 4 {
        for isBigEndian in size > 1 ? [true, false] : [true] {
          let place = offset == 0 ? 0 : 1 + 1.5 * logarithm(Double(offset + 1))
          let width = size == 1 || size == 3 ? 3.0 : size == 8 ? 2 : 0
          let head = Int64(offset + size)
          // The field counts what follows it, all of the message, or itself and what follows.
          var extras: [(Int64, Double)] = [(head, 0), (0, 1)]
          if offset > 0 { extras.append((Int64(offset), 2)) }
          // A head of fixed length goes on behind the field, or a mark ends the message.
          if size > 1, offset <= 8 { extras += (1...16).map { (head + Int64($0), 6.0) } }
          for (extra, price) in extras {
            var field = LengthField(offset: offset, size: size, isBigEndian: isBigEndian)
            field.extra = extra
            add(.length(field), cost: place + width + price)
          }
        }
      }
    }
    return found
  }

  /// Records of one length: their columns are alike.
  static func fixed(_ walkers: [Walker]) -> [Hypothesis] {
    let whole = walkers.filter { $0.count > $0.start }
    guard let shortest = whole.map({ $0.count - $0.start }).min() else { return [] }
    let sizes = (4...max(4, min(1024, shortest / 3))).filter { size in
      // What has ended has ended with a record, and what was sent last as well.
      whole.allSatisfy { ($0.count - $0.start) % size == 0 }
    }
    let likely = sizes.map { size in (size, whole.reduce(0) { $0 + alike($1, size) }) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(24).map(\.0).sorted()
    var best: [(size: Int, fits: [Fit?], bits: Double)] = []
    for size in likely {
      let fits: [Fit?] = walkers.map { walker in
        guard walker.count > walker.start else { return nil }
        var fit = columns(walker, size)
        // Octets that are alike anyhow are so at any distance: it must matter that the length is this one.
        fit.bits -= max(0, columns(walker, size - 1).bits, columns(walker, size + 1).bits)
        return fit
      }
      let bits = fits.reduce(0) { $0 + ($1?.bits ?? 0) }
      if bits > 0 { best.append((size, fits, bits)) }
    }
    guard let most = best.map(\.bits).max() else { return [] }
    // Twice the length has columns that are alike as well: the shortest that explains as much counts.
    guard let chosen = best.first(where: { $0.bits >= 0.85 * most }), chosen.size >= 8 else { return [] }
    return [Hypothesis(framing: .fixed(chosen.size), tier: .fixed, cost: 20, fits: chosen.fits)]
  }

  /// How many of the first octets are the same as those a record before.
  private static func alike(_ walker: Walker, _ size: Int) -> Int {
    let octets = walker.side.octets.span
    var count = 0
    let end = max(walker.start, min(octets.count - size, walker.start + 2048))
    for i in walker.start..<end where octets[i] == octets[i + size] {
      count += 1
    }
    return count
  }

  /// How many bits it saves to know which octet stood at the same place of the record before: each place
  /// learns how often its octet comes again.
  private static func columns(_ walker: Walker, _ size: Int) -> Fit {
    let octets = walker.side.octets.span
    let end = min(octets.count, walker.start + 8192)
    var all = [Double](repeating: 0.125, count: 256)
    var total = 32.0
    var again = [Double](repeating: 0.25, count: size)
    var seen = 1.0
    var bits = 0.0
    for i in walker.start..<end {
      let octet = octets[i]
      let plain = all[Int(octet)] / total
      if i - size >= walker.start {
        let place = (i - walker.start) % size
        if place == 0 { seen += 1 }
        let share = again[place] / (seen - 1)
        if octets[i - size] == octet {
          bits += logarithm((share + (1 - share) * plain) / plain)
          again[place] += 1
        } else {
          bits += logarithm(1 - share)
        }
      }
      all[Int(octet)] += 1
      total += 1
    }
    return Fit(bits: bits, cuts: (1...64).map { walker.start + $0 * size })
  }
}
