"""The office's files: an Excel list goes in, postcards and an export come out, by clicking."""

import csv
import io
import re
import subprocess

from playwright.sync_api import expect

from .browser_looks import assert_looks_right
from .browser_visitor import fill, number, submit

HEAD = ("member_number,family_name,given_name,family_name_kana,given_name_kana,registry_number,"
        "birth_date,postal_code,prefecture,address,email")


def members(first, count):
    return [
        f"{first}-{i},髙橋,太郎{'一二三四五'[i % 5]},タカハシ,タロウ,,S45.1.{i % 28 + 1},"
        f"1138{i:03d},東京都,文京区本駒込{i + 1}-2,"
        for i in range(count)
    ]


def upload(page, text, encoding="cp932"):
    page.goto("/secretariat/import")
    page.set_input_files("#file", {
        "name": "会員.csv", "mimeType": "text/csv",
        "buffer": ("\r\n".join([HEAD, *text]) + "\r\n").encode(encoding)})
    page.get_by_role("button", name="内容を確認する").click()


def take(page):
    page.get_by_role("button", name="取り込む", exact=True).click()
    expect(page.locator("h2", has_text="取り込みました")).to_be_visible(timeout=30_000)


def test_a_list_from_excel_goes_in(office):
    first = f"B{number()}"
    people = members(first, 300)
    upload(office, people)
    expect(office.locator("h2").first).to_have_text("取り込むとこうなります")
    assert "300" in office.locator(".counts").inner_text()
    assert_looks_right(office, "import-preview")
    take(office)
    assert_looks_right(office, "import-done")
    upload(office, people)
    expect(office.locator(".state")).to_contain_text("取り込むものはありません")
    changed = [people[0].replace("本駒込1-2", "千駄木9-9"), *people[1:]]
    upload(office, changed)
    expect(office.locator("del")).to_have_text("文京区本駒込1-2")
    expect(office.locator("ins")).to_have_text("文京区千駄木9-9")
    assert_looks_right(office, "import-changes")
    take(office)


def test_mistakes_are_told_by_line(office):
    upload(office, [*members(f"B{number()}", 2), "X,,名,,,,13月,,大坂府,,"])
    expect(office).to_have_title(re.compile("^エラー："))
    rows = office.locator("table").first.locator("tbody tr")
    assert [row.locator("td").first.inner_text() for row in rows.all()] == ["4", "4", "4"]
    assert_looks_right(office, "import-mistakes")


def issue(page, choice, way, one=""):
    page.goto("/secretariat/postcards")
    page.locator(f'[name=choice][value="{choice}"]').check()
    page.locator("#number").fill(one)
    page.locator(f'[name=format][value="{way}"]').check()
    page.get_by_role("button", name="発行する", exact=True).click()
    page.wait_for_load_state("networkidle")


def test_postcards_print_on_hagaki(office, stack, tmp_path):
    first = f"B{number()}"
    upload(office, members(first, 3))
    take(office)
    office.goto("/secretariat/postcards")
    assert_looks_right(office, "postcards")
    issue(office, "unissued", "sheet")
    expect(office.locator("h1")).to_contain_text("枚発行しました")
    cards = office.locator(".card").count()
    assert cards >= 3
    assert_looks_right(office, "postcards-sheet")

    office.pdf(path=tmp_path / "cards.pdf", prefer_css_page_size=True, print_background=True)
    info = subprocess.run(
        ["pdfinfo", tmp_path / "cards.pdf"], capture_output=True, text=True, check=True).stdout
    assert int(re.search(r"Pages: +(\d+)", info)[1]) == 2 * cards
    width, height = re.search(r"Page size: +([\d.]+) x ([\d.]+)", info).groups()
    assert abs(float(width) / 72 * 25.4 - 100) < 0.5
    assert abs(float(height) / 72 * 25.4 - 148) < 0.5

    # The last card: its code, read as a telephone reads it, and its words.
    subprocess.run(
        ["pdftoppm", "-r", "200", "-png", "-f", str(2 * cards), tmp_path / "cards.pdf",
         tmp_path / "side"], check=True)
    picture = next(tmp_path.glob("side*.png"))
    code = subprocess.run(
        ["zbarimg", "-q", "--raw", picture], capture_output=True, text=True, check=True).stdout
    assert code.strip() == stack.origin + "/login"
    words = subprocess.run(
        ["pdftotext", "-f", str(2 * cards), tmp_path / "cards.pdf", "-"],
        capture_output=True, text=True, check=True).stdout
    password = office.locator(".password").last.inner_text()
    assert re.fullmatch(r"([2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}", password)
    assert password in words
    login_id = office.locator(".id").last.inner_text()

    # What stands on paper opens the way, in the form in which people type it.
    office.context.clear_cookies()
    office.goto("/login")
    fill(office, {"login_id": login_id, "password": password.replace("-", " ").lower()})
    submit(office)
    assert office.url.endswith("/terms")


