"""Second factor, staff, inquiries and the audit trail, by clicking; each page checked by axe."""

import base64
import hashlib
import hmac
import struct
import subprocess
import time
import urllib.parse

import pytest

from Stack.stack import done

from .browser_looks import assert_looks_right
from .browser_visitor import PASSWORD, address, fill, log_in, number, press


def one_time_code(secret, ahead=0):
    """RFC 6238 by hand: not the library that the programs use."""
    key = base64.b32decode(secret)
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30 + ahead), hashlib.sha1)
    start = digest[-1] & 15
    value = struct.unpack(">I", digest[start:start + 4])[0] & 0x7FFFFFFF
    return f"{value % 10**6:06}"


@pytest.fixture
def administrator(stack, browse):
    login_id = f"kanri{number()}"
    done(stack.mamis(
        "staff", "add", login_id, "--name", "管理 太郎", "--administrator", stdin=PASSWORD))
    page = browse()
    log_in(page, login_id, PASSWORD)
    assert page.url.endswith("/secretariat")
    return page


@pytest.fixture
def clerk(stack, browse):
    """A function that makes a clerk and signs in. Returns the page and the login ID."""
    def sign_in():
        login_id = f"tanto{number()}"
        done(stack.mamis("staff", "add", login_id, "--name", "担当 花子", stdin=PASSWORD))
        page = browse()
        log_in(page, login_id, PASSWORD)
        return page, login_id
    return sign_in


def enrol(page, password):
    """Sets the second factor up by its QR code. Returns the secret and the recovery codes."""
    fill(page, {"password": password})
    press(page, "設定をはじめる")
    picture = page.locator("svg.qr").screenshot()
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-"], input=picture, capture_output=True, check=True)
    uri = urllib.parse.urlsplit(read.stdout.decode().strip())
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    secret = urllib.parse.parse_qs(uri.query)["secret"][0]
    assert page.locator(".secret").inner_text().replace(" ", "") == secret
    assert_looks_right(page, "two-factor-pending")
    fill(page, {"code": "000000" if one_time_code(secret) != "000000" else "111111"})
    assert press(page, "設定を完了する").status == 422
    assert "確認コードが正しくありません" in page.locator("#error-code").inner_text()
    fill(page, {"code": one_time_code(secret)})
    press(page, "設定を完了する")
    codes = [item.inner_text() for item in page.locator(".recovery-codes li").all()]
    assert len(set(codes)) == 10
    assert_looks_right(page, "two-factor-codes")
    page.reload()
    assert page.locator(".recovery-codes").count() == 0, "recovery codes were shown twice"
    return secret, codes


def test_a_new_clerk_is_invited_sets_a_password_and_a_second_factor(stack, browse, administrator):
    login_id, to = f"shinjin{number()}", address()
    administrator.goto("/secretariat/staff")
    assert press(administrator, "追加して案内メールを送る").status == 422
    assert_looks_right(administrator, "staff-problems")
    fill(administrator, {
        "login_id": login_id, "name": "新人 <script>", "email": to, "role": "secretariat"})
    press(administrator, "追加して案内メールを送る")
    card = administrator.locator(".people > li", has_text=login_id)
    assert card.locator("h3").inner_text() == "新人 <script>"
    assert_looks_right(administrator, "staff")

    page = browse()
    log_in(page, login_id, PASSWORD)
    assert page.locator("#problems-box").is_visible(), "there is no password yet"
    page.goto(stack.mail(to, subject="職員アカウント").url)
    fill(page, {"password": PASSWORD, "password_confirm": PASSWORD})
    page.locator("main form .actions button").first.click()
    page.wait_for_url("**/password/complete")

    log_in(page, login_id, PASSWORD)
    assert page.url.endswith("/secretariat")
    for place in ("/secretariat/audit", "/secretariat/staff", "/secretariat/audit.csv"):
        assert page.goto(place).status == 403
    page.goto("/secretariat/two-factor")
    assert_looks_right(page, "two-factor")
    secret, codes = enrol(page, PASSWORD)
    assert "2段階認証" in stack.mail(to, subject="2段階認証").body

    log_in(page, login_id, PASSWORD)
    assert page.url.endswith("/login/code")
    assert_looks_right(page, "login-code")
    assert page.goto("/secretariat").url.endswith("/login/code"), "half a login opens nothing"
    fill(page, {"code": one_time_code(secret, -1)})
    assert press(page, "ログイン").status == 422, "an older code than the one accepted"
    assert_looks_right(page, "login-code-problems")
    fill(page, {"code": one_time_code(secret, 1)})
    press(page, "ログイン")
    assert page.url.endswith("/secretariat")

    log_in(page, login_id, PASSWORD)
    page.locator("summary").click()
    fill(page, {"recovery_code": codes[0].lower().replace("-", " ")})
    press(page, "ログイン")
    assert page.url.endswith("/secretariat")
    log_in(page, login_id, PASSWORD)
    page.locator("summary").click()
    fill(page, {"recovery_code": codes[0]})
    assert press(page, "ログイン").status == 422, "a recovery code is good once"

    administrator.goto("/secretariat/staff")
    card = administrator.locator(".people > li", has_text=login_id)
    card.get_by_role("button", name="利用を停止する").click()
    administrator.wait_for_load_state()
    log_in(page, login_id, PASSWORD)
    assert page.locator("#problems-box").is_visible()

    administrator.goto("/secretariat/audit")
    assert_looks_right(administrator, "audit")
    fill(administrator, {"person": login_id})
    administrator.get_by_role("button", name="絞り込む").click()
    administrator.wait_for_load_state()
    text = administrator.locator("table").inner_text()
    for words in ("職員の追加", "2段階認証の設定", "ログイン（予備コード）", "職員の利用停止", "権限のない画面へのアクセス"):
        assert words in text, words
    with administrator.expect_download() as download:
        administrator.get_by_role("link", name="CSVファイルに書き出す").click()
    rows = download.value.path().read_bytes().decode("utf-8-sig").splitlines()
    assert rows[0].startswith("number,at,action")
    assert any("two_factor.enabled" in row for row in rows)


