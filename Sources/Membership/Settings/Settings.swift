import MariaDB
import Platform
import Sodium

/// What an association sets: one file of `KEY=value` lines; the process's environment and the
/// parameters that the web server passes win over it (screens.md §6).
public struct Settings: Sendable {
  /// Every key, with its default; nil: it must be set. `mamis check` names unknown ones.
  static let defaults: [String: String?] = [
    "BASE_URL": nil,
    "WWW_DIR": "/usr/share/mamis/www",
    "SQL_DIR": "/usr/share/mamis/sql",
    "DB_OPTION_FILE": "/etc/mamis/my.cnf",
    "DB_GROUP": "mamis",
    "ASSOCIATION_NAME": "〇〇医師会",
    "SYSTEM_NAME": "会員情報システム",
    "MAIL_FROM": nil,
    "MAIL_REPLY_TO": "",
    "MAIL_OFFICE": "",
    "MAIL_DELIVERY": "sendmail:/usr/sbin/sendmail",
    "PASSWORD_POLICY": "mamis8",
    "ARGON2_PASSES": "2",
    "ARGON2_MEMORY_KIB": "19456",
    "STAFF_TWO_FACTOR": "required",
    "AUDIT_KEEP_SECONDS": "157766400",
    "REQUESTS_PER_PROCESS": "500000",
    "REGISTRATION_URL_SECONDS": "86400",
    "RESET_URL_SECONDS": "86400",
    "ADDRESS_URL_SECONDS": "86400",
    "FIRST_TIME_SECONDS": "2592000",
    "VISITOR_SESSION_SECONDS": "86400",
    "SESSION_IDLE_SECONDS": "1800",
    "OFFICE_SESSION_IDLE_SECONDS": "900",
    "SESSION_SECONDS": "28800",
    "LOGIN_PAUSE_SECONDS": "30",
    "LOGIN_PAUSE_MOST_SECONDS": "900",
    "LOGIN_FAILURES_BEFORE_PAUSE": "5",
    "LOGIN_FAILURES_PER_DAY": "100",
    "CLIENT_FAILURES_PER_MINUTE": "30",
    "MAILS_PER_MINUTE": "1",
    "MAILS_PER_HOUR": "5",
    "CLIENT_MAILS_PER_HOUR": "60",
    "MAIL_LEASE_SECONDS": "60",
    "MAIL_POLL_MILLISECONDS": "1000",
    "MAIL_RETRY_SECONDS": "60,300,1800,7200,21600,86400",
    "HOUSEKEEPING_SECONDS": "300",
    "DRAFT_KEEP_SECONDS": "604800",
    "MAIL_KEEP_SECONDS": "7776000",
    "DATABASE_PATIENCE_SECONDS": "10",
    "METRICS_DIR": "/run/mamis/metrics",
    "METRICS_FROM": thisMachine,
    "CONFINE": "on",
  ]

  private static let thisMachine = "127.0.0.0/8,::1"

  /// The file of settings, unless `MAMIS_ENV_FILE` names another.
  static let usualFile = "/etc/mamis/mamis.env"

  private let values: [String: String]

  /// Reads the file that the environment names and lets the environment win.
  public static func load(
    _ environment: (_ name: String) -> String? = environmentVariable
  ) throws -> Settings {
    let named = environment("MAMIS_ENV_FILE")
    let path = named ?? usualFile
    var values: [String: String] = [:]
    if named != nil || isFile(path) {
      let text = String(decoding: try readFile(path), as: UTF8.self)
      values = try EnvironmentFile.read(text, path: path)
    }
    for key in defaults.keys {
      if let value = environment(key) { values[key] = value }
    }
    return try Settings(values)
  }

  /// Throws for a value that is missing or of the wrong form.
  public init(_ values: [String: String]) throws(SettingsError) {
    self.values = values
    baseURL = values["BASE_URL"] ?? ""
    isSecure = baseURL.hasPrefix("https:")
    for case (let key, .none) in Self.defaults where (values[key] ?? "").isEmpty {
      throw SettingsError("\(key) is not set")
    }
    guard baseURL.hasPrefix("https://") || baseURL.hasPrefix("http://"),
      baseURL.split(separator: "/", omittingEmptySubsequences: false).count == 3
    else {
      throw SettingsError("BASE_URL must be like https://members.example.jp, without a path")
    }
    guard let policy = PasswordPolicy(rawValue: values["PASSWORD_POLICY"] ?? "mamis8") else {
      throw SettingsError("PASSWORD_POLICY must be mamis8, mhlw13 or nist15")
    }
    passwordPolicy = policy
    let ranges = (values["METRICS_FROM"] ?? Self.thisMachine).split(separator: ",")
    monitors = ranges.compactMap { Network($0.filter { $0 != " " }) }
    guard monitors.count == ranges.count else {
      throw SettingsError("METRICS_FROM must be networks like 192.0.2.0/24, separated by commas")
    }
    guard ["required", "optional"].contains(values["STAFF_TWO_FACTOR"] ?? "required") else {
      throw SettingsError("STAFF_TWO_FACTOR must be required or optional")
    }
    guard ["on", "off"].contains(values["CONFINE"] ?? "on") else {
      throw SettingsError("CONFINE must be on or off")
    }
    for (key, value) in Self.defaults where value.flatMap({ Int($0) }) != nil {
      guard let number = Int(values[key] ?? "0"), number >= 0 else {
        throw SettingsError("\(key) must be a number")
      }
    }
  }

