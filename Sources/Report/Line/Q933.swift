// The signalling of Frame Relay (ITU-T Q.933 annex A, ANSI T1.617 annex D), as text.

internal import Wire

/// Which set of information elements is meant: a shift may last for one element.
private struct Codesets {
  var current: UInt8 = 0
  private var before: UInt8 = 0
  /// Elements for which a shift of one still counts: 2 before the element, 1 at it.
  private var left = 0

  /// Whether elements of this set are known.
  var isKnown: Bool { current == 0 || current == 5 }

  mutating func shift(_ octet: UInt8) {
    if octet & 8 != 0 {
      before = current
      left = 2
    } else {
      left = 0
    }
    current = octet & 7
  }

  /// Begins an element.
  mutating func next() {
    if left == 2 {
      left = 1
    } else if left == 1 {
      current = before
      left = 0
    }
  }
}

extension LinePrinter {
  /// A signalling message. What is cut ends in the whole length and the mark of a cut.
  mutating func q933(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "q.933"
    let bytes = bytes.extracting(first: max(0, length))
    if !options.linkHeader { out.write("Q.933") }
    let references = bytes.count > 0 ? Int(bytes[0] & 0x0f) : 0
    var at = references &+ 2
    // The octet behind the message type tells whether it begins with a shift.
    if bytes.count < at || bytes.count == at && length > at {
      if !options.linkHeader { out.write(", ") }
      out.write("length ")
      out.write(unsigned: length)
      truncated()
      return
    }
    let message = bytes[at &- 1]
    var codesets = Codesets()
    var isANSI = false
    if at < bytes.count, bytes[at] & 0xf0 == 0x90 {
      codesets.shift(bytes[at])
      isANSI = bytes[at] == 0x95
      at &+= 1
    }
    if !options.linkHeader { out.write(", ") }
    out.write(isANSI ? "ANSI" : "CCITT")
    out.write(", codeset ")
    out.write(decimal: codesets.current)
    if references > 0 {
      // A reference of one octet is shown unless what follows the message type is zero.
      let follows = references > 1 ? 1 : try bytes.get8(at)
      if follows != 0 {
        out.write(", Call Ref: 0x")
        for i in 1...references { out.write(hexOctet: bytes[i]) }
      }
    }
    write(message: message, length)
    informationElements(bytes, at, length, &codesets)
  }

  /// The elements of a message, one by one.
  private mutating func informationElements(
    _ bytes: Bytes, _ start: Int, _ length: Int, _ codesets: inout Codesets
  ) {
    var at = start
    while at < length {
      codesets.next()
      if at >= bytes.count { return cutMessage(length) }
      let code = bytes[at]
      at &+= 1
      if code & 0x80 != 0 {
        if code & 0xf0 == 0x90 { codesets.shift(code) }
        continue
      }
      if at >= bytes.count { return cutMessage(length) }
      let count = Int(bytes[at])
      at &+= 1
      if verbose {
        out.write("\n\t")
        out.write((codesets.isKnown ? elementName(code) : nil) ?? "unknown")
        out.write(" IE (0x")
        out.write(hexOctet: code)
        out.write("), length ")
        out.write(unsigned: count)
        out.write(": ")
      }
      if code == 0 || count == 0 { return }
      if !bytes.has(at, count) { return cutMessage(length) }
      let element = bytes.extracting(at..<at &+ count)
      if codesets.isKnown, known(code, element) {
        if options.verbosity > 1 { unknownData(element, count, indent: "\n\t  ") }
      } else if verbose {
        unknownData(element, count, indent: "\n\t")
      }
      at &+= count
    }
    if !verbose {
      out.write(", length ")
      out.write(unsigned: length)
    }
  }

  /// Says the length of a message that ends too soon, unless verbose lines have said it.
  private mutating func cutMessage(_ length: Int) {
    if !verbose {
      out.write(", length ")
      out.write(unsigned: length)
    }
    truncated()
  }

  /// The message by its type.
  private mutating func write(message: UInt8, _ length: Int) {
    out.write(", ")
    let name: StaticString? =
      switch message {
      case 0x00: "ESC to National"
      case 0x01: "Alert"
      case 0x02: "Call proceeding"
      case 0x03: "Progress"
      case 0x05: "Setup"
      case 0x07: "Connect"
      case 0x0f: "Connect ACK"
      case 0x45: "Disconnect"
      case 0x46: "Restart"
      case 0x4d: "Release"
      case 0x4e: "Restart ACK"
      case 0x5a: "Release Complete"
      case 0x75: "Status Enquiry"
      case 0x7d: "Status Reply"
      default: nil
      }
    out.write(name ?? "unknown message")
    if verbose {
      out.write(" (0x")
      out.write(hexOctet: message)
      out.write("), length ")
      out.write(unsigned: length)
    } else if name == nil {
      out.write(" 0x")
      out.write(hexOctet: message)
    }
  }

  private func elementName(_ code: UInt8) -> StaticString? {
    switch code {
    case 0x01: "ANSI Report Type"
    case 0x03, 0x19: "ANSI Link Verify"
    case 0x07: "ANSI PVC Status"
    case 0x51: "CCITT Report Type"
    case 0x53: "CCITT Link Verify"
    case 0x57: "CCITT PVC Status"
    default: nil
    }
  }

  /// Prints an element that is not empty. False when it is nothing we know.
  private mutating func known(_ code: UInt8, _ element: Bytes) -> Bool {
    switch code {
    case 0x01, 0x51:
      if !verbose { return true }
      switch element[0] {
      case 0: out.write("Full Status")
      case 1: out.write("Link verify")
      case 2: out.write("Async PVC Status")
      default: out.write("unknown")
      }
      out.write(" (")
      out.write(decimal: element[0])
      out.write(")")
    case 0x03, 0x19, 0x53:
      if !verbose { out.write(", ") }
      if element.count < 2 {
        out.write("Invalid LINK VERIFY IE")
        return true
      }
      out.write("TX Seq: ")
      out.write(decimal: UInt64(element[0]), padding: 3)
      out.write(", RX Seq: ")
      out.write(decimal: UInt64(element[1]), padding: 3)
    case 0x07, 0x57:
      if !verbose { out.write(", ") }
      circuit(element)
    default: return false
    }
    return true
  }

  /// The state of one circuit: an identifier whose last octet alone has the upper bit set, then the state.
  private mutating func circuit(_ element: Bytes) {
    let count = element.count
    var isSound = count >= 3 && count <= 5
    if isSound {
      for i in 0..<count &- 2 where element[i] & 0x80 != 0 { isSound = false }
      if element[count &- 2] & 0x80 == 0 || element[count &- 1] & 0x80 == 0 { isSound = false }
    }
    guard isSound else {
      out.write("Invalid DLCI in PVC STATUS IE")
      return
    }
    var number = UInt32(element[0] & 0x3f) &<< 4 | UInt32(element[1] & 0x78) &>> 3
    if count == 4 { number = number &<< 6 | UInt32(element[2] & 0x7e) &>> 1 }
    if count == 5 {
      number = number &<< 13 | UInt32(element[2] & 0x7f) | UInt32(element[3] & 0x7e) &>> 1
    }
    let state = element[count &- 1]
    out.write("DLCI ")
    out.write(decimal: number)
    out.write(state & 8 != 0 ? ": status New, " : ": status ")
    out.write(state & 2 != 0 ? "Active" : "Inactive")
  }
}
