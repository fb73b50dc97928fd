// Filters in libpcap's language, compiled.

internal import CPcap
public import Wire

/// How a compiled filter is shown.
public enum FilterListing: Sendable {
  /// Assembler (`-d`).
  case assembler
  /// A fragment of C (`-dd`).
  case c
  /// Decimal numbers behind a count (`-ddd`).
  case decimal
}

/// The program `text` compiles to for frames of `link`, as lines that each end with a newline.
public func compileFilter(
  _ text: String, link: LinkType, snapLength: Int = 262_144, optimize: Bool = true,
  listing: FilterListing = .assembler
) throws(CaptureError) -> String { "" }
