"""What scripts add: addresses, furigana, suggestions, calendar, passwords that can be seen."""

import re

import pytest
from playwright.sync_api import expect

from .browser_visitor import PASSWORD, ready


# The postal code


def search(page, code):
    page.locator("#postal_code").fill(code)
    page.get_by_role("button", name="住所を検索").click()


def postal_status(page):
    return page.locator("[data-postal] ~ .status")


@pytest.mark.parametrize("code", ["113-0021", "1130021", "〒１１３ー００２１"])
def test_a_postal_code_with_one_town_gives_its_address(form, code):
    search(form, code)
    expect(form.locator("#address")).to_have_value("文京区本駒込")
    expect(form.locator("#prefecture")).to_have_value("東京都")
    # The person goes on with 番地, at the end of what was put there.
    expect(form.locator("#address")).to_be_focused()
    form.keyboard.type("2-28-16")
    expect(form.locator("#address")).to_have_value("文京区本駒込2-28-16")
    expect(postal_status(form)).to_contain_text("番地")


def test_a_postal_code_with_several_towns_asks_which(form):
    search(form, "4980000")
    expect(postal_status(form)).to_contain_text("複数")
    towns = form.locator(".towns button")
    expect(towns).to_have_text(["三重県桑名郡木曽岬町", "愛知県弥富市"])
    expect(form.locator("#address")).to_have_value("")
    towns.last.click()
    expect(form.locator("#prefecture")).to_have_value("愛知県")
    expect(form.locator("#address")).to_have_value("弥富市")
    expect(towns).to_have_count(0)


@pytest.mark.parametrize("code, words", [
    ("999-9999", "見つかりませんでした"), ("113", "7桁"), ("", "7桁")])
def test_a_postal_code_that_gives_nothing_says_what_to_do(form, code, words):
    search(form, code)
    expect(postal_status(form)).to_contain_text(words)
    expect(postal_status(form)).to_have_attribute("role", "status")
    expect(form.locator("#address")).to_have_value("")


def test_what_stands_in_the_address_is_never_overwritten(form):
    form.locator("#address").fill("千代田区千代田1-1")
    search(form, "113-0021")
    expect(postal_status(form)).to_contain_text("そのまま")
    expect(form.locator("#address")).to_have_value("千代田区千代田1-1")


def test_a_corrected_postal_code_keeps_what_was_typed_after_its_proposal(form):
    search(form, "113-0021")
    expect(form.locator("#address")).to_have_value("文京区本駒込")
    form.keyboard.type("2-28-16")
    search(form, "100-0001")
    expect(form.locator("#address")).to_have_value("千代田区千代田2-28-16")


def test_an_address_that_was_changed_after_the_proposal_stays(form):
    search(form, "113-0021")
    expect(form.locator("#address")).to_have_value("文京区本駒込")
    form.locator("#address").fill("文京区千石1-1")
    search(form, "100-0001")
    expect(postal_status(form)).to_contain_text("そのまま")
    expect(form.locator("#address")).to_have_value("文京区千石1-1")


# Furigana


class Ime:
    """An input method: reports kana while typing, then a conversion, then the word taken."""

    def __init__(self, page):
        self.session = page.context.new_cdp_session(page)

    def reports(self, *texts):
        for text in texts:
            self.session.send("Input.imeSetComposition", {
                "text": text, "selectionStart": len(text), "selectionEnd": len(text)})

    def takes(self, text):
        self.session.send("Input.insertText", {"text": text})


def test_furigana_is_proposed_from_what_the_input_method_reports(form):
    ime = Ime(form)
    form.locator("#family_name").focus()
    ime.reports("ｎ", "に", "にｔ", "にち", "にちい", "日医")
    expect(form.locator("#family_name_kana")).to_have_value("")
    ime.takes("日医")
    expect(form.locator("#family_name")).to_have_value("日医")
    expect(form.locator("#family_name_kana")).to_have_value("ニチイ")
    form.locator("#given_name").focus()
    ime.reports("た", "太")
    ime.takes("太")
    ime.reports("ろ", "ろう", "郎")
    ime.takes("郎")
    expect(form.locator("#given_name_kana")).to_have_value("タロウ")


