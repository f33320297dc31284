"""The secretariat's TOP, list and records in a browser: found, corrected, told, issued again."""

import csv

import pytest

from Stack.stack import done

from .browser_looks import assert_looks_right
from .browser_visitor import enter_office, log_in, number, press, values

COLUMNS = ("member_number,family_name,given_name,family_name_kana,given_name_kana,registry_number,"
           "birth_date,postal_code,prefecture,address,email").split(",")
PEOPLE = (
    ("髙橋", "ハナヱ", "タカハシ", "ハナエ"), ("葛󠄀城", "𠮷男", "カツラギ", "ヨシオ"),
    ("<script>", "=HYPERLINK(1)", "スクリプト", "イチロウ"),
)


@pytest.fixture(scope="module")
def members(stack):
    """The numbers of three members of the roll."""
    numbers = [f"B{number()}" for _ in PEOPLE]
    path = stack.folder / "office-members.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for each, names in zip(numbers, PEOPLE):
            writer.writerow(
                [each, *names, number(), "1970-01-02", "113-8621", "東京都", "文京区本駒込2-28-16",
                 f"m{each.lower()}@example.jp"])
    done(stack.mamis("members", "import", path))
    return numbers


def test_every_page_looks_right(office, members):
    for name, path in (
        ("top", "/secretariat?days=30"), ("list", "/secretariat/members"),
        ("none", "/secretariat/members?q=%25"), ("record", f"/secretariat/members/{members[0]}"),
        ("edit", f"/secretariat/members/{members[0]}?edit=1"),
    ):
        office.goto(path)
        assert_looks_right(office, f"office-{name}")


@pytest.mark.parametrize("words", ["高橋 ハナエ", "髙橋はなゑ", "たかはし はなえ", "ﾀｶﾊｼ ﾊﾅｴ", "ハナヱ"])
def test_a_name_is_found_however_it_is_typed(office, members, words):
    office.goto("/secretariat/members")
    office.fill("[name=q]", words)
    press(office, "探す")
    assert office.locator(f"a[href$='/{members[0]}']").count() == 1
    assert office.input_value("[name=q]") == words


def test_dangerous_names_are_full_width_words(office, members):
    office.goto("/secretariat/members?q=%3Cscript%3E")
    office.get_by_role("link", name=members[2], exact=True).click()
    assert office.locator("h1").inner_text().startswith("＜ｓｃｒｉｐｔ＞ ＝ＨＹＰＥＲＬＩＮＫ（１）")


def test_entered_on_behalf_corrected_and_told(stack, browse, members):
    page = enter_office(stack, browse)
    page.goto(f"/secretariat/members/{members[1]}")
    assert "初期IDはまだ発行していません。" in page.locator(".state").inner_text()
    page.get_by_role("link", name="登録内容を代理で入力する").click()
    assert page.input_value("[name=family_name]") == "葛󠄀城"
    press(page, "保存する")
    assert page.title().startswith("エラー：")
    assert_looks_right(page, "office-errors")
    for name, text in {
        "registry_date": "H7.5.1", "mobile_phone": "090-1234-5678", "graduation_date": "1995/03",
        "university": "東京大学", "former_family_name": "鈴木",
    }.items():
        page.fill(f"[name={name}]", text)
    page.select_option("[name=sex]", "male")
    page.select_option("[name=main_specialty]", "01")
    press(page, "保存する")
    assert "保存しました。" in page.locator("main").inner_text()
    mail = stack.mail(f"m{members[1].lower()}@example.jp", subject="登録内容の変更のお知らせ")
    assert "代理で入力しました" in mail.body
    page.goto("/secretariat/members?q=鈴木𠮷男")
    assert page.locator(f"a[href$='/{members[1]}']").count() == 1

    # Two clerks at once: the second is told, sees what stands there, and decides.
    other = enter_office(stack, browse)
    for each in (page, other):
        each.goto(f"/secretariat/members/{members[1]}?edit=1")
    page.fill("[name=address]", "文京区本駒込1-1-1")
    press(page, "保存する")
    other.fill("[name=address]", "文京区本駒込9-9-9")
    press(other, "保存する")
    assert "いまの登録内容は「文京区本駒込1-1-1」です。" in other.locator(".problems").inner_text()
    assert values(other)["address"] == ["文京区本駒込9-9-9"]
    assert_looks_right(other, "office-overtaken")
    press(other, "保存する")
    assert "保存しました。" in other.locator("main").inner_text()
    history = other.locator("table", has_text="変更前").inner_text()
    assert "文京区本駒込1-1-1" in history and "事務局 花子（事務局）" in history
    assert_looks_right(other, "office-history")


def test_issued_once_suspended_and_reinstated(stack, browse, members):
    page = enter_office(stack, browse)
    page.goto(f"/secretariat/members/{members[0]}")
    press(page, "初回用のIDとパスワードを発行する")
    login_id, password = page.locator(".first-time").all_inner_texts()
    assert "まだログインしていません。" in page.locator(".state").inner_text()
    assert_looks_right(page, "office-card")
    page.reload()  # sends the form again: nothing new is issued, nothing is shown
    assert page.locator(".first-time").count() == 0
    person = browse()
    log_in(person, login_id, password)
    person.wait_for_url("**/terms")
    page.get_by_text("利用を停止する").first.click()
    press(page, "利用を停止する")
    assert page.title().startswith("エラー：")
    page.fill("[name=reason]", "ご本人の申し出")
    press(page, "利用を停止する")
    assert "理由：ご本人の申し出" in page.locator(".state").inner_text()
    assert_looks_right(page, "office-suspended")
    press(page, "利用を再開する")
    assert "利用を再開しました。" in page.locator("main").inner_text()
