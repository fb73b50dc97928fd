// Which of many files has the earliest frame.

/// A binary heap of file numbers by the time of the frame that each has next.
struct MergeQueue {
  private var heap: [(time: Int64, source: Int)] = []

  /// The file whose frame is the earliest; of several, the one with the smallest number.
  var first: Int? { heap.first?.source }

  /// Puts a file in.
  mutating func insert(_ time: Int64, _ source: Int) {
    heap.append((time, source))
    var child = heap.count - 1
    while child > 0, isBefore(child, (child - 1) / 2) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Takes the first file out.
  mutating func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(child, least) {
        least = child
      }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (heap[left].time, heap[left].source) < (heap[right].time, heap[right].source)
  }
}
