// Threads for captures that are read, or followed, by more than one.

internal import CPcap

#if canImport(Glibc)
  internal import Glibc
#endif

/// A thread that does one thing and ends. Signals are the first thread's affair.
public final class Worker {
  private var thread = pthread_t()
  private var isJoined = false

  /// Starts it.
  public init(_ body: @escaping @Sendable () -> Void) {
    let box = unsafe Unmanaged.passRetained(Work(body)).toOpaque()
    var (all, before) = (sigset_t(), sigset_t())
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
    unsafe pthread_create(&thread, nil, startWork, box)
    unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
  }

  /// Waits for its end.
  public func join() {
    if isJoined { return }
    isJoined = true
    pthread_join(thread, nil)
  }
}

private final class Work {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// pthread_create's function.
private func startWork(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  let work = unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
  work.body()
  return nil
}

/// Counts what one thread has for another to take (sem_init(3)).
@safe
final class Semaphore: Sendable {
  private nonisolated(unsafe) let place: UnsafeMutablePointer<sem_t>

  init() {
    unsafe place = .allocate(capacity: 1)
    unsafe place.initialize(to: sem_t())
    unsafe sem_init(place, 0, 0)
  }

  deinit {
    unsafe sem_destroy(place)
    unsafe place.deallocate()
  }

  /// There is one more.
  func post() { unsafe sem_post(place) }

  /// Takes one; waits while there is none.
  func wait() {
    while unsafe sem_wait(place) != 0 {}
  }
}
