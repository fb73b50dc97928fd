// Community IDs are made four at a time: whoever looks at the text finds each in its place.

import Flow
import Testing
import Wire

@testable import Report

@Suite struct WaitingIDsTests {
  private func flows(_ name: String) -> [EndedFlow] {
    var tracker = Tracker(Limits())
    var packet = Packet()
    for path in SavedFrames.lessons where path.hasSuffix("/\(name).pcap") {
      SavedFrames.each(path) { octets, frame in
        Mux.standard.dissect(octets, frame, into: &packet)
        _ = tracker.receive(&packet, frame, octets)
      }
    }
    tracker.finish()
    var flows: [EndedFlow] = []
    tracker.drain { flows.append($0) }
    return flows
  }

  @Test(arguments: ["http-keepalive", "udp-dns", "ping6-nd"]) func everyFlowHasItsOwn(_ name: String) {
    let flows = flows(name)
    #expect(!flows.isEmpty)
    // The same again and again, so that all four places are filled, and then some.
    for count in 1...9 {
      var json = FlowJSON()
      var expected = ""
      for i in 0..<count {
        json.print(flows[i % flows.count])
        var alone = FlowJSON()
        alone.print(flows[i % flows.count])
        expected += text(alone.out)
        #expect(
          text(alone.out).contains(
            "\"" + String(decoding: communityID(of: flows[i % flows.count].record), as: UTF8.self) + "\""))
      }
      let size = json.count
      #expect(text(json.out) == expected)
      #expect(size == json.out.count)
    }
  }
}
