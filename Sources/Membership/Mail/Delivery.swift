import Platform
import Sodium

/// A mail that was not taken. For the operator; it holds no address.
struct DeliveryFailure: Error, CustomStringConvertible, Sendable {
  let description: String
  /// True where no later try can succeed.
  var isFinal = false
}

/// Where mail is handed over.
public enum Delivery: Equatable, Sendable {
  /// The sendmail program of any MTA, with arguments of its own before ours.
  case sendmail(path: String, arguments: [String])
  /// A folder in Maildir form, for a stack without a mail server.
  case maildir(path: String)

  /// Reads `sendmail:/usr/sbin/sendmail` (arguments may follow, separated by spaces) or
  /// `maildir:/var/mail/mamis`.
  public init(setting: String) throws(SettingsError) {
    if setting.hasPrefix("sendmail:/") {
      let words = setting.dropFirst("sendmail:".count).split(separator: " ").map(String.init)
      self = .sendmail(path: words[0], arguments: Array(words.dropFirst()))
    } else if setting.hasPrefix("maildir:/") {
      self = .maildir(path: String(setting.dropFirst("maildir:".count)))
    } else {
      throw SettingsError("MAIL_DELIVERY must be sendmail:/PROGRAM or maildir:/FOLDER")
    }
  }

  /// Hands a message over: when it returns, the mail system has it.
  /// - Parameters:
  ///   - id: the same at every try of one mail.
  ///   - seconds: a sendmail that takes longer is killed.
  func handOver(
    _ message: [UInt8], id: String, from: MailAddress, to recipient: MailAddress, seconds: Int
  ) throws(DeliveryFailure) {
    do {
      switch self {
      case .sendmail(let path, let arguments):
        let words = [path] + arguments + ["-i", "-f", from.text, "--", recipient.text]
        try Self.check(try run(words, input: message, seconds: seconds).end, seconds)
      case .maildir(let path):
        try Self.deliver(message, id: id, into: path)
      }
    } catch {
      throw error as? DeliveryFailure ?? DeliveryFailure(description: "\(error)")
    }
  }

  private static func check(_ end: ProgramEnd, _ seconds: Int) throws(DeliveryFailure) {
    switch end {
    case .status(0): return
    case .status(let status): throw DeliveryFailure(description: "sendmail: status \(status)")
    case .signal(let signal): throw DeliveryFailure(description: "sendmail: signal \(signal)")
    case .timedOut: throw DeliveryFailure(description: "sendmail: killed after \(seconds) s")
    }
  }

  /// The file's name follows from the mail's own: handed over twice it is still one file, read by
  /// then (in cur/) or not.
  private static func deliver(
    _ message: [UInt8], id: String, into folder: String
  ) throws(SystemError) {
    for part in ["tmp", "new", "cur"] { try makeFolder("\(folder)/\(part)") }
    let name = "\(id).mamis"
    for part in ["new", "cur"] {
      // A reader moves it to cur/ and adds `:2,` and flags.
      let names = try namesInFolder("\(folder)/\(part)")
      guard names.contains(where: { $0 == name || $0.hasPrefix(name + ":") }) else { continue }
      // Whoever put it there may have died before its name was on the disk.
      return try syncFolder("\(folder)/\(part)")
    }
    try writeFile(
      "\(folder)/new/\(name)", message, mode: 0o600,
      through: "\(folder)/tmp/\(name).\(hexadecimal(randomBytes(4)))")
  }
}
