"""What people change on my page, from the member's and from the mailbox's side."""

import re

import pytest
from playwright.sync_api import expect

from .browser_looks import assert_looks_right, violations
from .browser_visitor import (
    PASSWORD, TYPED_TOO, address, fill, log_in, ready, registration_url, rows, submit, typed)

NEW_PASSWORD = "sazanami-58-Kumo"


@pytest.fixture
def member(stack, browse):
    """Somebody who has registered: what was typed, with the address, and a signed-in page."""
    page = browse()
    page.goto(registration_url(stack))
    ready(page)
    person = {**typed(), **TYPED_TOO}
    fill(page, person)
    submit(page)
    person["email"] = rows(page)["メールアドレス"]
    page.get_by_role("button", name="登録する").click()
    page.wait_for_url("**/register/complete")
    sign_in(page, person)
    return person, page


def sign_in(page, person, password=PASSWORD):
    log_in(page, person["login_id"], password)
    expect(page.locator("h1")).to_have_text("マイページ")


def done(page):
    """What the page says was just done. (Forms have a status line of their own.)"""
    return page.locator(".notice[role=status]")


def test_every_screen_of_my_page_is_accessible(member):
    _, page = member
    for path in ("", "/profile", "/password", "/email", "/sessions"):
        page.goto(f"/mypage{path}")
        page.wait_for_load_state("networkidle")
        assert_looks_right(page, f"mypage{path.replace('/', '-')}")


def test_my_page_leads_to_every_change(member):
    _, page = member
    menu = page.get_by_role("navigation", name="マイページのメニュー")
    for link, heading in (
        ("登録内容の変更", "登録内容の変更"), ("パスワードの変更", "パスワードの変更"),
        ("メールアドレスの変更", "メールアドレスの変更"), ("ログイン中の機器", "ログイン中の機器"),
        ("マイページ", "マイページ")):
        menu.get_by_role("link", name=link, exact=True).click()
        expect(page.locator("h1")).to_have_text(heading)
        expect(page.get_by_role("button", name="ログアウト", exact=True)).to_be_visible()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_person_moves_house(stack, browse, member, has_scripts):
    person, _ = member
    page = browse(java_script_enabled=has_scripts)
    sign_in(page, person)
    page.get_by_role("link", name="登録内容を変更する").click()
    for name in ("family_name", "former_given_name", "graduate_department", "birth_date"):
        expect(page.locator(f"#{name}")).to_have_value({**TYPED_TOO, **person}[name])
    expect(page.locator("#society-2")).to_have_value("日本外科学会")
    expect(page.locator("[name=specialty][value='03']")).to_be_checked()

    fill(page, {"postal_code": "5300001", "prefecture": "大阪府", "address": "大阪市北区梅田1-1",
                "phone": "まちがい"})
    assert submit(page).status == 422
    expect(page.locator("#phone")).to_have_value("まちがい")
    expect(page.locator("#address")).to_have_value("大阪市北区梅田1-1")
    fill(page, {"phone": ""})
    submit(page)

    expect(done(page)).to_have_text(re.compile("登録内容を変更しました"))
    shown = rows(page)
    assert shown["自宅現住所（郵便番号）"] == "530-0001"
    assert shown["自宅現住所（住所 番地まで）"] == "大阪市北区梅田1-1"
    assert shown["固定電話"] == "（未入力）"
    mail = stack.mail(person["email"], subject="登録内容変更").body
    assert "・固定電話" in mail and "大阪" not in mail
    page.reload()
    expect(done(page)).to_have_count(0)


def test_what_was_changed_in_another_window_is_not_overwritten_silently(member):
    _, page = member
    other = page.context.new_page()
    for each in (page, other):
        each.goto("/mypage/profile")
        each.wait_for_load_state("networkidle")
    fill(other, {"mobile_phone": "080-1111-2222"})
    submit(other)
    fill(page, {"address": "新宿区西新宿2-8-1"})
    assert submit(page).status == 422
    expect(page.locator("#problems-box")).to_contain_text("別のところで変更されました")
    expect(page.locator("#address")).to_have_value("新宿区西新宿2-8-1")
    now = rows(page)
    assert now["TEL（携帯電話番号）"] == "080-1111-2222"
    assert now["自宅現住所"] == "文京区本駒込2-28-16"
    assert violations(page) == []
    other.reload()
    assert rows(other)["自宅現住所（住所 番地まで）"] == "文京区本駒込2-28-16"

    fill(page, {"mobile_phone": "080-1111-2222"})
    submit(page)
    shown = rows(page)
    assert shown["自宅現住所（住所 番地まで）"] == "新宿区西新宿2-8-1"
    assert shown["TEL（携帯電話番号）"] == "080-1111-2222"


