// What to capture from and how.

internal import Synchronization
public import Wire

/// Where frames come from.
public enum CaptureSource: Sendable {
  /// Saved captures. `-` is standard input; several are merged in time order.
  case files([String])
  /// Interfaces by name, by the number `interfaces` lists them under, or `any`. Several are read as frames
  /// come.
  case interfaces([String])
}

/// Which way a frame travels, seen from this machine (`-Q`).
public enum CaptureDirection: String, Sendable, CaseIterable {
  case `in`, out, `inout`
}

/// How to capture. The defaults are tcpdump's. Everything but `stop`, `optimizeFilter` and `countMissed`
/// concerns interfaces only.
public struct CaptureSettings: Sendable {
  /// Octets kept of each frame (`-s`); 0 means the default too.
  public var snapLength = 262_144
  /// Size of the kernel's buffer in KiB (`-B`); `bufferKibibytesUsual` when absent.
  public var bufferKibibytes: Int?
  /// Eight times libpcap's usual. A ring has blocks of 256 KiB, and a block is closed by time even when there
  /// is little in it: libpcap's 8 blocks would forgive a reader no pause longer than 8 ticks.
  public static let bufferKibibytesUsual = 16_384
  /// Whether the interface is asked for frames that are not for this machine (`-p` clears it).
  public var promiscuous = true
  /// Monitor mode of a wireless interface (`-I`).
  public var monitor = false
  /// Which frames are wanted (`-Q`).
  public var direction = CaptureDirection.inout
  /// Who stamps the time (`-j`), by the names that `timestampTypes(of:)` gives.
  public var timestampType: String?
  /// Frames are handed out within a few milliseconds, one or two ticks of the kernel. Meant for a terminal.
  public var immediate = false
  /// Link type to ask the interface for (`-y`), by the names that `linkTypes(of:)` gives.
  public var linkType: String?
  /// No frame waits longer than this between the wire and `forEachFrame`, nor a stop to be noticed.
  public var timeoutMilliseconds = 100
  /// Whether libpcap may optimise the filter (`-O` clears it).
  public var optimizeFilter = true
  /// Whether tagged frames that only their tag kept from the filter are counted (see
  /// `Capture.missedByFilter`).
  public var countMissed = true
  /// The group of captures that share the interface's packets, each flow's going to one of them.
  public var fanoutGroup: UInt16?
  /// What makes the capture end early.
  public var stop = StopFlag.process

  /// tcpdump's defaults.
  public init() {}
}

/// A wish to stop. Raising it is safe in a signal handler and from any thread; the capture notices within its
/// timeout.
public final class StopFlag: Sendable {
  private let raised = Atomic<Bool>(false)

  /// The flag that every capture looks at unless its settings name another.
  public static let process = StopFlag()

  /// A flag that is not raised.
  public init() {}

  /// Asks for the end.
  public func raise() { raised.store(true, ordering: .relaxed) }

  /// Whether the end was asked for.
  @inlinable @inline(__always)
  public var isRaised: Bool { load() }

  @usableFromInline @inline(__always)
  func load() -> Bool { raised.load(ordering: .relaxed) }
}

/// What the reader of a frame wants next.
public enum FrameVerdict: Sendable {
  /// The next frame.
  case go
  /// No more frames. `forEachFrame` returns; it can be called again and goes on after this frame.
  case stop
}

/// One interface or file of a capture.
public struct InterfaceInfo: Sendable, Equatable {
  /// The interface's name, or the file's as it was given.
  public var name: String
  /// Link type of its frames, as `Frame.link` has it.
  public var link: LinkType
  /// libpcap's name of the link type (`EN10MB`), absent when it has none.
  public var linkName: String?
  /// libpcap's description of the link type (`Ethernet`), absent when it has none.
  public var linkDescription: String?
  /// Octets kept of each frame at most.
  public var snapLength: Int
  /// Whether the source itself counts nanoseconds. (`Frame.time` always does; without this its last three
  /// digits are 0.)
  public var nanoseconds: Bool
  /// Whether it is an interface, not a file.
  public var live: Bool
  /// Octets of frame check sequence at the end of each frame; 0 when there is none or nobody knows. libpcap
  /// tells it of pcap files only, not of pcapng's `if_fcslen`.
  public var fcsLength = 0
}

/// What became of the frames. Counters only grow; every one is kept in 64 bits.
public struct CaptureStatistics: Sendable, Equatable {
  /// Files: records read, whether the filter let them pass or not. Interfaces: frames that passed the
  /// kernel's filter, those it had no room for included (libpcap's `ps_recv`). It may run ahead of `captured`
  /// by what waits in the kernel's buffer, and by each frame of the loopback interface, which the kernel
  /// counts leaving and arriving and libpcap hands out once.
  public var received: UInt64 = 0
  /// Frames handed out.
  public var captured: UInt64 = 0
  /// Frames the filter refused. Files only: the kernel does not count what its filter refuses.
  public var filtered: UInt64?
  /// Frames that passed the filter and were lost because the kernel's buffer was full (`-B`). Interfaces
  /// only.
  public var droppedByKernel: UInt64?
  /// Frames the interface or its driver lost before any filter (`ps_ifdrop`). Interfaces only, and only those
  /// in promiscuous mode: libpcap does not ask the others.
  public var droppedByInterface: UInt64?
  /// Frames that reached this process and were not handed out: none, unless a stop came while a run of them
  /// was read.
  public var droppedByUs: UInt64 = 0

  /// Nothing yet.
  public init() {}

  /// Adds those of another capture of the same interface.
  public mutating func add(_ other: CaptureStatistics) {
    received += other.received
    captured += other.captured
    if let count = other.filtered { filtered = (filtered ?? 0) + count }
    if let count = other.droppedByKernel { droppedByKernel = (droppedByKernel ?? 0) + count }
    if let count = other.droppedByInterface { droppedByInterface = (droppedByInterface ?? 0) + count }
    droppedByUs += other.droppedByUs
  }
}
