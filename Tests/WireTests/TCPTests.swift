import Testing
import Wire

/// TCP: the fixed header, and every option in use.
@Suite struct TCPTests {
  // IP 10.10.0.1.40001 > 10.10.0.2.9000: Flags [S], win 64240, options [mss 1460,sackOK,TS val 2949227929 ecr
  // 0,nop,wscale 10]
  static let syn = octets(
    """
    02000000000202000000000108004500003c795540004006ad500a0a00010a0a00029c4123289ddb50d000000000a002
    faf014450000020405b40402080aafc9a599000000000103030a
    """)

  // IP 10.10.0.1.40001 > 10.10.0.2.9000: Flags [P.], seq 1:7241, ack 1, win 63, options [nop,nop,TS …],
  // length 7240
  static let large = octets(
    """
    020000000002020000000001080045001c7c795740004006910e0a0a00010a0a00029c4123289ddb50d156ec8ebc8018
    003f308500000101080aafc9a59b1213c0983030303030303030303030303030
    """)

  /// The opening segment with other options, padded to whole words.
  static func with(_ options: [UInt8], flags: UInt8 = 0x10, acknowledgment: UInt32 = 5000) -> [UInt8] {
    var frame = Array(syn[..<54])
    frame += options + [UInt8](repeating: 1, count: (4 - options.count % 4) % 4)
    frame[46] = UInt8((frame.count - 34) / 4) << 4
    frame[47] = flags
    for i in 0..<4 { frame[42 + i] = UInt8(truncatingIfNeeded: acknowledgment >> UInt32(24 - 8 * i)) }
    frame[17] = UInt8(frame.count - 14)
    return frame
  }

  /// The TCP summary of a segment with these options.
  static func summary(_ options: [UInt8]) -> TCPSummary { dissect(with(options)).tcp }

  @Test func anOpeningSegmentOffersItsOptions() {
    let packet = dissect(Self.syn)
    #expect(kinds(packet) == [.ethernet, .ipv4, .tcp])
    #expect(packet.hasTCP)
    #expect(packet.sourcePort == 40001)
    #expect(packet.tcp.flags == .syn)
    #expect(packet.tcp.window == 64240)
    #expect(packet.tcp.headerLength == 40)
    #expect(packet.tcp.maximumSegmentSize == 1460)
    #expect(packet.tcp.windowScale == 10)
    #expect(packet.tcp.sackPermitted)
    #expect(packet.tcp.timestampValue == 2_949_227_929)
    #expect(packet.tcp.options == [.maximumSegmentSize, .sackPermitted, .timestamps, .windowScale])
    #expect(packet.payloadLength == 0)
    #expect(!packet.isOffloaded)
  }

