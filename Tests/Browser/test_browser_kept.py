"""Nothing that was typed is lost, and nothing is sent twice."""

import re

from playwright.sync_api import expect

from Stack.people import postcard

from .browser_visitor import (
    PASSWORD, TYPED_TOO, address, assert_kept, fill, ready, registration_url, rows, submit, typed,
    values)


def filled(stack, page, **changed):
    """The registration form with everything in it; returns what was typed."""
    page.goto(registration_url(stack))
    ready(page)
    person = {**typed(**changed), **TYPED_TOO}
    fill(page, person)
    return person


def test_the_error_summary_has_the_focus_and_its_links_lead_to_the_fields(stack, browse):
    page = browse()
    page.goto(registration_url(stack))
    ready(page)
    assert submit(page).status == 422
    assert page.title().startswith("エラー：")
    box = page.locator("#problems-box")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("role", "alert")
    expect(box).to_be_in_viewport()
    links = box.locator("a")
    # One for each 必須 field, the pair of which one is 必須 counted once, in the page's order.
    names = page.locator("main form [required]").evaluate_all("all => all.map(c => c.name)")
    names.insert(names.index("graduation_date"), "university")
    assert links.evaluate_all("all => all.map(a => a.hash.slice(1))") == names
    for name in names:
        control = page.locator(f"#{name}")
        described = control.get_attribute("aria-describedby").split()
        assert f"error-{name}" in described
        expect(control).to_have_attribute("aria-invalid", "true")
        expect(page.locator(f"#error-{name}")).to_be_visible()
        for part in described:
            expect(page.locator(f"[id='{part}']")).to_have_count(1)
    for index in range(links.count()):
        links.nth(index).click()
        expect(page.locator(f"#{names[index]}")).to_be_focused()
        expect(page.locator(f"#{names[index]}")).to_be_in_viewport()


def test_what_was_typed_survives_422(stack, browse):
    page = browse()
    person = filled(stack, page, registry_number="12", birth_date="1950/02/30")
    assert submit(page).status == 422
    assert page.locator("#problems-box a").count() == 2
    assert_kept(page, person)


def test_what_was_typed_survives_a_database_that_is_down(stack, browse):
    page, inquiry, login = browse(), browse(), browse()
    person = filled(stack, page)
    question = {"name": "日医 太郎", "email": address(), "phone": "03-1234-5678",
                "category": "postcard", "body": "一行目\n二行目"}
    inquiry.goto("/inquiry")
    fill(inquiry, question)
    login.goto("/login")
    fill(login, {"login_id": "komado123", "password": PASSWORD})
    fresh = registration_url(stack)
    with stack.without("mariadb"):
        for each, expected in (
                (page, person), (inquiry, question), (login, {"login_id": "komado123"})):
            answer = submit(each)
            assert answer.status == 503
            assert answer.headers["retry-after"]
            expect(each.locator("#problems-box")).to_contain_text("しばらくしてから")
            assert_kept(each, expected)
        assert browse().goto(fresh).status == 503
    # As soon as it is back, the same page goes on.
    fill(page, {"password": PASSWORD, "password_confirm": PASSWORD})
    submit(page)
    expect(page.locator("h1")).to_have_text("登録内容の確認")
    submit(inquiry)
    inquiry.wait_for_url("**/inquiry/sent")


