// swift-tools-version: 6.2
import PackageDescription

// Every target of ours is built by the same strict rules.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// The names of the C library's allocator for the functions of Tests/Fuzz/Allocations/Malloc.swift. Of a
// program that only tests run: nothing that another package may depend on has these flags.
let countedMalloc = ["malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign"]
  .flatMap { ["-Xlinker", "--defsym=\($0)=counted_\($0)"] }

let package = Package(
  name: "wiretale",
  products: [
    .executable(name: "wiretale", targets: ["wiretale"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // Without its readers of YAML and JSON: they bring the whole of Foundation.
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    // C: libpcap, with the shims Swift needs to call it.
    .systemLibrary(
      name: "CPcap", path: "Modules/CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),

    // C: SQLite, with the shim Swift needs to call it.
    .systemLibrary(
      name: "CSQLite", path: "Modules/CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

    // C: the one instruction that Swift has no word for.
    .systemLibrary(name: "CPrefetch", path: "Modules/CPrefetch"),

    // Octets to headers. Pure: no Foundation, no clock, no unsafe, no allocation.
    .target(name: "Wire", swiftSettings: strict),

    // libpcap to frames. The only room where `unsafe` is at home.
    .target(name: "Capture", dependencies: ["CPcap", "Wire"], swiftSettings: strict),

    // Packets to flows. State, but no I/O and no clock of its own.
    .target(name: "Flow", dependencies: ["CPrefetch", "Wire"], swiftSettings: strict),

    // Packets and flows to text and records.
    .target(name: "Report", dependencies: ["Flow", "Wire"], swiftSettings: strict),

    // Records to SQLite and back.
    .target(name: "Store", dependencies: ["CSQLite"], swiftSettings: strict),

    // The service that runs for months: settings, pipelines, one writer, what systemd is told.
    .target(
      name: "Service",
      dependencies: [
        "Capture", "Flow", "Report", "Store", "Wire",
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),

    // The program: one verb, one file.
    .executableTarget(
      name: "wiretale",
      dependencies: [
        "Capture", "Flow", "Report", "Service", "Store", "Wire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // What holds of every frame: for the fuzzers, and for the tests that do with fewer frames what they do.
    .target(
      name: "FuzzViews", dependencies: ["Report", "Wire"], path: "Tests/Fuzz/Views", swiftSettings: strict),

    // Counts what a frame allocates: a program of its own, because it brings its own malloc.
    .executableTarget(
      name: "count-allocations", dependencies: ["Capture", "Report", "Wire"], path: "Tests/Fuzz/Allocations",
      swiftSettings: strict, linkerSettings: [.unsafeFlags(countedMalloc)]),

    .testTarget(name: "WireTests", dependencies: ["Wire"], swiftSettings: strict),
    .testTarget(name: "FlowTests", dependencies: ["Capture", "Flow", "Wire"], swiftSettings: strict),
    .testTarget(
      name: "ReportTests", dependencies: ["Capture", "Flow", "Report", "Wire"], swiftSettings: strict),
    .testTarget(name: "CaptureTests", dependencies: ["Capture", "Wire"], swiftSettings: strict),
    .testTarget(
      name: "ReplayTests",
      dependencies: ["Capture", "Flow", "FuzzViews", "Report", "Wire", "wiretale"],
      swiftSettings: strict),
    .testTarget(name: "StoreTests", dependencies: ["Store"], swiftSettings: strict),
    .testTarget(
      name: "ServiceTests", dependencies: ["Capture", "Flow", "Service", "Store", "Wire"],
      swiftSettings: strict),
    .testTarget(name: "LabTests", swiftSettings: strict),
    .testTarget(name: "TidyTests", swiftSettings: strict),
  ]
)
