"""What is there when all is quiet again: registrations whole, single, and told by one mail."""

import collections
import concurrent.futures

from Stack.people import Browser


def _by(rows):
    """Rows by their first column; the rest as lists."""
    found = collections.defaultdict(list)
    for key, *rest in rows:
        found[key].append(rest)
    return found


class Verdict:
    """Reads the database and the Maildir once, and holds every person against them."""

    def __init__(self, stack, crowd):
        self.stack, self.crowd = stack, crowd
        self.wrong = crowd.wrong + crowd.failures
        self.figures = {}
        self.read()
        for one in crowd.people:
            if one.stops and not one.failure:
                self.hold_draft(one.person)
            elif one.is_registered:
                self.hold(one)
        self.hold_all()
        self.sign_in()

    def read(self):
        sql = self.stack.sql
        self.accounts = _by(sql(
            "SELECT email_key, id, kind, login_id, registered_at IS NOT NULL FROM accounts"
            " WHERE email_key IS NOT NULL"))
        self.profiles = _by(sql("SELECT account_id, registry_number, HEX(family_name),"
                                " HEX(given_name), mobile_phone FROM profiles"))
        self.specialties = _by(sql("SELECT account_id, code FROM profile_specialties"
                                   " ORDER BY account_id, position"))
        self.societies = _by(sql("SELECT account_id, HEX(name) FROM profile_societies"
                                 " ORDER BY account_id, position"))
        self.consents = _by(sql("SELECT account_id, version FROM consents"
                                " WHERE account_id IS NOT NULL"))
        self.audit = _by(sql("SELECT subject_id, action FROM audit"
                             " WHERE action = 'registration.completed'"))
        self.outbox = _by(sql("SELECT account_id, message_id, state, attempts FROM outbox"
                              " WHERE account_id IS NOT NULL AND token IS NULL"
                              " AND kind = 'registered'"))
        self.drafts = _by(sql(
            "SELECT t.email_key, d.completed_at IS NOT NULL, d.form = '', d.password_hash = '',"
            " COALESCE(t.ended_by, '') FROM drafts d JOIN tokens t ON t.id = d.token_id"))

    def say(self, person, what):
        self.wrong.append(f"{person.email}: {what}")

    def hold(self, newcomer):
        """A registration that was answered with 303 → /register/complete."""
        person, is_member = newcomer.person, newcomer.is_member

        def equal(what, found, wanted):
            if found != wanted:
                self.say(person, f"{what}: {found}, and not {wanted}")

        def coded(text):
            return text.encode().hex().upper()

        fields = person.fields
        accounts = self.accounts[person.email.lower()]
        kind = "member" if is_member else "doctor"
        equal("accounts", [row[1:] for row in accounts], [[kind, person.login_id, "1"]])
        if len(accounts) != 1:
            return
        account = accounts[0][0]
        equal("profile", [row[:3] for row in self.profiles[account]], [[
            fields["registry_number"], coded(fields["family_name"]), coded(fields["given_name"])]])
        equal("specialties", self.specialties[account], [[code] for code in fields["specialty"]])
        equal("societies", self.societies[account], [[coded(name)] for name in fields["society"]])
        # A member's consent is bound at once: sent again after a lost answer, it is two.
        most = newcomer.browser.sent["/terms"] if is_member else 1
        equal("consents", 1 <= len(self.consents[account]) <= most, True)
        equal("audit lines", len(self.audit[account]), 1)
        equal("completion mails in the outbox", [row[1] for row in self.outbox[account]], ["sent"])
        done = [row for row in self.drafts[person.email.lower()] if row[0] == "1"]
        equal("the finished draft", done, [["1", "1", "1", "used"]])
        mails = [mail for mail in self.crowd.mails(person.email) if not mail.token]
        equal("completion mails", len({mail.id for mail in mails}), 1)
        self.figures["completion mails that came twice, with one Message-ID"] = (
            self.figures.get("completion mails that came twice, with one Message-ID", 0)
            + len(mails) - 1)

    def hold_draft(self, person):
        """Somebody who stopped: no account, and everything typed still there."""
        if self.accounts[person.email.lower()]:
            self.say(person, "has an account without having confirmed")
        open_ones = [row for row in self.drafts[person.email.lower()]
                     if row[:3] == ["0", "0", "0"]]
        if not open_ones:
            self.say(person, "the draft is gone")

    def hold_all(self):
        """What must not be there at all."""
        count = {
            "accounts registered without a profile":
                "accounts a LEFT JOIN profiles p ON p.account_id = a.id"
                " WHERE a.registered_at IS NOT NULL AND p.account_id IS NULL"
                " AND a.kind IN ('member', 'doctor')",
            "profiles of accounts that are not registered":
                "profiles p JOIN accounts a ON a.id = p.account_id WHERE a.registered_at IS NULL",
            "accounts of doctors that nobody asked for":
                "accounts a WHERE a.kind = 'doctor' AND NOT EXISTS (SELECT 1 FROM audit"
                " WHERE subject_id = a.id AND action = 'registration.completed')",
            "mails neither sent nor withheld":
                "outbox WHERE state NOT IN ('sent', 'withheld')",
        }
        for what, rest in count.items():
            ((number,),) = self.stack.sql(f"SELECT COUNT(*) FROM {rest}")
            if number != "0":
                self.wrong.append(f"{what}: {number}")
        ((tried,),) = self.stack.sql("SELECT COUNT(*) FROM outbox WHERE attempts > 1")
        self.figures["mails that were tried more than once"] = int(tried)
        names = [mail.id for mails in self.crowd.postman.mails.values() for mail in mails]
        self.figures["mails delivered"] = len(names)
        tables = "accounts, profiles, drafts, tokens, outbox, audit, consents"
        for table, _, _, words in self.stack.sql(f"CHECK TABLE {tables}"):
            if words != "OK":
                self.wrong.append(f"{table}: {words}")
        ((synced,),) = self.stack.sql("SELECT @@innodb_flush_log_at_trx_commit")
        if synced != "1":
            self.wrong.append("MariaDB answers before a commit is on the disk")
        if self.crowd.seen[500]:
            self.wrong.append(f"answers with 500: {self.crowd.seen[500]}")

    def sign_in(self):
        """Everybody who was told so can sign in with the ID and password that were chosen."""
        def one(person):
            answer = Browser(self.stack).log_in(person.login_id, person.password)
            if (answer.status_code, answer.headers.get("Location")) != (303, "/mypage"):
                self.say(person, f"cannot sign in: {answer.status_code}")

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(one, self.crowd.registered))
        self.figures["people who signed in afterwards"] = len(self.crowd.registered)
