import ArgumentParser
import MariaDB
import Membership
import Platform

struct Restore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring a copy of mamis backup back.",
    discussion: """
      The copy is checked before anything is written. It goes into an empty database; with \
      --replace, into a new one beside the one in use, and takes its place in one step when it is \
      loaded, counted and brought up to date. A copy of a newer mamis is refused. Everybody signs \
      in again, mailed URLs of before open nothing, and mails that were waiting stay unsent unless \
      --send-waiting is given: most of them were sent after the copy was made. Whoever was erased \
      since is erased again, as far as the database replaced knows. Stop the handlers and the \
      mailer meanwhile, and load nothing but your own copies: they are SQL.
      """)

  @Argument(help: "The file.")
  var file: String

  @Option(help: "The database; that of the option file without it.")
  var into: String?

  @Flag(help: "In the place of what is in the database now.")
  var replace = false

  @Flag(help: "Send the mails that were waiting when the copy was made.")
  var sendWaiting = false

  @Option(help: "For an encrypted copy: the file of age's private key.")
  var identity: String?

  func validate() throws {
    guard into.map({ Identifier($0) != nil }) ?? true else {
      throw ValidationError("--into must be letters, digits and _.")
    }
  }

  func run() throws {
    let services = try Mamis.services(takingAnySchema: true)
    let database = services.database
    let source = BackupFile(path: file, identity: identity)
    let manifest = try source.read()
    let migrations = try Migrations(folder: services.settings.sqlFolder)
    guard manifest.schema <= migrations.newest else {
      throw Failure(
        "\(file) was made by a newer mamis (schema \(manifest.schema); this one knows "
          + "\(migrations.newest)): update mamis first")
    }
    let target = try into.flatMap { Identifier($0) } ?? database.name()
    let isEmpty = try database.tables(of: target).isEmpty
    guard isEmpty || replace else {
      throw Failure("the database \(target) is not empty; --replace puts the copy in its place")
    }
    let loading = RestoredCopy(source: source, migrations: migrations, services: services)
    if isEmpty {
      try loading.make(target, sendingWaiting: sendWaiting, after: nil)
    } else {
      try swap(target, loading, database)
    }
    say("restored \(file) (made \(manifest.made), schema \(manifest.schema)) into \(target)")
    say("everybody signs in again; start the handlers and the mailer")
  }

  /// Loads beside the database in use. RENAME TABLE moves all tables at once: a program sees the
  /// old ones or the new ones, and so does whoever looks after a crash.
  private func swap(_ target: Identifier, _ loading: RestoredCopy, _ database: Database) throws {
    guard let new = Identifier("\(target)_restore"), let old = Identifier("\(target)_replaced")
    else { throw Failure("the name \(target) is too long") }
    for name in [new, old] where try database.has(name) {
      throw Failure(
        "there is a database \(name), left by a restore that was cut short: look whether it is "
          + "needed, then drop it")
    }
    do {
      try loading.make(new, sendingWaiting: sendWaiting, after: target)
      try RestoredCopy.create(old, database)
      let moves =
        try database.tables(of: target).map { (target, $0, old) }
        + database.tables(of: new).map { (new, $0, target) }
      try database.administer(
        "RENAME TABLE "
          + moves.map { "\($0.quoted).\($1.quoted) TO \($2.quoted).\($1.quoted)" }
          .joined(separator: ", "))
    } catch {
      for name in [new, old] where (try? database.tables(of: name).isEmpty) == true || name == new {
        try? database.administer("DROP DATABASE IF EXISTS \(name.quoted)")
      }
      throw error
    }
    try database.administer("DROP DATABASE \(new.quoted)")
    try database.administer("DROP DATABASE \(old.quoted)")
  }
}

/// A copy on its way into a database that has no tables yet.
struct RestoredCopy {
  let source: BackupFile
  let migrations: Migrations
  let services: Services

  /// Makes the database, where it lacks, and fills it: loaded, counted, brought up to date, settled.
  /// Where that fails, nothing of it stays.
  /// - Parameter replaced: the database whose place it takes.
  func make(_ name: Identifier, sendingWaiting: Bool, after replaced: Identifier?) throws {
    let isNew = try !services.database.has(name)
    if isNew { try Self.create(name, services.database) }
    do {
      var location = services.settings.database
      location.database = name.description
      let database = Database(location)
      let manifest = try load(name)
      try count(manifest, in: database)
      try migrations.bringUpToDate(database)
      try settle(database, manifest, sendingWaiting: sendingWaiting)
      if let replaced { try eraseAgain(database, replaced) }
    } catch {
      if isNew {
        try? services.database.administer("DROP DATABASE \(name.quoted)")
      } else {
        try? Self.dropTables(of: name, services.database)
      }
      throw error
    }
  }

  static func create(_ name: Identifier, _ database: Database) throws {
    do {
      try database.administer(
        "CREATE DATABASE \(name.quoted) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    } catch let error as DatabaseError where [1044, 1142, 1227].contains(error.code) {
      throw Failure(
        "this database user may not make the database \(name): name another one's option file "
          + "(DB_OPTION_FILE=… mamis restore …), or restore into an empty database")
    }
  }

  private static func dropTables(of name: Identifier, _ database: Database) throws {
    let tables = try database.tables(of: name).map { "\(name.quoted).\($0.quoted)" }
    guard !tables.isEmpty else { return }
    // Those that refer to others are named beside them: one statement needs no order.
    try database.administer("SET foreign_key_checks = 0")
    try database.administer("DROP TABLE \(tables.joined(separator: ", "))")
    try database.administer("SET foreign_key_checks = 1")
  }

  private func load(_ name: Identifier) throws -> BackupManifest {
    let (outlet, inlet) = try Channel.pipe()
    let client = try BackupClient(services.settings.database).start(
      "mariadb", ["--batch", name.description], input: outlet)
    outlet.close()
    do {
      let manifest = try source.read { try inlet.write($0) }
      inlet.close()
      try client.mustEndWell()
      return manifest
    } catch {
      inlet.close()
      client.end()
      throw error
    }
  }

  private func count(_ manifest: BackupManifest, in database: Database) throws {
    for (table, rows) in manifest.rows {
      let found = try database.rowCount(of: table)
      guard found == rows else {
        throw Failure("\(table) has \(found) rows, and the copy \(rows): nothing was restored")
      }
    }
  }

  /// What was waiting to be sent is abandoned, for `mamis mail retry` to send: nearly all of it
  /// went out after the copy was made. Mails with a URL never do again, for the URLs are dead.
  private func settle(
    _ database: Database, _ manifest: BackupManifest, sendingWaiting: Bool
  ) throws {
    try database.transaction { transaction in
      try transaction.run(
        """
        UPDATE outbox SET state = 'abandoned', token = NULL, claimed_until = NULL,
          last_error = 'waited when the copy was made'
        WHERE state IN ('waiting', 'sending') AND (? = 0 OR body LIKE '%{token}%')
        """, sendingWaiting ? 1 : 0)
      try transaction.run("UPDATE outbox SET token = NULL WHERE token IS NOT NULL")
      try Audit.record(
        "backup.restored", actor: nil, details: "made=\(manifest.made)", in: transaction)
    }
  }

  private func eraseAgain(_ database: Database, _ replaced: Identifier) throws {
    var location = services.settings.database
    location.database = replaced.description
    for erased in try MemberErasure.done(in: Database(location)) {
      if try database.transaction({ try MemberErasure.repeat(erased, in: $0) }) {
        say("erased again: account \(erased.account)")
      }
    }
  }
}