def test_what_was_typed_survives_a_screen_that_cannot_answer(stack, browse):
    """Overloaded or down: nginx's page says two ways to go on, and both keep what was typed."""
    reloads, goes_back, asks = browse(), browse(), browse()
    filled(stack, reloads)
    person = filled(stack, goes_back)
    question = {"name": "日医 太郎", "email": address(), "phone": "03-1234-5678",
                "category": "other", "body": "一行目\n二行目"}
    asks.goto("/inquiry")
    fill(asks, question)
    with stack.without("register:*", "inquiry:*"):
        for page in (reloads, goes_back, asks):
            answer = submit(page)
            assert answer.status == 503 and answer.headers["retry-after"]
            expect(page.locator("main")).to_contain_text("この画面を再読み込みしてください")
    reloads.reload()
    expect(reloads.locator("h1")).to_have_text("登録内容の確認")
    for page, typed_there in ((goes_back, person), (asks, question)):
        page.go_back()
        ready(page)
        here = values(page)
        for name, value in typed_there.items():
            if not name.startswith("password"):
                assert here[name] == ([value] if isinstance(value, str) else value), name
    fill(goes_back, {"password": PASSWORD, "password_confirm": PASSWORD})
    submit(goes_back)
    expect(goes_back.locator("h1")).to_have_text("登録内容の確認")
    submit(asks)
    asks.wait_for_url("**/inquiry/sent")


def test_what_was_typed_survives_too_many_tries(stack, browse):
    page = browse()
    page.goto("/login")
    for attempt in range(6):
        fill(page, {"login_id": "nobody-here-9", "password": f"wrong-{attempt}-word"})
        answer = submit(page)
        assert answer.status == (422 if attempt < 5 else 429)
        assert_kept(page, {"login_id": "nobody-here-9", "password": ""})
    assert answer.headers["retry-after"]
    expect(page.locator("#problems-box")).to_be_focused()


def test_what_was_typed_survives_a_session_that_ran_out(stack, browse):
    page = browse()
    _, first_id, first_password = postcard(stack, family_name="日医", given_name="次郎")
    page.goto("/login")
    fill(page, {"login_id": first_id, "password": first_password})
    submit(page)
    page.get_by_label("利用規約に同意する").check()
    submit(page)
    to = address()
    fill(page, {"email": to, "email_confirm": to})
    stack.sql("UPDATE sessions SET seen_at = seen_at - INTERVAL 2 DAY,"
              " expires_at = expires_at - INTERVAL 2 DAY WHERE stage = 'first_login';")
    assert submit(page).status == 401
    assert_kept(page, {"email": to, "email_confirm": to})
    expect(page.locator("#problems-box")).to_contain_text("別のタブ")
    # As the page says: signs in in another tab, and sends this one again.
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="ログインページを別のタブで開く").click()
    tab = opened.value
    tab.wait_for_url("**/login")
    fill(tab, {"login_id": first_id, "password": first_password})
    submit(tab)
    if tab.url.endswith("/terms"):
        tab.get_by_label("利用規約に同意する").check()
        submit(tab)
    submit(page)
    page.wait_for_url("**/email/sent")
    assert stack.mail(to).url


def test_what_was_typed_survives_a_reload(stack, browse):
    page = browse()
    page.on("dialog", lambda dialog: dialog.accept())
    person = filled(stack, page)
    page.wait_for_timeout(400)
    page.reload()
    ready(page)
    assert_kept(page, person)
    expect(page.get_by_text("前に入力された内容を戻しました")).to_be_visible()
    kept = page.evaluate("JSON.stringify(sessionStorage)")
    assert PASSWORD not in kept and "日医" in kept
    page.get_by_role("button", name="戻した内容をすべて消す").click()
    assert all(value == [] for value in values(page).values())
    page.reload()
    ready(page)
    assert all(value == [] for value in values(page).values())


def test_a_shown_password_is_not_kept_either(stack, browse):
    page = browse()
    page.on("dialog", lambda dialog: dialog.accept())
    filled(stack, page)
    page.get_by_role("button", name="パスワードを表示する").click()
    page.locator("#login_id").press_sequentially("x")
    page.wait_for_timeout(400)
    assert PASSWORD not in page.evaluate("JSON.stringify(sessionStorage)")
    page.reload()
    ready(page)
    assert values(page)["password"] == []


