import Foundation
import Glibc
import Testing
import Wire

@testable import Capture

/// Runs `work` in a child process, because rights that are given away do not come back; its text.
///
/// fork(2) is kept from Swift for the sake of threads: a lock that another thread holds stays locked in the
/// child. Such a child is ended by its alarm clock, and another is tried.
private func inChild(_ work: () -> String) -> String {
  for _ in 0..<5 {
    if let text = tryInChild(work) { return text }
  }
  return "no child came to an end"
}

private func tryInChild(_ work: () -> String) -> String? {
  typealias Fork = @convention(c) () -> pid_t
  let fork = unsafe unsafeBitCast(dlsym(nil, "fork"), to: Fork.self)
  var ends: [Int32] = [0, 0]
  guard unsafe pipe(&ends) == 0 else { return "no pipe" }
  let child = fork()
  if child == 0 {
    // The thread that this one was forked from has its signals blocked, as those of libdispatch do.
    var alarmOnly = sigset_t()
    unsafe sigemptyset(&alarmOnly)
    unsafe sigaddset(&alarmOnly, SIGALRM)
    unsafe pthread_sigmask(SIG_UNBLOCK, &alarmOnly, nil)
    alarm(10)
    let text = Array(work().utf8)
    _ = unsafe write(ends[1], text, text.count)
    _exit(0)
  }
  close(ends[1])
  var text: [UInt8] = []
  var octets = [UInt8](repeating: 0, count: 4096)
  while case let count = unsafe read(ends[0], &octets, octets.count), count > 0 {
    text += octets.prefix(count)
  }
  close(ends[0])
  var status: Int32 = 0
  unsafe waitpid(child, &status, 0)
  if status & 0x7f == SIGALRM { return nil }
  return String(decoding: text, as: UTF8.self) + (status == 0 ? "" : " (status \(status))")
}

/// One field of /proc/self/status.
private func status(_ field: String) -> String {
  let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = text.split(separator: "\n").first { $0.hasPrefix(field + ":") } ?? ""
  return line.dropFirst(field.count + 1).split(separator: "\t").joined(separator: " ")
}

private let isRoot = geteuid() == 0

/// Rights given away are gone.
@Suite(.serialized, .enabled(if: isRoot, "needs root, to have rights to give away"))
struct PrivilegeTests {
  @Test func rootBecomesNobodyWithNothing() {
    let told = inChild {
      do {
        let drop = try dropPrivileges(to: "nobody")
        let fields = ["Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs"]
        let regained = setuid(0) == 0 || seteuid(0) == 0
        let denied = unsafe open("/etc/shadow", O_RDONLY) < 0
        return (["\(drop?.user ?? "-")"] + fields.map(status) + ["\(regained)", "\(denied)"]).joined(
          separator: "|")
      } catch {
        return "\(error)"
      }
    }
    let none = "0000000000000000"
    #expect(
      told == "nobody|65534 65534 65534 65534|65534 65534 65534 65534|65534 |"
        + "\(none)|\(none)|\(none)|\(none)|\(none)|1|false|true")
  }

  @Test func aUserWhoIsNotThereIsAnError() {
    #expect(throws: CaptureError(.usage, "-Z no-such-user: no such user")) {
      try dropPrivileges(to: "no-such-user")
    }
  }

  @Test func rootCanStayRoot() throws {
    #expect(try dropPrivileges(to: "root") == nil)
    #expect(try userAfterDrop("root") == nil)
    #expect(try userAfterDrop("nobody") == "nobody")
    #expect(heldCapabilities().contains { $0 != 0 })
  }

  @Test func whoIsNotRootLosesCapabilitiesOnly() {
    let told = inChild {
      _ = setuid(65534)
      do {
        let drop = try dropPrivileges()
        let wrong: CaptureError
        do {
          try dropPrivileges(to: "root")
          return "became root"
        } catch let error as CaptureError {
          wrong = error
        }
        return "\(drop?.user ?? "-")|\(status("NoNewPrivs"))|\(wrong)"
      } catch {
        return "\(error)"
      }
    }
    #expect(told == "-|1|-Z root: only root can become another user")
  }

  @Test func withoutTheRightTheRemedyIsNamed() {
    let told = inChild {
      _ = try? dropPrivileges(to: "nobody")
      do {
        _ = try Capture(.interfaces(["lo"]))
        return "captures"
      } catch let error as CaptureError {
        return "\(error.kind) \(error.exitStatus) \(error)"
      } catch {
        return "\(error)"
      }
    }
    let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    #expect(
      told == "rights 1 lo: no right to capture: use sudo, or once: "
        + "sudo setcap cap_net_raw,cap_net_admin=eip \(program)")
  }

  @Test func anOpenCaptureOutlivesItsRights() {
    let told = inChild {
      do {
        let capture = try Capture(.interfaces(["lo"]))
        try dropPrivileges(to: "nobody")
        let socket = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(9).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        unsafe withUnsafePointer(to: &address) { pointer in
          unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            _ = unsafe sendto(socket, "x", 1, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
          }
        }
        var frames = 0
        try capture.forEachFrame({ _, _ in
          frames += 1
          return .stop
        })
        return "\(frames) \(capture.statistics.received > 0)"
      } catch {
        return "\(error)"
      }
    }
    #expect(told == "1 true")
  }

  @Test func rotationGoesOnWithoutRights() throws {
    let scratch = Scratch()
    unsafe chmod(scratch.path, 0o1777)
    let told = inChild {
      do {
        var settings = WriterSettings(path: scratch.file("c"))
        settings.rotateOctets = 1000
        var writer = try CaptureWriter(settings, of: [WriterTests.ethernet], user: "nobody")
        try dropPrivileges(to: "nobody")
        let octets = [UInt8](repeating: 0, count: 984)
        for number in 1...3 {
          _ = try writer.write(
            octets.span,
            Frame(number: UInt64(number), time: 0, wireLength: 984, capturedLength: 984, link: .ethernet))
        }
        try writer.finish()
        return "done"
      } catch {
        return "\(error)"
      }
    }
    #expect(told == "done")
    #expect(scratch.names == ["c", "c1", "c2"])
    for name in scratch.names {
      #expect(read([scratch.file(name)]).frames.count == 1)
      var facts = stat()
      unsafe stat(scratch.file(name), &facts)
      #expect(facts.st_uid == 65534)
    }
  }

  @Test func aDirectoryThatIsNotTheUsersIsSaidAtTheStart() throws {
    let scratch = Scratch()
    unsafe chmod(scratch.path, 0o755)
    let told = inChild {
      var settings = WriterSettings(path: scratch.file("c"))
      settings.rotateOctets = 1000
      do {
        _ = try CaptureWriter(settings, of: [WriterTests.ethernet], user: "nobody")
        return "made"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      told == "\(scratch.file("c")): user nobody cannot make files in \(scratch.path), which rotation does: "
        + "choose a directory of that user or name another with -Z")
    #expect(scratch.names == [])
    // One file is made while the right is there, under its own name.
    let single = inChild {
      do {
        var writer = try CaptureWriter(
          WriterSettings(path: scratch.file("one")), of: [WriterTests.ethernet], user: "nobody")
        try dropPrivileges(to: "nobody")
        let frame = Frame(number: 1, time: 0, wireLength: 1, capturedLength: 1, link: .ethernet)
        _ = try writer.write([7].span, frame)
        try writer.finish()
        return "done"
      } catch {
        return "\(error)"
      }
    }
    #expect(single == "done")
    #expect(scratch.names == ["one"])
    #expect(read([scratch.file("one")]).octets == [[7]])
  }
}
