// The flows of each class in the order in which they were last seen: who has been quiet for too long, and who
// goes when there is no room.

/// A list per class, through the slots themselves.
struct FlowLists {
  /// Up to so many flows, the order is exact. Of more, a flow moves only when it is seen in another span of
  /// 2³⁰ nanoseconds than before: its neighbours in the list are far away in memory, and a packet should not
  /// have to fetch them.
  private static let exactMax = 4096
  private static let spanShift: Int64 = 30

  private var first = InlineArray<11, Int32>(repeating: -1)
  private var last = InlineArray<11, Int32>(repeating: -1)
  /// Flows that are closed, or were refused.
  private(set) var closed = 0

  /// A flow that has just come.
  mutating func insert(_ index: Int, _ flowClass: FlowClass, _ table: inout FlowTable) {
    table.slots[index].flowClass = flowClass
    if flowClass == .closed || flowClass == .refused { closed += 1 }
    append(index, Int(flowClass.rawValue), &table)
  }

  /// Whether a flow that was seen at `before` and is seen now stays in its place.
  @inline(__always)
  private static func isInPlace(_ before: Int64, _ now: Int64, _ table: borrowing FlowTable) -> Bool {
    before >> FlowLists.spanShift == now >> FlowLists.spanShift && table.count > FlowLists.exactMax
  }

  /// Asks for the neighbours of a flow that is seen soon, if it will move away from them: for the ends of
  /// their slots, where their own neighbours are.
  @inline(__always)
  static func prefetch(_ index: Int, at time: Int64, _ table: inout FlowTable) {
    if isInPlace(table.slots[index].end, time, table) { return }
    table.slots.prefetchEnd(table.slots[index].previous)
    table.slots.prefetchEnd(table.slots[index].next)
  }

  /// A flow that has been seen, for the last time before at `before`.
  @inline(__always)
  mutating func touch(_ index: Int, _ flowClass: FlowClass, before: Int64, _ table: inout FlowTable) {
    let list = Int(flowClass.rawValue)
    if table.slots[index].classNumber == list {
      if FlowLists.isInPlace(before, table.slots[index].end, table) || last[list] == Int32(index) { return }
      unlink(index, list, &table)
      append(index, list, &table)
    } else {
      remove(index, &table)
      insert(index, flowClass, &table)
    }
  }

  /// A flow that ends.
  mutating func remove(_ index: Int, _ table: inout FlowTable) {
    let flowClass = table.slots[index].flowClass
    if flowClass == .closed || flowClass == .refused { closed -= 1 }
    unlink(index, Int(flowClass.rawValue), &table)
  }

  /// Ties a flow's neighbours in a list to each other.
  @inline(__always)
  private mutating func unlink(_ index: Int, _ list: Int, _ table: inout FlowTable) {
    let (previous, next) = (table.slots[index].previous, table.slots[index].next)
    if previous >= 0 { table.slots[previous].next = next } else { first[list] = Int32(next) }
    if next >= 0 { table.slots[next].previous = previous } else { last[list] = Int32(previous) }
  }

  @inline(__always)
  private mutating func append(_ index: Int, _ list: Int, _ table: inout FlowTable) {
    let end = Int(last[list])
    table.slots[index].previous = end
    table.slots[index].next = -1
    if end >= 0 { table.slots[end].next = index } else { first[list] = Int32(index) }
    last[list] = Int32(index)
  }

  /// The flow of a class that was seen least recently.
  func oldest(_ flowClass: FlowClass) -> Int? {
    let index = first[Int(flowClass.rawValue)]
    return index >= 0 ? Int(index) : nil
  }

  /// Of the closed flows the one that was seen least recently.
  ///
  /// `mutating`, though it changes nothing: what only reads is handed a copy of the lists and of the table.
  mutating func oldestClosed(_ table: inout FlowTable) -> Int? {
    guard let index = oldest(.closed), let other = oldest(.refused) else {
      return oldest(.closed) ?? oldest(.refused)
    }
    return table.slots[index].end <= table.slots[other].end ? index : other
  }

  /// Who goes when there is no room: of those that no second end has confirmed the least recently seen, else
  /// of all.
  func victim(_ table: borrowing FlowTable) -> Int? {
    for isUnproven in [true, false] {
      var victim: Int?
      for flowClass in FlowClass.allCases where flowClass.isUnproven == isUnproven {
        guard let index = oldest(flowClass) else { continue }
        if victim.map({ table.slots[$0].end > table.slots[index].end }) ?? true { victim = index }
      }
      if victim != nil { return victim }
    }
    return nil
  }
}
