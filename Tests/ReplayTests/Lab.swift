// Two network namespaces with a cable between them, for the tests that capture live.

import Foundation

/// A cable from `here` to `there`. Both ends are silent: no addresses, no IPv6. It goes away with its owner.
final class Lab {
  /// Whether this process may make one.
  static let isPossible: Bool =
    geteuid() == 0 && (try? Program.command(["ip", "netns", "list"]).status) == 0
    && (try? Program.command(["python3", "--version"]).status) == 0
    && (try? Lab()) != nil

  /// What a test says that is skipped for want of it.
  static let missing = "live captures need root, ip(8) with network namespaces, and python3"

  /// The namespaces' names.
  let here, there: String
  /// The cable's end in either namespace.
  static let port = "cable"

  init() throws {
    let tag = UUID().uuidString.prefix(8).lowercased()
    here = "wiretale-a-\(tag)"
    there = "wiretale-b-\(tag)"
    let outcome = try Program.shell(
      """
      set -e
      ip netns add "$1"; ip netns add "$2"
      for n in "$1" "$2"; do
        ip netns exec "$n" sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6;
          echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6' 2>/dev/null || true
      done
      ip -n "$1" link add "$3" mtu 65535 type veth peer name "$3" netns "$2"
      ip -n "$2" link set "$3" mtu 65535
      ip -n "$1" link set "$3" up; ip -n "$2" link set "$3" up
      ip -n "$2" link set lo up
      """, here, there, Self.port)
    if outcome.status != 0 {
      remove()
      throw Trouble(description: "no network namespaces: \(outcome.errors)")
    }
  }

  deinit { remove() }

  private func remove() {
    for name in [here, there] { _ = try? Program.command(["ip", "netns", "del", name]) }
  }

  /// Starts the program in the namespace `there` and waits until it listens.
  func listen(_ words: [String], verb: String = "packets", on port: String = Lab.port, output: Pipe? = nil)
    throws -> Running
  {
    let running = try inside([verb, "-i", port] + words, output: output)
    let listens = Running.until { running.errors.contains("listening on") || !running.isRunning }
    if !listens || !running.isRunning {
      throw Trouble(description: "it does not listen: \(running.errors)")
    }
    return running
  }

  /// Starts the program in the namespace `there`.
  func inside(_ words: [String], output: Pipe? = nil) throws -> Running {
    try Running(["ip", "netns", "exec", there, Program.path ?? ""] + words, output: output)
  }

  /// Sends the whole frames of captures from the namespace `here`; returns what the sender said.
  @discardableResult
  func send(_ files: [String], options: [String] = []) throws -> Outcome {
    let sender = Program.root.appendingPathComponent("scripts/replay.py").path
    let outcome = try Program.command(
      ["ip", "netns", "exec", here, "python3", sender] + options + [Lab.port] + files)
    if outcome.status != 0 { throw Trouble(description: outcome.errors) }
    return outcome
  }
}

/// What kept a test from doing its work.
struct Trouble: Error, CustomStringConvertible {
  var description: String
}
