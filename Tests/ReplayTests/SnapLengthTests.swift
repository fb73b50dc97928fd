import FuzzViews
import Testing
import Wire

/// A capture may keep as little of a packet as it likes: every packet of ours, cut at every length, still is
/// one record.
@Suite struct SnapLengthTests {
  /// The longest cut: behind every header that our captures have.
  static let lengthMax = 100

  @Test func everyPrefixOfEveryPacketIsOneRecord() throws {
    var views = AllViews(looks: Look.usual)
    var cuts = 0
    var seen: Set<[UInt8]> = []
    for stored in Frames.ours {
      for length in 0...min(SnapLengthTests.lengthMax, stored.octets.count) {
        let cut = Array(stored.octets[..<length])
        // What tells two packets apart may lie behind the cut.
        guard seen.insert(cut + [UInt8(truncatingIfNeeded: stored.link.rawValue)]).inserted else { continue }
        cuts += 1
        do {
          try views.check(cut.span, stored.frame(cuts, captured: length))
        } catch {
          Issue.record("\(error)\nlink type \(stored.link.rawValue), \(length) octets: \(hexadecimal(cut))")
        }
      }
    }
    #expect(cuts > 1000)
  }

  @Test func aCutFrameHasTheLayersOfTheWholeOneAsFarAsItGoes() throws {
    var views = AllViews(looks: [Look(0)])
    var shapes: Set<[Layer.Kind]> = []
    for stored in Frames.ours where stored.octets.count == stored.wireLength {
      try views.check(stored.octets.span, stored.frame(1, captured: stored.octets.count))
      let whole = views.layers()
      guard shapes.insert(whole).inserted else { continue }
      for length in 0..<min(200, stored.octets.count) {
        let cut = Array(stored.octets[..<length])
        try views.check(cut.span, stored.frame(1, captured: length))
        let layers = views.layers()
        #expect(
          whole.starts(with: layers), "\(whole) cut at \(length): \(layers): \(hexadecimal(stored.octets))")
      }
    }
    #expect(shapes.count > 10)
  }
}
