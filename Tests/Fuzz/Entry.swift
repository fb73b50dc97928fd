// What libFuzzer calls with octets of its making. Built once per view by scripts/fuzz.sh, which names the
// view.

import FuzzViews

#if VIEW_LINE
  private let view = View.line
#elseif VIEW_JSON
  private let view = View.json
#elseif VIEW_FIELDS
  private let view = View.fields
#else
  private let view = View.dissect
#endif

/// Looks at one sample; a property that it breaks ends the process, as a trap would.
@c(LLVMFuzzerTestOneInput)
public func lookAtOneSample(_ octets: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  do throws(Broken) {
    try view.look(at: unsafe UnsafeBufferPointer(start: octets, count: count).span)
  } catch {
    fatalError("\(view): \(error)")
  }
  return 0
}
