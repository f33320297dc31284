"""What scripts say while a form is filled: messages after a field is left, counts, places."""

import re

import pytest
from playwright.sync_api import expect

from .browser_visitor import PASSWORD, fill, ready


@pytest.mark.parametrize("name, wrong, right", [
    ("login_id", "ab", "komado1975"),
    ("password", "ａｂｃ", PASSWORD),
    ("registry_number", "12345", "１２３４５６"),
    ("registry_date", "1975/02/30", "S50.4.1"),
    ("registry_date", "昭和五十年四月一日", "昭和50年4月1日"),
    ("registry_date", "2999/01/01", "20000401"),
    ("family_name_kana", "日医", "にちい"),
    ("postal_code", "113", "1138621"),
    ("mobile_phone", "090-1234", "０９０ー１２３４ー５６７８"),
    ("mobile_phone", "なし", "(090)1234-5678"),
    ("address", "あ" * 51, "あ" * 50),
    ("university_other", "あ" * 31, "葛\U000e0100" * 30),
])
def test_a_message_comes_after_a_field_is_left_and_goes_when_it_is_right(form, name, wrong, right):
    field, error = form.locator(f"#{name}"), form.locator(f"#error-{name}")
    field.fill(wrong)
    expect(error).to_be_hidden()
    field.blur()
    expect(error).to_be_visible()
    expect(error).to_have_attribute("aria-live", "polite")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert f"error-{name}" in field.get_attribute("aria-describedby").split()
    field.fill(right)
    expect(error).to_be_hidden()
    assert field.get_attribute("aria-invalid") is None
    assert f"error-{name}" not in field.get_attribute("aria-describedby").split()
    field.blur()
    expect(error).to_be_hidden()


def test_an_empty_field_is_no_mistake_yet(form):
    for name in ("login_id", "registry_number", "birth_date"):
        form.locator(f"#{name}").focus()
        form.locator(f"#{name}").blur()
    assert form.locator("[aria-invalid=true]").count() == 0


def test_a_repetition_that_differs_is_told(form):
    fill(form, {"password": PASSWORD, "password_confirm": PASSWORD + "x"})
    form.locator("#password_confirm").blur()
    expect(form.locator("#error-password_confirm")).to_contain_text("同じもの")
    form.locator("#password").fill(PASSWORD + "x")
    form.locator("#password").blur()
    expect(form.locator("#error-password_confirm")).to_be_hidden()


def test_what_is_left_to_fill_is_counted(form):
    count = int(re.search(r"\d+", form.locator("#remaining").inner_text())[0])
    # The 必須 fields, and one for the pair of which one is enough.
    assert count == form.locator("main form [required]").count() + 1
    fill(form, {"login_id": "komado1975", "university_other": "ハイデルベルク大学"})
    expect(form.locator("#remaining")).to_have_text(f"必須の残り：{count - 2}項目")
    expect(form.locator(".toc li").first).to_contain_text("残り2")


def test_the_table_of_contents_leads_to_the_sections(form):
    links = form.locator(".toc a")
    assert links.count() == 8
    for index in range(links.count()):
        links.nth(index).click()
        target = form.locator(links.nth(index).get_attribute("href"))
        expect(target).to_be_in_viewport()
        assert links.nth(index).inner_text() == target.inner_text()


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "finger"])
@pytest.mark.parametrize("path, typed, button", [
    ("/email", {"email": "taro@example.jp", "email_confirm": "tarou"}, "送信する"),
    ("/password/forgot", {"birth_date": "昭和"}, "メールを送信"),
    ("/inquiry", {"email": "taro"}, "送信する"),
])
def test_a_message_never_moves_the_button_from_under_the_finger(browse, path, typed, button, touch):
    """The press leaves the field, whose message would push the button away before it is let go."""
    page = browse(has_touch=touch, is_mobile=touch, viewport={"width": 600, "height": 900})
    page.goto(path)
    ready(page)
    fill(page, typed)
    target = page.get_by_role("button", name=button)
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    # At the button's upper edge: the first place that it would move away from.
    place = (box["x"] + 20, box["y"] + 4)
    with page.expect_navigation():
        if touch:
            page.touchscreen.tap(*place)
        else:
            page.mouse.move(*place)
            page.mouse.down()
            page.wait_for_timeout(120)
            page.mouse.up()