def test_a_new_password_ends_the_other_sessions(stack, browse, member):
    person, page = member
    other = browse()
    sign_in(other, person)
    page.goto("/mypage/password")
    fill(page, {"current_password": "wrong-word-1", "password": NEW_PASSWORD,
                "password_confirm": NEW_PASSWORD})
    assert submit(page).status == 422
    expect(page.locator("#error-current_password")).to_contain_text("正しくありません")
    expect(page.locator("#current_password")).to_have_value("")
    fill(page, {"current_password": PASSWORD, "password": NEW_PASSWORD,
                "password_confirm": NEW_PASSWORD})
    submit(page)
    expect(done(page)).to_have_text(re.compile("パスワードを変更しました"))
    assert "パスワードが変更されました" in stack.mail(person["email"], subject="パスワード変更").body

    page.reload()
    expect(page.locator("h1")).to_have_text("マイページ")
    other.goto("/mypage")
    expect(other.locator("h1")).to_have_text("ログイン")
    fill(other, {"login_id": person["login_id"], "password": PASSWORD})
    assert submit(other).status == 422
    sign_in(other, person, NEW_PASSWORD)
    # The person sees the try with the old one.
    assert "ログインできませんでした" in other.locator("tbody tr").nth(1).inner_text()


def test_a_new_address_is_confirmed_on_a_telephone(stack, browse, member):
    person, page = member
    to = address()
    page.goto("/mypage/email")
    fill(page, {"email": to, "email_confirm": to, "current_password": PASSWORD})
    submit(page)
    expect(done(page)).to_contain_text("まだ変更は終わっていません")
    url = stack.mail(to, subject="変更の確認").url
    page.goto("/mypage")
    assert rows(page)["メールアドレス"] == person["email"]

    # A telephone that is not signed in; the page says nothing about the person.
    telephone = browse(viewport={"width": 375, "height": 700}, java_script_enabled=False)
    telephone.goto(url)
    assert person["email"] not in telephone.content() and to not in telephone.content()
    expect(telephone.get_by_role("button", name="ログアウト")).to_have_count(0)
    expect(telephone.locator("#email")).to_have_count(0)
    assert submit(telephone).status == 422
    fill(telephone, {"current_password": PASSWORD})
    submit(telephone)
    expect(telephone.locator("h1")).to_have_text("ログイン")
    sign_in(telephone, person)
    expect(done(telephone)).to_contain_text("メールアドレスを変更しました")
    assert rows(telephone)["メールアドレス"] == to
    for each in (person["email"], to):
        stack.mail(each, subject="メールアドレス変更のお知らせ")

    answer = telephone.goto(url)
    assert answer.status == 410
    expect(telephone.get_by_role("heading", name="メールアドレスの変更をやり直す方")).to_be_visible()


def test_the_page_that_a_mail_opens_is_accessible(stack, member):
    _, page = member
    to = address()
    page.goto("/mypage/email")
    fill(page, {"email": to, "email_confirm": to, "current_password": PASSWORD})
    submit(page)
    page.goto(stack.mail(to).url)
    assert violations(page) == []


def test_a_person_signs_out_elsewhere(browse, member):
    person, page = member
    telephone = browse(user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) "
                                  "AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1")
    tablet = browse()
    for each in (telephone, tablet):
        sign_in(each, person)
    page.goto("/mypage/sessions")
    expect(page.locator("main section")).to_have_count(3)
    expect(page.locator("main section").first).to_contain_text("いまお使いの機器")
    page.locator("section", has_text="iPhone の Safari").get_by_role("button").click()
    expect(done(page)).to_contain_text("選んだ機器")
    telephone.goto("/mypage")
    expect(telephone.locator("h1")).to_have_text("ログイン")
    tablet.reload()
    expect(tablet.locator("h1")).to_have_text("マイページ")

    page.get_by_role("button", name="ほかの機器でのログインをすべて終わらせる").click()
    expect(page.locator("main section")).to_have_count(1)
    tablet.reload()
    expect(tablet.locator("h1")).to_have_text("ログイン")
    page.get_by_role("button", name="この機器でログアウト").click()
    expect(page.locator("h1")).to_have_text("ログイン")
    page.goto("/mypage/sessions")
    expect(page.locator("h1")).to_have_text("ログイン")


def test_the_secretariat_has_no_my_page(stack, browse):
    page = browse()
    log_in(page, *stack.demo("secretariat"))
    for path in ("", "/profile", "/password", "/email", "/sessions"):
        assert page.goto(f"/mypage{path}").status == 403
