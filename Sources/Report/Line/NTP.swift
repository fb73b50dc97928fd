// Network Time Protocol (RFC 5905), as text.

internal import Wire

extension LinePrinter {
  /// An NTP message.
  mutating func ntp(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "ntp"
    let first = try bytes.get8(0)
    let mode = first & 7
    out.write("NTPv")
    out.write(decimal: first &>> 3 & 7)
    switch mode {
    case 0: out.write(", unspecified, length ")
    case 1: out.write(", symmetric active, length ")
    case 2: out.write(", symmetric passive, length ")
    case 3: out.write(", Client, length ")
    case 4: out.write(", Server, length ")
    case 5: out.write(", Broadcast, length ")
    case 6: out.write(", Control Message, length ")
    default: out.write(", Reserved, length ")
    }
    out.write(unsigned: length)
    if !verbose { return }
    out.write("\n\tLeap indicator: ")
    switch first &>> 6 {
    case 0: break
    case 1: out.write("+1s")
    case 2: out.write("-1s")
    default: out.write("clock unsynchronized")
    }
    out.write(" (")
    out.write(decimal: first & 0xc0)
    out.write(octet: 41)
    if mode > 6 { return }
    if length < (mode == 6 ? 12 : 48) {
      ntpShort(bytes, length)
    } else if mode == 6 {
      try ntpControl(bytes, length)
    } else {
      try ntpTime(bytes, length)
    }
  }

  /// A message that is shorter than its mode allows, or than it says.
  private mutating func ntpShort(_ bytes: Bytes, _ length: Int) {
    invalid()
    if !bytes.has(0, length) { truncated() }
  }

  /// The times of a client and a server (RFC 5905 section 7.3).
  private mutating func ntpTime(_ bytes: Bytes, _ length: Int) throws(Cut) {
    let stratum = try bytes.get8(1)
    out.write(", Stratum ")
    out.write(decimal: stratum)
    switch stratum {
    case 0: out.write(" (unspecified)")
    case 1: out.write(" (primary reference)")
    case 2...15: out.write(" (secondary reference)")
    default: out.write(" (reserved)")
    }
    let poll = Int(Int8(bitPattern: try bytes.get8(2)))
    out.write(", poll ")
    out.write(signed: poll)
    if poll > -32, poll < 32 {
      out.write(poll < 0 ? " (1/" : " (")
      out.write(decimal: UInt32(1) &<< UInt32(poll.magnitude))
      out.write("s)")
    }
    let precision = Int(Int8(bitPattern: try bytes.get8(3)))
    out.write(", precision ")
    out.write(signed: precision)

    if !bytes.has(4, 4) { return truncated() }
    out.write("\n\tRoot Delay: ")
    ntpShortTime(bytes.u32(4))
    if !bytes.has(8, 4) { return truncated() }
    out.write(", Root dispersion: ")
    ntpShortTime(bytes.u32(8))
    if !bytes.has(12, 4) { return truncated() }
    out.write(", Reference-ID: ")
    switch stratum {
    case 0: out.write("(unspec)")
    case 1: _ = printable(bytes, 12, 4)
    case 62, 63:
      // Values of implementations that have been gone for decades; what follows has no meaning.
      out.write(ipv4: bytes.u32(12))
      out.write(stratum == 62 ? " INFO_QUERY" : " INFO_REPLY")
      return
    default:
      out.write("0x")
      out.write(hex: bytes.u32(12), width: 8)
    }
    try ntpTimestamps(bytes, length)
  }

  /// The four time stamps, two differences, and what is behind the header.
  private mutating func ntpTimestamps(_ bytes: Bytes, _ length: Int) throws(Cut) {
    if !bytes.has(16, 8) { return truncated() }
    out.write("\n\t  Reference Timestamp:  ")
    ntpMoment(bytes.u64(16))
    if !bytes.has(24, 8) { return truncated() }
    out.write("\n\t  Originator Timestamp: ")
    ntpMoment(bytes.u64(24))
    if !bytes.has(32, 8) { return truncated() }
    out.write("\n\t  Receive Timestamp:    ")
    ntpMoment(bytes.u64(32))
    if !bytes.has(40, 8) { return truncated() }
    out.write("\n\t  Transmit Timestamp:   ")
    ntpMoment(bytes.u64(40))
    out.write("\n\t    Originator - Receive Timestamp:  ")
    ntpDifference(from: bytes.u64(24), to: bytes.u64(32))
    out.write("\n\t    Originator - Transmit Timestamp: ")
    ntpDifference(from: bytes.u64(24), to: bytes.u64(40))

    switch length {
    case 48: break
    // A key alone is the answer to a message that failed authentication.
    case 52, 68, 72:
      let key = try bytes.get32(48)
      out.write("\n\tKey id: ")
      out.write(decimal: key)
      if length == 52 { return }
      if !bytes.has(52, length - 52) { return truncated() }
      out.write("\n\tAuthentication: ")
      for i in 52..<length { out.write(hex: bytes[i], width: 2) }
    default:
      out.write("\n\t(")
      out.write(unsigned: length - 48)
      out.write(" more bytes after the header)")
    }
  }

