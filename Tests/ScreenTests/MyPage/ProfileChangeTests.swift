// /mypage/profile: the registration's rules, versions, and who is told.

import FastCGI
import MariaDB
import Testing

@testable import Membership
@testable import mypage
@testable import profile

@Suite struct ProfileChangeTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  @Test func `the form holds what is registered, and sent unchanged changes nothing`() throws {
    let (person, account, visitor) = try site.doctorAtHome()
    let form = try visitor.profileForm()
    for field in RegistrationFields.profile {
      #expect(form.all(field.name).first == person.form.first(field.name), "\(field.name)")
    }
    let answer = try visitor.post(Profile.self, form)
    #expect(answer.location == "/mypage")
    #expect(try site.mails(to: person.email) == ["registration", "registered"])
    #expect(try site.audited("profile.changed", account) == 0)
    #expect(try visitor.profileForm() == form)
  }

  @Test func `a change is kept with what stood there before, noted, and mailed`() throws {
    let (person, account, visitor) = try site.doctorAtHome()
    let form = try visitor.profileForm().with("address", "新宿区西新宿２ー８ー１").with("fax", "")
      .with("specialty", "02", "05")
    #expect(try visitor.post(Profile.self, form).location == "/mypage")

    let page = try visitor.get(Mypage.self, "/mypage")
    #expect(page.text.contains("新宿区西新宿２ー８ー１"))
    #expect(page.text.contains("登録内容を変更しました"))
    let again = try visitor.get(Mypage.self, "/mypage")
    #expect(!again.text.contains("登録内容を変更しました"))

    let changes = try site.place.open().rows(
      """
      SELECT field, old_value, new_value, actor_id FROM changes WHERE account_id = ? ORDER BY id
      """, account)
    #expect(
      try changes.map { "\(try $0["field"] as String): \(try $0["new_value"] as String)" } == [
        "address: 新宿区西新宿２ー８ー１", "fax: ", "specialty: 02、05",
      ])
    #expect(try changes[0]["old_value"] == "文京区本駒込2-28-16")
    #expect(try changes[0]["actor_id"] == account)

    let line = try site.row(
      "SELECT details FROM audit WHERE action = 'profile.changed' AND subject_id = ?", account)
    #expect(try line["details"] == "address fax specialty")
    let mail = try site.row(
      "SELECT body FROM outbox WHERE kind = 'profile_changed' AND recipient = ?", person.email)
    let body: String = try mail["body"]
    #expect(body.contains("・自宅現住所\n・FAX\n・担当する科名\n"))
    #expect(!body.contains("新宿"))
  }

  @Test(
    arguments: [
      ("registry_number", "12345"), ("registry_date", "2999/01/01"), ("family_name", ""),
      ("family_name_kana", "Nichii"), ("birth_date", "1975/02/30"), ("main_specialty", "99"),
      ("university", "大学"), ("mobile_phone", "090"), ("society", "医学会"),
    ])
  func `the rules are the registration's`(field: String, value: String) throws {
    let (_, account, visitor) = try site.doctorAtHome()
    let before = try visitor.profileForm()
    let answer = try visitor.post(Profile.self, before.with(field, value).with("phone", "x"))
    #expect(answer.status == 422)
    #expect(answer.error(field)?.isEmpty == false)
    #expect(answer.error("phone")?.isEmpty == false)
    #expect(answer.values("phone") == ["x"])
    #expect(answer.values("version") == before.all("version"))
    #expect(try visitor.profileForm() == before)
    #expect(try site.audited("profile.changed", account) == 0)
  }

  @Test func `another's registry number is refused, one's own is not`() throws {
    let other = try site.doctor()
    let (_, _, visitor) = try site.doctorAtHome()
    let form = try visitor.profileForm()
    let answer = try visitor.post(Profile.self, form.with("registry_number", other.registryNumber))
    #expect(answer.error("registry_number") == RegistrationForm.registryNumberTaken)
    #expect(answer.status == 422)
  }

  @Test func `number and birth date agree with the association's record`() throws {
    let applicant = Applicant()
    let postcard = try site.postcardMember(
      registryNumber: applicant.registryNumber, birthDate: "1950-01-31")
    let visitor = Visitor(site)
    try visitor.logIn(postcard.loginID, postcard.password)
    try visitor.register(applicant)
    let member = try site.signedIn(applicant.loginID)
    let form = try member.profileForm()
    let answer = try member.post(
      Profile.self,
      form.with("registry_number", "\(People.next())").with("birth_date", "1950/02/01"))
    #expect(answer.error("registry_number")?.contains("医師会の記録") == true)
    #expect(answer.error("birth_date")?.contains("医師会の記録") == true)
  }

  @Test func `what was changed meanwhile is shown, and not overwritten`() throws {
    let (_, account, visitor) = try site.doctorAtHome()
    let old = try visitor.profileForm()
    try #require(
      visitor.post(Profile.self, old.with("mobile_phone", "080-1111-2222")).status == 303)

    let late = old.with("address", "<b>別の場所</b>")
    let answer = try visitor.post(Profile.self, late)
    #expect(answer.status == 422)
    #expect(answer.summary == [ProfileChange.changedMeanwhile.sentence])
    #expect(answer.text.contains("080-1111-2222"))
    #expect(answer.values("address") == ["<b>別の場所</b>"])
    #expect(answer.values("mobile_phone") == ["090-1234-5678"])
    let now = try site.row("SELECT address FROM profiles WHERE account_id = ?", account)
    #expect(try now["address"] == "文京区本駒込2-28-16")

    // Whoever sends what came back has seen it.
    let again = late.with("version", answer.values("version")[0])
    #expect(try visitor.post(Profile.self, again).status == 303)
    let last = try site.row(
      "SELECT address, mobile_phone FROM profiles WHERE account_id = ?", account)
    #expect(try last["address"] == "<b>別の場所</b>")
    #expect(try last["mobile_phone"] == "090-1234-5678")
  }

  @Test func `beside another mistake, too, it is told what was changed meanwhile`() throws {
    let (_, _, visitor) = try site.doctorAtHome()
    let old = try visitor.profileForm()
    try #require(
      visitor.post(Profile.self, old.with("mobile_phone", "080-1111-2222")).status == 303)
    let answer = try visitor.post(Profile.self, old.with("phone", "x"))
    #expect(answer.error("phone")?.isEmpty == false)
    #expect(answer.text.contains("いま登録されている内容"))
    #expect(answer.text.contains("080-1111-2222"))
  }

  @Test(arguments: ["", "x", "0", "-1", "99999999999999999999"])
  func `a form without its version changes nothing`(version: String) throws {
    let (_, account, visitor) = try site.doctorAtHome()
    let form = try visitor.profileForm().with("address", "別の場所").with("version", version)
    #expect(try visitor.post(Profile.self, form).status == 422)
    #expect(try site.audited("profile.changed", account) == 0)
  }

  @Test func `whose profile it is never comes from the form`() throws {
    let (_, other, _) = try site.doctorAtHome()
    let (_, _, visitor) = try site.doctorAtHome()
    var form = try visitor.profileForm().with("address", "別の場所")
    for name in ["account", "account_id", "id", "number"] { form.append(name, "\(other)") }
    try #require(visitor.post(Profile.self, form).status == 303)
    let row = try site.row("SELECT address FROM profiles WHERE account_id = ?", other)
    #expect(try row["address"] == "文京区本駒込2-28-16")
  }

  @Test func `names come back to the letter`() throws {
    let (_, _, visitor) = try site.doctorAtHome()
    let family = "𠮷\u{845B}\u{E0100}\u{FA19}"
    let form = try visitor.profileForm().with("family_name", family)
    try #require(visitor.post(Profile.self, form).status == 303)
    let now = try visitor.profileForm().first("family_name") ?? ""
    #expect(Array(now.unicodeScalars) == Array(family.unicodeScalars))
  }

  @Test func `what was typed survives a session that ran out`() throws {
    let (_, account, visitor) = try site.doctorAtHome()
    let form = try visitor.profileForm().with("address", "別の場所")
    try site.change(
      "UPDATE sessions SET seen_at = seen_at - INTERVAL 2 DAY WHERE account_id = ?", account)
    let answer = try visitor.post(Profile.self, form)
    #expect(answer.status == 401)
    #expect(answer.values("address") == ["別の場所"])
    #expect(answer.summary.count == 1)
  }
}
