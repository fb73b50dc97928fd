// What one end has sent and has not seen acknowledged.

/// A run of sequence numbers in flight.
struct Flight: Sendable {
  var start: Int64
  var end: Int64
  /// When it was first sent, and last.
  var firstSent: Int64
  var lastSent: Int64
  /// It was sent more than once: its acknowledgment says nothing about the round trip (Karn's rule, RFC 6298
  /// section 3).
  var isRepeated = false
  /// A SACK block has told that it arrived.
  var isSelected = false
}

/// What an acknowledgment took off a flight.
struct Landing {
  /// Numbers below it were sent before the loss that is being repaired.
  var point: Int64
  /// The round trip that it measures.
  var sample: Int64?
  /// Something was sent more than once; and when the first of that was sent first.
  var hasRepeats = false
  var firstSent: Int64?
  /// Something below `point` was sent once, and is heard of for the first time.
  var hasOriginals = false
  /// Something was selected that had not been.
  var selects = false

  init(point: Int64 = 0) { self.point = point }
}

/// Several segments in flight, oldest first. Bounded: beyond `flightsMax` the oldest are no longer timed.
struct FlightList: Sendable {
  /// The most runs that are kept for one end.
  static let flightsMax = 4096
  /// Runs that room is kept for when none is in flight: who sends large answers has as many in flight again
  /// with the next.
  static let keptMax = 160
  /// What is left to an end when memory for all has run out.
  static let shedMax = 16

  private(set) var flights: [Flight] = []
  /// Runs before this index are done with; they are taken out in one go, later.
  private(set) var first = 0
  /// Octets of a full segment: what offload sends in one frame is counted by it.
  private var segmentSize: Int64 = 1460
  /// What is in flight, in segments.
  private(set) var load = Load()

  /// Whether one more takes no more memory.
  var hasRoom: Bool { !isEmpty && flights.count < flights.capacity && count < FlightList.flightsMax }

  /// Runs in flight.
  var count: Int { flights.count - first }
  var isEmpty: Bool { flights.count == first }
  /// Octets of memory.
  var octets: Int { flights.capacity * MemoryLayout<Flight>.stride }

  /// Segments in so many octets of one frame.
  private func segments(_ octets: Int64) -> Int32 { Load.segments(octets, of: segmentSize) }

  /// A run, or a part of it, leaves the flight.
  private mutating func unload(_ segments: Int32, isSelected: Bool) {
    load.segments &-= segments
    if isSelected { load.selected &-= segments }
  }

  /// Notes a run that was sent for the first time, by an end with full segments of `size` octets.
  mutating func append(_ flight: Flight, segmentSize size: Int64) {
    if isEmpty { segmentSize = size }
    if count >= FlightList.flightsMax {
      unload(segments(flights[first].end - flights[first].start), isSelected: flights[first].isSelected)
      first += 1
      compact()
    }
    flights.append(flight)
    load.segments &+= segments(flight.end - flight.start)
  }

  /// Notes that `start..<end` was sent again.
  mutating func resend(_ start: Int64, _ end: Int64, at time: Int64) {
    for i in first..<flights.count where flights[i].start < end && flights[i].end > start {
      flights[i].isRepeated = true
      flights[i].lastSent = time
    }
  }

  /// Takes out what is acknowledged; it measures the time since the earliest of it that was not selected,
  /// unless any of it was sent more than once.
  mutating func acknowledge(_ number: Int64, at time: Int64, _ landing: inout Landing) {
    while first < flights.count, flights[first].end <= number {
      let flight = flights[first]
      if flight.isRepeated {
        if !landing.hasRepeats { landing.firstSent = flight.firstSent }
        landing.hasRepeats = true
      } else if !flight.isSelected {
        if landing.sample == nil { landing.sample = interval(flight.firstSent, time) }
        if flight.end <= landing.point { landing.hasOriginals = true }
      }
      unload(segments(flight.end - flight.start), isSelected: flight.isSelected)
      first += 1
    }
    // What a repeat set free waited for it: its age is no round trip.
    if landing.hasRepeats { landing.sample = nil }
    if first < flights.count, flights[first].start < number {
      let flight = flights[first]
      let landed = segments(flight.end - flight.start) - segments(flight.end - number)
      unload(landed, isSelected: flight.isSelected)
      flights[first].start = number
    }
    compact()
  }

  /// Takes out the runs that are done with, when they are the larger part.
  private mutating func compact() {
    if isEmpty {
      flights.removeAll(keepingCapacity: true)
      first = 0
      return
    }
    guard first > 64, first * 2 > flights.count else { return }
    flights.removeFirst(first)
    first = 0
  }

