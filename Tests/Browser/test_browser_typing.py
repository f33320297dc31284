"""What people really type is taken, and shown in its normal form on the confirm page."""

import pytest
from playwright.sync_api import expect

from .browser_visitor import (
    PASSWORD, fill, ready, registration_url, rows, submit, typed)

# As typed → as shown, by the label of the confirm page. One registration holds a column of it.
AS_TYPED = [
    {
        "registry_date": ("S50.4.1", "医籍登録日", "1975/04/01"),
        "family_name_kana": ("にちい", None, None),
        "given_name_kana": ("たろう", "氏名（フリガナ）", "ニチイ タロウ"),
        "family_name": ("　日医　", None, None),
        "given_name": ("太郎 ", "氏名", "日医 太郎"),
        "postal_code": ("1138621", "自宅現住所（郵便番号）", "113-8621"),
        "address": ("文京区本駒込２－２８－１６", "自宅現住所（住所 番地まで）", None),
        "mobile_phone": ("０９０ー１２３４ー５６７８", "TEL（携帯電話番号）", "090-1234-5678"),
        "phone": ("(03)1234-5678", "固定電話", "03-1234-5678"),
        "birth_date": ("昭和25年1月31日", "生年月日", "1950/01/31"),
        "graduation_date": ("昭和５０年３月", "卒業年月", "1975/03"),
        "university": ("東京医科歯科大学", "出身校", "東京科学大学"),
        "graduate_school": ("とうきょうだいがくだいがくいん", "大学院（大学名）", "東京大学大学院"),
        "degree_date": ("H2.9.1", "学位取得年月（博士号）", "1990/09/01"),
    },
    {
        "registry_date": ("１９７５年４月１日", "医籍登録日", "1975/04/01"),
        "family_name_kana": ("ﾆﾁｲ", None, None),
        "given_name_kana": ("ｶﾞｸ", "氏名（フリガナ）", "ニチイ ガク"),
        "family_name": ("ﾆﾁｲ", None, None),
        "given_name": ("学", "氏名", "ニチイ 学"),
        "postal_code": ("〒１１３－８６２１", "自宅現住所（郵便番号）", "113-8621"),
        "mobile_phone": ("+81 90 1234 5678", "TEL（携帯電話番号）", "090-1234-5678"),
        "fax": ("０３‐１２３４‐５６７８", "FAX", "03-1234-5678"),
        "birth_date": ("19500131", "生年月日", "1950/01/31"),
        "graduation_date": ("昭和五十年三月", "卒業年月", None),
        "university": ("ﾅｶﾞｻｷ", "出身校", "長崎大学"),
    },
]


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("column", AS_TYPED, ids=["full width and eras", "half-width kana"])
def test_what_people_type_is_shown_in_its_normal_form(stack, browse, column, has_scripts):
    page = browse(java_script_enabled=has_scripts)
    page.goto(registration_url(stack))
    person = typed(**{name: text for name, (text, _, _) in column.items()})
    number = person["registry_number"]
    person["registry_number"] = number.translate({ord(c): ord(c) + 0xFEE0 for c in number})
    if has_scripts:
        ready(page)
    fill(page, person)
    if has_scripts:
        # Messages while typing know the same forms: only what is asked again below is marked.
        page.locator("#society_other").focus()
        marked = page.locator("[aria-invalid=true]").evaluate_all("all => all.map(e => e.name)")
        assert marked == (["graduation_date"] if column is AS_TYPED[1] else [])
    submit(page)
    if column is AS_TYPED[1]:
        # Years in kanji figures: asked again kindly, with an example, and nothing is lost.
        expect(page.locator("h1")).to_have_text("登録内容の入力")
        problems = page.locator("#problems-box li")
        expect(problems).to_have_count(1)
        expect(problems).to_contain_text("例")
        expect(page.locator("#graduation_date")).to_have_value("昭和五十年三月")
        fill(page, {
            "graduation_date": "昭和50年3月", "password": PASSWORD, "password_confirm": PASSWORD})
        submit(page)
    expect(page.locator("h1")).to_have_text("登録内容の確認")
    shown = rows(page)
    assert shown["医籍登録番号"] == number
    for text, label, expected in column.values():
        if label and expected:
            assert shown[label] == expected, text
    # Addresses may be full or half width: they stay as they were typed.
    assert shown["自宅現住所（住所 番地まで）"] == person["address"]


def test_words_in_markup_and_signs_stay_words(stack, browse):
    page = browse()
    page.goto(registration_url(stack))
    ready(page)
    nasty = "<b>&amp;\"'${x}{label}--><slot name=\"address\">"
    fill(page, typed(address=nasty, birth_date=nasty))
    submit(page)
    expect(page.locator("#address")).to_have_value(nasty)
    expect(page.locator("#birth_date")).to_have_value(nasty)
    fill(page, {"birth_date": "1950/1/31", "password": PASSWORD, "password_confirm": PASSWORD})
    submit(page)
    assert rows(page)["自宅現住所（住所 番地まで）"] == nasty
