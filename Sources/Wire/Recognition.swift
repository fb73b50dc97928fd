// What a segment of TCP carries, by its octets alone: for whoever asks nothing else of it.

/// The first octet of what TLS begins with, the types of its records; and HTTP/1, from CONNECT to UNLOCK.
let firstOfTLS: ClosedRange<UInt8> = 20...24
let firstOfHTTP1: ClosedRange<UInt8> = 67...85

/// What the octets of a segment of TCP begin with, as `Mux.standard` recognizes it before it looks at ports:
/// TLS or HTTP/1. Nil when they begin with neither, and when there are none.
public func recognizedSegment(_ bytes: Bytes) -> Layer.Kind? {
  if bytes.isEmpty { return nil }
  let first = bytes.u8(0)
  if firstOfTLS.contains(first), looksLikeTLS(bytes) { return .tls }
  if firstOfHTTP1.contains(first), looksLikeHTTP1(bytes) { return .http }
  return nil
}
