// Messages of the system log (RFC 3164, RFC 5424), as text.

internal import Wire

extension LinePrinter {
  /// A syslog message: who says it and how grave it is; with `-v` what it says.
  mutating func syslog(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "syslog"
    if try bytes.get8(0) != 60 { return invalid() }
    var at = 1
    var priority: UInt16 = 0
    while at <= 3 {
      let digit = try bytes.get8(at)
      if digit < 48 || digit > 57 { break }
      priority = priority * 10 + UInt16(digit - 48)
      at += 1
    }
    if try bytes.get8(at) != 62 { return invalid() }
    at += 1
    let facility = priority &>> 3 & 127
    let severity = priority & 7
    if !verbose {
      out.write("SYSLOG ")
      syslogFacility(facility)
      out.write(octet: 46)
      out.write(syslogSeverity(severity))
      out.write(", length: ")
      out.write(unsigned: length)
      return
    }
    out.write("SYSLOG, length: ")
    out.write(unsigned: length)
    out.write("\n\tFacility ")
    syslogFacility(facility)
    out.write(" (")
    out.write(decimal: facility)
    out.write("), Severity ")
    out.write(syslogSeverity(severity))
    out.write(" (")
    out.write(decimal: severity)
    out.write(")\n\tMsg: ")
    if length > at, !printable(bytes, at, length - at) { throw .truncated }
    if options.verbosity > 1 { unknownData(bytes, length, indent: "\n\t") }
  }

  private mutating func syslogFacility(_ facility: UInt16) {
    if let name = syslogFacilityName(facility) {
      out.write(name)
    } else {
      out.write("unknown (")
      out.write(decimal: facility)
      out.write(octet: 41)
    }
  }
}

/// Who speaks.
private func syslogFacilityName(_ facility: UInt16) -> StaticString? {
  switch facility {
  case 0: "kernel"
  case 1: "user"
  case 2: "mail"
  case 3: "daemon"
  case 4: "auth"
  case 5: "syslog"
  case 6: "lpr"
  case 7: "news"
  case 8: "uucp"
  case 9, 15: "cron"
  case 10: "authpriv"
  case 11: "ftp"
  case 12: "ntp"
  case 13: "security"
  case 14: "console"
  case 16: "local0"
  case 17: "local1"
  case 18: "local2"
  case 19: "local3"
  case 20: "local4"
  case 21: "local5"
  case 22: "local6"
  case 23: "local7"
  default: nil
  }
}

/// How grave it is.
private func syslogSeverity(_ severity: UInt16) -> StaticString {
  switch severity {
  case 0: "emergency"
  case 1: "alert"
  case 2: "critical"
  case 3: "error"
  case 4: "warning"
  case 5: "notice"
  case 6: "info"
  default: "debug"
  }
}
