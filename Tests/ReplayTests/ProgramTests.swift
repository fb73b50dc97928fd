// The program from outside: exit statuses, one-line errors, what goes where. Every test runs it.

import Foundation
import Testing

/// What a shell script may rely on.
@Suite(.enabled(if: Program.path != nil, "\(Program.missing)"))
struct ProgramTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// One line, the program's name before it, no status but the one that is due, nothing that looks like a
  /// crash.
  private func expectOneLine(
    _ outcome: Outcome, status: Int32, saying words: String..., at location: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.status == status, sourceLocation: location)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)", sourceLocation: location)
    #expect(outcome.errors.hasPrefix("wiretale: "), "\(outcome.errors)", sourceLocation: location)
    for word in words {
      #expect(outcome.errors.contains(word), "\(outcome.errors)", sourceLocation: location)
    }
  }

  // MARK: Input that cannot be read

  @Test func aMissingFileIsNamed() throws {
    let outcome = try Program.run(["-r", scratch.file("nowhere.pcap")])
    expectOneLine(outcome, status: 1, saying: "nowhere.pcap", "No such file")
    #expect(outcome.output.isEmpty)
  }

  @Test func aFileThatIsNoCaptureIsRefused() throws {
    let file = try scratch.write(Array("This is a letter, and not a capture.\n".utf8), to: "letter.pcap")
    let outcome = try Program.run(["-r", file])
    expectOneLine(outcome, status: 1, saying: "letter.pcap")
    #expect(outcome.output.isEmpty)
  }

  @Test func anEmptyFileIsRefused() throws {
    expectOneLine(try Program.run(["-r", "/dev/null"]), status: 1, saying: "/dev/null")
  }

  @Test func aFolderIsRefused() throws {
    expectOneLine(try Program.run(["-r", scratch.path]), status: 1, saying: scratch.path)
  }

  @Test func aFileThatEndsInsideARecordIsShownUpToThere() throws {
    let file = try scratch.write(SavedCapture.udp(5).cut(3), to: "cut.pcap")
    let outcome = try Program.run(["-r", file])
    expectOneLine(outcome, status: 1, saying: "cut.pcap")
    #expect(outcome.lines.count == 4, "\(outcome.output)")
  }

  @Test func anInterfaceThatIsNotThereIsNamed() throws {
    expectOneLine(
      try Program.run(["-i", "no-such-port"]), status: 2, saying: "no-such-port", "no such interface")
  }

  // MARK: A wrong command line

  @Test(
    arguments: [
      (["--no-such-option"], "no-such-option"),
      (["-k"], "k"),
      (["-c", "0"], "-c"),
      (["-c", "many"], "many"),
      (["--color", "purple"], "purple"),
      (["-Q", "sideways"], "sideways"),
      (["-s", "-5"], "-s"),
      (["-B", "0"], "-B"),
      (["-C", "1"], "-w"),
      (["-z", "gzip"], "-w"),
      (["-r"], "-r"),
      (["-r", "a.pcap", "-i", "lo"], "-i"),
      (["interfaces", "--no-such-option"], "no-such-option"),
    ])
  func aWrongCommandLineIsOneLineAndStatusTwo(words: [String], named: String) throws {
    expectOneLine(try Program.run(words), status: 2, saying: named)
  }

  @Test func aFilterThatIsNoFilterQuotesLibpcap() throws {
    let file = try scratch.write(SavedCapture.udp(1).octets, to: "a.pcap")
    let outcome = try Program.run(["-r", file, "tcp", "prot", "80"])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("syntax error"), "\(outcome.errors)")
    #expect(outcome.errors.contains("prot"), "the words of the filter are quoted: \(outcome.errors)")
    #expect(outcome.output.isEmpty)
  }

  @Test func aFilterInTwoPlacesIsTooMuch() throws {
    let file = try scratch.write(Array("udp\n".utf8), to: "filter")
    expectOneLine(try Program.run(["-r", "x.pcap", "-F", file, "tcp"]), status: 2, saying: "-F")
  }

  // MARK: What it prints

  @Test func versionAndHelpGoToStandardOutput() throws {
    let version = try Program.run(["--version"])
    #expect(version.status == 0)
    #expect(version.output.contains(/\d+\.\d+\.\d+/))
    #expect(version.errors.isEmpty)
    for words in [["--help"], ["packets", "--help"], ["interfaces", "--help"]] {
      let help = try Program.run(words)
      #expect(help.status == 0)
      #expect(help.output.contains("OPTIONS:") && help.errors.isEmpty)
    }
  }

  @Test func aLinePerPacketAndNothingBesides() throws {
    let file = try scratch.write(SavedCapture.udp(3).octets, to: "a.pcap")
    let outcome = try Program.run(["-r", file])
    #expect(outcome.status == 0)
    #expect(outcome.lines.count == 3)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(
      outcome.lines.first == "22:13:20.000000 IP 192.0.2.1.4000 > 192.0.2.2.5000: UDP, length 8",
      "\(outcome.output)")
  }

  @Test func theVerbMayBeNamed() throws {
    let file = try scratch.write(SavedCapture.udp(3).octets, to: "a.pcap")
    #expect(try Program.run(["packets", "-r", file]).output == Program.run(["-r", file]).output)
  }

  @Test func aFilterPicks() throws {
    let file = try scratch.write(SavedCapture.udp(3).octets, to: "a.pcap")
    #expect(try Program.run(["-r", file, "udp", "port", "4000"]).lines.count == 3)
    #expect(try Program.run(["-r", file, "udp port 4001"]).lines.isEmpty)
    let filter = try scratch.write(Array("udp[15] = 1\n".utf8), to: "filter")
    #expect(try Program.run(["-r", file, "-F", filter]).lines.count == 1)
  }

  @Test(arguments: [[7], [7, 8]] as [[UInt16]])
  func aFilterThatMissesTaggedTrafficIsTold(tags: [UInt16]) throws {
    let file = try scratch.write(SavedCapture.tagged(10, tags: tags).octets, to: "tagged.pcap")
    let outcome = try Program.run(["-r", file, "udp", "port", "4000"])
    #expect(outcome.status == 0 && outcome.output.isEmpty)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("10 tagged packets would have matched"), "\(outcome.errors)")
    let better = outcome.errors.split(separator: "takes them too: ").last?.split(separator: "\n").first
    #expect(try Program.run(["-r", file, "--count", String(better ?? "")]).output == "10 packets\n")
  }

  @Test func clustersOfLettersAreRead() throws {
    let file = try scratch.write(SavedCapture.udp(3).octets, to: "a.pcap")
    let apart = try Program.run(["-n", "-n", "-t", "-t", "-v", "-r", file, "-c", "2"])
    let together = try Program.run(["-nnttvr", file, "-c2"])
    #expect(apart.status == 0 && apart.lines.first?.hasPrefix("1700000000.000000 IP (tos 0x0") == true)
    #expect(together.output == apart.output, "\(together.errors)")
  }

  @Test func countsEnd() throws {
    let file = try scratch.write(SavedCapture.udp(9).octets, to: "a.pcap")
    let three = try Program.run(["-r", file, "-c", "3"])
    #expect(three.status == 0 && three.lines.count == 3)
    #expect(try Program.run(["-r", file, "--count"]).output == "9 packets\n")
    #expect(try Program.run(["-r", file, "--count", "-c", "1"]).output == "1 packet\n")
    #expect(try Program.run(["-r", file, "--count", "tcp"]).output == "0 packets\n")
  }

  @Test func aFilterIsDumped() throws {
    let outcome = try Program.run([
      "-d", "-y", "EN10MB", "-r", scratch.write(SavedCapture().octets, to: "e"), "ip",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.lines.first?.hasPrefix("(000) ldh") == true, "\(outcome.output)")
    let numbers = try Program.run(["-ddd", "-r", scratch.file("e"), "ip"])
    #expect(Int(numbers.lines.first ?? "") == numbers.lines.count - 1, "\(numbers.output)")
  }

  // MARK: Several files, standard input, writing

  @Test func severalFilesAreMergedByTime() throws {
    let early = try scratch.write(SavedCapture.udp(4, port: 4001).octets, to: "early.pcap")
    let late = try scratch.write(SavedCapture.udp(2, from: 1_700_000_001, port: 4002).octets, to: "late.pcap")
    let outcome = try Program.run(["-tt", "-r", late, "-r", early])
    let times = outcome.lines.map { String($0.prefix(17)) }
    #expect(outcome.status == 0 && times.count == 6)
    #expect(times == times.sorted())
    #expect(outcome.output == (try Program.run(["-tt", "-r", early, "-r", late])).output)
  }

  @Test func standardInputIsAFileToo() throws {
    let file = try scratch.write(SavedCapture.udp(3).octets, to: "a.pcap")
    let outcome = try Program.run(["-r", "-"], input: file)
    #expect(outcome.status == 0)
    #expect(outcome.output == (try Program.run(["-r", file])).output)
  }

  @Test func compressedFilesAreRead() throws {
    let file = try scratch.write(SavedCapture.udp(3).octets, to: "a.pcap")
    let plain = try Program.run(["-r", file]).output
    for (tool, ending) in [("gzip", "gz"), ("xz", "xz"), ("zstd", "zst")] {
      guard try Program.shell("command -v \(tool)").status == 0 else { continue }
      #expect(try Program.shell("\(tool) -c \"$1\" > \"$1.\(ending)\"", file).status == 0)
      let outcome = try Program.run(["-r", "\(file).\(ending)"])
      #expect(outcome.output == plain && outcome.status == 0, "\(tool): \(outcome.errors)")
    }
  }

  @Test func whatIsWrittenReadsTheSame() throws {
    let file = try scratch.write(SavedCapture.udp(9).octets, to: "a.pcap")
    let copy = scratch.file("copy.pcap")
    let written = try Program.run(["-r", file, "-w", copy])
    #expect(written.status == 0 && written.output.isEmpty, "\(written.errors)")
    let dump = ["-tt", "-e", "-XX"]
    #expect(try Program.run(dump + ["-r", copy]).output == Program.run(dump + ["-r", file]).output)
    let again = try Program.run(["-r", copy, "-w", scratch.file("again.pcap")])
    #expect(again.status == 0 && scratch.octets("again.pcap") == scratch.octets("copy.pcap"))
    let piped = try Program.shell("\"$WIRETALE\" -r \"$1\" -w - | cmp - \"$2\"", file, copy)
    #expect(piped.status == 0, "\(piped.output)\(piped.errors)")
  }

  @Test func whatIsWrittenCanBePrintedToo() throws {
    let file = try scratch.write(SavedCapture.udp(3).octets, to: "a.pcap")
    let outcome = try Program.run(["-r", file, "-w", scratch.file("copy.pcap"), "--print"])
    #expect(outcome.lines.count == 3)
    #expect(try Program.run(["-r", scratch.file("copy.pcap"), "--count"]).output == "3 packets\n")
  }

  // MARK: Pipes, terminals, colour

  @Test func aClosedPipeEndsQuietly() throws {
    let file = try scratch.write(SavedCapture.udp(20_000).octets, to: "long.pcap")
    let outcome = try Program.shell(
      "\"$WIRETALE\" -r \"$1\" | head -1; echo \"${PIPESTATUS[0]}\"", file)
    #expect(outcome.lines.count == 2 && outcome.lines.last == "0", "\(outcome.output)")
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
  }

  @Test func aFullDiskIsToldInOneLine() throws {
    let file = try scratch.write(SavedCapture.udp(20_000).octets, to: "long.pcap")
    let outcome = try Program.shell("\"$WIRETALE\" -r \"$1\" > /dev/full", file)
    expectOneLine(outcome, status: 1, saying: "No space left")
  }

  @Test func aPipeGetsNoColour() throws {
    let file = try scratch.write(SavedCapture.udp(3).octets, to: "a.pcap")
    for words in [
      ["-r", file], ["-r", file, "-V"], ["-r", file, "--json"], ["-r", file, "--color", "never"],
    ] {
      let outcome = try Program.run(words)
      #expect(!outcome.output.contains("\u{1b}") && outcome.errors.isEmpty)
    }
    let always = try Program.run(["-r", file, "--color", "always"])
    #expect(always.output.contains("\u{1b}["))
    #expect(withoutColour(always.output) == (try Program.run(["-r", file])).output)
    let wish = try Program.run(["-r", file, "--color", "always"], environment: ["NO_COLOR": "1"])
    #expect(wish.output == always.output)
  }

  @Test(.enabled(if: Terminal.isThere, "script(1) is not installed"))
  func aTerminalGetsColour() throws {
    let file = try scratch.write(SavedCapture.udp(3).octets, to: "a.pcap")
    let shown = try Terminal.run(["-r", file])
    #expect(shown.contains("\u{1b}["), "\(shown)")
    #expect(withoutColour(shown) == (try Program.run(["-r", file])).output)
    let plain = try Terminal.run(["-r", file], environment: ["NO_COLOR": "1"])
    #expect(!plain.contains("\u{1b}"))
    #expect(!(try Terminal.run(["-r", file, "--color", "never"])).contains("\u{1b}"))
  }

  private func withoutColour(_ text: String) -> String {
    text.replacing(/\u{1b}\[[0-9;]*m/, with: "")
  }
}

/// The program on a terminal of script(1)'s making.
enum Terminal {
  /// Whether there is one to be had.
  static let isThere = (try? Program.command(["script", "--version"]).status) == 0

  /// What the terminal shows, standard output and standard error as they come.
  static func run(_ words: [String], environment: [String: String] = [:]) throws -> String {
    let line = ([Program.path ?? ""] + words).map { "'\($0)'" }.joined(separator: " ")
    let outcome = try Program.command(
      ["script", "-qec", line, "/dev/null"], environment: environment)
    return outcome.output.replacing("\r\n", with: "\n")
  }
}
