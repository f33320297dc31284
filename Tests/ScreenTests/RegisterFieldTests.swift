// register: what each field says, and that nothing typed is lost.

import FastCGI
import Testing

@testable import Membership
@testable import register

@Suite struct RegisterFieldTests {
  let site: Site

  init() throws { site = try Site.shared.get() }

  /// The answer to a form with a live token of its own.
  func answer(
    _ changes: (FormValues) -> FormValues, member: Postcard? = nil, site other: Site? = nil
  ) throws -> Answer {
    let site = other ?? self.site
    let visitor = Visitor(site)
    if let member { try visitor.logIn(member.loginID, member.password) }
    try visitor.agree()
    let applicant = Applicant(changes)
    let token = try visitor.askForURL(applicant.email)
    return try visitor.post(Register.self, applicant.form.with("token", token))
  }

  /// Every field that must be filled, and the sentence that asks for it.
  static let required: [(String, String)] = [
    ("login_id", "ログインIDを入力してください。"),
    ("password", "パスワードを入力してください。"),
    ("password_confirm", "パスワードを、確認のためもう一度入力してください。"),
    ("registry_number", "医籍登録番号を入力してください。"),
    ("registry_date", "医籍登録日を入力してください。"),
    ("family_name_kana", "氏名（フリガナ）のセイを入力してください。"),
    ("given_name_kana", "氏名（フリガナ）のメイを入力してください。"),
    ("family_name", "氏名の姓を入力してください。"),
    ("given_name", "氏名の名を入力してください。"),
    ("postal_code", "自宅現住所の郵便番号を入力してください。"),
    ("prefecture", "自宅現住所の都道府県を選んでください。"),
    ("address", "自宅現住所を入力してください。"),
    ("mobile_phone", "TEL（携帯電話番号）を入力してください。"),
    ("birth_date", "生年月日を入力してください。"),
    ("sex", "性別を選んでください。"),
    ("main_specialty", "主たる科名を選んでください。"),
    ("graduation_date", "卒業年月を入力してください。"),
  ]

