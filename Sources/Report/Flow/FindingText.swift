// A finding in words: one plain sentence, made of the rule's words and the flow's figures.

public import Flow
internal import Wire

/// A piece of a sentence.
enum Phrase: ExpressibleByStringLiteral {
  case text(StaticString)
  case number(Int64)
  /// A number and the noun that goes with it.
  case count(Int64, StaticString, StaticString)
  /// Nanoseconds.
  case time(Int64)
  /// A part of a whole, in per cent.
  case share(Int64, of: Int64)

  init(stringLiteral value: StaticString) { self = .text(value) }
}

extension OctetBuffer {
  /// Writes what a finding says: a sentence without a full stop.
  public mutating func write(_ finding: Finding) {
    // Those that very many connections have are written without a list of phrases.
    switch finding.rule {
    case .timeWait: writeTimeWait(of: finding.side, lasting: finding.figures[0])
    case .portReused: writeReuse(after: finding.figures[0], isNewer: finding.figures[1] > 0)
    default: for phrase in finding.phrases { say(phrase) }
    }
  }

  /// What it says of ports that are used again.
  mutating func writeReuse(after time: Int64, isNewer: Bool) {
    write("the ports were used again ")
    write(duration: time)
    if isNewer {
      write(" after the old connection entered TIME_WAIT, with a newer number or timestamp: safe (RFC 6191)")
    } else {
      write(" after the old connection entered TIME_WAIT, with an older number: ")
      write("old segments may be taken for new ones")
    }
  }

  /// What it says of TIME_WAIT.
  mutating func writeTimeWait(of side: FlowSide?, lasting time: Int64) {
    if side == .responder {
      write("the responder pays the TIME_WAIT: ")
    } else {
      write("the originator pays the TIME_WAIT: ")
    }
    write(duration: time)
    write(" from the last ACK on")
  }

  private mutating func say(_ phrase: Phrase) {
    switch phrase {
    case .text(let text): write(text)
    case .number(let number): write(signed: Int(number))
    case .count(let number, let one, let many):
      write(signed: Int(number))
      write(octet: 32)
      write(number == 1 ? one : many)
    case .time(let time): write(duration: time)
    case .share(let part, let whole):
      // Tenths of a per cent, rounded.
      let tenths = whole > 0 ? (Double(part) / Double(whole) * 1000).rounded() : 0
      write(decimal: UInt64(max(0, tenths)) / 10)
      write(octet: UInt8(ascii: "."))
      write(decimal: UInt64(max(0, tenths)) % 10)
      write(" %")
    }
  }
}

extension Finding {
  /// The end it is about, as the first word of a sentence.
  var who: Phrase { .text(side == .responder ? "the responder" : "the originator") }
  /// The other one.
  var other: Phrase { .text(side == .responder ? "the originator" : "the responder") }

  /// The sentence.
  var phrases: [Phrase] { openingPhrases ?? transferPhrases ?? closingPhrases ?? capturePhrases ?? [] }

  /// Rules on the opening and the options.
  private var openingPhrases: [Phrase]? {
    let (a, b) = (figures[0], figures[1])
    switch rule {
    case .synNoAnswer:
      return a > 1
        ? ["nobody answered: ", .count(a, "SYN", "SYNs"), " in ", .time(b)]
        : ["nobody has answered the SYN"]
    case .synRetried:
      return [
        "the SYN was repeated ", .count(a, "time", "times"), "; the answer came ", .time(b),
        " after the first",
      ]
    case .synACKRepeated:
      return [
        "the SYN-ACK was repeated ", .count(a, "time", "times"), ": it or its ACK was lost",
      ]
    case .lastACKLost:
      return [
        "the SYN-ACK came again after its ACK, ", .count(a, "time", "times"),
        ": the handshake's last ACK was lost",
      ]
    case .backlogFull:
      return [
        "the SYN-ACK came again, ", .count(a, "time", "times"), ", after ", .number(b),
        " packets that acknowledge it: the accept queue is full",
      ]
    case .refused: return [who, " refused the connection: nobody listens on that port"]
    case .unreachable: return reachability
    case .handshakeUnfinished: return ["the SYN-ACK was never acknowledged: the connection is half open"]
    case .handshakeAborted: return [who, " reset the connection instead of completing the handshake"]
    case .handshakeNumbersWrong: return [who, "'s SYN-ACK acknowledges a number that is not the SYN's"]
    case .simultaneousOpen: return ["both ends opened the connection at once: their SYNs crossed"]
    case .fastOpen: return ["data came with the SYN and was accepted (TCP Fast Open)"]
    case .fastOpenRefused: return ["data came with the SYN and was not accepted (TCP Fast Open)"]
    case .windowScaleMissing:
      return [who, " does not scale its window, ", other, " does: neither may go beyond 65535 octets"]
    case .sackMissing: return [who, " does not take selective acknowledgments, ", other, " does"]
    case .timestampsMissing: return [who, " does not use timestamps, ", other, " does"]
    case .segmentSizeSmall:
      return b > 0
        ? [who, " names no segment size: segments carry ", .number(a), " octets at most"]
        : [who, " takes segments of ", .number(a), " octets only"]
    case .segmentSizesDiffer:
      return [who, " takes segments of ", .number(a), " octets, ", other, " of ", .number(b)]
    case .ecnRefused: return [who, " does not take part in explicit congestion notification"]
    default: return nil
    }
  }

