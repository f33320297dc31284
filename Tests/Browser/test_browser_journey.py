"""Whole journeys in a real browser, each in another way of using it."""

import re

import pytest
from playwright.sync_api import expect

from Stack.people import postcard

from .browser_visitor import (
    PASSWORD, TYPED_TOO, address, fill, ready, registration_url, rows, submit, typed)


def ask_for_url(page, stack, to):
    """From the terms to the mailed URL."""
    expect(page.locator(".steps")).to_contain_text("全4ステップ中、1ステップ目")
    page.get_by_label("利用規約に同意する").check()
    page.get_by_role("button", name="同意して次へ進む").click()
    expect(page.locator("h1")).to_have_text("メールアドレスの入力")
    expect(page.locator(".steps")).to_contain_text("全4ステップ中、2ステップ目")
    page.get_by_label("メールアドレス", exact=False).first.fill(to)
    page.get_by_label("メールアドレス（確認）").fill(to)
    page.get_by_role("button", name="送信する").click()
    expect(page.locator("h1")).to_have_text("確認メールを送りました")
    return stack.mail(to).url


def complete(page, stack, to):
    """From the confirm page to the completion mail."""
    expect(page.locator("h1")).to_have_text("登録内容の確認")
    expect(page.locator(".steps")).to_contain_text("全4ステップ中、4ステップ目")
    page.get_by_role("button", name="登録する").click()
    expect(page.locator("h1")).to_have_text("利用登録が完了しました")
    mail = stack.mail(to, subject="完了")
    page.get_by_role("link", name="ログインページに戻る").click()
    expect(page.locator("h1")).to_have_text("ログイン")
    return mail


def sign_in(page, login_id, password):
    page.get_by_label("ログインID").fill(login_id)
    page.locator("#password").fill(password)
    page.get_by_role("button", name="ログイン", exact=True).click()


def test_a_member_goes_from_the_postcard_to_my_page(stack, browse):
    _, first_id, first_password = postcard(stack, family_name="日医", given_name="太郎")
    page = browse()
    page.goto("/")
    sign_in(page, first_id, first_password.lower().replace("-", " "))
    to = address()
    page.goto(ask_for_url(page, stack, to))
    ready(page)
    expect(page.locator(".steps")).to_contain_text("全4ステップ中、3ステップ目")
    person = typed(postal_code="113-0021")
    fill(page, {name: person[name] for name in person if name not in ("address", "university")})

    page.get_by_role("button", name="住所を検索").click()
    expect(page.locator("#address")).to_have_value("文京区本駒込")
    page.keyboard.type("2-28-16")
    page.locator("#university").press_sequentially("京都")
    page.get_by_role("option", name="京都大学", exact=True).click()
    expect(page.locator("#university")).to_have_value("京都大学")
    page.get_by_role("button", name="確認画面へ進む").click()

    shown = rows(page)
    assert shown["自宅現住所（住所 番地まで）"] == "文京区本駒込2-28-16"
    assert shown["出身校"] == "京都大学"
    assert shown["メールアドレス"] == to
    assert PASSWORD not in page.content()
    mail = complete(page, stack, to)
    assert "日医 太郎 様" in mail.body
    assert person["login_id"] not in mail.body

    sign_in(page, first_id, first_password)
    expect(page.locator("#problems-box")).to_be_focused()
    sign_in(page, person["login_id"], PASSWORD)
    expect(page.locator("h1")).to_have_text("マイページ")
    assert rows(page)["自宅現住所（住所 番地まで）"] == "文京区本駒込2-28-16"
    page.get_by_role("button", name="ログアウト").click()
    expect(page.locator("h1")).to_have_text("ログイン")
    page.goto("/mypage")
    expect(page.locator("h1")).to_have_text("ログイン")


