// Trivial File Transfer Protocol (RFC 1350, RFC 2347), as text.

internal import Wire

extension LinePrinter {
  /// A TFTP message.
  mutating func tftp(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "tftp"
    out.write("TFTP, length ")
    out.write(unsigned: length)
    if length < 2 { return truncated() }
    let operation = try bytes.get16(0)
    switch operation {
    case 1: out.write(", RRQ")
    case 2: out.write(", WRQ")
    case 3: out.write(", DATA")
    case 4: out.write(", ACK")
    case 5: out.write(", ERROR")
    case 6: out.write(", OACK")
    default:
      out.write(", tftp-#")
      out.write(decimal: operation)
      return
    }
    let whole =
      switch operation {
      case 1, 2: try tftpRequest(bytes, length)
      case 3, 4: try tftpBlock(bytes, length)
      case 5: try tftpError(bytes, length)
      default: try tftpOptions(bytes, 2, length)
      }
    if !whole { truncated() }
  }

  /// A file's name, how to transfer it, and options. False when one of them does not end.
  private mutating func tftpRequest(_ bytes: Bytes, _ length: Int) throws(Cut) -> Bool {
    if length == 2 { return false }
    out.write(" \"")
    let name = zeroTerminated(bytes, 2, length - 2)
    out.write(octet: 34)
    guard let name, name < length else { return false }
    out.write(octet: 32)
    guard let mode = zeroTerminated(bytes, name, length - name) else { return false }
    return try tftpOptions(bytes, mode, length)
  }

  /// Names and values of options, each ended by a zero. False when one does not end.
  private mutating func tftpOptions(_ bytes: Bytes, _ start: Int, _ length: Int) throws(Cut) -> Bool {
    var at = start
    while at < length {
      if try bytes.get8(at) != 0 { out.write(octet: 32) }
      guard let next = zeroTerminated(bytes, at, length - at) else { return false }
      at = next
    }
    return true
  }

  /// The number of a block. False when it is not there.
  private mutating func tftpBlock(_ bytes: Bytes, _ length: Int) throws(Cut) -> Bool {
    if length < 4 { return false }
    let block = try bytes.get16(2)
    out.write(" block ")
    out.write(decimal: block)
    return true
  }

  /// An error and what it says. False when it says nothing.
  private mutating func tftpError(_ bytes: Bytes, _ length: Int) throws(Cut) -> Bool {
    if length < 4 { return false }
    let code = try bytes.get16(2)
    switch code {
    case 0: out.write(" EUNDEF")
    case 1: out.write(" ENOTFOUND")
    case 2: out.write(" EACCESS")
    case 3: out.write(" ENOSPACE")
    case 4: out.write(" EBADOP")
    case 5: out.write(" EBADID")
    case 6: out.write(" EEXISTS")
    case 7: out.write(" ENOUSER")
    default:
      out.write(" tftp-err-#")
      out.write(decimal: code)
      out.write(" \"")
    }
    if length == 4 { return false }
    out.write(" \"")
    let whole = zeroTerminated(bytes, 4, length - 4) != nil
    out.write(octet: 34)
    return whole
  }
}
