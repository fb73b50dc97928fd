// The C library's allocator with a counter in front: a program's own `malloc` is the one that everybody
// calls.
//
// Swift keeps the names of the allocator to itself, so that the linker gives them (see Package.swift).

/// What is counted, while it is counted.
enum Allocations {
  /// Calls since `begin`.
  nonisolated(unsafe) static var count = 0
  nonisolated(unsafe) static var isCounting = false

  /// Starts to count anew.
  static func begin() {
    unsafe count = 0
    unsafe isCounting = true
  }

  /// Stops and tells.
  static func end() -> Int {
    unsafe isCounting = false
    return unsafe count
  }

  @inline(__always)
  fileprivate static func note() {
    if unsafe isCounting { unsafe count &+= 1 }
  }
}

// glibc's names for what stands behind its own.
@_silgen_name("__libc_malloc")
private func libcMalloc(_ size: Int) -> UnsafeMutableRawPointer?
@_silgen_name("__libc_calloc")
private func libcCalloc(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer?
@_silgen_name("__libc_realloc")
private func libcRealloc(_ old: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer?
@_silgen_name("__libc_memalign")
private func libcMemalign(_ alignment: Int, _ size: Int) -> UnsafeMutableRawPointer?

@c(counted_malloc)
public func countedMalloc(_ size: Int) -> UnsafeMutableRawPointer? {
  Allocations.note()
  return unsafe libcMalloc(size)
}

@c(counted_calloc)
public func countedCalloc(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer? {
  Allocations.note()
  return unsafe libcCalloc(count, size)
}

@c(counted_realloc)
public func countedRealloc(_ old: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
  Allocations.note()
  return unsafe libcRealloc(old, size)
}

@c(counted_aligned_alloc)
public func countedAlignedAlloc(_ alignment: Int, _ size: Int) -> UnsafeMutableRawPointer? {
  Allocations.note()
  return unsafe libcMemalign(alignment, size)
}

@c(counted_posix_memalign)
public func countedPosixMemalign(
  _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: Int, _ size: Int
) -> Int32 {
  Allocations.note()
  unsafe result.pointee = libcMemalign(alignment, size)
  return unsafe result.pointee == nil ? 12 : 0
}
