import FastCGI
import MariaDB

/// The audit trail as a CSV file, written while it is read: in constant memory.
public struct AuditExport: Sendable {
  /// Lines that are sent together.
  private static let portion = 200

  private let location: DatabaseLocation
  private let filter: AuditTrail.Filter

  public init(_ settings: Settings, _ filter: AuditTrail.Filter) {
    location = settings.database
    self.filter = filter
  }

  /// Writes the file, on a connection of its own.
  public func write(to writer: BodyWriter) throws {
    var csv = CSVWriter()
    var lines = 0
    csv.write(AuditTrail.Line.columns)
    try AuditTrail(Database(location)).stream(filter) { line in
      csv.write(line.values)
      lines += 1
      if lines % Self.portion == 0 { try writer.write(csv.take()) }
    }
    try writer.write(csv.take())
  }
}
