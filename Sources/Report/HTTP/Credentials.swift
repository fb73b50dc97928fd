// What opens doors is not shown: credentials in fields and in URLs give way to stars unless asked for.

internal import Flow
internal import Wire

/// Puts stars in the place of credentials.
struct CredentialMask: Sendable {
  /// Everything is shown.
  let showsAll: Bool

  private static let stars = Array("***".utf8)

  /// A field's value: that of a field that carries credentials is hidden, but for the scheme's name (RFC 9110
  /// section 11.4) and the names of cookies (RFC 6265 section 4).
  func value(_ value: ArraySlice<UInt8>, of name: ArraySlice<UInt8>) -> [UInt8] {
    if showsAll { return Array(value) }
    let small = name.map { $0 >= 65 && $0 <= 90 ? $0 | 32 : $0 }
    if small.elementsEqual("authorization".utf8) || small.elementsEqual("proxy-authorization".utf8) {
      guard let space = value.firstIndex(of: 32) else { return CredentialMask.stars }
      return Array(value[...space]) + CredentialMask.stars
    }
    if small.elementsEqual("cookie".utf8) { return cookies(value, firstOnly: false) }
    if small.elementsEqual("set-cookie".utf8) { return cookies(value, firstOnly: true) }
    let word = String(decoding: small, as: UTF8.self)
    if CredentialMask.secretFields.contains(word) || CredentialMask.endings.contains(where: word.hasSuffix) {
      return CredentialMask.stars
    }
    return CredentialMask.urlFields.contains(word) ? url(value) : Array(value)
  }

  /// Fields that carry keys or nonces, and are not named so. In the browser's sockets the protocol is where
  /// tokens are put, because scripts can set no other field.
  private static let secretFields: Set<String> = [
    "authentication-info", "proxy-authentication-info", "sec-websocket-protocol", "x-amz-credential",
  ]
  /// How the names of fields of other people's making end that carry a key or a token.
  private static let endings = [
    "token", "secret", "password", "passwd", "api-key", "apikey", "api_key", "access-key", "auth-key",
    "credentials", "authorization",
  ]
  /// Fields whose values are URLs.
  private static let urlFields: Set<String> = ["referer", "location", "content-location", "refresh", "link"]

  private func cookies(_ value: ArraySlice<UInt8>, firstOnly: Bool) -> [UInt8] {
    var result: [UInt8] = []
    for (i, pair) in value.split(separator: 59, omittingEmptySubsequences: false).enumerated() {
      if i > 0 { result.append(59) }
      if i > 0, firstOnly {
        result.append(contentsOf: pair)
        continue
      }
      guard let equals = pair.firstIndex(of: 61) else {
        result.append(contentsOf: CredentialMask.stars)
        continue
      }
      result.append(contentsOf: pair[...equals])
      result.append(contentsOf: CredentialMask.stars)
    }
    return result
  }

  /// A URL or a target: user information before a host (RFC 3986 section 3.2.1) and the values of parameters,
  /// of the path and of the query, that are named as secrets are.
  func url(_ url: ArraySlice<UInt8>) -> [UInt8] {
    if showsAll { return Array(url) }
    let query = url.firstIndex(of: 63) ?? url.endIndex
    let result = authority(url[..<query])
    if query == url.endIndex, !result.contains(59) { return result }
    return parameters(of: result) + parameters(of: Array(url[query...]))
  }

  private func authority(_ url: ArraySlice<UInt8>) -> [UInt8] {
    // scheme://user:password@host/, or user:password@host:port alone.
    var start = url.startIndex
    if let colon = url.firstIndex(of: 58), url[colon...].starts(with: "://".utf8) {
      start = colon + 3
    } else if url.first == 47 {
      return Array(url)
    }
    let end = url[start...].firstIndex(of: 47) ?? url.endIndex
    guard let at = url[start..<end].lastIndex(of: 64) else { return Array(url) }
    return Array(url[..<start]) + CredentialMask.stars + Array(url[at...])
  }

  /// Text in which `name=value` stands between `?`, `&`, `;` and `/`, with stars for the values of secrets.
  private func parameters(of text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var at = 0
    while at < text.count {
      var end = at
      while end < text.count, ![38, 59, 63, 47].contains(text[end]) { end += 1 }
      let part = text[at..<end]
      if let equals = part.firstIndex(of: 61), equals + 1 < end, isSecret(part[..<equals]) {
        // A value may have a slash in it: Base64 has.
        while end < text.count, ![38, 59].contains(text[end]) { end += 1 }
        result.append(contentsOf: part[...equals])
        result.append(contentsOf: CredentialMask.stars)
      } else {
        result.append(contentsOf: part)
      }
      if end < text.count { result.append(text[end]) }
      at = end + 1
    }
    return result
  }

  /// Whether a parameter's name says that its value is a secret.
  private func isSecret(_ name: ArraySlice<UInt8>) -> Bool {
    // The shortest of these names have two letters.
    if name.count < 2 { return false }
    let small = String(
      decoding: name.percentDecoded.map { $0 >= 65 && $0 <= 90 ? $0 | 32 : $0 }, as: UTF8.self)
    if CredentialMask.secretNames.contains(small) { return true }
    return ["password", "passwd", "secret", "token"].contains { small.hasSuffix($0) }
  }

  private static let secretNames: Set<String> = [
    "pass", "pwd", "pw", "key", "apikey", "api_key", "api-key", "auth", "authorization", "sig", "signature",
    "session", "sessionid", "session_id", "sid", "jsessionid", "phpsessid", "code", "x-amz-signature",
    "x-amz-credential", "x-goog-signature", "sharedaccesssignature", "credentials",
  ]
}

extension ArraySlice where Element == UInt8 {
  /// The octets that `%XX` stands for (RFC 3986 section 2.1); what is none stays.
  var percentDecoded: [UInt8] {
    guard contains(37) else { return Array(self) }
    func digit(_ octet: UInt8) -> UInt8? {
      switch octet {
      case 48...57: octet - 48
      case 65...70: octet - 55
      case 97...102: octet - 87
      default: nil
      }
    }
    var result: [UInt8] = []
    var at = startIndex
    while at < endIndex {
      if self[at] == 37, at + 2 < endIndex, let high = digit(self[at + 1]), let low = digit(self[at + 2]) {
        result.append(high << 4 | low)
        at += 3
      } else {
        result.append(self[at])
        at += 1
      }
    }
    return result
  }
}
