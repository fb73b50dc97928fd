// Which interfaces there are, and what they can do (`-D`, `-L`, `-J`).

public import Wire

/// An interface that can be captured from.
public struct InterfaceDescription: Sendable, Equatable {
  /// Its place in the list, from 1; `-i` takes it instead of the name.
  public var number: Int
  /// The interface's name.
  public var name: String
  /// libpcap's words about it, when it has any.
  public var description: String?
  /// `up`, `running`, `loopback`, `wireless`, `connected`, `disconnected`, as tcpdump names them, in its order.
  public var flags: [String]
  /// Its addresses as text, IPv4 and IPv6.
  public var addresses: [String]
}

/// A link type an interface can deliver, for `-y`.
public struct LinkTypeDescription: Sendable, Equatable {
  /// The number libpcap knows it by.
  public var link: LinkType
  /// Its name (`EN10MB`), or `DLT 147` when libpcap has none.
  public var name: String
  /// Its description (`Ethernet`), when libpcap has one.
  public var description: String?
}

/// A source of time stamps an interface can use, for `-j`.
public struct TimestampTypeDescription: Sendable, Equatable {
  /// Its name (`host`, `adapter_unsynced`).
  public var name: String
  /// Its description, when libpcap has one.
  public var description: String?
}

/// The interfaces this process may capture from, in libpcap's order.
public func listInterfaces() throws(CaptureError) -> [InterfaceDescription] { [] }

/// The link types `interface` can deliver. Opening it needs the right to capture.
public func linkTypes(of interface: String, monitor: Bool = false) throws(CaptureError)
  -> [LinkTypeDescription]
{ [] }

/// The time stamp types `interface` can use; empty when it has no choice.
public func timestampTypes(of interface: String) throws(CaptureError) -> [TimestampTypeDescription] { [] }
