// Messages of HTTP/1: what its reader takes for heads and bodies, told as messages.

internal import Wire

extension MessageConnection {
  /// Lets the reader of HTTP look; where it finds a head, a message has begun.
  mutating func lookAtHTTP(_ octets: Bytes, _ place: StreamPlace) -> StreamAnswer {
    let i = place.side.rawValue
    let before = http[0].sides[i].state
    let answer = http[0].look(octets, place)
    let after = http[0].sides[i].state
    switch answer {
    case .notMine:
      leaveHTTP(place)
      return .unending
    case .needMore:
      // A head whose end has not come: its first octet lies here.
      if before == .start { beginHTTP(place) }
    case .complete:
      switch (before, after) {
      case (.start, .head), (.lost, .head), (.blank, .head), (.start, .untilClose): beginHTTP(place)
      case (.start, .blank(resume: .start)), (.blank, .blank): break
      case (_, .blank(resume: .lost)): if sides[i].loss.isEmpty { loseHTTP(place) }
      case (_, .tunnel): leaveHTTP(place)
      default: break
      }
    }
    http[0].done.removeAll()
    return answer
  }

  private mutating func beginHTTP(_ place: StreamPlace) {
    let i = place.side.rawValue
    if !sides[i].loss.isEmpty {
      found(place)
      tellLoss(i)
    }
    beginMessage(place)
  }

  private mutating func loseHTTP(_ place: StreamPlace) {
    lose(place, .bad)
    sides[place.side.rawValue].state = .reading
  }

  /// The direction goes on in another protocol, or never was HTTP.
  private mutating func leaveHTTP(_ place: StreamPlace) {
    let i = place.side.rawValue
    noteLoss(place, .bad)
    sides[i].open = []
  }

  /// A head or a part of a body is whole; behind the last the next message begins.
  mutating func finishHTTP(_ last: StreamPlace, missing: Int64) {
    let i = last.side.rawValue
    let before = http[0].sides[i].state
    http[0].finish(last, missing: missing)
    http[0].done.removeAll()
    if missing > 0, !sides[i].open.isEmpty { sides[i].open[0].missing &+= missing }
    switch (before, http[0].sides[i].state) {
    case (.blank, _): break
    case (_, .start):
      let lost = sides[i].open.first?.missing ?? 0
      endMessage(last, missing: lost)
    case (.head, .tunnel):
      endMessage(last)
    case (_, .lost): if sides[i].loss.isEmpty { loseHTTP(last) }
    default: break
    }
  }

  /// A body may end with its direction.
  mutating func endHTTP(_ last: StreamPlace, _ how: StreamEnd, missing: Int64) {
    let i = last.side.rawValue
    if http[0].sides[i].state == .untilClose, how != .cut { endMessage(last, missing: missing) }
    http[0].end(last, how, missing: missing)
    http[0].done.removeAll()
  }
}
