// Community IDs in a text: made four at a time, which costs a third of making each for itself.

internal import Flow

/// Places in a text that wait for a flow's Community ID.
struct WaitingIDs {
  private var messages = CommunityMessages(repeating: CommunityMessage())
  private var places = InlineArray<4, Int>(repeating: 0)
  private var count = 0

  /// Leaves room for an ID without its beginning and its padding, which are the same in all.
  mutating func leaveRoom(for key: FlowKey, isReversed: Bool, in text: inout OctetBuffer) {
    messages[count].fill(key, isReversed: isReversed)
    places[count] = text.count
    text.write("                           ")
    count += 1
    if count == 4 { fill(&text) }
  }

  /// Fills the places that wait. Nobody may look at the text before, or take something out of it.
  mutating func fill(_ text: inout OctetBuffer) {
    if count == 0 { return }
    var ids = CommunityID.of(&messages)
    for i in 0..<count {
      let digits = ids[i].digits()
      for j in 0..<3 { text.replace(at: places[i] + j * 8, by: digits[j]) }
      // Of the last word three octets count: they are written with the five before them.
      text.replace(at: places[i] + 19, by: digits[2] >> 24 | digits[3] << 40)
    }
    count = 0
  }
}
