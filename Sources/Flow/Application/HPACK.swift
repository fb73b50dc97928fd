// Fields of HTTP/2 out of their compressed form (RFC 7541). The package of SwiftNIO that does this brings its
// network stack along, which a program with capture rights should not; what is needed here is this page.

internal import Wire

/// What one side's blocks refer to: its dynamic table. Every block of a direction must be read, in order.
struct HPACK: Sendable {
  /// One field.
  struct Field: Sendable, Equatable {
    var name: [UInt8]
    var value: [UInt8]

    /// RFC 7541 section 4.1.
    var size: Int { name.count + value.count + 32 }
  }

  /// The most that a dynamic table may grow to, whatever the ends agree on.
  static let tableMax = 65_536
  /// Octets of names and values that a block may unfold to.
  static let fieldsMax = 65_536

  /// Newest first.
  private var table: [Field] = []
  private var size = 0
  private var sizeMax = 4096

  /// Octets that its table takes.
  var octets: Int { size + table.count * MemoryLayout<Field>.stride }

  /// Reads a block; nil when it is none, after which nothing of this direction can be read.
  mutating func decode(_ block: Bytes) -> [Field]? {
    var fields: [Field] = []
    var at = 0
    var octets = 0
    while at < block.count {
      let first = block[at]
      if first & 0x80 != 0 {
        guard let index = integer(block, &at, bits: 7), let field = entry(index) else { return nil }
        fields.append(field)
      } else if first & 0xe0 == 0x20 {
        // A new size of the table (section 6.3).
        guard let most = integer(block, &at, bits: 5), most <= HPACK.tableMax else { return nil }
        sizeMax = most
        evict(for: 0)
        continue
      } else {
        let isIndexed = first & 0x40 != 0
        guard let index = integer(block, &at, bits: isIndexed ? 6 : 4) else { return nil }
        guard let name = index > 0 ? entry(index)?.name : string(block, &at), let value = string(block, &at)
        else { return nil }
        let field = Field(name: name, value: value)
        if isIndexed { insert(field) }
        fields.append(field)
      }
      octets += fields[fields.count - 1].size
      if octets > HPACK.fieldsMax { return nil }
    }
    return fields
  }

  /// Indexes count the static table from 1, then the dynamic one (section 2.3.3).
  private func entry(_ index: Int) -> Field? {
    if index == 0 { return nil }
    if index <= HPACK.fixed.count { return HPACK.fixed[index - 1] }
    let place = index - HPACK.fixed.count - 1
    return place < table.count ? table[place] : nil
  }

  private mutating func insert(_ field: Field) {
    evict(for: field.size)
    if field.size > sizeMax { return }
    table.insert(field, at: 0)
    size += field.size
  }

  private mutating func evict(for room: Int) {
    while size + room > sizeMax, let last = table.popLast() { size -= last.size }
  }

  /// Section 5.1; no number of ours needs more than 28 bits.
  private func integer(_ block: Bytes, _ at: inout Int, bits: Int) -> Int? {
    let mask = 1 << bits - 1
    var value = Int(block[at]) & mask
    at += 1
    if value < mask { return value }
    var shift = 0
    while at < block.count, shift < 28 {
      let octet = Int(block[at])
      at += 1
      value += (octet & 127) << shift
      if octet < 128 { return value }
      shift += 7
    }
    return nil
  }

  /// Section 5.2.
  private func string(_ block: Bytes, _ at: inout Int) -> [UInt8]? {
    guard at < block.count else { return nil }
    let isHuffman = block[at] & 0x80 != 0
    guard let length = integer(block, &at, bits: 7), length <= block.count - at else { return nil }
    let octets = block.extracting(at..<at + length)
    at += length
    if isHuffman { return HPACK.code.decode(octets) }
    var text: [UInt8] = []
    text.reserveCapacity(length)
    for i in 0..<length { text.append(octets[i]) }
    return text
  }

  private static let code = HuffmanCode()

  /// Appendix A.
  private static let fixed: [Field] = {
    let names: [(String, String)] = [
      (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"), (":path", "/index.html"),
      (":scheme", "http"), (":scheme", "https"), (":status", "200"), (":status", "204"), (":status", "206"),
      (":status", "304"), (":status", "400"), (":status", "404"), (":status", "500"),
      ("accept-charset", ""), ("accept-encoding", "gzip, deflate"), ("accept-language", ""),
      ("accept-ranges", ""), ("accept", ""), ("access-control-allow-origin", ""), ("age", ""), ("allow", ""),
      ("authorization", ""), ("cache-control", ""), ("content-disposition", ""), ("content-encoding", ""),
      ("content-language", ""), ("content-length", ""), ("content-location", ""), ("content-range", ""),
      ("content-type", ""), ("cookie", ""), ("date", ""), ("etag", ""), ("expect", ""), ("expires", ""),
      ("from", ""), ("host", ""), ("if-match", ""), ("if-modified-since", ""), ("if-none-match", ""),
      ("if-range", ""), ("if-unmodified-since", ""), ("last-modified", ""), ("link", ""), ("location", ""),
      ("max-forwards", ""), ("proxy-authenticate", ""), ("proxy-authorization", ""), ("range", ""),
      ("referer", ""), ("refresh", ""), ("retry-after", ""), ("server", ""), ("set-cookie", ""),
      ("strict-transport-security", ""), ("transfer-encoding", ""), ("user-agent", ""), ("vary", ""),
      ("via", ""), ("www-authenticate", ""),
    ]
    return names.map { Field(name: Array($0.0.utf8), value: Array($0.1.utf8)) }
  }()
}

/// The code of appendix B. It is canonical: codes of a length are consecutive, in the order of their octets,
/// and begin where those of the length before end; so the lengths tell it whole.
struct HuffmanCode: Sendable {
  /// Bits of the code of each octet; that of the end of a string, which is never sent, has 30.
  private static let lengths: [UInt8] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28,
    28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6,
    6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8,
    7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7,
    7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23,
    24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22,
    23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25,
    26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24,
    20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
    27, 27, 27, 26,
  ]

  /// For each length: its first code, how many there are, and where their octets begin among `octets`.
  private var first = [UInt32](repeating: 0, count: 31)
  private var count = [UInt32](repeating: 0, count: 31)
  private var start = [Int](repeating: 0, count: 31)
  private var octets: [UInt8] = []

  init() {
    var code: UInt32 = 0
    for length in 1...30 {
      code <<= 1
      first[length] = code
      start[length] = octets.count
      for octet in 0..<256 where HuffmanCode.lengths[octet] == UInt8(length) {
        octets.append(UInt8(octet))
        code += 1
      }
      count[length] = code - first[length]
    }
  }

  /// The octets that a string codes; nil when it is none, or when more than seven bits or others than ones
  /// are left over (section 5.2).
  func decode(_ string: Bytes) -> [UInt8]? {
    var result: [UInt8] = []
    var code: UInt32 = 0
    var length = 0
    for i in 0..<string.count {
      for bit in stride(from: UInt8(7), through: 0, by: -1) {
        code = code << 1 | UInt32(string[i] >> bit & 1)
        length += 1
        if length > 30 { return nil }
        let place = code &- first[length]
        if code >= first[length], place < count[length] {
          result.append(octets[start[length] + Int(place)])
          code = 0
          length = 0
        }
      }
    }
    return length < 8 && code == (1 << UInt32(length)) - 1 ? result : nil
  }
}
