// The command line as getopt's users write it: `-nnvvr file`, `-ieth0`, `-c10`.

/// The short options of every verb that take a value.
private let valued: Set<Character> = [
  "i", "r", "F", "c", "s", "B", "Q", "j", "y", "Z", "w", "C", "G", "W", "z",
]

/// The words with clusters of short options taken apart and joined values split off, as getopt(3) reads them.
/// Words behind `--`, and the filter's own, stay as they are.
func normalized(_ words: [String]) -> [String] {
  var result: [String] = []
  var rest = words[...]
  while let word = rest.popFirst() {
    if word == "--" {
      result.append(word)
      result.append(contentsOf: rest)
      return result
    }
    guard word.hasPrefix("-"), !word.hasPrefix("--"), word.count > 1 else {
      result.append(word)
      continue
    }
    var letters = word.dropFirst()
    // A number with a minus sign is no cluster.
    if letters.allSatisfy(\.isNumber) {
      result.append(word)
      continue
    }
    while let letter = letters.popFirst() {
      result.append("-\(letter)")
      if valued.contains(letter) {
        if !letters.isEmpty {
          result.append(String(letters))
        } else if let value = rest.popFirst() {
          result.append(value)
        }
        break
      }
    }
  }
  return result
}
