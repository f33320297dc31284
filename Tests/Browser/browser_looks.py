"""How a page looks: what axe finds, what sticks out, and pictures for people to look at."""

from axe_playwright_python.sync_playwright import Axe

from Stack.stack import REPOSITORY

PICTURES = REPOSITORY / "screenshots"
# More than axe asks for by itself: text stands 7:1 against its ground, and has room for a finger.
MORE = {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}


def violations(page, rules=None):
    """What axe finds, by all of its rules or by these: a line for each element."""
    chosen = {"runOnly": {"type": "rule", "values": rules}} if rules else {"rules": MORE}
    found = Axe().run(page, options={**chosen, "resultTypes": ["violations"]})
    return [
        f"{rule['id']}: {node['html'][:120]}: {node['failureSummary'][:300]}"
        for rule in found.response["violations"] for node in rule["nodes"]
    ]


def overflow(page):
    """Elements that stick out of the page to the right."""
    return page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          const out = [...document.body.querySelectorAll('*')].filter(e => {
            if (!e.checkVisibility() || e.closest('.table, .spoken, .skip')) return false;
            return e.getBoundingClientRect().right > width + 0.5;
          });
          if (document.documentElement.scrollWidth > width) out.push(document.documentElement);
          return out.map(e => e.outerHTML.slice(0, 100));
        }""")


def picture(page, name, is_window=False):
    """Keeps a picture of the whole page, or of the window where something is open."""
    if is_window and page.locator("dialog[open]").count() == 0:
        page.evaluate(
            """() => (document.querySelector('[aria-invalid]') ?? document.activeElement)
              .scrollIntoView({ block: 'center' })""")
    # Hundreds of postcards are a long picture, on a busy machine.
    page.screenshot(path=PICTURES / f"{name}.png", full_page=not is_window, timeout=60_000)


def assert_looks_right(page, name):
    """At both widths axe finds nothing and nothing scrolls sideways; a picture of each is kept."""
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 900})
        picture(page, f"{name}-{width}")
        assert violations(page) == [], (name, width)
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
                name, width)
    page.set_viewport_size({"width": 1280, "height": 900})
