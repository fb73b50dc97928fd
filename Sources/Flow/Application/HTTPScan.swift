// Lines and first words of HTTP/1, found eight octets at a time.

internal import Wire

/// The first control octet (below 32) from `start` on; the number of octets when there is none. Heads consist
/// of others but for tabs and the ends of lines, so one search finds ends and intruders alike.
///
/// Each octet of a word: adding 0x60 to its lower seven bits sets the eighth when it is 32 or more, and no
/// carry leaves the octet. Swift's vectors have no such mask; words of eight read 6 to 7 octets a nanosecond.
@inline(__always)
func controlOctet(_ octets: Bytes, from start: Int) -> Int {
  var at = start
  let count = octets.count
  while at &+ 8 <= count {
    let word = octets.extracting(at..<at &+ 8).u64(0)
    let plain = ((word & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x6060_6060_6060_6060) | word
    let control = ~plain & 0x8080_8080_8080_8080
    if control != 0 { return at &+ control.leadingZeroBitCount &>> 3 }
    at &+= 8
  }
  while at < count, octets[at] >= 32 { at &+= 1 }
  return at
}

/// The line that begins at `start`: where its text ends and where the next one begins; nil when its end is
/// not there. RFC 9112 section 2.2: a line ends with CR LF, and a lone LF may be taken for it.
@inline(__always)
func httpLine(_ octets: Bytes, from start: Int, _ anomalies: inout HTTPAnomalies) -> (end: Int, next: Int)? {
  var at = start
  while true {
    at = controlOctet(octets, from: at)
    if at >= octets.count { return nil }
    switch octets[at] {
    case 10:
      anomalies.insert(.bareLF)
      return (at, at &+ 1)
    case 13:
      if at &+ 1 >= octets.count { return nil }
      if octets[at &+ 1] == 10 { return (at, at &+ 2) }
      anomalies.insert(.bareCR)
    case 9: break
    default: anomalies.insert(.controlOctet)
    }
    at &+= 1
  }
}

/// Where the head that begins at 0 ends, behind its empty line; nil when the end is not there, and `scanned`
/// is then where the last line begins that is not whole.
func httpHeadEnd(_ octets: Bytes, _ scanned: inout Int) -> Int? {
  var ignored: HTTPAnomalies = []
  while let line = httpLine(octets, from: scanned, &ignored) {
    if line.end == scanned, scanned > 0 { return line.next }
    // A line without a version is the whole request of HTTP/0.9 (RFC 1945 section 4.1).
    if scanned == 0, isSimpleRequest(octets.extracting(0..<line.end)) { return line.next }
    scanned = line.next
  }
  return nil
}

/// Whether a first line is `GET /…` and nothing else: HTTP/0.9.
func isSimpleRequest(_ line: Bytes) -> Bool {
  guard line.count >= 5, line.u32(0) == 0x4745_5420, line[4] == 0x2f else { return false }
  for i in 5..<line.count where line[i] == 32 { return false }
  return true
}

/// What the beginning of octets is to HTTP/1.
enum HTTPStart: Sendable { case request, response, needMore, other }

/// The most letters of a method: the longest registered one has 17.
private let methodMax = 24
/// The most octets of a line that are waited for to tell by its end whether it is a request.
private let lineMax = 8192

/// Whether the octets begin with the first line of a request or of a response. A registered method is enough
/// when its target looks like one; any other word needs the version at the line's end (RFC 9110 section 9.1:
/// any token is a method).
func httpStart(_ octets: Bytes) -> HTTPStart {
  if octets.count == 0 { return .needMore }
  if octets[0] == 0x48, let version = beginsWithVersion(octets, 0) {  // H: HTTP/1.
    return version ? .response : .needMore
  }
  var at = 0
  while at < octets.count, at <= methodMax, isTokenOctet(octets[at]) { at &+= 1 }
  if at > methodMax || at == 0 { return .other }
  if at == octets.count { return .needMore }
  guard octets[at] == 32 else { return .other }
  let end = controlOctet(octets, from: at &+ 1)
  if end == octets.count {
    if octets.count > lineMax { return .other }
    guard isRegistered(octets.extracting(0..<at)) else {
      return octets.count > at &+ 512 ? .other : .needMore
    }
    if octets.count == at &+ 1 { return .needMore }
    return isTarget(octets.extracting(at &+ 1..<octets.count)) ? .request : .other
  }
  guard octets[end] == 13 || octets[end] == 10 else { return .other }
  let line = octets.extracting(0..<end)
  if end &- 9 >= at, line[end &- 9] == 32, beginsWithVersion(line, end &- 8) == true { return .request }
  if isSimpleRequest(line) { return .request }
  // A registered method with a version that is none, or none at all: a request all the same, and told as
  // what it is; other protocols that share the methods name themselves.
  let words = line.extracting(at &+ 1..<end)
  return isRegistered(line.extracting(0..<at)) && isTarget(words) && !namesAnother(words) ? .request : .other
}

/// Whether `HTTP/1.` stands at `offset`; nil when something else does. False when the octets end in it.
private func beginsWithVersion(_ octets: Bytes, _ offset: Int) -> Bool? {
  let letters: InlineArray<7, UInt8> = [0x48, 0x54, 0x54, 0x50, 0x2f, 0x31, 0x2e]
  for i in 0..<7 {
    if offset &+ i >= octets.count { return false }
    if octets[offset &+ i] != letters[i] { return nil }
  }
  return true
}

/// A target is a path, an absolute URI, `*`, or host and port (RFC 9112 section 3.2).
private func isTarget(_ octets: Bytes) -> Bool {
  if octets.count == 0 { return false }
  let first = octets[0]
  if first == 0x2f || first == 0x2a { return true }
  guard isTokenOctet(first) || first == 0x5b else { return false }
  // rtsp: and sip: have the same methods.
  if octets.count >= 4, [0x7274_7370, 0x7369_703a, 0x7369_7073].contains(octets.u32(0) | 0x2020_2020) {
    return false
  }
  return true
}

/// Whether a line's last word is another protocol's version.
private func namesAnother(_ words: Bytes) -> Bool {
  var space = words.count
  while space > 0, words[space &- 1] != 32 { space &-= 1 }
  let word = words.extracting(space..<words.count)
  // One word and no version: a path is asked for by nobody else.
  if space == 0 { return words[0] != 0x2f }
  if word.count < 4 { return false }
  return [0x5254_5350, 0x5349_502f].contains(word.u32(0))
}

/// RFC 9110 section 5.6.2.
public func isTokenOctet(_ octet: UInt8) -> Bool {
  // A bit for each: ! # to ' * + - . digits; capitals ^ to z | ~.
  let bits: UInt64 = octet < 64 ? 0x03ff_6cfa_0000_0000 : octet < 128 ? 0x57ff_ffff_c7ff_fffe : 0
  return bits &>> UInt64(octet & 63) & 1 != 0
}

/// The registered methods that are in use (IANA "HTTP Method Registry"), each as the number its first eight
/// letters make.
private func isRegistered(_ method: Bytes) -> Bool {
  var name: UInt64 = 0
  for i in 0..<min(8, method.count) { name = name &<< 8 | UInt64(method[i]) }
  return switch (name, method.count) {
  // GET PUT POST HEAD COPY LOCK MOVE BIND LINK
  case (0x474554, 3), (0x505554, 3), (0x504f5354, 4), (0x48454144, 4), (0x434f5059, 4), (0x4c4f434b, 4),
    (0x4d4f5645, 4), (0x42494e44, 4), (0x4c494e4b, 4),
    // PATCH TRACE MKCOL MERGE
    (0x5041544348, 5), (0x5452414345, 5), (0x4d4b434f4c, 5), (0x4d45524745, 5),
    // DELETE SEARCH REPORT UNLOCK OPTIONS CONNECT
    (0x44454c455445, 6), (0x534541524348, 6), (0x5245504f5254, 6), (0x554e4c4f434b, 6),
    (0x4f5054494f4e53, 7), (0x434f4e4e454354, 7),
    // CHECKOUT PROPFIND PROPPATCH
    (0x434845434b4f5554, 8), (0x50524f5046494e44, 8), (0x50524f5050415443, 9):
    true
  default: false
  }
}
