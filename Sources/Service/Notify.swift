// What systemd is told of the service, and wants to hear: sd_notify(3) in its own words, a datagram each.

internal import Capture

/// The line to systemd; without it nothing is said.
struct Notify: Sendable {
  private let path: String?
  /// Half of the time after which systemd thinks that the service is dead, in nanoseconds; nil when it does
  /// not watch.
  let watchdog: Int64?

  init(_ environment: [String: String]) {
    path = environment["NOTIFY_SOCKET"]
    watchdog = environment["WATCHDOG_USEC"].flatMap { Int64($0) }.map { $0 * 1000 / 2 }
  }

  /// Says something: `READY=1`, `STATUS=…`.
  func say(_ words: String) {
    if let path { sendDatagram(words, to: path) }
  }

  /// The service is up.
  func ready(_ status: String) { say("READY=1\nSTATUS=\(status)") }

  /// The settings are read again; systemd wants to know when it began, by the clock that goes forward.
  func reloading() {
    say("RELOADING=1\nMONOTONIC_USEC=\(monotonicTime() / 1000)\nSTATUS=reading the settings again")
  }

  /// The service ends.
  func stopping() { say("STOPPING=1\nSTATUS=writing what is open") }
}
