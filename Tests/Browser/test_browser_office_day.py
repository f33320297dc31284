"""A day in the office, by clicking alone; each step stands in the audit trail."""

from .browser_visitor import address, fill, number, press, submit
from .test_browser_office_files import issue, members, take, upload


def test_a_day_in_the_office(office, stack, browse):
    # A list of 300 members, as Excel saved it.
    first = f"B{number()}"
    upload(office, members(first, 300))
    take(office)

    # Their postcards, printed.
    issue(office, "unissued", "sheet")
    assert office.locator(".card").count() >= 300

    # An inquiry is answered and closed.
    to = address()
    visitor = browse()
    visitor.goto("/inquiry")
    fill(visitor, {"name": "日医 太郎", "email": to, "category": "postcard", "body": "届きません。"})
    submit(visitor)
    office.goto("/secretariat")
    office.get_by_role("link", name="お問い合わせ", exact=True).first.click()
    office.wait_for_url("**/inquiries")
    office.locator("tbody tr").first.locator("a").click()
    office.locator("[name=answer]").fill("新しいハガキをお送りします。")
    press(office, "回答を送信する")
    assert "新しいハガキをお送りします。" in stack.mail(to, subject="回答").body

    # A member's details are entered on the telephone, with a former name, and the name corrected.
    office.goto(f"/secretariat/members/{first}-7")
    office.get_by_role("link", name="登録内容を代理で入力する").click()
    for name, text in {
        "registry_number": number(), "registry_date": "H7.5.1", "mobile_phone": "090-1234-5678",
        "graduation_date": "1995/03", "university": "東京大学", "former_family_name": "小鳥遊",
    }.items():
        office.fill(f"[name={name}]", text)
    office.select_option("[name=sex]", "female")
    office.select_option("[name=main_specialty]", "01")
    press(office, "保存する")
    office.get_by_role("link", name="登録内容を訂正する").click()
    office.fill("[name=given_name]", "太朗")
    press(office, "保存する")

    # She is found by her former name, and the list is saved.
    office.get_by_role("link", name="会員", exact=True).click()
    office.fill("[name=q]", "小鳥遊")
    press(office, "探す")
    assert office.locator(f"a[href$='/{first}-7']").count() == 1
    assert "髙橋 太朗" in office.locator("main").inner_text()
    with office.expect_download() as download:
        office.get_by_role("link", name="この一覧をCSVで保存").click()
    file = download.value.path().read_text("utf-8-sig")
    assert f"\n{first}-7," in file and ",髙橋,太朗,タカハシ," in file

    # All of it is in the audit trail.
    office.get_by_role("link", name="監査記録", exact=True).click()
    for label in [
        "会員の取り込み", "ハガキの発行", "お問い合わせへの回答", "会員情報の代理入力", "会員情報の訂正（代理）",
        "会員情報の閲覧", "会員の書き出し", "監査記録の閲覧",
    ]:
        office.locator("[name=action]").select_option(label=label)
        press(office, "絞り込む")
        assert "事務局 花子" in office.locator("main tbody tr").first.inner_text(), label
