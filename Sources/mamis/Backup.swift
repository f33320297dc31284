import ArgumentParser
import MariaDB
import Membership
import Platform

struct Backup: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Copy the database to a file, while the system is in use.",
    discussion: """
      One moment of all tables, as SQL (mariadb-dump), packed by gzip. A manifest at its end tells \
      the schema, the rows of each table and the SHA-256; the copy is read back and compared \
      before it gets its name. It holds personal data, hashes of passwords and the secrets of \
      second factors: only its owner may read it, and --encrypt-to makes it unreadable for this \
      host, too. What opens a door for a while (sessions, mailed URLs, drafts, counts of failed \
      logins) is not in it, nor are lists on their way in: nothing of that comes alive again.
      """)

  /// Their structure is copied, their rows are not.
  static let passingTables = [
    "sessions", "tokens", "drafts", "login_failures", "throttle_events", "throttle_subjects",
    "imports", "import_progress", "import_lines",
  ]

  @Argument(help: "The file; or a folder, where the copy is named after database and time.")
  var place: String

  @Option(help: "A public key for age (age1…), or a file of such keys. May be given again.")
  var encryptTo: [String] = []

  @Option(help: "In a folder: keep so many copies, and delete older ones.")
  var keep: Int?

  @Flag(help: "Make no copy: check that the file there is whole.")
  var verify = false

  @Option(help: "With --verify: the file of age's private key.")
  var identity: String?

  func validate() throws {
    if let keep, keep < 1 { throw ValidationError("--keep must be 1 or more.") }
    guard keep == nil || isFolder(place) else {
      throw ValidationError("--keep is for a folder.")
    }
    guard !verify || encryptTo.isEmpty && keep == nil else {
      throw ValidationError("--verify makes no copy: it goes with --identity only.")
    }
  }

  func run() throws {
    guard !verify else {
      return try report(place, BackupFile(path: place, identity: identity).read())
    }
    let services = try Mamis.services(takingAnySchema: true)
    let database = services.database
    let name = try database.name()
    let made = utcTimestamp(secondsNow()).prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    let ending = encryptTo.isEmpty ? ".sql.gz" : ".sql.gz.age"
    let path = isFolder(place) ? "\(place)/\(name)-\(made)\(ending)" : place
    watchForTermination()
    let manifest = try write(path, name, services)
    try database.transaction { transaction in
      try Audit.record(
        "backup.made", actor: nil, details: encryptTo.isEmpty ? "" : "encrypted", in: transaction)
    }
    report(path, manifest)
    try removeOld(name)
  }

  private func write(
    _ path: String, _ name: Identifier, _ services: Services
  ) throws -> BackupManifest {
    var manifest = BackupManifest()
    manifest.made = utcTimestamp(secondsNow())
    manifest.database = name.description
    manifest.schema = try services.database.count(
      "SELECT CAST(COALESCE(MAX(version), 0) AS SIGNED) AS n FROM schema_migrations")
    let tables = try services.database.tables(of: name)
    let draft = try BackupDraft(path, encryptedTo: encryptTo)
    do {
      let reader = try dump(name, services, to: draft)
      guard reader.isDumpWhole, Set(reader.rows.keys) == Set(tables) else {
        throw Failure("mariadb-dump did not write all tables")
      }
      manifest.rows = reader.rows
      var sealed = reader
      try draft.write([UInt8](manifest.text.utf8))
      sealed.take([UInt8](manifest.text.utf8))
      try draft.write([UInt8]("\(BackupManifest.lastWord)\(sealed.hashed)\n".utf8))
      try draft.finish { draft in
        // Whoever encrypts for somebody else cannot read it back.
        if encryptTo.isEmpty { _ = try BackupFile(path: draft, identity: nil).read() }
      }
    } catch {
      draft.remove()
      throw error
    }
    return manifest
  }

  /// No table is locked, so that the system goes on meanwhile; the tables are InnoDB's, and seen as
  /// they were at one moment.
  private func dump(
    _ name: Identifier, _ services: Services, to draft: BackupDraft
  ) throws -> BackupReader {
    let (outlet, inlet) = try Channel.pipe()
    let dump = try BackupClient(services.settings.database).start(
      "mariadb-dump",
      [
        "--single-transaction", "--quick", "--skip-lock-tables", "--skip-add-locks",
        "--skip-disable-keys", "--hex-blob", "--no-tablespaces",
      ] + Self.passingTables.map { "--ignore-table-data=\(name).\($0)" } + [name.description],
      output: inlet)
    inlet.close()
    do {
      var reader = BackupReader()
      while true {
        let bytes = try outlet.read()
        if bytes.isEmpty { break }
        guard !isTerminationAsked else { throw Failure("stopped; no copy was made") }
        reader.take(bytes)
        try draft.write(bytes)
      }
      try dump.mustEndWell()
      return reader
    } catch {
      outlet.close()
      dump.end()
      throw error
    }
  }

  private func report(_ path: String, _ manifest: BackupManifest) {
    let rows = manifest.rows.values.reduce(0, +)
    say("\(path): whole; \(manifest.rows.count) tables, \(rows) rows, schema \(manifest.schema)")
    say("made \(manifest.made) of \(manifest.database)")
  }

  /// A draft so old is nobody's work any more.
  private static let longestWork = 86_400

  /// The names tell the time, so the oldest come first. Drafts that were cut short go, too.
  private func removeOld(_ name: Identifier) throws {
    guard let keep else { return }
    let files = try namesInFolder(place).filter { $0.hasPrefix("\(name)-2") }
    let copies = files.filter { $0.hasSuffix(".sql.gz") || $0.hasSuffix(".sql.gz.age") }
    let drafts = files.filter { file in
      let time = modificationTime("\(place)/\(file)") ?? secondsNow()
      return file.hasSuffix(".new") && time < secondsNow() - Self.longestWork
    }
    for file in copies.dropLast(keep) + drafts {
      try removeFile("\(place)/\(file)")
      say("deleted \(file)")
    }
  }
}
