// Which framing a stream has, asked of its octets: every framing that fits is weighed by how improbable it is
// that octets not framed so would fit it by chance.
//
// The unit is the bit: a test that one place in 2^b passes by chance is worth b bits each time it is passed.
// How many places pass by chance is counted in the stream itself, so that zeros, text and repeated patterns
// count for what they are. From `bitsNeeded` on a framing is believed, when no other one that would cut
// elsewhere comes near it.

internal import Wire

/// What is known of one direction when its framing is asked for.
struct DiscoverySide: Sendable {
  var octets: [UInt8] = []
  /// Where segments end, as offsets of what follows; the last is the number of octets.
  var segmentEnds: [Int] = []
  /// The direction has ended, and these are all of its octets.
  var isWhole = false
  /// The first octet is the direction's first.
  var isFromStart = true
}

/// A framing that was found.
struct Discovered: Sendable, Equatable {
  var framing: Framing
  var confidence: Double
}

/// What was found of a direction.
struct Discovery: Sendable, Equatable {
  /// Nil when it is unknown.
  var found: Discovered?
  /// What else it could be, the likeliest first.
  var alternatives: [Framing] = []
  /// Where the first message begins.
  var start = 0
  /// Its bits.
  var score = 0.0
}

/// How well a framing fits a direction.
struct Fit: Sendable {
  var bits: Double
  /// What the places where segments end add to it.
  var segmentBits: Double = 0
  /// Where its messages end, the first ones: equal for framings that cut alike.
  var cuts: [Int]
}

/// A framing with its fits.
struct Hypothesis: Sendable {
  /// Protocols that name themselves come before those that could be anything, and records of one length last.
  enum Tier: Int, Sendable { case named, lengths, fixed }

  var framing: Framing
  var tier: Tier
  /// Bits that it costs to be chosen among so many.
  var cost: Double
  var fits: [Fit?]

  /// Its bits over both directions where it fits all that have octets, else of one.
  func score(_ side: Int, _ hasOctets: [Bool], segments: Bool) -> Double? {
    guard fits[side] != nil else { return nil }
    var bits = -cost
    let isJoint = (0..<2).allSatisfy { !hasOctets[$0] || fits[$0] != nil }
    for i in 0..<2 where i == side || isJoint {
      if let fit = fits[i] { bits += fit.bits + (segments ? fit.segmentBits : 0) }
    }
    return bits
  }
}

/// Finds framings.
enum Discoverer {
  /// Bits from which on a framing is believed: one stream in a million would fit by chance.
  static let bitsNeeded = 20.0
  /// Bits by which it must be better than the next that cuts elsewhere.
  static let bitsAhead = 4.0
  /// Alternatives that are told.
  static let alternativesMax = 3

  /// Segments at whose ends the first message is looked for, when the beginning was not captured.
  private static let startsMax = 8

  /// Asks both directions; more may follow unless `isFinal`.
  static func discover(_ sides: [DiscoverySide], isFinal: Bool = true) -> [Discovery] {
    var results = find(sides, at: [0, 0], isFinal)
    // Where the beginning is not known, a message may begin where a segment does: where most fits.
    for i in 0..<2 where !sides[i].isFromStart {
      for start in sides[i].segmentEnds.prefix(startsMax) where start < sides[i].octets.count {
        var starts = [0, 0]
        starts[i] = start
        let result = find(sides, at: starts, isFinal)[i]
        guard result.found != nil, result.score > results[i].score else { continue }
        results[i] = result
        results[i].start = start
      }
    }
    return results
  }

