// swift-tools-version: 6.2
import PackageDescription

// What flows take, and what floods cost: memory of the whole program, time per packet, the longest packet.
//
// cd Benchmarks/Flows && swift run -c release flows [FLOWS]
// cd Benchmarks/Flows && swift run -c release flows growth 1000 32000 320000 1000000 5000000
let package = Package(
  name: "flows",
  targets: [
    // The rooms themselves, by symbolic links: a target cannot lie outside its package.
    .target(
      name: "Wire",
      swiftSettings: [
        .strictMemorySafety(), .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ]),
    .systemLibrary(name: "CPrefetch"),
    .target(
      name: "Flow", dependencies: ["CPrefetch", "Wire"],
      swiftSettings: [
        .strictMemorySafety(), .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ]),
    .executableTarget(name: "flows", dependencies: ["Flow", "Wire"], path: "Sources/Flows"),
  ]
)
