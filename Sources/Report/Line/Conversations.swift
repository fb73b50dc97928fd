// Relative sequence numbers: the first sequence numbers of each conversation, as tcpdump keeps them.

internal import Wire

/// The two ends of a TCP conversation, in an order that both directions share.
struct Conversation: Equatable {
  /// The end with the lower port, or with the lower address where the ports are equal.
  var low = IPAddress()
  var high = IPAddress()
  /// The low end's port in the upper half.
  var ports: UInt32 = 0
  var version: UInt8 = 0
  /// Whether the packet at hand goes from the high end to the low one.
  var reversed = false

  init() {}

  /// The conversation of a packet.
  @inline(__always)
  init(
    _ source: IPAddress, _ destination: IPAddress, _ sourcePort: UInt16, _ destinationPort: UInt16,
    version: UInt8
  ) {
    self.version = version
    reversed = sourcePort > destinationPort
    if sourcePort == destinationPort {
      reversed =
        source.high != destination.high ? source.high > destination.high : source.low > destination.low
    }
    low = reversed ? destination : source
    high = reversed ? source : destination
    ports =
      reversed
      ? UInt32(destinationPort) &<< 16 | UInt32(sourcePort)
      : UInt32(sourcePort) &<< 16 | UInt32(destinationPort)
  }

  /// Whether both are the same conversation, whatever their packets' direction.
  static func == (a: Conversation, b: Conversation) -> Bool {
    a.ports == b.ports && a.low == b.low && a.high == b.high && a.version == b.version
  }
}

/// What the numbers of a segment count from.
struct ConversationBase {
  /// The first sequence number of the segment's sender and of its receiver.
  var own: UInt32 = 0
  var peer: UInt32 = 0
  /// Whether this segment is the one that sets them: its numbers are printed as they are.
  var isNew = true
}

/// The first sequence numbers of conversations, in bounded memory: the oldest conversation goes when a new
/// one finds no room. Its numbers then start again from the next segment, as those of a conversation met in
/// its middle do.
struct SequenceTable {
  /// The most conversations that are remembered: 13 MB, slots included, unless told otherwise.
  private let conversationsMax: Int

  private struct Entry {
    var conversation = Conversation()
    var lowSequence: UInt32 = 0
    var highSequence: UInt32 = 0
  }

  private var entries: [Entry] = []
  /// The entry that goes next, once there are as many as there may be.
  private var oldest = 0
  /// Index of an entry plus one; zero where nothing is. Linear probing, at most half full.
  private var slots = [UInt32](repeating: 0, count: 1 << 10)
  /// Drawn per process, so that nobody can choose ports that collide.
  private let secret = UInt64.random(in: .min ... .max) | 1

  init(conversationsMax: Int = 1 << 18) {
    precondition(conversationsMax > 0, "a table without room")
    self.conversationsMax = conversationsMax
  }

  /// The first sequence numbers of `conversation`, which a segment with SYN, or the first one seen, sets
  /// anew.
  @inline(__always)
  mutating func base(
    of conversation: Conversation, sequence: UInt32, acknowledgment: UInt32, opens: Bool
  ) -> ConversationBase {
    var slot = home(conversation)
    while slots[slot] != 0 {
      let index = Int(slots[slot] &- 1)
      if entries[index].conversation == conversation {
        if opens {
          set(index, conversation, sequence, acknowledgment)
          return base(index, conversation, isNew: true)
        }
        return base(index, conversation, isNew: false)
      }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
    return insert(conversation, sequence, acknowledgment)
  }

  private func base(_ index: Int, _ conversation: Conversation, isNew: Bool) -> ConversationBase {
    let low = entries[index].lowSequence
    let high = entries[index].highSequence
    return conversation.reversed
      ? ConversationBase(own: high, peer: low, isNew: isNew)
      : ConversationBase(own: low, peer: high, isNew: isNew)
  }

  /// Keeps the numbers of a conversation's opening segment; what it acknowledges is one past the peer's first
  /// number.
  private mutating func set(
    _ index: Int, _ conversation: Conversation, _ sequence: UInt32, _ acknowledgment: UInt32
  ) {
    entries[index].conversation = conversation
    entries[index].lowSequence = conversation.reversed ? acknowledgment &- 1 : sequence
    entries[index].highSequence = conversation.reversed ? sequence : acknowledgment &- 1
  }

  /// Remembers a conversation.
  @inline(never)
  private mutating func insert(
    _ conversation: Conversation, _ sequence: UInt32, _ acknowledgment: UInt32
  ) -> ConversationBase {
    var index = entries.count
    if index < conversationsMax {
      if (index &+ 1) &* 2 > slots.count { grow() }
      entries.append(Entry())
    } else {
      index = oldest
      oldest = (oldest &+ 1) % conversationsMax
      forget(index)
    }
    set(index, conversation, sequence, acknowledgment)
    place(index)
    return base(index, conversation, isNew: true)
  }

  /// Where a conversation's probing begins.
  @inline(__always)
  private func home(_ conversation: Conversation) -> Int {
    var hash = secret ^ UInt64(conversation.ports)
    hash = fold(hash ^ conversation.low.low, 0x9e37_79b9_7f4a_7c15)
    hash = fold(hash ^ conversation.high.low, 0xc2b2_ae3d_27d4_eb4f)
    hash = fold(hash ^ conversation.low.high ^ (conversation.high.high &* 3), 0x1656_67b1_9e37_79f9)
    return Int(truncatingIfNeeded: hash) & (slots.count &- 1)
  }

  /// Both halves of a product.
  @inline(__always)
  private func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = (a ^ secret).multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  /// Enters an entry into the slots.
  private mutating func place(_ index: Int) {
    var slot = home(entries[index].conversation)
    while slots[slot] != 0 { slot = (slot &+ 1) & (slots.count &- 1) }
    slots[slot] = UInt32(truncatingIfNeeded: index) &+ 1
  }

  /// Twice as many slots.
  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count &* 2)
    for index in 0..<entries.count { place(index) }
  }

  /// Takes an entry out of the slots and closes the gap behind it.
  private mutating func forget(_ index: Int) {
    let mask = slots.count &- 1
    var slot = home(entries[index].conversation)
    while slots[slot] != 0, slots[slot] != UInt32(truncatingIfNeeded: index) &+ 1 {
      slot = (slot &+ 1) & mask
    }
    if slots[slot] == 0 { return }
    var gap = slot
    slot = (slot &+ 1) & mask
    while slots[slot] != 0 {
      let wish = home(entries[Int(slots[slot] &- 1)].conversation)
      // Moves back unless it would pass its home.
      if (slot &- wish) & mask >= (slot &- gap) & mask {
        slots[gap] = slots[slot]
        gap = slot
      }
      slot = (slot &+ 1) & mask
    }
    slots[gap] = 0
  }
}
