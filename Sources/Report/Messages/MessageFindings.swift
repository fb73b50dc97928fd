// The findings that say why messages wait and come together, behind what was counted of their direction.

public import Flow
internal import Wire

/// Which findings those are.
public enum MessageFindings {
  /// Their rules.
  public static let rules: [Rule] = [.delayedACKStall, .offloaded]
}

extension OctetBuffer {
  /// Frames with something between them.
  private mutating func write(_ frames: [UInt64], separator: StaticString) {
    for (i, frame) in frames.enumerated() {
      if i > 0 { write(separator) }
      write(decimal: frame)
    }
  }

  /// A finding a line: severity, rule, sentence, frames.
  mutating func write(lines findings: [Finding]) {
    for finding in findings {
      write("  ")
      write(finding.severity.name)
      write(octet: 32)
      write(string: finding.rule.id)
      write(": ")
      write(finding)
      write(" [#")
      write(Array(finding.frames), separator: ", #")
      write("]\n")
    }
  }

  /// Findings as an array.
  mutating func write(array findings: [Finding]) {
    write(",\"findings\":[")
    for (i, finding) in findings.enumerated() {
      write(i == 0 ? "{\"rule\":\"" : ",{\"rule\":\"")
      write(string: finding.rule.id)
      write("\",\"severity\":\"")
      write(finding.severity.name)
      write("\",\"says\":\"")
      write(finding)
      write("\",\"frames\":[")
      write(Array(finding.frames), separator: ",")
      write("],\"confidence\":")
      let hundredths = UInt64((min(1, max(0, finding.confidence)) * 100).rounded())
      write(decimal: hundredths / 100)
      write(octet: 46)
      write(decimal: hundredths % 100, width: 2)
      write("}")
    }
    write("]")
  }
}