  private static func find(
    _ sides: [DiscoverySide], at starts: [Int], _ isFinal: Bool
  ) -> [Discovery] {
    let hasOctets = sides.indices.map { sides[$0].octets.count > starts[$0] }
    let walkers = sides.indices.map { Walker(sides[$0], starts[$0]) }
    var hypotheses = named(walkers)
    var results = choose(hypotheses, hasOctets)
    if (0..<2).allSatisfy({ !hasOctets[$0] || results[$0].found != nil }) { return results }
    hypotheses += lengths(walkers)
    results = choose(hypotheses, hasOctets)
    // Within a long message there may be columns as well: records are believed at the end only.
    if isFinal, (0..<2).contains(where: { hasOctets[$0] && results[$0].found == nil }) {
      hypotheses += fixed(walkers)
      results = choose(hypotheses, hasOctets)
    }
    return results
  }

  private static func choose(_ hypotheses: [Hypothesis], _ hasOctets: [Bool]) -> [Discovery] {
    (0..<2).map { side in
      if !hasOctets[side] { return Discovery() }
      let plain = choose(hypotheses, side, hasOctets, segments: false)
      // What octets alone do not tell, the ends of segments may: programs write whole messages.
      return plain.found != nil ? plain : choose(hypotheses, side, hasOctets, segments: true)
    }
  }

  private static func choose(
    _ hypotheses: [Hypothesis], _ side: Int, _ hasOctets: [Bool], segments: Bool
  ) -> Discovery {
    var scored: [(hypothesis: Hypothesis, score: Double)] = []
    for each in hypotheses {
      if let score = each.score(side, hasOctets, segments: segments) { scored.append((each, score)) }
    }
    // A protocol that names itself wins against whatever else its octets could be.
    scored.sort { a, b in
      let (x, y) = (a.score >= bitsNeeded, b.score >= bitsNeeded)
      if x != y { return x }
      if a.hypothesis.tier != b.hypothesis.tier, x {
        return a.hypothesis.tier.rawValue < b.hypothesis.tier.rawValue
      }
      return a.score > b.score
    }
    guard let best = scored.first, let cuts = best.hypothesis.fits[side]?.cuts else { return Discovery() }
    let rivals = scored.dropFirst().filter { $0.score >= max(bitsNeeded / 2, 0.4 * best.score) }
    let others = rivals.filter { $0.hypothesis.fits[side]?.cuts != cuts }
    let alike = rivals.filter { $0.hypothesis.fits[side]?.cuts == cuts }
    var alternatives: [Framing] = []
    for each in others.prefix(alternativesMax) + alike.prefix(alternativesMax)
    where alternatives.count < alternativesMax && !alternatives.contains(each.hypothesis.framing) {
      alternatives.append(each.hypothesis.framing)
    }
    let rival = others.filter { $0.hypothesis.tier == best.hypothesis.tier }.map(\.score).max() ?? 0
    let margin = min(best.score - bitsNeeded, best.score - rival - bitsAhead)
    guard margin >= 0 else {
      let isNear = best.score >= bitsNeeded
      return Discovery(alternatives: isNear ? [best.hypothesis.framing] + alternatives.prefix(2) : [])
    }
    let confidence = min(0.99, 0.6 + 0.4 * (1 - power(-margin / 12)))
    return Discovery(
      found: Discovered(framing: best.hypothesis.framing, confidence: confidence),
      alternatives: alternatives, score: best.score)
  }
}

/// The logarithm to the base of 2, to a hundredth: by the exponent and a polynomial for the rest.
func logarithm(_ x: Double) -> Double {
  guard x > 0 else { return -64 }
  let m = x.significand
  // Of [1, 2): -1.7417939 + (2.8212026 + (-1.4699568 + (0.44717955 - 0.056570851 m) m) m) m
  let y = -1.7417939 + (2.8212026 + (-1.4699568 + (0.44717955 - 0.056570851 * m) * m) * m) * m
  return Double(x.exponent) + y
}

/// 2 to the power of x, for x from -64 to 0, to a hundredth.
func power(_ x: Double) -> Double {
  if x < -64 { return 0 }
  let whole = x.rounded(.down)
  let f = x - whole
  let rest = 1 + f * (0.6951786 + f * (0.2261698 + f * 0.0782464))
  return Double(sign: .plus, exponent: Int(whole), significand: rest)
}