def test_a_doctor_registers_without_scripts(stack, browse):
    page = browse(java_script_enabled=False)
    page.goto("/login")
    page.get_by_role("link", name="未登録の方（医師会未入会の医師）はこちら").click()
    to = address()
    page.goto(ask_for_url(page, stack, to))
    person = typed(university="帝国大学", society=["循環", "外科学会"])
    fill(page, person)
    submit(page)

    # Partial names come back, each with the names to choose from, and nothing typed is lost.
    assert page.title().startswith("エラー：")
    expect(page.locator("#university")).to_have_attribute("aria-invalid", "true")
    schools = page.get_by_role("group", name="あてはまる出身校を選んでください")
    assert schools.get_by_role("radio").count() >= 7
    schools.get_by_label("京都大学").check()
    # One list, and one sentence, for all partial names of societies together.
    expect(page.locator("#problems-box li")).to_have_count(2)
    societies = page.get_by_role("group", name="あてはまる学会を選んでください")
    societies.get_by_label("日本循環器学会", exact=True).check()
    societies.get_by_label("日本外科学会", exact=True).check()
    page.locator("#society-3").fill("日本産科婦人科学会")
    fill(page, {"password": PASSWORD, "password_confirm": PASSWORD})
    submit(page)

    shown = rows(page)
    assert shown["出身校"] == "京都大学"
    assert sorted(shown["所属学会（日本医学会分科会等の名称）"].split("\n")) == [
        "日本外科学会", "日本循環器学会", "日本産科婦人科学会"]
    complete(page, stack, to)
    sign_in(page, person["login_id"], PASSWORD)
    expect(page.locator("h1")).to_have_text("マイページ")


def test_by_keyboard_alone(stack, browse):
    page = browse()
    press = page.keyboard.press
    page.goto("/login")
    ready(page)

    def tab_to(name, most=80):
        """Tab forward until the control with this accessible name has the focus."""
        for _ in range(most):
            press("Tab")
            here = page.evaluate(
                """() => {
                  const e = document.activeElement;
                  const ring = getComputedStyle(e);
                  return [e.labels?.[0]?.innerText ?? e.innerText, e.name ?? '',
                    ring.outlineStyle !== 'none' && parseFloat(ring.outlineWidth) >= 2];
                }""")
            assert here[2], f"no focus ring on {here[0] or here[1]}"
            if name in (here[1], here[0].strip()):
                return
        raise AssertionError(f"{name} is not reached by Tab")

    press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "本文へ進む"
    press("Enter")
    tab_to("未登録の方（医師会未入会の医師）はこちら")
    press("Enter")
    page.wait_for_url("**/terms")
    tab_to("agree")
    press("Space")
    tab_to("同意して次へ進む")
    press("Enter")
    page.wait_for_url("**/email")
    to = address()
    tab_to("email")
    page.keyboard.type(to)
    tab_to("email_confirm")
    page.keyboard.type(to)
    press("Enter")
    page.wait_for_url("**/email/sent")

    page.goto(stack.mail(to).url)
    ready(page)
    person = typed(university="東京大")
    for name, value in person.items():
        tab_to(name)
        if name in ("prefecture", "sex", "main_specialty"):
            # A closed list takes what is typed, and the arrow keys.
            press("ArrowDown")
            while page.evaluate("document.activeElement.value") != value:
                press("ArrowDown")
        else:
            page.keyboard.type(value)
        if name == "university":
            page.locator("#university-list").wait_for()
            press("ArrowDown")
            press("Enter")
            expect(page.locator("#university")).to_have_value("東京大学")
    tab_to("確認画面へ進む")
    press("Enter")
    page.wait_for_url("**/register/confirm")
    tab_to("修正する")
    press("Shift+Tab")
    press("Enter")
    page.wait_for_url("**/register/complete")
    assert "日医 太郎 様" in stack.mail(to, subject="完了").body