  /// What an ICMP error says, by its type and code (RFC 792, RFC 1812 section 5.2.7.1, RFC 4443 section 3.1).
  private var reachability: [Phrase] {
    let name =
      figures[2] == 6
      ? icmpv6CodeName(UInt8(truncatingIfNeeded: figures[0]), UInt8(truncatingIfNeeded: figures[1]))
      : icmpCodeName(UInt8(truncatingIfNeeded: figures[0]), UInt8(truncatingIfNeeded: figures[1]))
    return ["ICMP told ", who, ": ", .text(name.utf8CodeUnitCount > 0 ? name : "unreachable")]
  }

  /// Rules on the transfer: losses, windows, silence.
  private var transferPhrases: [Phrase]? {
    let (a, b, c, d) = (figures[0], figures[1], figures[2], figures[3])
    switch rule {
    case .loss:
      let places: [Phrase]
      switch (c > 0, d > 0) {
      case (true, true): places = [": ", .number(c), " lost before the tap, ", .number(d), " behind it"]
      case (true, false): places = [", lost before the tap"]
      case (false, true): places = [", lost behind the tap"]
      case (false, false): places = []
      }
      return [
        who, " sent ", .number(a), " of ", .count(b, "segment", "segments"), " again (", .share(a, of: b),
        ")",
      ] + places
    case .timeouts: return [who, "'s retransmission timer sent ", .count(a, "segment", "segments"), " again"]
    case .tailLoss:
      return [
        "the tail of a flight was lost or late ", .count(a, "time", "times"), ": ", who, " probed for it",
      ]
    case .needlessRetransmissions:
      return [who, " sent ", .count(a, "segment", "segments"), " again that had arrived"]
    case .reordering:
      return [
        .number(a), " of ", who, "'s ", .count(b, "segment was", "segments were"),
        " overtaken on the way",
      ]
    case .networkCopies:
      return ["the network delivered ", .count(a, "packet", "packets"), " of ", who, " twice"]
    case .noAnswerToData:
      return [who, " repeated its data ", .count(a, "time", "times"), " and was never answered"]
    case .finRepeated: return [who, " sent its FIN again, ", .count(a, "time", "times")]
    case .congestionMarked:
      return [
        "routers marked ", .count(a, "packet", "packets"), " of ", who, " instead of dropping; ",
        .count(b, "acknowledgment", "acknowledgments"), " told of it",
      ]
    case .packetTooBig:
      return [
        "a router told ", who, " that its packets are too big: the next link takes ", .number(a), " octets",
      ]
    case .octetsDiffer:
      return [
        .count(a, "segment repeats", "segments repeat"), " octets of ", who,
        " with others: not both are its own, somebody on the path makes or changes them",
      ]
    case .blackHole:
      return [
        "full segments of ", .number(b), " octets never arrive, sent again ", .count(a, "time", "times"),
        ": the path may drop packets of that size (an MTU black hole)",
      ]
    case .zeroWindow:
      return [
        who, "'s window stood at zero for ", .time(b), " in ", .count(a, "segment", "segments"),
        ": its application does not read",
      ]
    case .windowFull:
      return [
        who, " filled the window to its edge ", .count(a, "time", "times"), " (", .number(b),
        " octets at most)",
      ]
    case .windowShrunk: return [who, " took back window that it had given, ", .count(a, "time", "times")]
    case .sillyWindow:
      return [
        who, " opened its window in crumbs: ", .count(a, "segment", "segments"), " of at most ",
        .number(b), " octets where ", .number(c), " would fit",
      ]
    case .persistProbes:
      return [who, " probed a closed window ", .count(a, "time", "times"), " over ", .time(b)]
    case .delayedACKStall:
      return [
        who, " waited ", .count(a, "time", "times"), ", ", .time(b),
        " in all, for a delayed ACK before it sent the rest: ",
        "write whole messages at once, or set TCP_NODELAY",
      ]
    case .applicationLimited:
      return [
        who, "'s application set the pace for ", .share(a, of: 1000),
        " of the transfer",
      ]
    case .receiverLimited:
      return [
        other, "'s window set the pace for ", .share(a, of: 1000),
        " of the transfer",
      ]
    case .longIdle: return ["nothing was sent for ", .time(a)]
    case .keepAliveUnanswered:
      return [other, " no longer answers: ", .count(a, "keep-alive", "keep-alives"), " in a row got nothing"]
    default: return nil
    }
  }

