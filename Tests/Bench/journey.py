"""The whole way of one person: from the login page to my page, as the screens ask for it."""

import asyncio
import base64
import datetime
import re
import zlib

from Stack.people import VERSION

from .cases import PASSWORD, registry_number
from .visitor import expect

FIRST_TIME = "benc-hben-chbe-nch2"
DIGITS = str.maketrans("0123456789", "アイウエオカキクケコ")

# Seconds that a person takes, in the middle: to type two words, to read the terms, to go to the
# mail and back, to fill in forty fields, to put mistakes right, to read everything again.
TYPE, READ, MAIL, FILL, MEND, LOOK = 20, 60, 45, 240, 60, 40


class GaveUp(Exception):
    """One who does not go on; nothing is wrong."""


class Who:
    """Somebody of the seeded database: number N; a member with a postcard, or a doctor who has
    none and takes a registry number that nobody has."""

    def __init__(self, number, is_member, dice, run):
        self.number, self.is_member, self.dice = number, is_member, dice
        self.email = f"day{run}.{number}@example.jp"
        self.login_id = f"day{run}x{number:07d}"
        self.makes_mistakes = dice.random() < 0.3
        # Where on the way: after so many of the steps.
        self.steps_left = dice.randint(1, 7) if dice.random() < 0.1 else 99

    def fields(self, token):
        birth = datetime.date(1940, 1, 1) + datetime.timedelta(
            days=zlib.crc32(f"birth{self.number}".encode()) % 20000)
        kana = str(self.number).translate(DIGITS)
        return {
            "token": token, "login_id": self.login_id, "password": PASSWORD,
            "password_confirm": PASSWORD, "registry_number": registry_number(self.number),
            "registry_date": f"{birth.year + 26}/4/20", "family_name_kana": f"ハヤマ{kana}",
            "given_name_kana": "ﾀﾛｳ", "family_name": "葉山", "given_name": "太郎",
            "postal_code": "1138621", "prefecture": "東京都", "address": "文京区本駒込2ー28ー16",
            "mobile_phone": f"090{self.number:08d}", "birth_date": birth.strftime("%Y/%m/%d"),
            "sex": "male", "main_specialty": "01", "specialty": ["01", "02"],
            "university": "東京大学", "graduation_date": f"{birth.year + 25}年3月",
            "society": ["日本内科学会"],
        }


class Journey:
    """Takes one person through; `pace` is by how much think times are shortened."""

    def __init__(self, who, visitor, mailbox, pace):
        self.who, self.visitor, self.mailbox, self.pace = who, visitor, mailbox, pace

    async def think(self, seconds):
        """A step is done; the person reads or types, or goes away for good."""
        self.who.steps_left -= 1
        if self.who.steps_left <= 0:
            raise GaveUp
        await self.visitor.leave()
        await asyncio.sleep(self.who.dice.uniform(0.5, 1.5) * seconds * self.pace)

    async def run(self):
        """True for one who is registered in the end."""
        try:
            await self._arrive()
            await self._ask_for_mail()
            await self._register(await self.mailbox.token(self.who.email))
            await self._sign_in()
        except GaveUp:
            return False
        finally:
            await self.visitor.leave()
        return True

    async def _arrive(self):
        get, post = self.visitor.get, self.visitor.post
        page = expect(await get("GET /login", "/login"), 200)[2].decode()
        for path in sorted(set(re.findall(r'(?:href|src)="(/(?:css|js|images)/[^"]+)"', page))):
            expect(await get("css, js, images", path), 200)
        await self.think(TYPE)
        if self.who.is_member:
            login_id = f"bench{self.who.number:07d}"
            if self.who.makes_mistakes:
                wrong = {"login_id": login_id, "password": "mistyped"}
                expect(await post("POST /login *", "/login", wrong), 422)
                await self.think(TYPE)
            right = {"login_id": login_id, "password": FIRST_TIME}
            expect(await post("POST /login *", "/login", right), 303, "/terms")
        expect(await get("GET /terms", "/terms"), 200)
        await self.think(READ)
        agreed = {"agree": "yes", "version": VERSION}
        expect(await post("POST /terms", "/terms", agreed), 303, "/email")
        expect(await get("GET /email", "/email"), 200)

    async def _ask_for_mail(self):
        await self.think(TYPE)
        address = {"email": self.who.email, "email_confirm": self.who.email}
        expect(await self.visitor.post("POST /email", "/email", address), 303, "/email/sent")
        expect(await self.visitor.get("GET /email/sent", "/email/sent"), 200)
        await self.think(MAIL)

    async def _register(self, token):
        get, post = self.visitor.get, self.visitor.post
        expect(await get("GET /register", f"/register?token={token}"), 200)
        await self.think(FILL)
        for path in ("/lookup/postal?code=1138621", "/lookup/universities?q=%E6%9D%B1%E4%BA%AC",
                     "/lookup/societies?q=%E5%86%85%E7%A7%91"):
            expect(await get("GET /lookup", path), 200)
        fields = self.who.fields(token)
        if self.who.makes_mistakes:
            wrong = {**fields, "family_name_kana": "漢字", "postal_code": "12",
                     "university": "医科大学"}
            expect(await post("POST /register, refused", "/register", wrong), 422)
            await self.think(MEND)
        expect(await post("POST /register *", "/register", fields), 303, "/register/confirm")
        expect(await get("GET /register/confirm", "/register/confirm"), 200)
        await self.think(LOOK)
        expect(await post("POST /register/confirm", "/register/confirm", {"action": "register"}),
               303, "/register/complete")
        expect(await get("GET /register/complete", "/register/complete"), 200)

    async def _sign_in(self):
        await self.think(TYPE)
        expect(await self.visitor.get("GET /login", "/login"), 200)
        own = {"login_id": self.who.login_id, "password": PASSWORD}
        expect(await self.visitor.post("POST /login *", "/login", own), 303, "/mypage")
        expect(await self.visitor.get("GET /mypage", "/mypage"), 200)
        await self.think(LOOK)
        expect(await self.visitor.post("POST /logout", "/logout", {}), 303, "/login")


class Mailbox:
    """The Maildir that the mailer fills: each mail is read once and deleted."""

    def __init__(self, folder):
        self.folder, self.tokens, self.read = folder / "mail/new", {}, 0

    async def token(self, address):
        """The token mailed to an address, once it is there."""
        for _ in range(1200):
            if address in self.tokens:
                return self.tokens.pop(address)
            await asyncio.sleep(0.1)
        raise TimeoutError("no mail within two minutes")

    async def watch(self):
        """Reads what has arrived, for ever."""
        while True:
            for path in list(self.folder.iterdir()):
                text = path.read_bytes()
                path.unlink()
                self.read += 1
                address = re.search(rb"^To:.*?([\w.]+@[\w.]+)", text, re.MULTILINE)
                token = re.search(rb"\?token=([0-9a-f]{64})", plain(text))
                if address and token:
                    self.tokens[address[1].decode()] = token[1].decode()
            await asyncio.sleep(0.2)


def plain(mail):
    """The text of a mail in base64."""
    head, _, body = mail.replace(b"\r\n", b"\n").partition(b"\n\n")
    return base64.b64decode(body) if b"base64" in head.lower() else body