def test_by_touch_on_a_small_screen(stack, browse):
    page = browse(viewport={"width": 375, "height": 740}, has_touch=True, is_mobile=True)
    page.goto("/login")
    page.get_by_role("link", name="未登録の方（医師会未入会の医師）はこちら").tap()
    page.get_by_label("利用規約に同意する").tap()
    page.get_by_role("button", name="同意して次へ進む").tap()
    to = address()
    for name in ("email", "email_confirm"):
        page.locator(f"#{name}").tap()
        page.keyboard.type(to)
    page.get_by_role("button", name="送信する").tap()
    page.wait_for_url("**/email/sent")
    page.goto(stack.mail(to).url)
    ready(page)
    person = typed(postal_code="113-0021", address="")
    fill(page, {n: v for n, v in person.items() if n not in ("university", "birth_date")})
    page.get_by_role("button", name="住所を検索").tap()
    expect(page.locator("#address")).to_have_value("文京区本駒込")
    page.keyboard.insert_text("2-28-16")

    page.get_by_role("button", name=re.compile("生年月日を.*カレンダーから選ぶ")).tap()
    page.get_by_label("年", exact=True).select_option("1950")
    page.get_by_label("月", exact=True).select_option("1")
    page.get_by_role("button", name=re.compile("^31")).tap()
    expect(page.locator("#birth_date")).to_have_value("1950/01/31")
    page.locator("#university").tap()
    page.keyboard.type("長崎")
    page.get_by_role("option", name="長崎大学").tap()
    page.locator("#specialty-02").tap()
    page.get_by_text("4つ目からの学会を入力する").tap()
    expect(page.locator("#society-10")).to_be_visible()
    page.get_by_role("button", name="確認画面へ進む").tap()
    page.wait_for_url("**/register/confirm")
    assert rows(page)["出身校"] == "長崎大学"
    page.get_by_role("button", name="登録する").tap()
    page.wait_for_url("**/register/complete")


def test_what_can_be_pressed_is_large_enough(stack, browse):
    """48 px for controls (44 px where an inline size depends on the text), as for a finger."""
    page = browse(viewport={"width": 375, "height": 740}, has_touch=True, is_mobile=True)
    for path in ("/login", "/terms", "/email", "/password/forgot", "/inquiry",
                 registration_url(stack)):
        page.goto(path)
        ready(page)
        small = page.evaluate(
            """() => [...document.querySelectorAll('main input, main select, main textarea,'
                 + ' main button, main summary, main .choice, main .button-link')]
              .filter(e => e.type !== 'hidden' && e.checkVisibility())
              .map(e => [e.closest('.choice') ?? e, e])
              .map(([box, e]) => [box.getBoundingClientRect().height, e.outerHTML.slice(0, 90)])
              .filter(([height]) => height < 47.5)""")
        assert small == [], path


@pytest.mark.parametrize("name_id", ["05", "07", "27", "43", "60"])
def test_a_hard_name_comes_back_to_the_letter(stack, browse, gaiji, name_id):
    name = gaiji[name_id]
    page = browse()
    page.goto(registration_url(stack))
    ready(page)
    kana = {key: name[f"{column}_kana"] for key, column in
            (("family_name_kana", "surname"), ("given_name_kana", "given"))}
    person = typed(family_name=name["surname"], given_name=name["given"], **kana)
    fill(page, person)
    submit(page)
    # Of the reading, and nowhere else, a combining ゛ is joined to its letter.
    reading = [re.sub("(.)\u3099", lambda m: chr(ord(m[1]) + 1), each) for each in kana.values()]
    for _ in range(2):
        shown = rows(page)
        assert shown["氏名"] == f"{name['surname']} {name['given']}"
        assert shown["氏名（フリガナ）"] == " ".join(reading)
        if page.url.endswith("/mypage"):
            break
        to = shown["メールアドレス"]
        page.get_by_role("button", name="登録する").click()
        page.wait_for_url("**/register/complete")
        assert f"{name['surname']} {name['given']} 様" in stack.mail(to, subject="完了").body
        page.goto("/login")
        sign_in(page, person["login_id"], PASSWORD)
        page.wait_for_url("**/mypage")
    office = browse()
    office.goto("/login")
    sign_in(office, *stack.demo("secretariat"))
    office.wait_for_url("**/secretariat")
    assert f"{name['surname']} {name['given']}" in office.locator("main").inner_text()
    office.get_by_role("link", name="会員", exact=True).click()
    office.locator("[name=q]").fill(person["login_id"])
    office.locator("[name=q]").press("Enter")
    office.wait_for_url("**q=**")
    assert f"{name['surname']} {name['given']}" in office.locator("main").inner_text()
    file = office.request.get(
        f"{stack.origin}/secretariat/export.csv", params={"q": person["login_id"]}).text()
    assert f",{name['surname']},{name['given']},{reading[0]},{reading[1]}," in file


