// Records on their way from the pipelines to the one who writes. Nobody who captures ever waits here: when
// the queue is nearly full, records are left out, those that are missed least first, and counted.

internal import Store
internal import Synchronization

/// Records that were made together, with the text of all.
struct RecordBatch: Sendable {
  var records: [StoredRecord] = []
  /// Lines for a log that is not JSON; empty else. Of the record with the same index.
  var lines: [ArraySlice<UInt8>] = []
  /// Frames of flows, to be left as files.
  var captures: [RecordedFrames] = []
  /// The array of which the records' texts are parts: whoever is done with all of them gives it back.
  var text: [UInt8] = []
  /// Octets that it holds on to.
  var octets = 0
}

/// The frames of a flow as a file that holds them.
struct RecordedFrames: Sendable {
  var flow: UInt64
  var file: [UInt8]
}

/// What was left out, by kind of record.
struct Dropped: Sendable, Equatable {
  private var counts = InlineArray<5, UInt64>(repeating: 0)

  subscript(kind: StoredRecord.Kind) -> UInt64 {
    get { counts[Int(kind.rawValue)] }
    set { counts[Int(kind.rawValue)] = newValue }
  }

  /// All kinds together.
  var all: UInt64 { StoredRecord.Kind.allCases.reduce(0) { $0 + self[$1] } }

  /// Counts and kinds, in words; empty when there is nothing to tell.
  var words: String {
    StoredRecord.Kind.allCases.filter { self[$0] > 0 }.map { "\(self[$0]) \($0.plural)" }.joined(
      separator: ", ")
  }

  static func == (a: Dropped, b: Dropped) -> Bool {
    StoredRecord.Kind.allCases.allSatisfy { a[$0] == b[$0] }
  }
}

/// The bounded queue between pipelines and writer.
final class RecordQueue: Sendable {
  private struct State {
    var batches: [RecordBatch] = []
    /// Octets of batches that wait, and of those that the writer has not finished.
    var octets = 0
    var dropped = Dropped()
    /// Arrays that are not needed for the moment.
    var spares: [[UInt8]] = []
  }

  /// Arrays that wait to be used again, at most: some 8 MB, and what one pipeline makes in a fifth of a
  /// second at ten thousand flows a second.
  private static let sparesMax = 32

  private let octetsMax: Int
  private let state: Mutex<State>

  init(octetsMax: Int) {
    self.octetsMax = octetsMax
    state = Mutex(State())
  }

  /// How full the queue may be, in hundredths, for a kind of record to be taken.
  static func admission(_ kind: StoredRecord.Kind) -> Int {
    switch kind {
    case .interim: 50
    case .exchange: 70
    case .flow: 85
    case .finding: 95
    case .counters: 100
    }
  }

  /// Takes a batch, or what there is room for of it.
  func push(_ batch: RecordBatch) {
    state.withLock { state in
      var batch = batch
      let fill = (state.octets + batch.octets) / max(1, octetsMax / 100)
      if fill > RecordQueue.admission(.interim) {
        var kept = RecordBatch(text: batch.text, octets: 96)
        for (index, record) in batch.records.enumerated() {
          // What is wrong with a flow is in its record too: such a flow is a finding.
          let kind = record.kind == .flow && record.severity >= 3 ? .finding : record.kind
          guard fill <= RecordQueue.admission(kind) else {
            state.dropped[record.kind] += 1
            continue
          }
          kept.records.append(record)
          if !batch.lines.isEmpty { kept.lines.append(batch.lines[index]) }
          kept.octets += record.json.count + RecordBatch.octetsPerRecord
        }
        if fill <= RecordQueue.admission(.finding) { kept.captures = batch.captures }
        for capture in kept.captures { kept.octets += capture.file.count }
        batch = kept
      }
      guard !batch.records.isEmpty || !batch.captures.isEmpty else { return }
      state.octets += batch.octets
      state.batches.append(batch)
    }
  }

  /// Whether a batch could be taken without leaving something out: asked by who may wait, at the end.
  var hasRoom: Bool { state.withLock { $0.octets * 100 < octetsMax * 40 } }

  /// Everything that waits. Its octets count until they are given back.
  func take() -> [RecordBatch] {
    state.withLock { state in
      let batches = state.batches
      state.batches = []
      return batches
    }
  }

  /// Octets are no longer held; the arrays may be used again, whose memory would else be had anew from the
  /// system for each batch.
  func giveBack(_ octets: Int, _ texts: [[UInt8]]) {
    state.withLock { state in
      state.octets = max(0, state.octets - octets)
      let room = RecordQueue.sparesMax - state.spares.count
      state.spares += texts.lazy.filter { $0.capacity > 0 }.prefix(room)
    }
  }

  /// An empty array to put a text into, if there is one with the memory of an earlier text.
  func spare() -> [UInt8] {
    var spare = state.withLock { $0.spares.popLast() } ?? []
    spare.removeAll(keepingCapacity: true)
    return spare
  }

  /// Lets go of all arrays that wait to be used again.
  func dropSpares() { state.withLock { $0.spares = [] } }

  /// What was left out so far.
  var dropped: Dropped { state.withLock { $0.dropped } }

  /// Hundredths of its room that are taken.
  var fill: Int { state.withLock { $0.octets / max(1, octetsMax / 100) } }
}

extension RecordBatch {
  /// What a record takes besides its text, about.
  static let octetsPerRecord = 256
}
