import Testing

/// LLDP's line: its length, and the system's name when it is told.
@Suite struct LLDPLineTests {
  static let head = "0180c200000e 020000000002 88cc"

  @Test func theNameIsShown() {
    let line = Lines.of("\(Self.head) 0207 04 020000000002 0403 05 7330 0602 0078 0a06 627269646765 0000")
    #expect(line == "LLDP, length 28: bridge")
  }

  @Test func aControlCharacterInTheNameIsNot() {
    #expect(Lines.of("\(Self.head) 0a04 611b5b42 0000") == "LLDP, length 8: a^[[B")
  }

  @Test func zerosBehindTheNameAreNotPartOfIt() {
    #expect(Lines.of("\(Self.head) 0a04 61620000 0000") == "LLDP, length 8: ab")
  }

  @Test func aCutMessageSaysSo() {
    #expect(Lines.of("\(Self.head) 0207 04 0200", wireLength: 60) == "LLDP, length 46 [|lldp]")
  }
}