  /// `https://members.example.jp`: the site's own address, never taken from a request.
  public let baseURL: String
  /// Whether that address is one of https.
  public let isSecure: Bool
  public let passwordPolicy: PasswordPolicy
  /// The networks that may read /metrics.
  public let monitors: [Network]

  /// The keys of the file that no program reads: misspelt, most likely.
  public var unknownKeys: [String] {
    values.keys.filter { Self.defaults[$0] == nil }.sorted()
  }

  /// The settings with the web server's parameters laid over them, or nil where it sends none.
  func overlaid(by parameter: (String) -> String?) throws -> Settings? {
    var changed = values
    for key in Self.defaults.keys {
      if let value = parameter(key) { changed[key] = value }
    }
    return changed == values ? nil : try Settings(changed)
  }

  subscript(text key: String) -> String {
    values[key] ?? Self.defaults[key].flatMap { $0 } ?? ""
  }

  subscript(number key: String) -> Int {
    Int(self[text: key]) ?? 0
  }
}

extension Settings {
  /// How long mailed URLs are valid, in seconds; mails say it in hours.
  public var registrationURLSeconds: Int { self[number: "REGISTRATION_URL_SECONDS"] }
  public var registrationURLHours: Int { (registrationURLSeconds + 3599) / 3600 }
  public var resetURLSeconds: Int { self[number: "RESET_URL_SECONDS"] }
  public var resetURLHours: Int { (resetURLSeconds + 3599) / 3600 }
  public var addressURLSeconds: Int { self[number: "ADDRESS_URL_SECONDS"] }
  public var addressURLHours: Int { (addressURLSeconds + 3599) / 3600 }
  public var wwwFolder: String { self[text: "WWW_DIR"] }
  public var sqlFolder: String { self[text: "SQL_DIR"] }
  public var mastersFolder: String { sqlFolder + "/masters" }
  /// How long first-time credentials are valid, in seconds.
  public var firstTimeSeconds: Int { self[number: "FIRST_TIME_SECONDS"] }
  /// Whether staff sign in with a second factor only.
  public var staffNeedSecondFactor: Bool { self[text: "STAFF_TWO_FACTOR"] != "optional" }
  /// How long the audit trail is kept, in seconds: five years.
  public var auditKeepSeconds: Int { self[number: "AUDIT_KEEP_SECONDS"] }
  public var associationName: String { self[text: "ASSOCIATION_NAME"] }
  public var systemName: String { self[text: "SYSTEM_NAME"] }
  public var mailFrom: String { self[text: "MAIL_FROM"] }
  public var mailReplyTo: String { self[text: "MAIL_REPLY_TO"] }
  /// Where the secretariat reads inquiries; empty: no mail about them.
  public var officeAddress: String { self[text: "MAIL_OFFICE"] }
  public var mailDelivery: String { self[text: "MAIL_DELIVERY"] }
  /// Whether handlers give up what they never need (Platform's `confine`).
  public var confinesHandlers: Bool { self[text: "CONFINE"] != "off" }
  public var requestsPerProcess: Int { max(1, self[number: "REQUESTS_PER_PROCESS"]) }

  public var passwordCost: PasswordCost {
    PasswordCost(
      passes: self[number: "ARGON2_PASSES"], memoryKiB: self[number: "ARGON2_MEMORY_KIB"])
  }

  /// Where programs of this host count what they do; without the folder they don't.
  public var metricsFolder: String { self[text: "METRICS_DIR"] }

  public var database: DatabaseLocation { database(patience: nil) }

  /// The database, waited for no longer than this many seconds.
  func database(patience: Int?) -> DatabaseLocation {
    let usual = self[number: "DATABASE_PATIENCE_SECONDS"]
    let group = self[text: "DB_GROUP"]
    return DatabaseLocation(
      optionFile: optionFile(of: group), group: group,
      patience: UInt32(clamping: min(patience ?? usual, usual)))
  }

  /// The option file with a group. The database's owner may have one of its own, which handlers
  /// cannot read: beside theirs, with `.owner` behind its name.
  private func optionFile(of group: String) -> String {
    let file = self[text: "DB_OPTION_FILE"]
    let owners = file + ".owner"
    return group == Self.defaults["DB_GROUP"] && modificationTime(owners) != nil ? owners : file
  }
}
