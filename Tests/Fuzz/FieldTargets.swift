// Fields: what was typed is refused or becomes a normal form, and a normal form is its own.

import Platform

@testable import Membership

/// A value's normal form reads as itself, is not too long, and holds nothing that can't be seen.
private func check<Value: ExactText>(
  _ typed: String, longest: Int, _ read: (TypedText) throws(Refusal) -> Value
) {
  guard let value = try? read(TypedText(typed)) else { return }
  promise(value.text.count <= longest, "no longer than \(longest): \(value.text.count)")
  promise(!value.text.isEmpty, "not empty")
  promise(
    value.text.unicodeScalars.allSatisfy {
      $0.value >= 0x20 && $0.value != 0x7F || $0 == "\n"
        || $0 == "\t"
    },
    "no control characters")
  let again = try? read(TypedText(value.text))
  promise(again?.text.isExactly(value.text) == true, "a normal form is its own")
}

/// Dates in all the forms that people write.
func fuzzDate(_ bytes: [UInt8]) {
  guard let typed = text(bytes) else { return }
  if let date = try? CivilDate(typed) {
    promise((try? CivilDate("\(date)")) == date, "a date that is shown is read as the same")
    promise(CivilDate(dayNumber: date.dayNumber) == date, "a date is its day")
  }
  if let date = try? PartialDate(typed) {
    promise((try? PartialDate("\(date)")) == date, "a month that is shown is read as the same")
    promise(date.earliest <= date.latest, "a month begins before it ends")
  }
}

func fuzzKana(_ bytes: [UInt8]) {
  guard let typed = text(bytes) else { return }
  check(typed, longest: 64) { typed throws(Refusal) in try KanaName(typed) }
}

func fuzzName(_ bytes: [UInt8]) {
  guard let typed = text(bytes) else { return }
  check(typed, longest: 32) { typed throws(Refusal) in try PersonName(typed) }
  check(typed, longest: 30) { typed throws(Refusal) in try FullWidthText(typed, longest: 30) }
  check(typed, longest: 100) { typed throws(Refusal) in try MasterName(typed) }
}

func fuzzPhone(_ bytes: [UInt8]) {
  guard let typed = text(bytes) else { return }
  check(typed, longest: 15) { typed throws(Refusal) in try PhoneNumber(typed) }
}

func fuzzPostal(_ bytes: [UInt8]) {
  guard let typed = text(bytes) else { return }
  check(typed, longest: 8) { typed throws(Refusal) in try PostalCode(typed) }
  check(typed, longest: 6) { typed throws(Refusal) in try RegistryNumber(typed) }
  check(typed, longest: 2) { typed throws(Refusal) in try SpecialtyCode(typed) }
}

/// An address that passes can be put into a header.
func fuzzEmail(_ bytes: [UInt8]) {
  guard let typed = text(bytes), let address = try? EmailAddress(typed) else { return }
  promise(address.text.utf8.count <= 254, "at most 254 characters")
  promise((try? EmailAddress(address.text))?.key == address.key, "a normal form is its own")
  do {
    let header = try MailAddress(address.text)
    promise(header.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "plain in its header")
  } catch {
    promise(false, "what passes can be mailed to")
  }
}

func fuzzText(_ bytes: [UInt8]) {
  guard let typed = text(bytes) else { return }
  check(typed, longest: 50) { typed throws(Refusal) in try LineText(typed, longest: 50) }
  check(typed, longest: 2000) { typed throws(Refusal) in try PlainText(typed, longest: 2000) }
}

func fuzzLogin(_ bytes: [UInt8]) {
  guard let typed = text(bytes) else { return }
  check(typed, longest: 32) { typed throws(Refusal) in try LoginID(typed) }
}

/// The lines are a password, a login ID, a name, an address. The policies always have an answer.
func fuzzPassword(_ bytes: [UInt8]) {
  guard let typed = text(bytes) else { return }
  let lines = typed.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  let password = Password(lines[0])
  let more = Array(lines.dropFirst())
  let context = PasswordContext(
    common: common, loginID: more.first ?? "", email: more.dropFirst().first ?? "",
    names: Array(more.dropFirst(2)))
  for policy in PasswordPolicy.allCases {
    let problems = policy.problems(password, context: context)
    if password.bytes.count > 128 || password.bytes.contains(where: { $0 < 0x20 || $0 > 0x7E }) {
      promise(!problems.isEmpty, "too long, or not ASCII")
    }
  }
}

/// Folding for searches is the same for what is folded already.
func fuzzSearch(_ bytes: [UInt8]) {
  guard let typed = text(bytes) else { return }
  let folded = SearchFolding.fold(typed)
  guard let shown = String(validating: folded, as: UTF16.self) else {
    return promise(false, "folded text is text")
  }
  promise(SearchFolding.fold(shown) == folded, "folded text folds to itself")
}

private let common: CommonPasswords = {
  do {
    return CommonPasswords(contents: try readFile("sql/masters/common_passwords.txt"))
  } catch { fatalError("\(error)") }
}()