  /// Notes what SACK tells. When nothing was acknowledged, the earliest newly selected run that was sent once
  /// measures.
  mutating func select(_ block: ClosedBlock, at time: Int64, _ landing: inout Landing) {
    var sample: Int64?
    for i in first..<flights.count {
      if flights[i].start >= block.end { break }
      guard flights[i].start >= block.start, flights[i].end <= block.end, !flights[i].isSelected else {
        continue
      }
      flights[i].isSelected = true
      load.selected &+= segments(flights[i].end - flights[i].start)
      landing.selects = true
      guard !flights[i].isRepeated else { continue }
      sample = max(sample ?? 0, interval(flights[i].firstSent, time))
      if flights[i].end <= landing.point { landing.hasOriginals = true }
    }
    if landing.sample == nil { landing.sample = sample }
  }

  /// Whether a SACK block has told that all of `block` arrived.
  func isSelected(_ block: ClosedBlock) -> Bool {
    var reached = block.start
    for i in first..<flights.count where flights[i].isSelected && flights[i].start <= reached {
      reached = max(reached, flights[i].end)
      if reached >= block.end { return true }
    }
    return false
  }

  /// Gives up all but the latest runs.
  mutating func shed() {
    guard count > FlightList.shedMax || flights.capacity > 64 else { return }
    flights = Array(flights.suffix(min(count, FlightList.shedMax)))
    first = 0
    load = Load()
    for flight in flights {
      load.segments &+= segments(flight.end - flight.start)
      if flight.isSelected { load.selected &+= segments(flight.end - flight.start) }
    }
  }

  /// Gives back the memory of a flight that was large and has landed.
  mutating func trim() {
    if isEmpty, flights.capacity > FlightList.keptMax { flights = [] }
  }
}

/// The one segment that most ends have in flight, if any, held by the end itself: sent once.
struct SingleFlight: Sendable {
  var start: Int64 = 0
  var length: UInt32 = 0
  var sent: Int64 = 0

  var isEmpty: Bool { length == 0 }
  var end: Int64 { start + Int64(length) }
}

extension TCPDetail {
  /// Notes a run that an end sent for the first time, behind others.
  @inline(__always)
  fileprivate mutating func append(_ flight: Flight, of end: Int, segmentSize: Int64) {
    if hasRoom(end) {
      self[atWork: end].flights.append(flight, segmentSize: segmentSize)
    } else {
      self[end].flights.append(flight, segmentSize: segmentSize)
    }
  }
}

extension TCPConnection {
  /// Notes that an end sent `start..<end` at `time`; `isNew` is false when these numbers were sent before.
  mutating func noteFlight(
    _ end: Int, _ start: Int64, _ behind: Int64, at time: Int64, isNew: Bool, _ detail: inout TCPDetail
  ) {
    guard behind > start else { return }
    if isNew {
      if !detail.hasFlights(end), ends[end].single.isEmpty, behind - start <= Int64(UInt32.max) {
        ends[end].single = SingleFlight(start: start, length: UInt32(behind - start), sent: time)
      } else {
        noteBehind(end, start, behind, at: time, &detail)
      }
    } else if detail.hasFlights(end) || !ends[end].single.isEmpty {
      spread(end, &detail)
      detail[end].flights.resend(start, behind, at: time)
    }
  }

  /// Notes that an end with something in flight sent `start..<behind` behind it, for the first time.
  @inline(__always)
  mutating func noteBehind(
    _ end: Int, _ start: Int64, _ behind: Int64, at time: Int64, _ detail: inout TCPDetail
  ) {
    if !ends[end].single.isEmpty { spread(end, &detail) }
    detail.append(
      Flight(start: start, end: behind, firstSent: time, lastSent: time), of: end,
      segmentSize: Int64(ends[end].segmentSize))
  }

  /// Moves the single flight to the list, where there is room for more of it and about it.
  private mutating func spread(_ end: Int, _ detail: inout TCPDetail) {
    let single = ends[end].single
    if single.isEmpty { return }
    detail[end].flights.append(
      Flight(start: single.start, end: single.end, firstSent: single.sent, lastSent: single.sent),
      segmentSize: Int64(ends[end].segmentSize))
    ends[end].single = SingleFlight()
  }

  /// Takes off an end's flight what is acknowledged.
  mutating func land(
    _ end: Int, _ number: Int64, at time: Int64, _ landing: inout Landing, _ detail: inout TCPDetail
  ) {
    let single = ends[end].single
    guard single.isEmpty else {
      if single.end <= number {
        ends[end].single = SingleFlight()
        landing.sample = interval(single.sent, time)
        if single.end <= landing.point { landing.hasOriginals = true }
      } else if single.start < number {
        ends[end].single.length = UInt32(single.end - number)
        ends[end].single.start = number
      }
      return
    }
    detail.acknowledge(end, number, at: time, &landing)
  }

  /// Notes what a SACK block tells of an end's flight.
  mutating func select(
    _ end: Int, _ block: ClosedBlock, at time: Int64, _ landing: inout Landing, _ detail: inout TCPDetail
  ) {
    spread(end, &detail)
    if detail.hasFlights(end) { detail[end].flights.select(block, at: time, &landing) }
  }
}
