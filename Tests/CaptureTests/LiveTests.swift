import Foundation
import Glibc
import Synchronization
import Testing
import Wire

@testable import Capture

/// Two network namespaces with a cable between them: `near` with the interface `left`, `far` with `right`.
private final class Cable {
  let near = "wiretale-near-\(getpid())"
  let far = "wiretale-far-\(getpid())"

  init() throws {
    for name in [near, far] { try run("ip", ["netns", "add", name]) }
    try run(
      "ip", ["link", "add", "left", "netns", near, "type", "veth", "peer", "name", "right", "netns", far])
    for (name, end) in [(near, "left"), (far, "right")] {
      // Without this the kernel's own neighbour discovery would be captured too.
      try run("ip", ["netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"])
      try run("ip", ["netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.\(end).disable_ipv6=1"])
      try run("ip", ["-n", name, "link", "set", end, "up"])
    }
    // What is sent before the link's state has settled is thrown away.
    for (name, end) in [(near, "left"), (far, "right")] {
      while try run("ip", ["-n", name, "link", "show", end]).firstRange(of: Data("state UP".utf8)) == nil {
        usleep(10_000)
      }
    }
  }

  deinit { for name in [near, far] { _ = try? run("ip", ["netns", "del", name]) } }
}

/// Runs `work` on a thread of its own inside a namespace. setns(2) changes the calling thread only.
private func inside(_ namespace: String, _ work: @escaping @Sendable () -> Void) {
  Thread.detachNewThread {
    typealias SetNamespace = @convention(c) (Int32, Int32) -> Int32
    let descriptor = unsafe open("/run/netns/\(namespace)", O_RDONLY | O_CLOEXEC)
    let symbol = unsafe dlsym(nil, "setns")
    let setNamespace = unsafe unsafeBitCast(symbol, to: SetNamespace.self)
    precondition(setNamespace(descriptor, 0) == 0, "no way into \(namespace)")
    close(descriptor)
    work()
  }
}

/// Waits for something to become true, without end: the runner ends a test that hangs.
private func wait(_ done: () -> Bool) { while !done() { usleep(2000) } }

/// Sends frames as they are out of an interface of a namespace.
private func send(_ frames: [[UInt8]], from interface: String, in namespace: String) {
  let finished = Flag()
  inside(namespace) {
    let packets = socket(AF_PACKET, Int32(SOCK_RAW.rawValue), 0)
    // struct sockaddr_ll (packet(7)): family, protocol, interface index; the rest is not for us.
    let index = unsafe if_nametoindex(interface)
    let place = [UInt8(AF_PACKET), 0, 0, 0] + number(index, big: false) + [UInt8](repeating: 0, count: 12)
    unsafe place.withUnsafeBytes {
      guard let address = unsafe $0.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return }
      _ = unsafe bind(packets, address, socklen_t($0.count))
    }
    for each in frames {
      while unsafe write(packets, each, each.count) < 0 && (errno == ENOBUFS || errno == EINTR) {
        usleep(100)
      }
    }
    close(packets)
    finished.raise()
  }
  wait { finished.isRaised }
}

private typealias Flag = StopFlag

/// A capture that runs inside a namespace on a thread of its own.
private final class Running: Sendable {
  struct State {
    var told = Told()
    var delays: [Int64] = []
    var rests = 0
  }
  let state = Mutex(State())
  let opened = Flag()
  let ended = Flag()
  let stop = Flag()

  init(
    _ interfaces: [String], in namespace: String, filter: String = "", stopAfter: Int = .max,
    prepare: @escaping @Sendable (inout CaptureSettings) -> Void = { _ in }
  ) {
    inside(namespace) { [self] in
      var settings = CaptureSettings()
      settings.stop = stop
      prepare(&settings)
      capture(interfaces, settings, filter, stopAfter)
      opened.raise()
      ended.raise()
    }
    wait { opened.isRaised }
  }

