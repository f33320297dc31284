"""The requests that are measured, and their variations: no two in a row are the same person's."""

import hashlib
import random
import urllib.parse

from Stack.people import VERSION

PASSWORD = "Ringo-9-mikan"
BROWSER = "bench"


def secret(kind, number):
    """As Sources/mamis/BenchSeed.swift makes them."""
    return hashlib.sha256(f"mamis bench {kind} {number}".encode()).hexdigest()


def registry_number(number):
    """Of account N, or free where the account has not been asked yet."""
    return f"{number * 7919 % 1000000:06d}"


def without_number(stack):
    """Seeded accounts that have not been asked yet, and whose registry number nobody has taken."""
    return [int(row[0]) for row in stack.sql(
        "SELECT SUBSTRING(number, 6) FROM accounts a LEFT JOIN profiles p "
        "ON p.registry_number = LPAD(SUBSTRING(number, 6) * 7919 % 1000000, 6, '0') "
        "WHERE status = 'unissued' AND number LIKE 'BENCH%' AND p.account_id IS NULL "
        "ORDER BY a.id")]


def registered(accounts, count, seed):
    """Numbers of registered people who are not suspended."""
    dice = random.Random(seed)
    found = []
    while len(found) < count:
        number = dice.randint(1, accounts)
        if number % 20 < 14 and number % 500 != 7:
            found.append(number)
    return found


def client(dice):
    return f"127.{dice.randint(1, 250)}.{dice.randint(0, 250)}.{dice.randint(1, 250)}"


class Request:
    """One request; `facts` are what its statements' values come from."""

    def __init__(self, method, path, cookie="", client="127.0.0.1", body="", **facts):
        self.method, self.path, self.cookie, self.client = method, path, cookie, client
        self.body = body
        self.facts = {"client": client, "browser": BROWSER, **facts}

    def line(self, origin, path=None):
        """A line of requests.lua's file."""
        return "\t".join([
            self.method, path or self.path, self.cookie, self.client,
            origin if self.method == "POST" else "", self.body])


def with_session(path, number):
    token = secret("session", number)
    return Request("GET", path, f"session={token}", secret=token)


def form(**fields):
    return urllib.parse.urlencode(fields, doseq=True)


def refused_form(number, university="東京大学"):
    """Everything filled in, four mistakes: reading, address, fax number, repeated password; a fifth
    where part of a university's name means dozens, which the answer offers to choose from."""
    token = secret("token", number)
    body = form(
        token=token, login_id=f"sensei{number:07d}", password="Kx7!mandarin-w",
        password_confirm="Kx7!mandarin-v", registry_number=registry_number(number),
        registry_date="昭和63年4月20日", family_name_kana="日本", given_name_kana="ﾀﾛｳ",
        family_name="日医", given_name="太郎", former_family_name_kana="キュウセイ",
        former_given_name_kana="タロウ", former_family_name="旧姓", former_given_name="太郎",
        postal_code="1138621", prefecture="東京都", address="文京区本駒込2ー28ー16" * 4,
        mobile_phone="09011112222", phone="03-3946-2121", fax="03-3946",
        birth_date="1963/4/1", sex="male", main_specialty="01", specialty=["01", "02", "03"],
        university=university, university_other="", graduation_date="1988年3月",
        graduate_school="東京大学", graduate_school_date="1992年3月",
        graduate_department="内科学専攻", degree_date="1992年3月",
        society=["日本内科学会", "日本外科学会"], society_other="")
    return Request("POST", "/register", body=body, secret=token)


def login(number, password, address):
    login_id = f"bench{number:07d}"
    return Request("POST", "/login", client=address, login=login_id,
                   body=form(login_id=login_id, password=password))


class Case:
    """A line of the table."""

    def __init__(self, name, title, handler, group, requests, status, *, uncached=False,
                 goal=None, rivals=True, hashes=0):
        self.name, self.title, self.handler, self.group = name, title, handler, group
        self.requests, self.status, self.uncached = requests, status, uncached
        self.goal, self.rivals, self.hashes = goal, rivals, hashes


def cases(accounts):
    """All lines, for a database of so many accounts."""
    dice = random.Random(7)
    people = registered(accounts, 2000, 1)
    waiting = [n - n % 20 + 18 for n in people if n - n % 20 + 18 <= accounts][:2000]
    others = registered(accounts, 4000, 2)
    third = registered(accounts, 4000, 3)

    def query(path, **fields):
        return Request("GET", f"{path}?{form(**fields)}")
    return [
        Case("page", "static form (nginx alone)", None, None, [Request("GET", "/login")], 200,
             rivals=False),
        Case("empty", "empty answer (303)", "mypage", "member", [Request("GET", "/mypage")], 303,
             goal=1.05),
        Case("refused", "refused registration form (422)", "register", "entry",
             [refused_form(number) for number in waiting], 422, goal=1.25),
        Case("choices", "the same, with dozens of names to choose from", "register", "entry",
             [refused_form(number, "医科大学") for number in waiting], 422),
        Case("mypage", "signed-in my page", "mypage", "member",
             [with_session("/mypage", number) for number in people], 200, goal=1.10),
        Case("university", "lookup of a university", "lookup", "front",
             [query("/lookup/universities", q="東京")], 200, uncached=True),
        Case("postal", "lookup of a postal code", "lookup", "front",
             [query("/lookup/postal", code="1138621")], 200, uncached=True),
        Case("cached", "lookup, repeated (nginx's cache)", "lookup", "front",
             [query("/lookup/postal", code="1138621")], 200, goal=0.40),
        Case("login", "good login", "login", "entry",
             [login(n, PASSWORD, client(dice)) for n in others], 303, hashes=1, goal=1.05),
        Case("bad_login", "bad login (422)", "login", "entry",
             [login(n, "wrong-1-Password", client(dice)) for n in third], 422, hashes=1,
             goal=1.05),
        Case("search", "secretariat: search of a name", "members", "office",
             [with_session("/secretariat/members?" + form(q="石川幸"), 0)], 200),
        Case("common", "secretariat: search of a common name", "members", "office",
             [with_session("/secretariat/members?" + form(q="佐藤"), 0)], 200),
    ]


__all__ = ["BROWSER", "PASSWORD", "VERSION", "Case", "Request", "cases", "registered", "secret"]
