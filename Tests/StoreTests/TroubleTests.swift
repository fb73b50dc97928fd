// Trouble with files: each is told by its kind, in a line with the path, and nothing that was there is lost.

import Foundation
import Store
import Testing

@Suite struct TroubleTests {
  let folder = Folder()

  private func failure(_ body: () throws -> Void) -> StoreError? {
    do {
      try body()
      return nil
    } catch {
      return error as? StoreError
    }
  }

  @Test func aFileThatIsNoStoreIsTold() throws {
    try Data(repeating: 65, count: 20_000).write(to: URL(fileURLWithPath: folder.store))
    let error = try #require(failure { _ = try StoreWriter(folder.store) })
    #expect(error.kind == .corrupt)
    #expect(error.description.hasPrefix(folder.store))
  }

  @Test func aStoreOfALaterVersionIsLeftAlone() throws {
    _ = try StoreWriter(folder.store)
    try Database(folder.store).run("PRAGMA user_version = 99")
    #expect(failure { _ = try StoreWriter(folder.store) }?.kind == .newer)
    #expect(failure { _ = try StoreReader(folder.store) }?.kind == .newer)
  }

  @Test func aFolderThatIsNotThereIsTold() {
    #expect(failure { _ = try StoreWriter(folder.path + "/none/flows.db") }?.kind == .unreachable)
    #expect(failure { _ = try StoreReader(folder.store) }?.kind == .unreachable)
  }

  @Test func anotherDatabaseIsNoStore() throws {
    try Database(folder.store).run("CREATE TABLE t (a)")
    #expect(failure { _ = try StoreReader(folder.store) }?.kind == .corrupt)
  }

  /// A batch fails as a whole when the disk is full, and the next one is taken when there is room again.
  @Test(.enabled(if: getuid() == 0, "mounting a small file system takes root"))
  func aFullDiskLosesTheBatchAndNothingElse() throws {
    let mount = Process()
    mount.executableURL = URL(fileURLWithPath: "/bin/mount")
    mount.arguments = ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder.path]
    mount.standardError = FileHandle.nullDevice
    try mount.run()
    mount.waitUntilExit()
    guard mount.terminationStatus == 0 else { return }
    defer {
      let unmount = Process()
      unmount.executableURL = URL(fileURLWithPath: "/bin/umount")
      unmount.arguments = ["-l", folder.path]
      try? unmount.run()
      unmount.waitUntilExit()
    }
    let writer = try StoreWriter(folder.store)
    try writer.write([flow(1)])
    let filler = folder.path + "/filler"
    #expect(FileManager.default.createFile(atPath: filler, contents: nil))
    let handle = try #require(FileHandle(forWritingAtPath: filler))
    for _ in 0..<4000 {
      do { try handle.write(contentsOf: Data(repeating: 0, count: 1024)) } catch { break }
    }
    let batch = (2...2000).map { flow(UInt64($0), octets: 1000) }
    #expect(failure { try writer.write(batch) }?.kind == .full)
    #expect(try StoreReader(folder.store).count(.flows) == 1)
    try handle.close()
    try FileManager.default.removeItem(atPath: filler)
    try writer.write([flow(2)])
    let reader = try StoreReader(folder.store)
    #expect(try reader.count(.flows) == 2)
    #expect(try reader.faults() == [])
  }
}