def test_a_lost_telephone_is_helped_on_the_command_line(stack, clerk):
    page, login_id = clerk()
    page.goto("/secretariat/two-factor")
    enrol(page, PASSWORD)
    done(stack.mamis("staff", "reset-totp", login_id))
    assert page.goto("/secretariat").url.endswith("/login"), "sessions end with it"
    log_in(page, login_id, PASSWORD)
    assert page.url.endswith("/secretariat")


def test_an_inquiry_is_answered_noted_and_closed_and_no_clerk_overwrites_another(
        stack, browse, clerk):
    to, words = address(), "ハガキが届きません <b>𠮷</b>\n=1+1"
    visitor = browse()
    visitor.goto("/inquiry")
    fill(visitor, {"name": "日医 <i>太郎</i>", "email": to, "category": "postcard", "body": words})
    press(visitor, "送信する")

    page, _ = clerk()
    page.goto("/secretariat/inquiries")
    row = page.locator("tbody tr").first
    assert "日医 <i>太郎</i>" in row.inner_text()
    assert "未対応" in row.inner_text()
    assert_looks_right(page, "inquiries")
    number_here = row.locator("a").inner_text()
    row.locator("a").click()
    page.wait_for_load_state()
    assert words in page.locator("main").inner_text()
    assert_looks_right(page, "office-inquiry")

    other, _ = clerk()
    other.goto(page.url)
    fill(other, {"new_category": "other", "note": "電話で確認中です"})
    press(other, "記録する")
    assert "電話で確認中です" in other.locator(".entries").inner_text()

    fill(page, {"answer": "新しいハガキをお送りします。"})
    assert press(page, "回答を送信する").status == 422
    assert "ほかの担当者" in page.locator("#problems-box").inner_text()
    assert "電話で確認中です" in page.locator(".entries").inner_text()
    assert page.locator("#answer").input_value() == "新しいハガキをお送りします。"
    assert_looks_right(page, "inquiry-overtaken")
    press(page, "回答を送信する")
    assert "メールで回答" in page.locator(".entries").inner_text()
    mail = stack.mail(to, subject="回答").body
    assert "新しいハガキをお送りします。" in mail and "電話で確認中です" not in mail

    fill(page, {"new_state": "closed"})
    press(page, "記録する")
    page.goto("/secretariat/inquiries?state=open")
    assert page.get_by_role("link", name=number_here, exact=True).count() == 0
    page.goto("/secretariat/inquiries?state=closed&category=other")
    assert page.get_by_role("link", name=number_here, exact=True).count() == 1


def test_what_a_clerk_typed_survives_the_end_of_the_session(stack, browse, clerk):
    visitor = browse()
    visitor.goto("/inquiry")
    fill(visitor, {"name": "日医 次郎", "email": address(), "category": "other", "body": "質問です"})
    press(visitor, "送信する")
    page, login_id = clerk()
    page.goto("/secretariat/inquiries")
    page.locator("tbody tr a").first.click()
    page.wait_for_load_state()
    fill(page, {"answer": "長い回答"})
    stack.sql(
        "UPDATE sessions SET ended_at = NOW() WHERE account_id ="
        f" (SELECT id FROM accounts WHERE login_id = '{login_id}')")
    assert press(page, "回答を送信する").status == 401
    assert page.locator("#answer").input_value() == "長い回答"
    assert "質問です" not in page.locator("main").inner_text(), "shown without a session"


def test_a_member_sets_a_second_factor_and_ends_it(stack, browse):
    login_id, password = stack.demo("registered member")
    page = browse()
    log_in(page, login_id, password)
    assert page.goto("/secretariat/two-factor").status == 403
    page.goto("/mypage/two-factor")
    secret, _ = enrol(page, password)
    log_in(page, login_id, password)
    fill(page, {"code": one_time_code(secret, 1)})
    press(page, "ログイン")
    assert page.url.endswith("/mypage")
    page.goto("/mypage/two-factor")
    assert_looks_right(page, "two-factor-on")
    fill(page, {"password": "wrong"})
    assert press(page, "2段階認証をやめる").status == 422
    fill(page, {"password": password})
    press(page, "2段階認証をやめる")
    log_in(page, login_id, password)
    assert page.url.endswith("/mypage")
