// What holds of the fields of a frame and of their text, whatever the octets.

internal import Report
public import Wire

/// Tells frames field by field and checks each.
public struct FieldsView: ~Copyable {
  private var printer: FieldsPrinter
  private var fields = Fields()
  private let isColoured: Bool

  /// A view with or without verified checksums and colour.
  public init(checksums: Bool, color: Bool) {
    printer = FieldsPrinter(interfaces: ["a.pcap"], checksums: checksums, color: color)
    isColoured = color
  }

  /// Prints one frame, whose dissection is `packet`; throws what its fields or their text broke.
  public mutating func check(_ bytes: Bytes, _ frame: Frame, _ packet: inout Packet) throws(Broken) {
    for i in 0..<packet.layerCount { try check(packet.layers[i], bytes) }
    printer.out.removeAll()
    printer.print(bytes, frame, &packet)
    let coloured = isColoured
    let broken: Broken? = printer.out.withOctets { text in
      do throws(Broken) {
        try FieldsView.check(text, coloured: coloured)
        return nil
      } catch {
        return error
      }
    }
    if let broken { throw broken }
  }

  /// The fields of one layer: inside it, those of depth 1 one behind the other.
  private mutating func check(_ layer: Layer, _ bytes: Bytes) throws(Broken) {
    guard let describe = layer.kind.describer else { return }
    let start = Int(layer.offset)
    let view = bytes.extracting(start..<min(bytes.count, start + Int(layer.length)))
    fields.removeAll()
    fields.base = start
    var isWhole = true
    do throws(Malformed) { try describe(view, &fields) } catch { isWhole = false }
    var end = start
    for node in fields.nodes {
      if node.offset < start || node.length < 0 || node.offset + node.length > start + view.count {
        throw Broken(
          "\(layer.kind): \(node.name), \(node.length) octets at \(node.offset), of a layer of \(view.count)"
        )
      }
      if node.depth < 1 { throw Broken("\(layer.kind): \(node.name) has depth \(node.depth)") }
      if node.depth == 1 {
        if node.offset < end {
          throw Broken("\(layer.kind): \(node.name) shares octets with the field before")
        }
        end = node.offset + node.length
      }
    }
    // A fault may leave it anywhere.
    if isWhole, fields.depth != 1 {
      throw Broken("\(layer.kind) leaves the depth at \(fields.depth)")
    }
  }

  /// The text of one frame: a heading, lines, and an empty line at the end and nowhere else.
  private static func check(_ text: Bytes, coloured: Bool) throws(Broken) {
    guard text.count > 2, text[text.count - 1] == 10, text[text.count - 2] == 10, text[0] != 10 else {
      throw Broken("the text of a frame ends in an empty line: \(visible(text))")
    }
    var at = 0
    while at < text.count {
      let octet = text[at]
      if octet == 27, coloured {
        let length = colour(text, at)
        if length == 0 { throw Broken("only colour escapes: \(visible(text, around: at))") }
        at += length
        continue
      }
      if octet == 10 {
        if at + 2 < text.count, text[at + 1] == 10 {
          throw Broken("one empty line: \(visible(text, around: at))")
        }
        at += 1
        continue
      }
      let length = character(text, at)
      if length == 0 { throw Broken("no control characters: octet \(octet) in \(visible(text, around: at))") }
      at += length
    }
  }
}
