// What a line needs from the machine it is printed on: the time zone and the names of interfaces.
//
// Both are asked of the C library by pointer, so that this is, beside OctetBuffer, the file of Report that
// uses `unsafe`.

#if canImport(Glibc)
  internal import Glibc
#endif

/// Seconds east of UTC that the machine's zone has at `second` of the Unix epoch.
@Sendable public func localZone(_ second: Int64) -> Int64 {
  var moment = time_t(second)
  var parts = unsafe tm()
  // Neither outlives the call.
  guard unsafe localtime_r(&moment, &parts) != nil else { return 0 }
  return unsafe Int64(parts.tm_gmtoff)
}

/// Writes the name that this machine gives an interface index; a question mark when it gives none.
func localInterfaceName(_ index: UInt32, into out: inout OctetBuffer) {
  // IF_NAMESIZE octets; an array of them would be an allocation per packet.
  var name = InlineArray<16, CChar>(repeating: 0)
  var characters = name.mutableSpan
  let found = unsafe characters.withUnsafeMutableBufferPointer { room in
    unsafe if_indextoname(index, room.baseAddress) != nil
  }
  guard found else {
    out.write("?")
    return
  }
  for i in name.indices {
    if name[i] == 0 { return }
    out.write(visible: UInt8(bitPattern: name[i]))
  }
}