  private func capture(
    _ interfaces: [String], _ settings: CaptureSettings, _ filter: String, _ stopAfter: Int
  ) {
    do throws(CaptureError) {
      let capture = try Capture(.interfaces(interfaces), settings: settings, filter: filter)
      opened.raise()
      state.withLock { $0.told.interfaces = capture.interfaces }
      let failure: CaptureError?
      do throws(CaptureError) {
        try capture.forEachFrame(
          { octets, frame in
            let bytes = (0..<octets.count).map { octets[$0] }
            var now = timespec()
            unsafe clock_gettime(CLOCK_REALTIME, &now)
            let delay = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) - frame.time
            return state.withLock {
              $0.told.frames.append(frame)
              $0.told.octets.append(bytes)
              $0.delays.append(delay)
              return $0.told.frames.count >= stopAfter ? .stop : .go
            }
          },
          idle: {
            let statistics = capture.statistics
            state.withLock {
              $0.rests += 1
              $0.told.statistics = statistics
            }
            return .go
          })
        failure = nil
      } catch {
        failure = error
      }
      let missed = capture.missedByFilter
      state.withLock {
        $0.told.error = failure
        $0.told.statistics = capture.statistics
        if let missed { ($0.told.missedCount, $0.told.missed) = missed }
      }
    } catch {
      state.withLock { $0.told.error = error }
    }
  }

  var count: Int { state.withLock { $0.told.frames.count } }
  /// Whether the kernel has already counted a loss: then waiting for every frame would be for ever.
  var hasLost: Bool { state.withLock { ($0.told.statistics.droppedByKernel ?? 0) > 0 } }

  /// Ends the capture and gives what it told.
  func end() -> Told {
    stop.raise()
    wait { ended.isRaised }
    return state.withLock { $0.told }
  }
}

private let isRoot = geteuid() == 0

/// Capturing from interfaces.
@Suite(.serialized, .enabled(if: isRoot, "needs root, to make network namespaces"))
struct LiveTests {
  @Test(arguments: [false, true]) func everythingSentArrivesInOrderAndIsCounted(immediate: Bool) throws {
    let cable = try Cable()
    let sent = (0..<5000).map {
      tcpFrame(to: UInt16($0), mark: UInt8($0 & 255)) + [UInt8](repeating: 0, count: $0 % 900)
    }
    let running = Running(["right"], in: cable.far) { $0.immediate = immediate }
    send(sent, from: "left", in: cable.near)
    wait { running.count >= sent.count || running.hasLost }
    let told = running.end()
    #expect(told.error == nil)
    let inOrder = told.octets == sent && told.frames.map(\.number) == (1...5000).map { UInt64($0) }
    #expect(inOrder)
    #expect(told.statistics.received == 5000)
    #expect(told.statistics.captured == 5000)
    #expect(told.statistics.filtered == nil)
    #expect(told.statistics.droppedByKernel == 0)
    #expect(told.statistics.droppedByInterface == 0)
    #expect(told.interfaces.first?.nanoseconds == true)
    #expect(told.interfaces.first?.linkName == "EN10MB")
    #expect(told.frames.contains { $0.time % 1000 != 0 })
  }

  @Test func aLoneFrameIsNotKeptInTheKernel() throws {
    let cable = try Cable()
    let running = Running(["right"], in: cable.far)
    for count in 1...10 {
      send([tcpFrame(to: 80)], from: "left", in: cable.near)
      wait { running.count == count }
      usleep(37_000)
    }
    _ = running.end()
    // The best of ten: a busy machine may be late, a capture that waits for a full block is late every time.
    let best = running.state.withLock { $0.delays.min() } ?? .max
    #expect(best < 100_000_000)
    #expect(running.state.withLock { $0.rests } > 5)
  }

  @Test func severalInterfacesAreOneCapture() throws {
    let cable = try Cable()
    try run("ip", ["-n", cable.far, "link", "set", "lo", "up"])
    let running = Running(["right", "lo"], in: cable.far)
    send([tcpFrame(to: 1), tcpFrame(to: 2)], from: "left", in: cable.near)
    send([tcpFrame(to: 3)], from: "lo", in: cable.far)
    wait { running.count >= 3 }
    let told = running.end()
    #expect(told.frames.filter { $0.interface == 0 }.count == 2)
    #expect(told.frames.filter { $0.interface == 1 }.count == 1)
    // The kernel shows a frame of the loopback interface as it leaves and as it comes back; libpcap keeps
    // one.
    #expect(told.statistics.received == 4)
  }

