// Filters in libpcap's language, compiled by libpcap.

internal import CPcap
public import Wire

#if canImport(Glibc)
  internal import Glibc
#endif

/// How a compiled filter is shown.
public enum FilterListing: Sendable {
  /// Assembler (`-d`).
  case assembler
  /// A fragment of C (`-dd`).
  case c
  /// Decimal numbers behind a count (`-ddd`).
  case decimal
}

/// The program `text` compiles to for saved frames of `link`, as lines that each end with a newline. What an
/// interface gets can differ (`Capture.filterListing`): there the kernel keeps the VLAN tag beside the frame.
public func compileFilter(
  _ text: String, link: LinkType, snapLength: Int = 262_144, optimize: Bool = true,
  listing: FilterListing = .assembler
) throws(CaptureError) -> String {
  guard let handle = unsafe pcap_open_dead(link.rawValue, Int32(clamping: snapLength)) else {
    throw CaptureError(.usage, "no memory for the filter")
  }
  defer { unsafe pcap_close(handle) }
  return try unsafe Filter(text, handle: handle, optimize: optimize).listing(listing)
}

/// A compiled filter.
@safe
final class Filter {
  private var program: bpf_program

  /// Compiles `text` as `handle` needs it. `netmask` is in network order and serves `ip broadcast`.
  init(_ text: String, handle: OpaquePointer, optimize: Bool, netmask: UInt32? = nil) throws(CaptureError) {
    unsafe program = bpf_program()
    let mask = netmask ?? wiretale_netmask_unknown()
    guard unsafe pcap_compile(handle, &program, text, optimize ? 1 : 0, mask) == 0 else {
      let message = unsafe libpcapMessage(handle)
      // Not the filter's fault: libpcap compiles nothing for this link type.
      if message.hasPrefix("unknown data link type") { throw CaptureError(.input, message) }
      throw CaptureError(.filter, unsafe filterFault(text, message: message, handle: handle))
    }
  }

  /// A filter that passes what any of `filters` passes: their programs one behind the other, where each
  /// refusal becomes a jump to the next. One pass of the kernel's interpreter then answers for all.
  init(anyOf filters: [Filter]) {
    var all: [bpf_insn] = []
    for (place, each) in filters.enumerated() {
      let count = unsafe Int(each.program.bf_len)
      for index in 0..<count {
        var instruction = unsafe each.program.bf_insns[index]
        if place < filters.count - 1, instruction.code == 0x06, instruction.k == 0 {  // ret #0
          instruction.code = 0x05  // ja
          instruction.k = UInt32(count - index - 1)
        }
        all.append(instruction)
      }
    }
    // pcap_freecode gives the instructions to free(3).
    let copy = unsafe calloc(max(1, all.count), MemoryLayout<bpf_insn>.stride)?
      .bindMemory(to: bpf_insn.self, capacity: all.count)
    for (index, each) in all.enumerated() { unsafe copy?[index] = each }
    unsafe program = bpf_program(bf_len: copy == nil ? 0 : UInt32(all.count), bf_insns: copy)
  }

  deinit { unsafe pcap_freecode(&program) }

  /// Whether the filter lets a frame pass.
  @inline(__always)
  func passes(_ header: UnsafePointer<pcap_pkthdr>, _ octets: UnsafePointer<UInt8>) -> Bool {
    unsafe pcap_offline_filter(&program, header, octets) != 0
  }

  /// Gives the filter to an interface.
  func install(on handle: OpaquePointer) -> Bool {
    unsafe pcap_setfilter(handle, &program) == 0
  }

  /// The program as text.
  func listing(_ style: FilterListing) -> String {
    let count = unsafe Int(program.bf_len)
    var text = style == .decimal ? "\(count)\n" : ""
    for index in 0..<count {
      let each = unsafe program.bf_insns[index]
      switch style {
      case .assembler: text += unsafe String(cString: bpf_image(&program.bf_insns[index], Int32(index)))
      case .c:
        let constant = String(each.k, radix: 16)
        let code = String(each.code, radix: 16)
        text += "{ 0x\(code), \(each.jt), \(each.jf), 0x"
        text += String(repeating: "0", count: 8 - constant.count) + constant + " },"
      case .decimal: text += "\(each.code) \(each.jt) \(each.jf) \(each.k)"
      }
      text += "\n"
    }
    return text
  }
}

/// libpcap's words about a filter, and the word of the filter they are about.
private func filterFault(_ text: String, message: String, handle: OpaquePointer) -> String {
  guard message.hasSuffix("syntax error") else { return "filter: \(message) in \"\(text)\"" }
  let ends = wordEnds(text)
  // libpcap's parser names no place. The longest beginning that some ending completes ends just before the
  // word it stumbled over.
  for count in stride(from: ends.count, through: 0, by: -1) {
    let beginning = count == 0 ? "" : String(text[..<ends[count - 1].end])
    guard unsafe canGoOn(beginning, handle: handle) else { continue }
    if count == ends.count { break }
    return "filter: syntax error near \"\(text[ends[count].start..<ends[count].end])\" in \"\(text)\""
  }
  return "filter: syntax error at the end of \"\(text)\""
}

/// The words of a filter: runs without blanks, and each sign that libpcap reads as a word of its own.
private func wordEnds(_ text: String) -> [(start: String.Index, end: String.Index)] {
  var words: [(start: String.Index, end: String.Index)] = []
  var index = text.startIndex
  while index < text.endIndex {
    let start = index
    let first = text[index]
    index = text.index(after: index)
    if first.isWhitespace { continue }
    if !isSign(first) {
      while index < text.endIndex, !text[index].isWhitespace, !isSign(text[index]) {
        index = text.index(after: index)
      }
    } else if index < text.endIndex, "&|=<>".contains(first), isSign(text[index]),
      "&|=<>".contains(text[index])
    {
      index = text.index(after: index)
    }
    words.append((start, index))
  }
  return words
}

private func isSign(_ character: Character) -> Bool { "()[]!=<>&|".contains(character) }

/// Whether some ending makes a filter of `beginning`.
private func canGoOn(_ beginning: String, handle: OpaquePointer) -> Bool {
  let parentheses = beginning.filter { $0 == "(" }.count - beginning.filter { $0 == ")" }.count
  let closing = String(repeating: ")", count: max(0, parentheses))
  let endings = [
    "", " 80", " 1.2.3.4", " host 1.2.3.4", " tcp", " port 80", " 1-2", " net 1.2.3.0/24", " 1.2.3.0/24",
    " = 1",
    " 1 = 1", "] = 1", " 0] = 1", " 0 = 1", " proto 6", " 2:2:2:2:2:2", " mgt", " data", " 1", " len = 1",
  ]
  for ending in endings {
    var program = unsafe bpf_program()
    let status = unsafe pcap_compile(
      handle, &program, beginning + ending + closing, 0, wiretale_netmask_unknown())
    if status == 0 {
      unsafe pcap_freecode(&program)
      return true
    }
    if unsafe !libpcapMessage(handle).hasSuffix("syntax error") { return true }
  }
  return false
}