  /// Rules on the closing.
  private var closingPhrases: [Phrase]? {
    let (a, b) = (figures[0], figures[1])
    switch rule {
    case .closeWait:
      return b > 0
        ? [who, " has not closed for ", .time(a), " since the other end did (CLOSE_WAIT)"]
        : [who, " took ", .time(a), " to close after the other end did (CLOSE_WAIT)"]
    case .finWait2: return [who, " has waited ", .time(a), " in FIN_WAIT_2: ", other, " never closed"]
    case .finUnanswered:
      return [who, "'s FIN was not acknowledged, sent ", .count(a, "time", "times"), " in ", .time(b)]
    case .lastACKMissing:
      return [who, " has waited ", .time(b), " in LAST_ACK: the ACK of its FIN never came"]
    case .halfClose:
      return [
        other, " sent ", .count(a, "octet", "octets"), " over ", .time(b), " after ", who,
        " had closed (half-close)",
      ]
    case .simultaneousClose: return ["both ends closed at once: their FINs crossed"]
    case .resetAbort:
      return a > 0
        ? [
          who, " aborted the connection with a RST; ", .count(a, "octet was", "octets were"),
          " not acknowledged",
        ]
        : [who, " aborted the connection with a RST"]
    case .resetUnread: return [who, " closed with data unread: a RST instead of a FIN"]
    case .resetAfterClose: return [who, " had closed and answered what still came with a RST"]
    case .resetDead:
      return a > 0
        ? [who, " sent nothing but ", .count(a, "RST", "RSTs"), ": what it answers was not captured"]
        : [who, " knows no such connection: it answered with a RST"]
    case .resetBlind:
      return [
        .count(a, "reset", "resets"), " in ", who, "'s name ",
        a == 1 ? "has a number" : "have numbers", " outside the window: ignored",
      ]
    case .challengeACK:
      return a > 0
        ? [
          "a SYN came into the connection ", .count(a, "time", "times"), "; ", who,
          b > 0 ? " asked back (challenge ACK)" : " did not answer it",
        ]
        : [who, " asked back whether a reset was meant (challenge ACK)"]
    case .dataAfterReset:
      return [who, " sent ", .count(a, "segment", "segments"), " up to ", .time(b), " after the reset"]
    default: return nil
    }
  }

  /// Rules on the capture and on datagrams.
  private var capturePhrases: [Phrase]? {
    let (a, b) = (figures[0], figures[1])
    switch rule {
    case .beginsMidStream:
      return a > 0
        ? ["the capture begins behind the SYN: its options are unknown"]
        : [
          "the capture begins in mid-stream: who opened the connection, options and window scales are unknown"
        ]
    case .oneSideOnly:
      return ["only ", who, "'s packets were captured: what is said of the other end follows from them"]
    case .snapped:
      return [.count(a, "packet was", "packets were"), " captured without all of what it carried"]
    case .capturedTwice:
      return [
        "the capture has ", .count(a, "packet", "packets"), " of ", who, " twice",
      ]
    case .offloaded:
      return [
        who, "'s segments are larger than the wire carries, ", .number(a), " octets where ", .number(b),
        " fit: captured before or behind the network card",
      ]
    case .checksumsOffloaded:
      return [
        who, "'s checksums are not those of the wire: its network card computes them behind the tap",
      ]
    case .damaged:
      return [
        .count(a, "segment", "segments"), " of ", who, " came damaged (wrong checksum): ", other,
        " drops such",
      ]
    case .timeBackwards:
      return ["time goes backwards ", .count(a, "time", "times"), " in the capture, by up to ", .time(b)]
    case .captureGap:
      return b > 0
        ? [
          .count(a, "octet", "octets"), " of ", who, " arrived and were not captured; the kernel dropped ",
          .count(b, "packet", "packets"), " of the capture",
        ]
        : [.count(a, "octet", "octets"), " of ", who, " arrived and were not captured"]
    case .datagramNoReply:
      return [.count(a, "datagram", "datagrams"), " of ", who, " and no reply"]
    case .datagramUnreachable: return reachability
    case .echoNoReply:
      return [.number(a), " of ", .count(b, "echo request", "echo requests"), " got no reply"]
    default: return nil
    }
  }
}
