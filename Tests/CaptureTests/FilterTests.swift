import Capture
import Testing
import Wire

/// Filters: compiled by libpcap, explained by us when it does not.
@Suite struct FilterTests {
  let scratch = Scratch()

  @Test(arguments: [
    ("tcp prt 80", "filter: syntax error near \"prt\" in \"tcp prt 80\""),
    ("prt 80", "filter: syntax error near \"prt\" in \"prt 80\""),
    ("tcp port", "filter: syntax error at the end of \"tcp port\""),
    ("tcp and and udp", "filter: syntax error near \"and\" in \"tcp and and udp\""),
    ("(tcp port 80", "filter: syntax error at the end of \"(tcp port 80\""),
    ("tcp port 80)", "filter: syntax error near \")\" in \"tcp port 80)\""),
    ("tcp[13", "filter: syntax error at the end of \"tcp[13\""),
    ("host 10.0.0.1 prt 5", "filter: syntax error near \"prt\" in \"host 10.0.0.1 prt 5\""),
    (
      "tcp[tcpflags] & tcp-syn != 0 und ip",
      "filter: syntax error near \"und\" in \"tcp[tcpflags] & tcp-syn != 0 und ip\""
    ),
    ("tcp port 99999", "filter: illegal port number 99999 > 65535 in \"tcp port 99999\""),
    ("tcp port htp", "filter: unknown port 'htp' in \"tcp port htp\""),
    ("vlan 9999", "filter: VLAN tag 9999 greater than maximum 4095 in \"vlan 9999\""),
  ])
  func aFaultPointsAtTheWord(text: String, says: String) {
    let told = read([scratch.file("a.pcap", pcap([]))], filter: text)
    #expect(told.error?.kind == .filter)
    #expect(told.error?.exitStatus == 2)
    #expect(told.error?.description == says)
  }

  @Test func aFilterLetsThroughWhatItNames() {
    let frames = [80, 443, 80].map { MadeFrame(time: 0, octets: tcpFrame(to: $0)) }
    let told = read([scratch.file("a.pcap", pcap(frames))], filter: "tcp dst port 80")
    #expect(told.frames.map(\.number) == [1, 2])
    #expect(told.statistics.filtered == 1)
    #expect(told.missed == nil)
    #expect(read([scratch.file("a.pcap", pcap(frames))], filter: "  \n ").frames.count == 3)
  }

  @Test func aListingIsWhatTcpdumpPrints() throws {
    let text = try compileFilter("ip", link: .ethernet)
    #expect(
      text == """
        (000) ldh      [12]
        (001) jeq      #0x800           jt 2	jf 3
        (002) ret      #262144
        (003) ret      #0

        """)
    #expect(
      try compileFilter("ip", link: .ethernet, listing: .c) == """
        { 0x28, 0, 0, 0x0000000c },
        { 0x15, 0, 1, 0x00000800 },
        { 0x6, 0, 0, 0x00040000 },
        { 0x6, 0, 0, 0x00000000 },

        """)
    #expect(
      try compileFilter("ip", link: .ethernet, snapLength: 96, listing: .decimal)
        == "4\n40 0 0 12\n21 0 1 2048\n6 0 0 96\n6 0 0 0\n")
  }
}

/// Frames that a filter misses because of a tag.
@Suite struct MissedTests {
  let scratch = Scratch()
  static let vlan: [UInt8] = [0x81, 0, 0, 5]
  static let service: [UInt8] = [0x88, 0xa8, 0, 7]

  private func told(_ frames: [[UInt8]], _ filter: String) -> Told {
    read([scratch.file("a.pcap", pcap(frames.map { MadeFrame(time: 0, octets: $0) }))], filter: filter)
  }

  /// MPLS label 16 with and without the bottom of the stack; PPPoE session with PPP's number for IPv4.
  static let mpls: [UInt8] = tcpFrame(to: 80, behind: [0x88, 0x47, 0, 1, 1, 64], type: [])
  static let mplsTwice: [UInt8] = tcpFrame(to: 80, behind: [0x88, 0x47, 0, 1, 0, 64, 0, 1, 1, 64], type: [])
  static let pppoe: [UInt8] = tcpFrame(to: 80, behind: [0x88, 0x64, 0x11, 0, 0, 1, 0, 43, 0, 0x21], type: [])
  static let pppoeInVLAN: [UInt8] = tcpFrame(
    to: 80, behind: vlan + [0x88, 0x64, 0x11, 0, 0, 1, 0, 43, 0, 0x21], type: [])

  @Test(arguments: [
    ([tcpFrame(to: 80, behind: vlan)], "tcp port 80 or (vlan and tcp port 80)"),
    ([tcpFrame(to: 80, behind: service + vlan)], "tcp port 80 or (vlan and vlan and tcp port 80)"),
    (
      [tcpFrame(to: 80, behind: service + vlan), tcpFrame(to: 80, behind: vlan)],
      "tcp port 80 or (vlan and (tcp port 80 or (vlan and tcp port 80)))"
    ),
    ([mpls], "tcp port 80 or (mpls and tcp port 80)"),
    ([mplsTwice], "tcp port 80 or (mpls and mpls and tcp port 80)"),
    ([mpls, mplsTwice], "tcp port 80 or (mpls and (tcp port 80 or (mpls and tcp port 80)))"),
    ([pppoe], "tcp port 80 or (pppoes and tcp port 80)"),
    ([pppoeInVLAN], "tcp port 80 or (vlan and pppoes and tcp port 80)"),
    (
      [pppoeInVLAN, tcpFrame(to: 80, behind: vlan)],
      "tcp port 80 or (vlan and (tcp port 80 or (pppoes and tcp port 80)))"
    ),
  ])
  func taggedFramesAreCountedAndTheOfferPassesThem(tagged: [[UInt8]], offer: String) {
    let others = [tcpFrame(to: 443), tcpFrame(to: 443, behind: Self.vlan), [1, 2, 3], []]
    let frames = tagged + [tcpFrame(to: 80)] + others
    let told = told(frames, "tcp port 80")
    #expect(told.frames.count == 1)
    #expect(told.missedCount == UInt64(tagged.count))
    #expect(told.missed == offer)
    let wider = self.told(frames, offer)
    #expect(wider.frames.count == 1 + tagged.count)
    #expect(wider.missed == nil)
  }

  @Test func alternativesArePutInParentheses() {
    let frames = [
      tcpFrame(to: 80, behind: Self.vlan), tcpFrame(to: 443, behind: Self.vlan), tcpFrame(to: 443),
    ]
    let told = told(frames, "tcp port 80 or tcp port 443")
    #expect(told.missed == "tcp port 80 or tcp port 443 or (vlan and (tcp port 80 or tcp port 443))")
    #expect(self.told(frames, told.missed ?? "").frames.count == 3)
  }

  @Test(arguments: ["ether host 2:0:0:0:0:9", "not tcp", "udp", "vlan 6", "less 10", "vlan and tcp port 443"])
  func whatTheTagDidNotHideIsNotCounted(filter: String) {
    let told = told([tcpFrame(to: 80, behind: Self.vlan), tcpFrame(to: 80)], filter)
    #expect(told.missed == nil)
    #expect(told.missedCount == 0)
  }
}
