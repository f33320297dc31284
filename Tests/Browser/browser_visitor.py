"""What the people of the tests type and do, for the browser tests."""

from playwright.sync_api import expect

from Stack import people
from Stack.people import goes_to

PASSWORD = "hikari-73-Mado"

# What a person types who fills only what must be, in the order of the page.
TYPED = {
    "login_id": "",
    "password": PASSWORD,
    "password_confirm": PASSWORD,
    "registry_number": "",
    "registry_date": "1975/04/01",
    "family_name_kana": "ニチイ",
    "given_name_kana": "タロウ",
    "family_name": "日医",
    "given_name": "太郎",
    "postal_code": "113-8621",
    "prefecture": "東京都",
    "address": "文京区本駒込2-28-16",
    "mobile_phone": "090-1234-5678",
    "birth_date": "1950/01/31",
    "sex": "male",
    "main_specialty": "01",
    "university": "東京大学",
    "graduation_date": "1975/03",
}

# The fields that are optional, as well.
TYPED_TOO = {
    "former_family_name_kana": "コマゴメ",
    "former_given_name_kana": "タロウ",
    "former_family_name": "駒込",
    "former_given_name": "太郎",
    "phone": "03-1234-5678",
    "fax": "03-1234-5679",
    "specialty": ["02", "03"],
    "university_other": "ハイデルベルク大学",
    "graduate_school": "京都大学大学院",
    "graduate_school_date": "1980/03",
    "graduate_department": "医学系研究科内科学専攻",
    "degree_date": "1980/09",
    "society": ["日本内科学会", "日本外科学会"],
    "society_other": "〇〇医学研究会",
}


def number():
    """A number of six digits that nobody had before."""
    return str(100_000 + people.number())


def address():
    """A mail address that nobody had before."""
    return f"taro.{number()}@example.jp"


def typed(**changed):
    """TYPED with a login ID and a registry number that are free."""
    own = {"login_id": f"komado{number()}", "registry_number": number()}
    return {**TYPED, **own, **changed}


def registration_url(stack):
    """A fresh mailed URL for a doctor who is no member, asked for over plain HTTP."""
    browser, to = people.Browser(stack), address()
    goes_to(browser.agree_again(), "/email")
    goes_to(browser.ask_for_mail(to), "/email/sent")
    return stack.mail(to).url


def fill(page, values):
    """Fills controls by their names, quickly (no key by key)."""
    for name, value in values.items():
        controls = page.locator(f'[name="{name}"]')
        first = controls.first
        tag = first.evaluate("c => c.tagName + ' ' + c.type")
        if tag.startswith("SELECT"):
            first.select_option(value)
        elif tag.endswith(("checkbox", "radio")):
            for each in [value] if isinstance(value, str) else value:
                page.locator(f'[name="{name}"][value="{each}"]').check()
        elif isinstance(value, list):
            for index, each in enumerate(value):
                controls.nth(index).fill(each)
        else:
            first.fill(value)


def values(page):
    """What stands in the page's form now, by name: text, or the values that are checked."""
    return page.evaluate(
        """() => {
          const found = {};
          for (const c of document.querySelector('main form').elements) {
            if (!c.name || c.type === 'hidden' || c.type === 'submit') continue;
            found[c.name] ??= [];
            if (c.type === 'checkbox' || c.type === 'radio') {
              if (c.checked) found[c.name].push(c.value);
            } else if (c.value !== '') found[c.name].push(c.value);
          }
          return found;
        }""")


def assert_kept(page, expected):
    """Everything expected still stands in the form, passwords excepted: they never come back."""
    here = values(page)
    for name, value in expected.items():
        if name.startswith("password"):
            assert here[name] == [], f"{name} came back"
        else:
            assert here[name] == ([value] if isinstance(value, str) else value), name


def submit(page):
    """Presses the form's own button and waits for the page that answers."""
    with page.expect_navigation() as navigation:
        page.locator("main form .actions button").first.click()
    page.wait_for_load_state("load")
    return navigation.value


def press(page, name):
    """Presses a button by what it says, and waits for the page that answers."""
    with page.expect_navigation() as navigation:
        page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state("load")
    return navigation.value


def log_in(page, login_id, password):
    page.goto("/login")
    fill(page, {"login_id": login_id, "password": password})
    return submit(page)


def enter_office(stack, browse):
    """A page of somebody of the secretariat, who has just signed in."""
    page = browse()
    log_in(page, *stack.demo("secretariat"))
    expect(page.locator("h1")).to_have_text("事務局TOP")
    return page


def rows(page):
    """The rows of the confirm page or my page: what stands beside each label."""
    return {
        row.locator("dt").inner_text(): row.locator("dd").inner_text()
        for row in page.locator(".rows > div").all()
    }


def ready(page):
    """Waits until the page's scripts have taken up their work."""
    page.wait_for_load_state("load")
    if page.locator("[data-lookup]").count():
        page.locator("[role=combobox]").first.wait_for()
        page.locator("#remaining:not([hidden])").wait_for()
    page.evaluate("() => new Promise(done => setTimeout(done, 50))")
