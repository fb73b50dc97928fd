import Synchronization
import Testing

@testable import Capture

/// What one thread hands another.
@Suite struct HandoverTests {
  /// As the threads of `flows` do it: each waits for several while it is ahead; the last is told at once.
  @Test(.timeLimit(.minutes(1)), arguments: [1, 4, 8]) func itemsComeInTheirOrder(waitsFor: Int) {
    let there = Handover<Int>()
    let back = Handover<Int>()
    let worker = Worker {
      var item = there.take(afterWaitingFor: waitsFor)
      while item >= 0 {
        back.put(item * 2)
        item = there.take(afterWaitingFor: waitsFor)
      }
      back.put(item)
    }
    var (sent, heard): (Int, [Int]) = (0, [])
    while sent < 20_000 {
      if sent - heard.count == 8 { heard.append(back.take(afterWaitingFor: waitsFor)) }
      there.put(sent)
      sent += 1
    }
    there.put(-1, atOnce: true)
    while heard.last != -1 { heard.append(back.take()) }
    worker.join()
    #expect(heard == (0..<20_000).map { $0 * 2 } + [-1])
  }

  /// Whoever wants three sleeps until there are three, when nothing wakes it at once.
  @Test(.timeLimit(.minutes(1))) func whoWaitsForSeveralSleepsUntilTheyAreThere() {
    let queue = Handover<Int>()
    let woken = Atomic(0)
    let worker = Worker {
      _ = queue.take(afterWaitingFor: 3)
      woken.store(1, ordering: .sequentiallyConsistent)
      for _ in 0..<2 { _ = queue.take() }
      _ = queue.take(afterWaitingFor: 3)
    }
    while !queue.isAwaited {}
    queue.put(1)
    queue.put(2)
    #expect(queue.isAwaited && woken.load(ordering: .sequentiallyConsistent) == 0)
    queue.put(3)
    while woken.load(ordering: .sequentiallyConsistent) == 0 {}
    while !queue.isAwaited {}
    queue.put(4, atOnce: true)
    worker.join()
    #expect(!queue.isAwaited)
  }
}
