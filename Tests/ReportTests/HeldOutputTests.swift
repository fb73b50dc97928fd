// Lines that wait for a word: they come out in order, with the words where they belong, and never too many.

import Foundation
import Report
import Testing

/// A buffer whose lines may wait, and what came out of it.
private final class Held {
  var held: HeldOutput
  var out = OctetBuffer(capacity: 64)
  var said = ""

  init(octetsMax: Int = HeldOutput.octetsMax) { held = HeldOutput("!", octetsMax: octetsMax) }

  /// Whether nothing waits; and how many words were given up.
  var isIdle: Bool { held.isIdle }
  var givenUp: UInt64 { held.givenUp }

  /// Writes a line; with `frame` it ends in a place where the word may come.
  func write(_ line: String, waitsAs frame: UInt64? = nil) {
    out.write(raw: Array(line.utf8).span)
    let place = out.count
    out.write(octet: 10)
    if let frame { held.mark(frame, at: place, out) }
  }

  /// What can be written now, through a pipe.
  func flush() throws {
    let pipe = Pipe()
    let expected = held.pending(of: out.count)
    #expect(held.flush(&out, to: pipe.fileHandleForWriting.fileDescriptor))
    try pipe.fileHandleForWriting.close()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    // Words may come besides, and a mark behind the first may stop it.
    #expect(text.filter { $0 != "!" }.count <= expected)
    said += text
  }
}

@Suite struct HeldOutputTests {
  @Test func nothingWaitsForNothing() throws {
    let view = Held()
    view.write("one")
    #expect(view.isIdle)
    try view.flush()
    #expect(view.said == "one\n")
  }

  @Test func aLineWaitsForItsWordAndOthersBehindIt() throws {
    let view = Held()
    view.write("one")
    view.write("two", waitsAs: 2)
    view.write("three")
    try view.flush()
    #expect(view.said == "one\ntwo")
    view.held.settle(2, isWord: true)
    view.write("four")
    try view.flush()
    #expect(view.said == "one\ntwo!\nthree\nfour\n")
    #expect(view.isIdle)
  }

  @Test func wordsComeInAnyOrderAndLinesInTheirs() throws {
    let view = Held()
    for frame in 1...6 { view.write("\(frame)", waitsAs: UInt64(frame)) }
    view.held.settle(5, isWord: true)
    view.held.settle(2, isWord: true)
    try view.flush()
    #expect(view.said == "1")
    view.held.settle(1, isWord: false)
    try view.flush()
    #expect(view.said == "1\n2!\n3")
    view.held.settle(3, isWord: true)
    view.held.settle(4, isWord: false)
    view.held.settle(6, isWord: false)
    try view.flush()
    #expect(view.said == "1\n2!\n3!\n4\n5!\n6\n")
  }

  @Test func whatIsNotAwaitedIsNotHeard() throws {
    let view = Held()
    view.write("one", waitsAs: 10)
    view.held.settle(9, isWord: true)
    view.held.settle(11, isWord: true)
    view.held.settle(10, isWord: false)
    // The first word counts.
    view.held.settle(10, isWord: true)
    try view.flush()
    #expect(view.said == "one\n")
  }

  @Test func theOldestIsGivenUpWhenTooMuchWaits() throws {
    let view = Held(octetsMax: 100)
    for frame in 1...40 { view.write("line \(frame)", waitsAs: UInt64(frame)) }
    #expect(view.givenUp > 0)
    let givenUp = view.givenUp
    try view.flush()
    #expect(view.said.hasPrefix("line 1\nline 2\n"))
    view.held.settle(1, isWord: true)
    view.held.settle(40, isWord: true)
    view.held.finish()
    try view.flush()
    #expect(view.said.hasSuffix("line 39\nline 40!\n") && !view.said.contains("line 1!"))
    #expect(view.said.split(separator: "\n").count == 40 && view.givenUp == givenUp)
  }

  @Test func theEndLetsEverythingGo() throws {
    let view = Held()
    view.write("one", waitsAs: 1)
    view.write("two", waitsAs: 2)
    view.held.settle(2, isWord: true)
    view.held.finish()
    try view.flush()
    #expect(view.said == "one\ntwo!\n" && view.givenUp == 0)
  }

  /// Much is written from where it lies, little is gathered: in their order all the same.
  @Test func longAndShortTextsComeInTheirOrder() throws {
    let view = Held()
    let lengths = [3, 9000, 20, 1, 12_000, 8191, 8192, 5]
    var expected = ""
    for (i, length) in lengths.enumerated() {
      let line = String(repeating: String(i), count: length)
      view.write(line, waitsAs: UInt64(i + 1))
      view.held.settle(UInt64(i + 1), isWord: i % 3 != 1)
      expected += line + (i % 3 != 1 ? "!\n" : "\n")
    }
    try view.flush()
    #expect(view.said == expected && view.isIdle)
  }
}
