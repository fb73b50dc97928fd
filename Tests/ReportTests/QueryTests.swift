// Questions about records: what they mean, and what is said of those that mean nothing.

import Report
import Testing

/// A record with one of everything.
private let record = """
  {"uid":"F1","proto":"tcp","duration_ns":12000000,"service":"http","conn_state":"SF","missed_bytes":0,\
  "direction_guessed":true,"history":"ShADad\\"\\u0041","tcp":{"handshake":{"complete":false},\
  "orig":{"retransmissions":12,"state":"TIME_WAIT"},"resp":{"retransmissions":3,"state":"CLOSED"},\
  "limited_by":{"congestion":0.75}},\
  "findings":[{"rule":"syn_lost","frames":[1,2],"confidence":0.9},{"rule":"zero_window","frames":[7]}]}
  """

private func holds(_ question: String, of text: String = record) throws -> Bool {
  var query = try Query(question)
  let octets = Array(text.utf8)
  return query.holds(octets.span)
}

@Suite struct QueryTests {
  @Test(arguments: [
    ("proto == tcp", true), ("proto == \"udp\"", false), ("proto = 'tcp'", true),
    ("missed_bytes == 0", true), ("missed_bytes", false), ("service", true), ("direction_guessed", true),
    ("tcp.handshake.complete", false), ("complete == false", true),
    ("history contains AD", true), ("history contains \"d\\\"A\"", true), ("history contains x", false),
  ])
  func comparisons(question: String, answer: Bool) throws {
    #expect(try holds(question) == answer, "\(question)")
  }

  @Test(arguments: [
    ("retransmissions > 10", true), ("retransmissions < 10", true), ("retransmissions > 12", false),
    ("tcp.orig.retransmissions < 10", false), ("resp.retransmissions == 3", true),
    ("retransmissions != 12", false), ("retransmissions != 5", true),
    ("findings.rule == zero_window", true), ("rule == syn_lost and frames == 7", true),
    ("rule != zero_window", false), ("confidence >= 0.9", true),
  ])
  func aNameStandsForEveryFieldOfItsName(question: String, answer: Bool) throws {
    #expect(try holds(question) == answer, "\(question)")
  }

  @Test(arguments: [
    ("duration_ns == 12ms", true), ("duration > 0.011s", true), ("duration > 12ms", false),
    ("duration >= 12000us", true), ("duration < 1min", true), ("congestion > 50%", true),
    ("congestion > 75%", false), ("missed_bytes < 1KiB", true), ("missed_bytes > -1", true),
  ])
  func numbersHaveUnits(question: String, answer: Bool) throws {
    #expect(try holds(question) == answer, "\(question)")
  }

  @Test(arguments: [
    ("proto == udp or proto == tcp and service == http", true),
    ("(proto == udp or proto == tcp) and service == smtp", false),
    ("not proto == udp && !(service == smtp)", true), ("not not service", true),
    ("proto==tcp&&service", true),
  ])
  func orBindsLessThanAndAndNotMost(question: String, answer: Bool) throws {
    #expect(try holds(question) == answer, "\(question)")
  }

  @Test(arguments: ["absent == 1", "absent != 1", "absent < 1", "absent", "absent contains x"])
  func nothingHoldsOfWhatIsNotThere(question: String) throws {
    #expect(try !holds(question))
    #expect(try holds("not (\(question))"))
    var query = try Query(question)
    let octets = Array(record.utf8)
    _ = query.holds(octets.span)
    #expect(query.unknownNames == ["absent"])
  }

  @Test(arguments: [
    ("", "at its end: the name of a field was expected"),
    ("a >> 3", "at \">\" (character 4): a value was expected"),
    ("a == ", "at its end: a value was expected"),
    ("a == 1 b", "at \"b\" (character 8): \"and\" or \"or\" was expected"),
    ("(a == 1", "at its end: \")\" was expected"),
    ("a == \"x", "at \"x\" (character 6): the text has no end"),
    ("a and or b", "at \"or\" (character 7): the name of a field was expected"),
    ("3 > a", "at \"3\" (character 1): the name of a field was expected"),
    ("a == and", "at \"and\" (character 6): a value was expected"),
  ])
  func whatIsWrongIsPointedAt(question: String, line: String) {
    #expect {
      _ = try Query(question)
    } throws: { error in
      (error as? QueryError)?.line == line
    }
  }

  @Test func bracketsHaveAnEnd() {
    #expect(throws: QueryError.self) { try Query(String(repeating: "(", count: 100_000) + "a") }
    #expect(throws: QueryError.self) { try Query(String(repeating: "not ", count: 100_000) + "a") }
  }

  /// Whatever the record is cut to, it is read to its end and no further.
  @Test func aRecordThatIsCutIsNoTrap() throws {
    let octets = Array(record.utf8)
    for count in 0...octets.count {
      var query = try Query("retransmissions > 10 or history contains x")
      _ = query.holds(Array(octets[..<count]).span)
    }
    #expect(try !holds("a == 1", of: String(repeating: "[", count: 100_000)))
  }

  @Test func sortedByTheGreatestOfAName() throws {
    let key = try #require(SortKey("retransmissions:desc"))
    let octets = Array(record.utf8)
    #expect(key.value(of: octets.span) == .number(12))
    #expect(key.isDescending == true)
    #expect(SortKey("duration")?.isDescending == nil)
    #expect(SortKey("duration")?.value(of: octets.span) == .number(12_000_000))
    for wrong in ["", "a:b", "a:", "A", "a:desc:asc", ":desc"] { #expect(SortKey(wrong) == nil, "\(wrong)") }
  }

  @Test func whatHasNoValueStandsLast() {
    let (one, two) = (RecordValue.number(1), RecordValue.number(2))
    for isDescending in [true, false] {
      #expect(SortKey.precedes(one, two, isDescending: isDescending) == !isDescending)
      #expect(SortKey.precedes(one, nil, isDescending: isDescending) == true)
      #expect(SortKey.precedes(nil, two, isDescending: isDescending) == false)
      #expect(SortKey.precedes(nil, nil, isDescending: isDescending) == nil)
    }
  }
}
