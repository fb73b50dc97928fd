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
    if CredentialMask.secretFields.contains(String(decoding: small, as: UTF8.self)) {
      return CredentialMask.stars
    }
    if small.elementsEqual("referer".utf8) || small.elementsEqual("location".utf8) { return url(value) }
    return Array(value)
  }

  /// Fields of other people's making that carry a key or a token.
  private static let secretFields: Set<String> = [
    "x-api-key", "api-key", "x-auth-token", "x-csrf-token", "x-xsrf-token", "x-amz-security-token",
    "x-vault-token", "private-token", "x-access-token", "x-goog-api-key", "authentication-info",
    "proxy-authentication-info",
  ]

  private func cookies(_ value: ArraySlice<UInt8>, firstOnly: Bool) -> [UInt8] {
    var result: [UInt8] = []
    for (i, pair) in value.split(separator: 59, omittingEmptySubsequences: false).enumerated() {
      if i > 0 { result.append(59) }
      guard let equals = pair.firstIndex(of: 61), i == 0 || !firstOnly else {
        result.append(contentsOf: pair)
        continue
      }
      result.append(contentsOf: pair[...equals])
      result.append(contentsOf: CredentialMask.stars)
    }
    return result
  }

  /// A URL or a target: user information before a host (RFC 3986 section 3.2.1) and the values of parameters
  /// that are named as secrets are.
  func url(_ url: ArraySlice<UInt8>) -> [UInt8] {
    if showsAll { return Array(url) }
    let query = url.firstIndex(of: 63) ?? url.endIndex
    var result = authority(url[..<query])
    guard query < url.endIndex else { return result }
    result.append(63)
    let parts = url[(query + 1)...].split(separator: 38, omittingEmptySubsequences: false)
    for (i, part) in parts.enumerated() {
      if i > 0 { result.append(38) }
      guard let equals = part.firstIndex(of: 61), isSecret(part[..<equals]), equals + 1 < part.endIndex
      else {
        result.append(contentsOf: part)
        continue
      }
      result.append(contentsOf: part[...equals])
      result.append(contentsOf: CredentialMask.stars)
    }
    return result
  }

  private func authority(_ url: ArraySlice<UInt8>) -> [UInt8] {
    // scheme://user:password@host/
    guard let colon = url.firstIndex(of: 58), url[colon...].starts(with: "://".utf8) else {
      return Array(url)
    }
    let start = colon + 3
    let end = url[start...].firstIndex(of: 47) ?? url.endIndex
    guard let at = url[start..<end].lastIndex(of: 64) else { return Array(url) }
    return Array(url[..<start]) + CredentialMask.stars + Array(url[at...])
  }

  /// Whether a parameter's name says that its value is a secret.
  private func isSecret(_ name: ArraySlice<UInt8>) -> Bool {
    // The shortest of these names have two letters, and one of them alone is not long.
    if name.count < 2 { return false }
    let small = String(decoding: name.map { $0 >= 65 && $0 <= 90 ? $0 | 32 : $0 }, as: UTF8.self)
    if CredentialMask.secretNames.contains(small) { return true }
    return ["password", "passwd", "secret", "token"].contains { small.hasSuffix($0) }
  }

  private static let secretNames: Set<String> = [
    "pass", "pwd", "pw", "key", "apikey", "api_key", "api-key", "auth", "authorization", "sig", "signature",
    "session", "sessionid", "session_id", "sid", "jsessionid", "phpsessid", "code", "x-amz-signature",
    "x-amz-credential", "x-goog-signature", "sharedaccesssignature", "credentials",
  ]
}