  @Test func anyIsCookedWithTheInterfaceInIt() throws {
    let cable = try Cable()
    let running = Running(["any"], in: cable.far)
    send([tcpFrame(to: 1)], from: "left", in: cable.near)
    wait { running.count >= 1 }
    #expect(running.end().frames.first?.link == .linuxCooked2)
  }

  @Test func directionsAreToldApart() throws {
    let cable = try Cable()
    let captures = [CaptureDirection.in, .out, .inout].map { direction in
      Running(["right"], in: cable.far) { $0.direction = direction }
    }
    send([tcpFrame(to: 1), tcpFrame(to: 2)], from: "left", in: cable.near)
    send([tcpFrame(to: 3)], from: "right", in: cable.far)
    wait { captures[0].count >= 2 && captures[1].count >= 1 && captures[2].count >= 3 }
    #expect(captures.map { $0.end().frames.count } == [2, 1, 3])
  }

  @Test func aGroupSharesThePacketsByTheirFlows() throws {
    let cable = try Cable()
    let captures = (0..<2).map { _ in Running(["right"], in: cable.far) { $0.fanoutGroup = 77 } }
    let there = (1...100).map { tcpFrame(to: UInt16($0)) }
    // The same flows the other way: both addresses and both ports change places.
    let back = there.map {
      Array($0[..<26] + $0[30..<34] + $0[26..<30] + $0[36..<38] + $0[34..<36] + $0[38...])
    }
    send(there, from: "left", in: cable.near)
    send(back, from: "right", in: cable.far)
    wait { captures[0].count + captures[1].count >= 200 }
    let told = captures.map { $0.end() }
    #expect(told.map(\.frames.count).reduce(0, +) == 200)
    #expect(told.allSatisfy { !$0.frames.isEmpty })
    for capture in told {
      // One port is 40000 in all of them, the other tells the flow.
      let ports = capture.octets.map { frame in
        min(UInt16(frame[34]) << 8 | UInt16(frame[35]), UInt16(frame[36]) << 8 | UInt16(frame[37]))
      }
      // Each flow with both its packets.
      #expect(Dictionary(grouping: ports) { $0 }.values.allSatisfy { $0.count == 2 })
    }
  }

  @Test func theKernelFiltersAndAStopComesAtOnce() throws {
    let cable = try Cable()
    let running = Running(["right"], in: cable.far, filter: "tcp port 80", stopAfter: 3)
    send((0..<600).map { tcpFrame(to: UInt16($0 % 100)) }, from: "left", in: cable.near)
    wait { running.ended.isRaised }
    let told = running.end()
    #expect(told.frames.count == 3)
    #expect(told.statistics.captured == 3)
    #expect(told.statistics.received == 6)
    #expect(told.octets.allSatisfy { $0 == tcpFrame(to: 80) })
  }

  @Test func whatTagsHidFromTheKernelsFilterIsCounted() throws {
    let cable = try Cable()
    let (vlan, service) = (MissedTests.vlan, MissedTests.service)
    let running = Running(["right"], in: cable.far, filter: "tcp port 80")
    let one = tcpFrame(to: 80, behind: vlan)
    let two = tcpFrame(to: 80, behind: service + vlan)
    let frames = [tcpFrame(to: 80), one, two, two, two, tcpFrame(to: 443, behind: service + vlan)]
    send(frames, from: "left", in: cable.near)
    wait { running.count >= 2 }
    usleep(100_000)
    let told = running.end()
    // One tag does not hide a received frame: the kernel has taken it off, and libpcap puts it back.
    #expect(told.octets == [tcpFrame(to: 80), one])
    #expect(told.missedCount == 3)
    #expect(told.missed == "tcp port 80 or (vlan and vlan and tcp port 80)")
    let wider = Running(["right"], in: cable.far, filter: told.missed ?? "")
    send(frames, from: "left", in: cable.near)
    wait { wider.count >= 5 }
    #expect(wider.end().octets == [tcpFrame(to: 80), one, two, two, two])
  }

