// swift-tools-version: 6.2
import PackageDescription

// What a frame costs in `Wire`: nanoseconds, and allocations, of which there must be none.
//
// cd Benchmarks/Dissect && swift run -c release dissect ../../pcaps/*.pcap
//
// A package of its own: it counts allocations by standing in for `malloc`, which no other program of ours
// should do.
let package = Package(
  name: "dissect",
  targets: [
    // The room itself, by a symbolic link: a target cannot lie outside its package.
    .target(name: "Wire", swiftSettings: [.strictMemorySafety()]),
    // C: Swift cannot define a function that the C library is to call in place of its own.
    .target(name: "CountedAllocations"),
    .executableTarget(
      name: "dissect", dependencies: ["CountedAllocations", "Wire"], path: "Sources/Dissect"),
  ]
)