def test_another_url_never_gets_what_was_typed_at_the_first(stack, browse):
    page = browse()
    page.on("dialog", lambda dialog: dialog.accept())
    filled(stack, page)
    page.wait_for_timeout(400)
    page.goto(registration_url(stack))
    ready(page)
    assert all(value == [] for value in values(page).values())
    assert "日医" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_the_draft_is_kept_on_the_server_and_forgotten_in_the_browser(stack, browse):
    page = browse()
    person = filled(stack, page)
    submit(page)
    expect(page.locator("h1")).to_have_text("登録内容の確認")
    assert "日医" not in page.evaluate("JSON.stringify(sessionStorage)")
    page.get_by_role("button", name="修正する").click()
    page.wait_for_url("**/register")
    ready(page)
    assert_kept(page, person)
    # A stranger with the same mailed URL's page sees nothing of it.
    assert browse().goto("/register").url.endswith("/terms")


def test_a_double_click_sends_once(stack, browse):
    page = browse()
    person = filled(stack, page)
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.get_by_role("button", name="確認画面へ進む").dblclick()
    expect(page.locator("h1")).to_have_text("登録内容の確認")
    assert len(sent) == 1
    to = rows(page)["メールアドレス"]
    page.get_by_role("button", name="登録する").dblclick()
    page.wait_for_url("**/register/complete")
    assert len(sent) == 2
    assert_registered_once(stack, to, person)


def assert_registered_once(stack, to, person):
    stack.mail(to, subject="完了")
    assert stack.sql("SELECT COUNT(*) FROM profiles WHERE registry_number ="
                     f" '{person['registry_number']}'") == [["1"]]
    assert stack.sql("SELECT COUNT(*) FROM outbox WHERE kind <> 'registration'"
                     f" AND recipient = '{to}'") == [["1"]]
    assert len(stack.mails(to, subject="完了")) == 1


def test_a_double_click_without_scripts_registers_once(stack, browse):
    page = browse(java_script_enabled=False)
    page.goto(registration_url(stack))
    person = typed()
    fill(page, person)
    page.get_by_role("button", name="確認画面へ進む").dblclick()
    expect(page.locator("h1")).to_have_text("登録内容の確認")
    to = rows(page)["メールアドレス"]
    page.get_by_role("button", name="登録する").dblclick()
    page.wait_for_url("**/register/complete")
    assert_registered_once(stack, to, person)


def test_back_and_reload_never_send_again(stack, browse):
    page = browse()
    person = filled(stack, page)
    submit(page)
    to = rows(page)["メールアドレス"]
    page.reload()
    expect(page.locator("h1")).to_have_text("登録内容の確認")
    page.get_by_role("button", name="登録する").click()
    page.wait_for_url("**/register/complete")
    page.reload()
    expect(page.locator("h1")).to_have_text("利用登録が完了しました")
    page.go_back()
    # The confirm page of a completed registration leads to where it ended, sent again or not.
    page.wait_for_url(re.compile("/register/(complete|confirm)$"))
    if page.url.endswith("/confirm"):
        page.get_by_role("button", name="登録する").click()
        page.wait_for_url("**/register/complete")
    assert_registered_once(stack, to, person)


def test_after_going_back_the_form_can_be_sent_again(stack, browse):
    page = browse()
    page.goto("/terms")
    page.get_by_label("利用規約に同意する").check()
    submit(page)
    page.go_back()
    page.wait_for_url("**/terms")
    page.get_by_label("利用規約に同意する").check()
    submit(page)
    page.wait_for_url("**/email")


def test_a_half_filled_form_is_not_left_by_accident(stack, browse):
    page = browse()
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(registration_url(stack))
    ready(page)
    page.locator("#address").press_sequentially("文京区")
    page.locator("footer a[href='/login']").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(page.locator("#address")).to_have_value("文京区")
    # Sending the form is not leaving it, and an untouched form is left without a question.
    submit(page)
    page.goto("/inquiry")
    page.goto("/login")
    assert asked == ["beforeunload"]
