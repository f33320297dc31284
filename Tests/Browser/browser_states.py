"""Every page in every state that it has: empty, with errors, filled, helped, refused."""

import functools

from .browser_visitor import (
    PASSWORD, TYPED_TOO, address, fill, ready, registration_url, submit, typed)

STATES = {}


class Scene:
    """What a state is made with: the stack, and a function that opens a page."""

    def __init__(self, stack, browse):
        self.stack, self.browse = stack, browse

    def page(self, path, **options):
        """A page at this path; its answer is kept in page.answer."""
        page = self.browse(**options)
        page.answer = page.goto(path)
        ready(page)
        return page

    def send(self, page, **typed):
        """Fills and sends the page's form."""
        fill(page, typed)
        page.answer = submit(page)
        ready(page)
        return page

    def form(self):
        return self.page(_cached_form(self.stack))

    def confirm(self, **changed):
        return self.send(self.page(registration_url(self.stack)), **typed(**changed))

    def registered(self, **changed):
        """Registers somebody; returns (page, login ID, mail address)."""
        person = typed(**changed)
        page = self.send(self.page(registration_url(self.stack)), **person)
        to = page.locator(".rows dd").first.inner_text()
        page.answer = submit(page)
        return page, person["login_id"], to

    def sign_in(self, login_id, password):
        return self.send(self.page("/login"), login_id=login_id, password=password)

    def submit_by_hand(self, page, method, action, enctype, **values):
        """Sends a form that our pages do not have."""
        with page.expect_navigation() as navigation:
            page.evaluate(
                """([method, action, enctype, values]) => {
                  const form = document.createElement('form');
                  Object.assign(form, { method, action, enctype });
                  for (const [name, value] of Object.entries(values)) {
                    const field = document.createElement('textarea');
                    Object.assign(field, { name, value });
                    form.append(field);
                  }
                  document.body.append(form);
                  form.submit();
                }""",
                [method, action, enctype, values])
        page.answer = navigation.value
        return page


@functools.cache
def _cached_form(stack):
    return registration_url(stack)


def state(function):
    """Registers a state under its function's name."""
    STATES[function.__name__.replace("_", "-")] = function
    return function


def plain(name, path):
    STATES[name] = lambda scene: scene.page(path)


plain("login", "/login")
plain("terms", "/terms")
plain("email", "/email")
plain("email-sent", "/email/sent")
plain("register-complete", "/register/complete")
plain("forgot", "/password/forgot")
plain("forgot-sent", "/password/sent")
plain("reset-complete", "/password/complete")
plain("inquiry", "/inquiry")
plain("inquiry-sent", "/inquiry/sent")
plain("error-404", "/nowhere")
plain("error-400", "/register?token=%zz")
plain("error-414", "/login?" + "a" * 40_000)
plain("gone-unknown", "/register?token=" + "0" * 64)
plain("gone-reset", "/password/reset?token=" + "0" * 64)


@state
def login_refused(scene):
    return scene.sign_in("komado1975", "wrong-word-9")


@state
def login_empty(scene):
    return scene.send(scene.page("/login"))


@state
def login_paused(scene):
    page = scene.page("/login")
    for attempt in range(6):
        scene.send(page, login_id="somebody-else", password=f"wrong-{attempt}-word")
    return page


@state
def login_closed(scene):
    page = scene.page("/login")
    with scene.stack.without("mariadb"):
        return scene.send(page, login_id="komado1975", password=PASSWORD)


@state
def terms_errors(scene):
    return scene.send(scene.page("/terms"))


@state
def email_errors(scene):
    page = scene.send(scene.page("/terms"), agree="yes")
    return scene.send(page, email="taro", email_confirm="taro@example.jp")


@state
def forgot_errors(scene):
    return scene.send(scene.page("/password/forgot"), birth_date="昭和")


@state
def inquiry_errors(scene):
    return scene.send(scene.page("/inquiry"), email="x", phone="x", body="一行目\n二行目")


@state
def inquiry_filled(scene):
    page = scene.page("/inquiry")
    fill(page, {"name": "日医 太郎", "email": address(), "phone": "03-1234-5678",
                "category": "postcard", "body": "ハガキが見当たりません。\n再発行をお願いします。"})
    return page


@state
def register(scene):
    return scene.form()


@state
def register_errors(scene):
    return scene.send(scene.form())


@state
def register_wrong(scene):
    """As many kinds of mistakes as there are, in fields that are all filled."""
    wrong = {name: "x" for name in (
        "registry_number", "registry_date", "family_name_kana", "postal_code", "mobile_phone",
        "birth_date", "graduation_date", "degree_date", "phone")}
    return scene.send(scene.form(), **{
        **typed(), **TYPED_TOO, **wrong, "login_id": "あ", "password": "あ",
        "password_confirm": "い", "university": "存在しない大学", "graduate_school": "帝国大学",
        "address": "あ" * 51, "society": ["循環", "存在しない学会"]})


