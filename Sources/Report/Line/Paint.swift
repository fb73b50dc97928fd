// Colour in lines, for a terminal: what is always there steps back, what is wrong or ends a connection steps
// forward.

/// How a piece of a line looks.
enum Paint {
  case plain, dim, opening, fault
}

extension LinePrinter {
  /// Paints what is written from here on. Nothing without colour: the line is then tcpdump's, octet for
  /// octet.
  @inline(__always)
  mutating func paint(_ paint: Paint) {
    if options.color { write(paint) }
  }

  @inline(never)
  private mutating func write(_ paint: Paint) {
    switch paint {
    case .plain: out.write("\u{1b}[0m")
    case .dim: out.write("\u{1b}[2m")
    case .opening: out.write("\u{1b}[32m")
    case .fault: out.write("\u{1b}[1;31m")
    }
  }
}