def test_everything_filled_comes_back_on_the_confirm_page_and_for_correction(stack, browse):
    page = browse()
    page.goto(registration_url(stack))
    ready(page)
    person = {**typed(), **TYPED_TOO}
    page.get_by_text("4つ目からの学会を入力する").click()
    person["society"] = [
        "日本内科学会", "日本外科学会", "日本小児科学会", "日本眼科学会", "日本皮膚科学会"]
    fill(page, person)
    submit(page)
    shown = rows(page)
    assert shown["所属学会（日本医学会分科会等の名称）"].split("\n") == person["society"]
    assert shown["診療科名：担当する科名"].count("\n") == 1
    assert shown["大学院修了年月"] == "1980/03"
    assert "（未入力）" not in page.content()
    page.get_by_role("button", name="修正する").click()
    page.wait_for_url("**/register")
    ready(page)
    # What was saved is in a part of the page that is closed at first.
    expect(page.locator("#society-5")).to_be_visible()
    fill(page, {
        "mobile_phone": "080-1111-2222", "password": PASSWORD, "password_confirm": PASSWORD})
    submit(page)
    again = rows(page)
    assert again.pop("TEL（携帯電話番号）") == "080-1111-2222"
    shown.pop("TEL（携帯電話番号）")
    assert again == shown


def test_a_forgotten_password_is_set_anew(stack, browse):
    page = browse()
    page.goto(registration_url(stack))
    ready(page)
    person = typed()
    fill(page, person)
    submit(page)
    to = rows(page)["メールアドレス"]
    page.get_by_role("button", name="登録する").click()
    page.wait_for_url("**/register/complete")
    page.goto("/login")
    page.get_by_role("link", name="パスワードをお忘れの方はこちら").click()
    page.wait_for_url("**/password/forgot")
    fill(page, {
        "email": to, "registry_number": person["registry_number"], "birth_date": "S25.1.31"})
    page.get_by_role("button", name="メールを送信").click()
    page.wait_for_url("**/password/sent")
    page.goto(stack.mail(to, subject="再設定").url)
    fill(page, {"password": "atarashii-58-Kagi", "password_confirm": "atarashii-58-Kagi"})
    page.get_by_role("button", name="パスワードを変更する").click()
    page.wait_for_url("**/password/complete")
    page.get_by_role("link", name="ログインページに戻る").click()
    sign_in(page, person["login_id"], "atarashii-58-Kagi")
    page.wait_for_url("**/mypage")


def test_a_stranger_asks_a_question(stack, browse):
    page = browse()
    page.goto("/login")
    page.locator(".help-box").get_by_role("link", name="お問合せフォーム").click()
    to = address()
    fill(page, {"name": "日医 太郎", "email": to, "category": "postcard", "body": "見当たりません。"})
    page.get_by_role("button", name="送信する").click()
    page.wait_for_url("**/inquiry/sent")
    # Only that it has come: whoever typed the address may not be its owner.
    assert "受付番号" in stack.mail(to).body
    assert "見当たりません" in stack.mail("office@localhost.example").body
