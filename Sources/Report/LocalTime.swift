// The machine's time zone, asked of the C library: the one thing that a line needs from outside its packet.

#if canImport(Glibc)
  internal import Glibc
#endif

/// Seconds east of UTC that the machine's zone has at `second` of the Unix epoch.
@Sendable public func localZone(_ second: Int64) -> Int64 {
  var moment = time_t(second)
  var parts = unsafe tm()
  // `unsafe` because the C library takes both by pointer; neither outlives the call.
  guard unsafe localtime_r(&moment, &parts) != nil else { return 0 }
  return unsafe Int64(parts.tm_gmtoff)
}