  @Test(arguments: [
    (MissedTests.mpls, "tcp port 80 or (mpls and tcp port 80)"),
    (MissedTests.pppoe, "tcp port 80 or (pppoes and tcp port 80)"),
    (MissedTests.pppoeInVLAN, "tcp port 80 or (pppoes and tcp port 80)"),
  ])
  func otherHeadersAreCountedToo(hidden: [UInt8], offer: String) throws {
    let cable = try Cable()
    let running = Running(["right"], in: cable.far, filter: "tcp port 80")
    send([hidden, tcpFrame(to: 80)], from: "left", in: cable.near)
    wait { running.count >= 1 }
    usleep(100_000)
    let told = running.end()
    #expect(told.missedCount == 1)
    #expect(told.missed == offer)
    let wider = Running(["right"], in: cable.far, filter: offer)
    send([hidden, tcpFrame(to: 80)], from: "left", in: cable.near)
    wait { wider.count >= 2 }
    #expect(wider.end().octets == [hidden, tcpFrame(to: 80)])
  }

  @Test func anInterfaceThatGoesAwayIsAnErrorAfterItsFrames() throws {
    let cable = try Cable()
    let running = Running(["right"], in: cable.far)
    send([tcpFrame(to: 1)], from: "left", in: cable.near)
    wait { running.count >= 1 }
    try run("ip", ["-n", cable.far, "link", "del", "right"])
    wait { running.ended.isRaised }
    let told = running.end()
    #expect(told.error == CaptureError(.input, "right: The interface disappeared"))
    #expect(told.frames.count == 1)
    #expect(told.statistics.received == 1)
  }

  @Test func anInterfaceThatWentDownIsToldAtTheEnd() throws {
    let cable = try Cable()
    let running = Running(["right"], in: cable.far)
    send([tcpFrame(to: 1)], from: "left", in: cable.near)
    wait { running.count >= 1 }
    try run("ip", ["-n", cable.far, "link", "set", "right", "down"])
    usleep(200_000)
    #expect(!running.ended.isRaised)
    #expect(running.end().error == CaptureError(.input, "right: the interface went down"))
  }

  @Test func aWrongNameIsAnsweredWithTheNearest() throws {
    let cable = try Cable()
    #expect(
      Running(["rigth"], in: cable.far).end().error
        == CaptureError(.usage, "rigth: no such interface; did you mean right?"))
    #expect(
      Running(["enp0s31f6"], in: cable.far).end().error
        == CaptureError(.usage, "enp0s31f6: no such interface; -D lists what there is"))
    #expect(Running(["999"], in: cable.far).end().error?.kind == .usage)
    #expect(Running(["1"], in: cable.far).end().told(interface: 0) == "right")
  }

  @Test func interfacesAreListedWithWhatTheyCan() throws {
    let cable = try Cable()
    try run("ip", ["-n", cable.far, "address", "add", "192.0.2.1/24", "dev", "right"])
    let done = Flag()
    let found = Mutex<(interfaces: [InterfaceDescription], links: [String], times: [String])>(([], [], []))
    inside(cable.far) {
      let interfaces = (try? listInterfaces()) ?? []
      let links = (try? linkTypes(of: "right"))?.map(\.name) ?? []
      let times = (try? timestampTypes(of: "right"))?.map(\.name) ?? []
      found.withLock { $0 = (interfaces, links, times) }
      done.raise()
    }
    wait { done.isRaised }
    let (interfaces, links, times) = found.withLock { $0 }
    let right = interfaces.first { $0.name == "right" }
    #expect(right?.number == 1)
    #expect(right?.addresses == ["192.0.2.1"])
    #expect(right?.flags == ["up", "running", "connected"])
    #expect(interfaces.contains { $0.name == "any" })
    #expect(links == ["EN10MB", "DOCSIS"])
    #expect(times.contains("host"))
  }
}

extension Told {
  fileprivate func told(interface: Int) -> String? {
    interfaces.indices.contains(interface) ? interfaces[interface].name : nil
  }
}
