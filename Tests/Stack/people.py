"""People who use the system through HTTP, each with a browser and a client address of their own."""

import csv
import itertools
import re
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import requests
from requests.adapters import HTTPAdapter

from .page import Page
from .stack import REPOSITORY, done

# Everything personal that was ever typed or handed out in these tests: no log may hold any of it.
SECRETS = set()

VERSION = re.search(
    r'name="version" value="([^"]+)"', (REPOSITORY / "www/terms.html").read_text())[1]

_numbers = itertools.count(1)


def number():
    """A number that no other person of this run has."""
    return next(_numbers)


def new_password():
    password = f"Kx7!{secrets.token_hex(5)}-w"
    SECRETS.add(password)
    return password


def keep(*texts):
    SECRETS.update(text for text in texts if text)


class _FromAddress(HTTPAdapter):
    """Connections from one address of this machine: limits go by client address."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **more):
        super().init_poolmanager(*arguments, source_address=(self.address, 0), **more)


class Browser:
    """Sends what a browser sends, follows nothing, keeps cookies."""

    def __init__(self, stack, address=None):
        count = number()
        self.stack = stack
        self.address = address or f"127.1.{count // 250}.{count % 250 + 1}"
        self.session = requests.Session()
        self.session.trust_env = False
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, _FromAddress(self.address))

    def request(self, method, path, **more):
        more.setdefault("timeout", 60)
        more.setdefault("allow_redirects", False)
        answer = self.session.request(method, self.stack.url + path, **more)
        for cookie in answer.cookies:
            if cookie.name != "done":  # a word for what was just done
                keep(cookie.value)
        return answer

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, fields, headers=None, **more):
        own = {"Origin": self.stack.origin, "Sec-Fetch-Site": "same-origin"}
        if fields == {}:
            own["Content-Type"] = "application/x-www-form-urlencoded"
        own.update(headers or {})
        own = {name: value for name, value in own.items() if value is not None}
        return self.request("POST", path, data=fields, headers=own, **more)

    def page(self, path):
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return Page(answer.text)

    def cookie(self, name):
        return self.session.cookies.get(name)

    def log_in(self, login_id, password):
        keep(login_id, password)
        return self.post("/login", {"login_id": login_id, "password": password})

    def agree(self):
        page = self.page("/terms")
        return self.post("/terms", {"agree": "yes", "version": page.fields["version"][0]})

    def agree_again(self):
        """As `agree`, with a version that was read before: one request."""
        return self.post("/terms", {"agree": "yes", "version": VERSION})

    def ask_for_mail(self, address):
        keep(address)
        return self.post("/email", {"email": address, "email_confirm": address})


def goes_to(answer, place):
    """Holds an answer against 303 and its place."""
    assert (answer.status_code, answer.headers.get("Location")) == (303, place), (
        answer.status_code, answer.headers.get("Location"), Page(answer.text).errors
        if answer.text else "")
    return answer


def at_once(jobs):
    """The results of several jobs that begin together."""
    start = threading.Barrier(len(jobs))

    def run(job):
        start.wait(30)
        return job()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(run, jobs))


class Person:
    """Somebody with everything that a registration asks for."""

    def __init__(self, **differences):
        count = number()
        letters = "".join(chr(ord("A") + int(digit)) for digit in f"{count:04d}")
        self.email = f"stack.person{count}@example.jp"
        # No letters by chance: three of them would be a word that the password must not hold.
        self.login_id = f"Person{count:04d}{secrets.randbelow(10 ** 6):06d}"
        self.password = new_password()
        kana = letters.translate(str.maketrans("ABCDEFGHIJ", "アイウエオカキクケコ"))
        self.fields = {
            "login_id": self.login_id, "password": self.password,
            "password_confirm": self.password, "registry_number": f"7{count:05d}",
            "registry_date": "昭和63年4月20日", "family_name_kana": f"ダミヤマ{kana}",
            "given_name_kana": "ﾀﾛｳ", "family_name": f"騨見山{kana}", "given_name": "𠮷郎",
            "postal_code": "1138621", "prefecture": "東京都",
            "address": f"文京区本駒込2ー28ー{count}", "mobile_phone": f"0901111{count:04d}",
            "birth_date": "S38.4.1", "sex": "male", "main_specialty": "01",
            "specialty": ["01", "02"], "university": "東京大学", "graduation_date": "1988年3月",
            "society": ["日本内科学会"], **differences,
        }
        keep(self.login_id, self.email, self.fields["family_name"],
             self.fields["family_name_kana"], self.fields["registry_number"],
             f"0901111{count:04d}", f"090-1111-{count:04d}")

    @property
    def name(self):
        return f"{self.fields['family_name']} {self.fields['given_name']}"

    def open_form(self, browser):
        """From the terms to the mailed URL; returns its token. (A member has signed in before.)"""
        goes_to(browser.agree(), "/email")
        return self.ask(browser)

    def ask(self, browser):
        before = len(browser.stack.mails(self.email))
        goes_to(browser.ask_for_mail(self.email), "/email/sent")
        token = browser.stack.mail(self.email, before + 1).token
        keep(token)
        return token

    def fill(self, browser, token, **differences):
        return browser.post("/register", {"token": token, **self.fields, **differences})

    def register(self, browser, token=None):
        """The whole way of a doctor, or of a member who has just signed in with a postcard."""
        token = token or self.open_form(browser)
        goes_to(self.fill(browser, token), "/register/confirm")
        goes_to(browser.post("/register/confirm", {"action": "register"}), "/register/complete")
        return self


def postcard(stack, **record):
    """A new member of the roll with a postcard: (member number, login ID, password)."""
    count = number()
    member = f"7{count:05d}"
    names = ["family_name", "given_name", "family_name_kana", "given_name_kana",
             "registry_number", "birth_date", "postal_code", "prefecture", "address", "email"]
    values = {"family_name": "騨見山", "given_name": "太郎", **record}
    path = stack.folder / f"members-{member}.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([
            ["member_number", *names], [member, *(values.get(name, "") for name in names)]])
    done(stack.mamis("members", "import", path))
    return (member, *issue(stack, member))


def issue(stack, member):
    """New first-time credentials for a member: login ID and password."""
    issued = done(stack.mamis("credentials", "issue", "--member", member, "--format", "csv"))
    login_id, password = issued.splitlines()[-1].split(",")[-2:]
    keep(login_id, password, password.replace("-", ""))
    return login_id, password
