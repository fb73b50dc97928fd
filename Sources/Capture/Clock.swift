// The system's clock, which live packets are stamped by.

internal import CPcap
internal import Glibc

/// Gives free memory back to the system.
public func trimMemory() { _ = malloc_trim(0) }

/// The time now, as packets have it: nanoseconds since the Unix epoch.
public func realTime() -> Int64 {
  var now = timespec()
  unsafe clock_gettime(CLOCK_REALTIME, &now)
  return Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec)
}
