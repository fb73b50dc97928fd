// Two of a kind: what belongs to the originator, and what belongs to the responder.

/// Two elements by the number of a `FlowSide`: an inline array, but for one thing. To read an element of that
/// by a number that the compiler does not know, it copies both (half a kilobyte, several times a packet); to
/// read by one that it knows, it reads what is asked for.
struct Both<Element> {
  private var elements: InlineArray<2, Element>

  /// The same for both.
  init(repeating element: Element) { elements = InlineArray(repeating: element) }

  subscript(side: Int) -> Element {
    @inline(__always) get { side == 0 ? elements[0] : elements[1] }
    @inline(__always) _modify { yield &elements[side] }
  }
}

extension Both: Sendable where Element: Sendable {}
extension Both: BitwiseCopyable where Element: BitwiseCopyable {}