  /// A control message (RFC 9327).
  private mutating func ntpControl(_ bytes: Bytes, _ length: Int) throws(Cut) {
    let control = try bytes.get8(1)
    out.write(control & 0x80 != 0 ? ", Response" : ", Request")
    out.write(control & 0x40 != 0 ? ", Error" : ", OK")
    out.write(control & 0x20 != 0 ? ", More" : ", Last")
    out.write(", OpCode=")
    out.write(decimal: control & 31)
    out.write(octet: 10)
    let sequence = try bytes.get16(2)
    out.write("\tSequence=")
    out.write(decimal: sequence)
    let status = try bytes.get16(4)
    out.write(status == 0 ? ", Status=" : ", Status=0x")
    out.write(hex: status)
    let association = try bytes.get16(6)
    out.write(", Assoc.=")
    out.write(decimal: association)
    let offset = try bytes.get16(8)
    out.write(", Offset=")
    out.write(decimal: offset)
    let count = Int(try bytes.get16(10))
    out.write(", Count=")
    out.write(unsigned: count)
    if 12 + count > length {
      ntpShort(bytes, length)
    } else if count != 0 {
      if !bytes.has(12, count) { return truncated() }
      out.write("\n\tTO-BE-DONE: data not interpreted")
    }
  }

  /// Seconds in 16 bits and a fraction in 16 bits.
  private mutating func ntpShortTime(_ value: UInt32) {
    out.write(decimal: value &>> 16)
    out.write(octet: 46)
    out.write(decimal: (UInt64(value & 0xffff) &* 1_000_000) &>> 16, width: 6)
  }

  /// Seconds since 1900 in 32 bits and a fraction in 32 bits.
  private mutating func ntpLongTime(_ value: UInt64) {
    out.write(decimal: value &>> 32)
    out.write(octet: 46)
    out.write(decimal: ((value & 0xffff_ffff) &* 1_000_000_000) &>> 32, width: 9)
  }

  /// A time stamp, and the date that it is.
  private mutating func ntpMoment(_ value: UInt64) {
    ntpLongTime(value)
    let seconds = Int64(value &>> 32)
    if seconds == 0 { return }
    let date = CivilDate(second: seconds - 2_208_988_800)
    out.write(" (")
    out.write(decimal: UInt64(date.year), width: 4)
    out.write(octet: 45)
    out.write(decimal: UInt64(date.month), width: 2)
    out.write(octet: 45)
    out.write(decimal: UInt64(date.day), width: 2)
    out.write(octet: 84)
    out.write(decimal: UInt64(date.secondOfDay / 3600), width: 2)
    out.write(octet: 58)
    out.write(decimal: UInt64(date.secondOfDay / 60 % 60), width: 2)
    out.write(octet: 58)
    out.write(decimal: UInt64(date.secondOfDay % 60), width: 2)
    out.write("Z)")
  }

  /// How much later one time stamp is than another; the time stamp itself when the other is none.
  private mutating func ntpDifference(from earlier: UInt64, to later: UInt64) {
    if earlier == 0 { return ntpMoment(later) }
    out.write(octet: later > earlier ? 43 : 45)
    ntpLongTime(later > earlier ? later - earlier : earlier - later)
  }
}

/// A date of the proleptic Gregorian calendar in UTC.
struct CivilDate {
  var year, month, day, secondOfDay: Int64

  /// The date of a second counted from the Unix epoch.
  init(second: Int64) {
    secondOfDay = second % 86_400
    if secondOfDay < 0 { secondOfDay += 86_400 }
    // Years that begin in March put the leap day last; 400 of them have 146 097 days.
    let days = (second - secondOfDay) / 86_400 + 719_468
    let era = (days >= 0 ? days : days - 146_096) / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * march + 2) / 5 + 1
    month = march < 10 ? march + 3 : march - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }
}