  @Test func `the fields that must be filled are those of the page`() throws {
    #expect(
      RegistrationForm.fields.filter(\.isRequired).map(\.name) == Self.required.map(\.0))
  }

  @Test(arguments: required)
  func `one field missing is asked for, and nothing else typed is lost`(
    field: String, sentence: String
  ) throws {
    // White space is a password's own.
    let blank = field.hasPrefix("password") ? [""] : [" 　"]
    for empty in [[""], blank, []] {
      var typed = FormValues()
      let answer = try answer { form in
        typed = FormValues()
        for pair in form.pairs where pair.name != field { typed.append(pair.name, pair.value) }
        for value in empty { typed.append(field, value) }
        return typed
      }
      #expect(answer.status == 422)
      #expect(answer.error(field) == sentence)
      #expect(answer.markup.failing == [field])
      #expect(answer.summary == [sentence])
      #expect(answer.markup.title.hasPrefix("エラー：利用登録") || answer.markup.title.hasPrefix("エラー："))
      let control = try #require(answer.markup.controls(field).first)
      #expect(control["aria-invalid"] == "true")
      let described = (control["aria-describedby"] ?? "").split(separator: " ")
      #expect(described.contains("error-\(field)"))
      for id in described { #expect(answer.markup.element(id: String(id)) != nil, "\(id)") }
      #expect(answer.markup.summary.map(\.target) == [control["id"]])
      expectKept(answer, typed)
    }
  }

  /// Everything typed stands in its control again; passwords never do.
  func expectKept(_ answer: Answer, _ typed: FormValues) {
    for field in RegistrationForm.fields where field.name != "token" {
      let shown = answer.values(field.name).filter { !$0.isEmpty }
      if field.name.hasPrefix("password") {
        #expect(shown == [], "\(field.name)")
      } else {
        let sent = typed.all(field.name).filter { !$0.isEmpty }
        #expect(shown == sent, "\(field.name)")
      }
    }
    #expect(!answer.text.contains(Applicant.password))
  }

  @Test func `all of them missing are asked for at once, in the order of the page`() throws {
    let answer = try answer { _ in [:] }
    let university = "出身校を入力してください。一覧にない場合は「出身校（上欄に登録がない場合）」に入力してください。"
    var sentences = Self.required.map(\.1)
    sentences.insert(university, at: sentences.count - 1)
    #expect(answer.status == 422)
    #expect(answer.summary == sentences)
    #expect(Set(answer.markup.failing) == Set(Self.required.map(\.0) + ["university"]))
  }

  static let dates = "西暦か和暦の年月日を、算用数字で入力してください（例：1975/04/01、昭和50年4月1日）。"
  static let months = "西暦か和暦の年月を、算用数字で入力してください（例：2001/03、平成13年3月）。"
  static let calendar = "暦にある日付を入力してください（例：1975/04/01、昭和50年4月1日）。"
  static let phones = "市外局番からの番号を、数字とハイフンで15文字以内で入力してください（例：090-1234-5678）。"
  static let kana = "全角カタカナで入力してください（例：ニチイ）。"
  static let names = "絵文字や記号だけの名前ではなく、全角の文字で入力してください（例：日医）。"
  static let unreadable = "改行や特殊な文字（制御文字、外字など、画面に表示できない文字）を除いて入力してください。"
  static let id = "半角の英字・数字と記号（! @ % & #）を使い、8文字以上32文字以内で入力してください（例：nichii2026）。"
  static let choose = "一覧から選択してください。"

  static let wrong: [(String, String, String)] = [
    ("login_id", "short", "ログインIDは、\(id)"),
    ("login_id", "日本語のログイン", "ログインIDは、\(id)"),
    ("login_id", String(repeating: "a", count: 33), "ログインIDは、\(id)"),
    ("login_id", "with space", "ログインIDは、\(id)"),
    (
      "registry_number", "12345",
      "医籍登録番号は、6桁の数字で入力してください（例：123456）。6桁に満たない番号は、先頭に0を付けてください（例：012345）。"
    ),
    ("registry_date", "昭和五十年", "医籍登録日は、\(dates)"),
    ("registry_date", "1975/02/29", "医籍登録日は、\(calendar)"),
    ("registry_date", "2999/01/01", "医籍登録日は、今日までの日付にしてください。"),
    ("registry_date", "1950/01/31", "医籍登録日は、生年月日より後の日付にしてください。"),
    ("family_name_kana", "日医", "氏名（フリガナ）のセイは、\(kana)"),
    ("given_name_kana", "Taro1", "氏名（フリガナ）のメイは、\(kana)"),
    ("family_name", "日医😀", "氏名の姓は、\(names)"),
    ("given_name", "太\u{202E}郎", "氏名の名は、\(unreadable)"),
    ("family_name", String(repeating: "日", count: 33), "氏名の姓は、32文字以内で入力してください。"),
    ("family_name_kana", String(repeating: "ア", count: 65), "氏名（フリガナ）のセイは、64文字以内で入力してください。"),
    ("former_family_name_kana", "医師", "旧姓（フリガナ）は、\(kana)"),
    ("former_given_name_kana", "x", "旧名（フリガナ）は、\(kana)"),
    ("former_family_name", "☺", "旧姓は、\(names)"),
    ("former_given_name", "☺", "旧名は、\(names)"),
    ("postal_code", "113-862", "自宅現住所の郵便番号は、7桁の数字で入力してください（例：113-0021）。"),
    ("prefecture", "東京", "自宅現住所の都道府県は、\(choose)"),
    ("address", String(repeating: "あ", count: 51), "自宅現住所は、50文字以内で入力してください。"),
    ("address", "本駒込\u{0}2-28", "自宅現住所は、\(unreadable)"),
    ("mobile_phone", "090-1234", "TEL（携帯電話番号）は、\(phones)"),
    ("phone", "電話", "固定電話は、\(phones)"),
    ("fax", "0000", "FAXは、\(phones)"),
    ("birth_date", "1950/13/01", "生年月日は、\(calendar)"),
    ("birth_date", "2020/01/01", "生年月日は、ご本人の生年月日を、西暦か和暦で入力してください（例：1975/04/01、昭和50年4月1日）。"),
    ("sex", "other", "性別は、\(choose)"),
    ("main_specialty", "内科", "主たる科名は、一覧から選択してください（例：01内科）。"),
    ("main_specialty", "98", "主たる科名を一覧から選んでください。"),
    ("specialty", "98", "担当する科名を一覧から選んでください。"),
    ("university_other", String(repeating: "大", count: 31), "出身校（上欄に登録がない場合）は、30文字以内で入力してください。"),
    ("graduation_date", "春ごろ", "卒業年月は、\(months)"),
    ("graduation_date", "2999/03", "卒業年月は、今日までの日付にしてください。"),
    ("graduation_date", "1940/03", "卒業年月は、生年月日より後の日付にしてください。"),
    ("graduate_school_date", "x", "大学院修了年月は、\(months)"),
    (
      "graduate_department", String(repeating: "科", count: 101), "大学院（学部・学科名等名称）は、100文字以内で入力してください。"
    ),
    ("degree_date", "2999/03", "学位取得年月（博士号）は、今日までの日付にしてください。"),
    ("society_other", String(repeating: "会", count: 21), "所属学会（上欄に登録がない場合）は、20文字以内で入力してください。"),
  ]

  @Test(arguments: wrong)
  func `a wrong value is explained at its field, and kept`(
    field: String, value: String, sentence: String
  ) throws {
    var typed = FormValues()
    let answer = try answer {
      typed = $0.with(field, value)
      return typed
    }
    #expect(answer.status == 422)
    #expect(answer.error(field) == sentence)
    #expect(answer.markup.failing == [field])
    #expect(answer.summary == [sentence])
    if !value.contains("\u{0}") && field != "specialty" { expectKept(answer, typed) }
  }

  @Test func `more than ten specialties are too many, the same one twice counts once`() throws {
    let codes = (1...11).map { $0 < 10 ? "0\($0)" : "\($0)" }
    func form(_ codes: [String]) throws -> Answer {
      try answer {
        var form = $0.with("specialty")
        for code in codes { form.append("specialty", code) }
        return form
      }
    }
    #expect(try form(codes).error("specialty") == "担当する科名は、10個までにしてください。")
    #expect(try form(codes).values("specialty") == codes)
    #expect(try form(Array(codes.prefix(10)) + ["01", "02"]).location == "/register/confirm")
  }

  static let passwords: [(String, String)] = [
    ("Ab1!", "パスワードは、8文字以上にしてください。"),
    ("gmzqwvhk!", "パスワードは、半角の数字を1文字以上入れてください。"),
    ("7391628405", "パスワードは、半角の英字と半角の記号を1文字以上入れてください。"),
    ("Ｋawa#7umi", "パスワードは、日本語入力をオフにして、半角の英字・数字・記号だけで入力してください（全角文字は使えません）。"),
    (String(repeating: "aB3#", count: 33), "パスワードは、128文字以内で入力してください。"),
    ("Dragon#1", "パスワードは、よく使われていて推測されやすいため、別のものにしてください。"),
    ("Nichii#1950", "パスワードは、ログインID、氏名、メールアドレスや、このシステムに関わる言葉を使わない、推測されにくいものにしてください。"),
  ]

  @Test(arguments: passwords)
  func `a password is held against the policy`(password: String, sentence: String) throws {
    let answer = try answer {
      $0.with("password", password).with("password_confirm", password)
    }
    #expect(answer.status == 422)
    #expect(answer.error("password") == sentence)
    #expect(answer.markup.failing == ["password"])
    #expect(!answer.text.contains(password))
  }

  @Test func `a password typed differently the second time is asked for again`() throws {
    let answer = try answer { $0.with("password_confirm", Applicant.password + "x") }
    #expect(answer.error("password_confirm") == "2つのパスワードが違っています。同じものをもう一度入力してください。")
    #expect(answer.markup.failing == ["password_confirm"])
  }

  @Test func `what the postcard says is not taken again`() throws {
    let postcard = try site.postcardMember()
    let same = try answer({ $0.with("login_id", postcard.loginID.lowercased()) }, member: postcard)
    #expect(
      same.error("login_id") == "ログインIDは、ハガキに印刷された初回用のIDとは別のものにしてください。"
        || postcard.loginID.count < 8)
    let other = try site.postcardMember()
    let password = try answer(
      { $0.with("password", other.password).with("password_confirm", other.password) },
      member: other)
    #expect(
      password.error("password")?.contains("パスワードは、ハガキでお知らせした初回パスワードとは別のものにしてください。") == true)
  }

  @Test func `a login ID or registry number that somebody has is refused`() throws {
    let doctor = try site.doctor()
    let id = try answer { $0.with("login_id", doctor.loginID.uppercased()) }
    #expect(id.error("login_id") == "このログインIDは、すでに使われています。別のログインIDを入力してください。")
    #expect(id.values("login_id") == [doctor.loginID.uppercased()])
    let number = try answer { $0.with("registry_number", doctor.registryNumber) }
    #expect(
      number.error("registry_number")
        == "この医籍登録番号は、すでに登録されています。お心当たりがない場合は、画面の「お問い合わせ」の電話かお問合せフォームでご連絡ください。")
  }

  @Test func `a member's number and birth date agree with the record, where it has them`() throws {
    let number = "\(People.next())"
    func member() throws -> Postcard {
      try site.postcardMember(registryNumber: number, birthDate: "1950-01-31")
    }
    let rest = "が、医師会の記録と一致しません。入力をお確かめのうえ、正しい場合は、画面の「お問い合わせ」の電話かお問合せフォームでご連絡ください。"
    let both = try answer(
      { $0.with("registry_number", "999999").with("birth_date", "1950/02/01") }, member: member())
    #expect(both.status == 422)
    #expect(both.error("registry_number") == "医籍登録番号" + rest)
    #expect(both.error("birth_date") == "生年月日" + rest)
    let right = try answer({ $0.with("registry_number", number) }, member: member())
    #expect(right.location == "/register/confirm")
  }
}
