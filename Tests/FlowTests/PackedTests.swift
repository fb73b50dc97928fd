import Testing

@testable import Flow

/// A value without its zeros is the same value afterwards, whatever is in it.
@Suite struct PackedTests {
  /// Octets as a connection might have them; not a whole number of words.
  private typealias Value = InlineArray<749, UInt8>

  /// What the description of the format says that a value needs.
  private func need(_ value: Value) -> Int {
    var need = (749 + 7) / 8
    need = (need + 7) / 8
    for group in 0..<(749 + 7) / 8 {
      let filled = (group * 8..<min(749, group * 8 + 8)).filter { value[$0] != 0 }.count
      need += filled == 0 ? 0 : 1 + filled
    }
    return need
  }

  private func check(_ value: Value) -> Bool {
    guard let packed = Packed(value) else {
      #expect(need(value) + 8 > Packed.octetsMax, "\(need(value)) octets have room")
      return false
    }
    #expect(need(value) <= Packed.octetsMax)
    var other = Value(repeating: 0xaa)
    packed.unpack(into: &other)
    for i in 0..<749 where value[i] != other[i] {
      Issue.record("octet \(i): \(value[i]) became \(other[i])")
      return true
    }
    return true
  }

  @Test func randomValuesComeBack() {
    var random: UInt64 = 1
    func below(_ bound: UInt64) -> UInt64 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (random >> 33) % bound
    }
    var (packed, refused) = (0, 0)
    for round in 0..<3000 {
      var value = Value(repeating: 0)
      // Numbers as fields have them, at any place, and octets anywhere.
      for _ in 0..<below(2 + UInt64(round) / 10) {
        let (place, width) = (Int(below(93)) * 8 + Int(below(2)) * 4, Int(below(9)))
        for i in place..<min(749, place + width) { value[i] = UInt8(truncatingIfNeeded: below(256)) }
        value[Int(below(749))] = UInt8(truncatingIfNeeded: below(3))
      }
      if check(value) { packed += 1 } else { refused += 1 }
    }
    #expect(packed > 300 && refused > 300)
  }

  @Test func everySingleOctetComesBack() {
    for place in 0..<749 {
      for octet: UInt8 in [1, 0x80, 0xff] {
        var value = Value(repeating: 0)
        value[place] = octet
        #expect(check(value))
      }
    }
    #expect(check(Value(repeating: 0)) && !check(Value(repeating: 1)))
  }
}