  /// Options in their usual rows are read at once, others one by one: behind padding they are others.
  @Test func optionsInTheirUsualRowsSayWhatTheySayBehindPadding() {
    let rows: [[UInt8]] = [
      [2, 4, 5, 180, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 10],
      [2, 4, 5, 180, 1, 3, 3, 8, 1, 1, 4, 2], [1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8],
    ]
    for row in rows {
      for at in row.indices {
        for value in UInt8.min...UInt8.max {
          var options = row
          options[at] = value
          let straight = dissect(Self.with(options))
          var walked = dissect(Self.with([1, 1, 1, 1] + options))
          walked.tcp.headerLength -= 4
          #expect(straight.tcp == walked.tcp && straight.fault == walked.fault, "\(options)")
        }
      }
    }
    #expect(
      Self.summary(rows[0]).options == [.maximumSegmentSize, .sackPermitted, .timestamps, .windowScale])
    #expect(Self.summary(rows[1]).options == [.maximumSegmentSize, .sackPermitted, .windowScale])
  }

  @Test func aSegmentLongerThanAnyFrameIsOffload() {
    let packet = dissect(Self.large, wireLength: 7306)
    #expect(packet.isOffloaded)
    #expect(packet.payloadLength == 7240)
    #expect(packet.tcp.hasTimestamps)
    #expect(packet.fault == nil)
  }

  @Test func theLoopbackInterfaceHasLongFrames() {
    var octets = Self.large
    octets.replaceSubrange(0..<12, with: [UInt8](repeating: 0, count: 12))
    #expect(!dissect(octets, wireLength: 7306).isOffloaded)
  }

  @Test func blocksAreKeptAsSent() {
    let tcp = Self.summary([5, 18, 0, 0, 0x20, 0, 0, 0, 0x28, 0, 0, 0, 0x30, 0, 0, 0, 0x38, 0])
    #expect(tcp.sackCount == 2)
    #expect(tcp.sackLeft[0] == 0x2000)
    #expect(tcp.sackRight[1] == 0x3800)
    #expect(!tcp.isDuplicateSACK)
  }

  @Test func aFirstBlockBelowTheAcknowledgmentIsADuplicate() {
    #expect(Self.summary([5, 10, 0, 0, 0x10, 0, 0, 0, 0x11, 0]).isDuplicateSACK)
  }

  @Test func aFirstBlockWithinTheSecondIsADuplicate() {
    let within: [UInt8] = [5, 18, 0, 0, 0x21, 0, 0, 0, 0x22, 0, 0, 0, 0x20, 0, 0, 0, 0x30, 0]
    #expect(Self.summary(within).isDuplicateSACK)
    let packet = dissect(Self.with(within))
    let edges = fields(Self.with(within), packet, .tcp).filter { $0.name.description == "left_edge" }
    #expect(edges.first?.meaning.description == "duplicate: octets received twice")
  }

  @Test func theRareOptionsAreNamed() {
    #expect(Self.summary([34, 2]).hasFastOpen)
    #expect(Self.summary([34, 10, 1, 2, 3, 4, 5, 6, 7, 8]).hasFastOpen)
    #expect(Self.summary([254, 4, 0xf9, 0x89]).hasFastOpen)
    #expect(Self.summary([253, 6, 0xf9, 0x89, 1, 2]).hasFastOpen)
    #expect(Self.summary([254, 4, 0, 1]).options == .other)
    #expect(Self.summary([19, 18] + [UInt8](repeating: 7, count: 16)).options == .md5)
    #expect(Self.summary([29, 16] + [UInt8](repeating: 7, count: 14)).options == .authentication)
    let timeout = Self.summary([28, 4, 0x80, 5])
    #expect(timeout.options == .userTimeout)
    #expect(timeout.userTimeout == 0x8005)
    let multipath = Self.summary([30, 12, 0x10, 0, 1, 2, 3, 4, 5, 6, 7, 8])
    #expect(multipath.options == .multipath)
    #expect(multipathSubtypeName(multipath.multipathSubtype).description == "MP_JOIN")
    #expect(Self.summary([172, 11, 0, 0, 1, 0, 0, 2, 0, 0, 3]).options == .accurateECN)
    #expect(Self.summary([174, 5, 0, 0, 1]).options == .accurateECN)
  }

  @Test func everyOptionIsToldOctetByOctet() {
    for options: [UInt8] in [
      [34, 10, 1, 2, 3, 4, 5, 6, 7, 8], [254, 6, 0xf9, 0x89, 1, 2], [28, 4, 0x80, 5],
      [30, 12, 0x10, 0, 1, 2, 3, 4, 5, 6, 7, 8], [29, 16] + [UInt8](repeating: 7, count: 14), [200, 2],
      [0, 9, 9, 9],
      [5, 9, 0, 0, 0x10, 0, 0, 0, 0x11], [2, 3, 1],
    ] {
      let octets = Self.with(options)
      #expect(untold(dissect(octets), octets) == nil)
    }
  }

  @Test func lengthsThatAKindForbidsAreNoted() {
    for options: [UInt8] in [
      [2, 3, 1], [3, 4, 1, 1], [4, 3, 1], [5, 9, 0, 0, 0x10, 0, 0, 0, 0x11], [5, 2],
      [8, 9, 1, 1, 1, 1, 1, 1, 1],
      [19, 4, 1, 1], [28, 5, 1, 1, 1], [34, 5, 1, 1, 1], [99, 0], [99, 1], [99, 9], [2],
    ] {
      // The padding is of no operations, so that a kind in the last octet has no length.
      let packet = dissect(Self.with([UInt8](repeating: 1, count: (4 - options.count % 4) % 4) + options))
      #expect(packet.tcp.optionsMalformed, "\(options)")
      #expect(packet.fault == .invalid(.optionLength))
      #expect(!packet.faultEndedWalk)
    }
  }

  @Test func optionsCutByTheCaptureDoNotLie() {
    for count in 54..<74 {
      let packet = dissect(Array(Self.syn[..<count]), wireLength: Self.syn.count)
      #expect(packet.hasTCP)
      #expect(!packet.tcp.optionsMalformed)
      #expect(packet.fault == .truncated(need: 40, have: count - 34))
      #expect(packet.faultLayer == .tcp)
    }
  }

  @Test func aHeaderBelowTwentyOctetsLies() {
    var octets = Self.syn
    octets[46] = 0x40
    let packet = dissect(octets)
    #expect(packet.fault == .invalid(.headerLength))
    #expect(packet.hasPorts)
    #expect(!packet.hasTCP)
  }

  @Test func theAccurateECNFlagIsAFlag() {
    var octets = Self.syn
    octets[46] |= 1
    #expect(dissect(octets).tcp.flags == [.syn, .ae])
  }

  @Test func fourOctetsAreEnoughForThePorts() {
    let packet = dissect(Array(Self.syn[..<38]), wireLength: 74)
    #expect(packet.hasPorts)
    #expect(packet.destinationPort == 9000)
    #expect(packet.fault == .truncated(need: 20, have: 4))
  }

  @Test func everyTruncation() { expectEveryTruncationSound(Self.syn) }
}