def test_furigana_of_a_name_that_was_taken_back_goes_too(form):
    ime = Ime(form)
    form.locator("#family_name").focus()
    ime.reports("にちい", "日医")
    ime.takes("日医")
    form.locator("#family_name").fill("")
    expect(form.locator("#family_name_kana")).to_have_value("")


def test_furigana_that_somebody_typed_is_never_overwritten(form):
    form.locator("#family_name_kana").fill("ヒイ")
    form.locator("#family_name").focus()
    ime = Ime(form)
    ime.reports("にちい", "日医")
    ime.takes("日医")
    expect(form.locator("#family_name_kana")).to_have_value("ヒイ")
    form.locator("#family_name").fill("")
    expect(form.locator("#family_name_kana")).to_have_value("ヒイ")


def test_furigana_that_was_corrected_stays_when_the_name_goes_on(form):
    ime = Ime(form)
    form.locator("#family_name").focus()
    ime.reports("とうかいりん", "東海林")
    ime.takes("東海林")
    form.locator("#family_name_kana").fill("ショウジ")
    form.locator("#family_name").focus()
    ime.reports("さん", "三")
    ime.takes("三")
    expect(form.locator("#family_name_kana")).to_have_value("ショウジ")


# Suggestions


def combobox(page, text, name="university"):
    field = page.locator(f"#{name}")
    field.click()
    field.press_sequentially(text)
    return field, page.locator(f"#{name}-list")


def test_suggestions_follow_the_combobox_pattern(form):
    field, options = combobox(form, "帝国大学")
    expect(field).to_have_attribute("role", "combobox")
    expect(field).to_have_attribute("aria-autocomplete", "list")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(options).to_have_attribute("role", "listbox")
    assert field.get_attribute("aria-controls") == options.get_attribute("id")
    expect(options.get_by_role("option")).to_have_count(7)
    expect(form.locator(".combobox:has(#university) .status")).to_contain_text("7件")
    assert field.get_attribute("aria-activedescendant") is None

    def active():
        identity = field.get_attribute("aria-activedescendant")
        return form.locator(f"[id='{identity}']")

    names = [name.split("旧：")[0] for name in options.get_by_role("option").all_inner_texts()]
    form.keyboard.press("ArrowDown")
    expect(active()).to_contain_text(names[0])
    expect(active()).to_have_attribute("aria-selected", "true")
    form.keyboard.press("ArrowDown")
    expect(active()).to_contain_text(names[1])
    expect(options.locator("[aria-selected=true]")).to_have_count(1)
    form.keyboard.press("ArrowUp")
    form.keyboard.press("ArrowUp")
    expect(active()).to_contain_text(names[-1])
    form.keyboard.press("ArrowDown")
    expect(active()).to_contain_text(names[0])
    expect(field).to_be_focused()
    form.keyboard.press("Escape")
    expect(options).to_be_hidden()
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("帝国大学")
    assert field.get_attribute("aria-activedescendant") is None
    form.keyboard.press("ArrowDown")
    expect(options).to_be_visible()
    form.keyboard.press("ArrowDown")
    form.keyboard.press("Enter")
    expect(field).to_have_value(names[0])
    expect(options).to_be_hidden()
    expect(form).to_have_url(re.compile("/register"))


@pytest.mark.parametrize("text, name, field", [
    ("医科歯科", "東京科学大学", "university"),
    ("とうきょうかがく", "東京科学大学", "university"),
    ("ﾄｳｷｮｳｶｶﾞｸ", "東京科学大学", "university"),
    ("東京科学", "東京科学大学大学院", "graduate_school"),
    ("じびいんこう", "日本耳鼻咽喉科頭頸部外科学会", "society-1"),
])
def test_a_name_is_found_by_part_reading_and_former_name(form, text, name, field):
    control, options = combobox(form, text, field)
    options.get_by_role("option").filter(has_text=name).first.click()
    expect(control).to_have_value(name)
    expect(control).to_be_focused()
    expect(options).to_be_hidden()


def test_suggestions_come_for_what_an_input_method_has_taken(form):
    form.locator("#university").focus()
    ime = Ime(form)
    ime.reports("ながさき", "長崎")
    expect(form.locator("#university-list")).to_be_hidden()
    ime.takes("長崎")
    expect(form.get_by_role("option", name="長崎大学")).to_be_visible()