@state
def register_choices(scene):
    return scene.send(scene.form(), **typed(
        university="帝国大学", graduate_school="東京", society=["循環", "外科学会"]))


@state
def register_filled(scene):
    page = scene.form()
    fill(page, {**typed(), **TYPED_TOO})
    return page


@state
def register_restored(scene):
    page = scene.form()
    page.on("dialog", lambda dialog: dialog.accept())
    fill(page, {**typed(), **TYPED_TOO})
    page.wait_for_timeout(400)
    page.reload()
    ready(page)
    return page


@state
def register_suggestions(scene):
    page = scene.form()
    page.locator("#university").press_sequentially("帝国大学")
    page.locator("#university-list").wait_for()
    page.keyboard.press("ArrowDown")
    return page


@state
def register_no_suggestion(scene):
    page = scene.form()
    page.locator("#university").press_sequentially("ハイデルベルク")
    page.get_by_text("見つかりません。").first.wait_for()
    return page


@state
def register_calendar(scene):
    page = scene.form()
    page.locator("#birth_date").fill("S25.1.31")
    page.locator("#birth_date + button").click()
    return page


@state
def register_month(scene):
    page = scene.form()
    page.locator("#graduation_date + button").click()
    return page


@state
def register_towns(scene):
    page = scene.form()
    page.locator("#postal_code").fill("4980000")
    page.get_by_role("button", name="住所を検索").click()
    page.locator(".towns button").first.wait_for()
    return page


@state
def register_password(scene):
    page = scene.form()
    page.get_by_role("button", name="パスワードを表示する").click()
    page.locator("#password").press_sequentially("abc1")
    page.locator("#login_id").fill("x")
    page.locator("#login_id").blur()
    return page


@state
def confirm(scene):
    return scene.confirm()


@state
def confirm_full(scene):
    return scene.confirm(**{
        **TYPED_TOO, "family_name": "勘解由小路", "given_name": "右衛門三郎",
        "family_name_kana": "カデノコウジ", "given_name_kana": "ウエモンサブロウ",
        "address": "あいうえおかきくけこ" * 5, "graduate_department": "医学系研究科" * 16,
        "specialty": [f"{n:02}" for n in range(1, 11)]})


@state
def draft_again(scene):
    page = scene.confirm(**TYPED_TOO)
    with page.expect_navigation() as navigation:
        page.get_by_role("button", name="修正する").click()
    page.answer = navigation.value
    ready(page)
    return page


@state
def gone_used(scene):
    url = registration_url(scene.stack)
    page = scene.send(scene.page(url), **typed())
    submit(page)
    page.answer = page.goto(url)
    return page


@state
def mypage(scene):
    _, login_id, _ = scene.registered(**TYPED_TOO)
    return scene.sign_in(login_id, PASSWORD)


@state
def error_403(scene):
    page = mypage(scene)
    page.answer = page.goto("/secretariat")
    return page


@state
def secretariat(scene):
    return scene.sign_in(*scene.stack.demo("secretariat"))


def _reset_page(scene):
    _, login_id, to = scene.registered()
    scene.send(scene.page("/password/forgot"), email=to, login_id=login_id)
    return scene.page(scene.stack.mail(to, subject="再設定").url)


@state
def reset(scene):
    return _reset_page(scene)


@state
def reset_errors(scene):
    return scene.send(_reset_page(scene), password="password", password_confirm="passwort")


@state
def error_405(scene):
    return scene.submit_by_hand(
        scene.page("/login"), "post", "/inquiry/sent", "application/x-www-form-urlencoded", a="b")


@state
def error_413(scene):
    return scene.submit_by_hand(
        scene.page("/login"), "post", "/inquiry", "application/x-www-form-urlencoded",
        body="a" * 70_000)


@state
def error_415(scene):
    return scene.submit_by_hand(scene.page("/login"), "post", "/inquiry", "text/plain", a="b")


@state
def error_503(scene):
    url = registration_url(scene.stack)
    page = scene.page("/login")
    with scene.stack.without("mariadb"):
        page.answer = page.goto(url)
    return page


@state
def error_502(scene):
    page = scene.page("/inquiry")
    with scene.stack.without("inquiry:*"):
        return scene.submit_by_hand(
            page, "post", "/inquiry", "application/x-www-form-urlencoded", name="a")


# What the answer's status is, where it is not 200.
STATUS = {
    **{name: 422 for name in STATES if name.endswith("-errors")},
    **{name: 410 for name in STATES if name.startswith("gone-")},
    **{name: int(name[-3:]) for name in STATES if name.startswith("error-")},
    "error-502": 503,  # nginx found nobody to answer; to a person that is "try again", too
    "login-refused": 422, "login-empty": 422, "login-paused": 429, "login-closed": 503,
    "register-wrong": 422, "register-choices": 422,
}

# States that are seen in the window, not on the whole of a long page.
WINDOWS = {
    f"register-{name}"
    for name in ("suggestions", "no-suggestion", "calendar", "month", "towns", "password")}
