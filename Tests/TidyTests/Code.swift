// A line of Swift without its comments and its strings: what the rules about code look at.

/// Takes comments and strings out of a file, line by line.
struct Code {
  /// The code of each line, in order; what a string said is gone, its quotes stay.
  let lines: [String]

  init(_ file: TrackedFile) {
    var result: [String] = []
    var inComment = false
    var inText = false
    for line in file.lines {
      result.append(Code.strip(line, &inComment, &inText))
    }
    lines = result
  }

  private static func strip(_ line: Substring, _ inComment: inout Bool, _ inText: inout Bool) -> String {
    var kept = ""
    var rest = line
    while !rest.isEmpty {
      if inComment {
        guard let end = rest.firstRange(of: "*/") else { return kept }
        rest = rest[end.upperBound...]
        inComment = false
      } else if inText {
        guard let end = rest.firstRange(of: "\"\"\"") else { return kept }
        rest = rest[end.upperBound...]
        inText = false
      } else if rest.hasPrefix("//") {
        return kept
      } else if rest.hasPrefix("/*") {
        inComment = true
        rest = rest.dropFirst(2)
      } else if rest.hasPrefix("\"\"\"") {
        inText = true
        rest = rest.dropFirst(3)
      } else if rest.hasPrefix("\"") {
        rest = afterString(rest.dropFirst())
        kept += "\"\""
      } else {
        kept.append(rest.removeFirst())
      }
    }
    return kept
  }

  /// What stands behind the closing quote of a string that has begun.
  private static func afterString(_ text: Substring) -> Substring {
    var rest = text
    while let letter = rest.popFirst(), letter != "\"" {
      if letter == "\\" { rest = rest.dropFirst() }
    }
    return rest
  }

  /// The words of a line: letters, digits and underscores that stand together.
  static func words(_ line: String) -> [Substring] {
    line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
  }
}