def test_no_result_says_what_to_do(form):
    combobox(form, "ハイデルベルク")
    expect(form.locator(".combobox:has(#university) .status")).to_have_text(
        "見つかりません。別の言い方で探すか、「出身校（上欄に登録がない場合）」に入力してください。")
    combobox(form, "ハイデルベルク", "graduate_school")
    expect(form.locator(".combobox:has(#graduate_school) .status")).to_contain_text("空欄のまま")
    combobox(form, "存在しない", "society-1")
    expect(form.locator(".combobox:has(#society-1) .status")).to_contain_text(
        "「所属学会（上欄に登録がない場合）」")


def test_leaving_the_field_keeps_what_was_typed(form):
    field, options = combobox(form, "東京")
    expect(options).to_be_visible()
    form.keyboard.press("Tab")
    expect(options).to_be_hidden()
    expect(field).to_have_value("東京")


def test_enter_without_a_choice_sends_the_form_as_ever(form):
    combobox(form, "存在しない")
    expect(form.locator(".combobox:has(#university) .status")).to_contain_text("見つかりません")
    with form.expect_navigation():
        form.keyboard.press("Enter")
    expect(form.locator("#problems-box")).to_be_focused()


# Calendar


def open_calendar(page, label):
    page.get_by_role("button", name=re.compile(f"^{label}を.*カレンダー")).click()
    return page.get_by_role("dialog", name=f"{label}を選ぶ")


def test_the_calendar_writes_the_date_that_was_chosen(form):
    dialog = open_calendar(form, "医籍登録日")
    dialog.get_by_label("年", exact=True).select_option("1975")
    expect(dialog.get_by_label("年", exact=True).locator("option[value='1975']")).to_have_text(
        "1975年（昭和50年）")
    dialog.get_by_label("月", exact=True).select_option("2")
    assert dialog.locator("td button").count() == 28
    dialog.get_by_label("月", exact=True).select_option("4")
    dialog.locator("td button").first.focus()
    form.keyboard.press("ArrowDown")
    form.keyboard.press("ArrowRight")
    form.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(form.locator("#registry_date")).to_have_value("1975/04/09")
    expect(form.locator("#registry_date")).to_be_focused()


def test_the_calendar_opens_at_the_date_that_stands_there(form):
    form.locator("#birth_date").fill("S25.1.31")
    dialog = open_calendar(form, "生年月日")
    expect(dialog.get_by_label("年", exact=True)).to_have_value("1950")
    expect(dialog.get_by_label("月", exact=True)).to_have_value("1")
    expect(dialog.locator("td button[tabindex='0']")).to_contain_text("31")
    form.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(form.locator("#birth_date")).to_have_value("S25.1.31")
    expect(form.locator("#birth_date")).to_be_focused()


def test_a_month_is_chosen_without_a_day(form):
    dialog = open_calendar(form, "卒業年月")
    dialog.get_by_label("年", exact=True).select_option("1989")
    dialog.get_by_label("月", exact=True).select_option("3")
    dialog.get_by_role("button", name="この年月にする").click()
    expect(form.locator("#graduation_date")).to_have_value("1989/03")


# Passwords


@pytest.mark.parametrize("path", ["/login", "form"])
def test_a_password_is_shown_on_request_only(browse, form_url, path):
    page = browse()
    page.goto(form_url if path == "form" else path)
    ready(page)
    field = page.locator("#password")
    field.fill(PASSWORD)
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="パスワードを表示する").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="パスワードを隠す").click()
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_value(PASSWORD)


def test_the_parts_of_the_password_policy_are_ticked_while_typing(form):
    parts = form.locator(".parts li")
    expect(parts).to_have_count(4)
    met = form.locator(".parts li.met")
    expect(met).to_have_count(0)
    for text, count in (("abc", 1), ("1", 2), ("#", 3), ("defg", 4)):
        form.locator("#password").press_sequentially(text)
        expect(met).to_have_count(count)
    expect(met.first).to_contain_text("できています")


def test_it_helps_no_more_but_works_when_the_lookup_is_down(stack, browse, form_url):
    page = browse()
    page.goto(form_url)
    ready(page)
    page.route("**/lookup/**", lambda route: route.fulfill(status=503))
    search(page, "113-0021")
    expect(postal_status(page)).to_contain_text("直接入力")
    field, options = combobox(page, "東京大学")
    page.wait_for_timeout(400)
    expect(options).to_be_hidden()
    expect(field).to_have_value("東京大学")
