// register: names of the master lists, whole and in part.

import FastCGI
import Testing

@testable import Membership
@testable import confirm
@testable import register

@Suite struct RegisterMastersTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  /// A visitor at the form, and the form.
  func begin() throws -> (visitor: Visitor, form: FormValues) {
    let visitor = Visitor(site)
    try visitor.agree()
    let applicant = Applicant()
    let token = try visitor.askForURL(applicant.email)
    return (visitor, applicant.form.with("token", token))
  }

  /// The names offered below a field.
  func choices(_ answer: Answer, _ field: String) -> [String] {
    answer.markup.controls(field)
      .filter { ["radio", "checkbox"].contains($0["type"]) }.compactMap { $0["value"] }
  }

  @Test(arguments: [
    ("university", "東京科学", "東京科学大学"), ("university", "東京大学", "東京大学"),
    ("university", "東京医科歯科大学", "東京科学大学"), ("university", "ｵｵｻｶﾀﾞｲｶﾞｸ", "大阪大学"),
    ("university", "ひろさき", "弘前大学"),
    ("graduate_school", "弘前", "弘前大学大学院"), ("graduate_school", "大阪大学", "大阪大学大学院"),
    ("society", "医史学", "日本医史学会"),
  ])
  func `a name, or a part of one alone, is taken as the whole`(
    field: String, typed: String, name: String
  ) throws {
    let (visitor, form) = try begin()
    let answer = try visitor.post(Register.self, form.with(field, typed))
    #expect(answer.location == "/register/confirm", "\(answer.summary)")
    #expect(try visitor.get(Confirm.self).markup.error(field) == nil)
    let draft = try site.row(
      "SELECT form FROM drafts WHERE cookie_hash = ?", visitor.draftHash)
    let values = try FormValues(urlencoded: Array((try draft["form"] as String).utf8))
    #expect(values.all(field) == [name])
  }

  @Test(arguments: [
    ("university", "出身校", "東京"), ("graduate_school", "大学院（大学名）", "東京"),
    ("society", "所属学会", "外科"),
  ])
  func `a part of several comes back with them to choose from, and the choice settles it`(
    field: String, label: String, typed: String
  ) throws {
    let (visitor, form) = try begin()
    let answer = try visitor.post(Register.self, form.with(field, typed))
    #expect(answer.status == 422)
    #expect(answer.error(field) == "\(label)に当てはまる名称がいくつかあります。下から選んでください。")
    #expect(answer.values(field).filter { !$0.isEmpty } == [typed])
    let offered = choices(answer, field)
    #expect(offered.count > 1)
    #expect(offered.contains { $0.contains(typed) }, "others had it in a former name")
    // The browser sends the text that is still in its field, and the choice.
    let chosen = try visitor.post(Register.self, form.with(field, typed, offered[1]))
    #expect(chosen.location == "/register/confirm", "\(chosen.summary)")
    let page = try visitor.get(Confirm.self)
    #expect(page.text.contains(offered[1]))
  }

  @Test(arguments: [
    ("university", "出身校", "「上欄に登録がない場合」の欄に入力してください。"),
    ("graduate_school", "大学院（大学名）", "空欄のままにしてください。"),
    ("society", "所属学会", "「上欄に登録がない場合」の欄に入力してください。"),
  ])
  func `a name that no list has is said so, and kept`(
    field: String, label: String, instead: String
  ) throws {
    let (visitor, form) = try begin()
    let answer = try visitor.post(Register.self, form.with(field, "ない名前の大学"))
    #expect(answer.status == 422)
    #expect(answer.error(field) == "\(label)が一覧に見つかりません。名称の一部だけを入力して探すか、\(instead)")
    #expect(answer.values(field).filter { !$0.isEmpty } == ["ない名前の大学"])
    #expect(choices(answer, field) == [])
  }

  @Test func `a choice is not lost where something else is still wrong`() throws {
    let (visitor, form) = try begin()
    let first = try visitor.post(Register.self, form.with("university", "東京"))
    let choice = try #require(choices(first, "university").last)
    let second = try visitor.post(
      Register.self, form.with("university", "東京", choice).with("sex", ""))
    #expect(second.markup.failing == ["sex"])
    #expect(second.values("university") == [choice])
  }

  @Test func `several societies, some in part, are settled one by one`() throws {
    let (visitor, form) = try begin()
    let typed = form.with("society", "日本内科学会", "外科", "医史学", "日本内科学会")
    let answer = try visitor.post(Register.self, typed)
    #expect(answer.status == 422)
    #expect(answer.markup.failing == ["society"])
    let two = try visitor.post(Register.self, typed.with("society", "外科", "小児"))
    #expect(two.summary == ["所属学会に当てはまる名称がいくつかあります。下から選んでください。"])
    let names = choices(two, "society")
    #expect(names.contains { $0.contains("外科") } && names.contains { $0.contains("小児") })
    let choice = try #require(choices(answer, "society").first)
    var again = typed
    again.append("society", choice)
    #expect(try visitor.post(Register.self, again).location == "/register/confirm")
    let page = try visitor.get(Confirm.self)
    for name in ["日本内科学会", "日本医史学会", choice] { #expect(page.text.contains(name)) }
  }

  @Test func `ten societies are taken, eleven are too many`() throws {
    let names = try site.services().masters().societies.entries.prefix(11).map(\.name)
    func post(_ names: some Sequence<String>) throws -> Answer {
      let (visitor, form) = try begin()
      var typed = form.with("society")
      for name in names { typed.append("society", name) }
      return try visitor.post(Register.self, typed)
    }
    #expect(try post(names.prefix(10)).location == "/register/confirm")
    let answer = try post(names)
    #expect(answer.error("society") == "所属学会は、10件までにしてください。")
  }

  @Test func `one of the two university fields is enough; with both the other is kept, too`() throws
  {
    for (list, other, passes) in [
      ("東京大学", "", true), ("", "海外の医科大学", true), ("東京大学", "海外の医科大学", true), ("", "", false),
    ] {
      let (visitor, form) = try begin()
      let answer = try visitor.post(
        Register.self, form.with("university", list).with("university_other", other))
      #expect((answer.status == 303) == passes, "\(list) \(other)")
      if passes {
        let page = try visitor.get(Confirm.self)
        #expect(page.text.contains("<dt>出身校</dt><dd>\(list.isEmpty ? "（未入力）" : list)</dd>"))
        #expect(
          page.text.contains(
            "<dt>出身校（上欄に登録がない場合）</dt><dd>\(other.isEmpty ? "（未入力）" : other)</dd>"))
      } else {
        #expect(
          answer.error("university")
            == "出身校を入力してください。一覧にない場合は「出身校（上欄に登録がない場合）」に入力してください。")
      }
    }
  }
}