def test_the_postal_code_stands_in_its_boxes(office):
    first = f"B{number()}"
    upload(office, members(first, 1))
    take(office)
    issue(office, "one", "sheet", f"{first}-0")
    millimetre = office.evaluate(
        """() => {
          const side = document.querySelector('.front').getBoundingClientRect();
          return [...document.querySelectorAll('.code span')].map(box => {
            const place = box.getBoundingClientRect();
            return [place.left - side.left, place.top - side.top, side.right - place.right]
              .map(pixels => Math.round(pixels / 96 * 254) / 10);
          });
        }""")
    assert [left for left, _, _ in millimetre] == [44.3, 51.3, 58.3, 65.9, 72.7, 79.5, 86.3]
    assert {top for _, top, _ in millimetre} == {12}
    assert millimetre[-1][2] == 8


def test_a_printed_run_can_be_issued_again_but_not_by_reload(office):
    first = f"B{number()}"
    upload(office, members(first, 1))
    take(office)
    issue(office, "one", "sheet", f"{first}-0")
    before = office.locator(".id").inner_text()
    office.reload()
    expect(office.locator(".state")).to_contain_text("すでに終わっています")
    run = office.locator('[name=choice][value^="run-"]').first.get_attribute("value")
    issue(office, run, "sheet")
    assert office.locator(".id").inner_text() != before


def test_files_are_saved(office):
    first = f"B{number()}"
    upload(office, [f"{first},𠮷野,=花子,ヨシノ,ハナコ,,,,,,"], "utf-8-sig")
    take(office)
    office.goto("/secretariat/import")
    with office.expect_download() as download:
        office.get_by_role("link", name="全員を書き出す（UTF-8）").click()
    text = open(download.value.path(), encoding="utf-8-sig", newline="").read()
    row = next(r for r in csv.DictReader(io.StringIO(text)) if r["member_number"] == first)
    assert (row["family_name"], row["given_name"]) == ("𠮷野", "'＝花子")
    office.get_by_role("link", name="全員を書き出す（シフトJIS）").click()
    expect(office.locator("h1")).to_have_text("シフトJISにない文字があります")
    with office.expect_download() as download:
        office.get_by_role("link", name="シフトJISで書き出す").click()
    assert f"{first},〓野,'＝花子" in open(download.value.path(), encoding="cp932").read()

    office.goto("/secretariat/postcards")
    office.locator('[name=choice][value="one"]').check()
    office.locator("#number").fill(first)
    office.locator('[name=format][value="csv"]').check()
    with office.expect_download() as download:
        office.get_by_role("button", name="発行する", exact=True).click()
    lines = open(download.value.path(), encoding="utf-8-sig").read().splitlines()
    assert lines[0] == ("member_number,family_name,given_name,postal_code,prefecture,address,"
                        "login_id,password")
    assert len(lines) == 2
