#!/usr/bin/env python3
"""terms - keep the consent to the terms of use: the handler `terms`, written anew as plain CGI.

    POST /terms   303 /email (first login, visitor) or the person's own place
                  401, 422, 503: the same page with what was typed

A worked example of docs/replacing-a-screen.md: Python's standard library and python3-pymysql,
started by fcgiwrap. It reads mamis.env for the settings; DB_OPTION_FILE and DB_GROUP in its
environment name a database user of its own (terms.sql)."""

import hashlib
import html
import os
import pathlib
import re
import secrets
import sys
import urllib.parse

import pymysql

MISSING = "利用規約をお読みになり、「利用規約に同意する」にチェックを入れてください。"
OUTDATED = ("利用規約が新しくなりました。この画面にある新しい利用規約をお読みになってから、"
            "もう一度チェックを入れてください。")
ENDED = ("しばらく操作がなかったため、ログインの有効時間が終わりました。別のタブ（画面）で"
         "ログインし直してから、この画面でもう一度送信してください。入力された内容は残っています。")
BUSY = ("ただいま大変混み合っているか、点検中です。入力された内容はこの画面に残っています。"
        "しばらくしてから、もう一度送信してください。")
HOMES = {"registering": "/email", "first_login": "/email", "second_factor": "/login/code",
         "enrolment": "/secretariat/two-factor", "member": "/mypage", "doctor": "/mypage",
         "secretariat": "/secretariat", "administrator": "/secretariat"}


class Refused(Exception):
    """Ends the request with an error page, or (with a sentence) with the form again."""

    def __init__(self, status, sentence=None, field=None):
        super().__init__(status)
        self.status, self.sentence, self.field = status, sentence, field


def read_settings():
    path = os.environ.get("MAMIS_ENV_FILE", "/etc/mamis/mamis.env")
    lines = [line.strip() for line in pathlib.Path(path).read_text("utf-8").splitlines()]
    pairs = [line.split("=", 1) for line in lines if "=" in line and line[0] not in "#;"]
    return {key: value.strip().strip("\"'") for key, value in pairs} | dict(os.environ)


def read_form():
    """The form's fields; checks method, origin, size, type and encoding, in this order."""
    if os.environ.get("REQUEST_METHOD") != "POST":
        raise Refused(405)
    site, origin = os.environ.get("HTTP_SEC_FETCH_SITE"), os.environ.get("HTTP_ORIGIN")
    if not (site in ("same-origin", "none") if site else origin == settings["BASE_URL"]):
        raise Refused(403)
    length = os.environ.get("CONTENT_LENGTH") or "-"
    if not length.isdecimal():
        raise Refused(400)
    if int(length) > 65536:
        raise Refused(413)
    kind = os.environ.get("CONTENT_TYPE", "").split(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Refused(415)
    body = sys.stdin.buffer.read(int(length))
    if len(body) != int(length) or re.search(rb"%(?![0-9A-Fa-f]{2})", body):
        raise Refused(400)
    try:
        return dict(reversed(urllib.parse.parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=1000)))
    except ValueError:
        raise Refused(400) from None


def read_page(name):
    """A file of www/ with its parts put in."""
    text = (pathlib.Path(settings["WWW_DIR"]) / name).read_text("utf-8")
    return re.sub(r'<!--#include virtual="/([^"]+)" -->\n?', lambda part: read_page(part[1]), text)


def send(status, *headers, body=""):
    lines = [f"Status: {status}", "Cache-Control: no-store", *headers]
    if body:
        lines.append("Content-Type: text/html; charset=UTF-8")
    sys.stdout.buffer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())


def send_again(problem, agreed):
    """The same page: what was typed, what is wrong, and the summary above the form."""
    def item(found):
        if found[1] != ("problem" if problem.field else "problem-plain"):
            return ""
        return re.sub(r"<slot.*?</slot>", html.escape(problem.sentence), found[2]).replace(
            "{target}", problem.field or "")

    page = read_page("terms.html").replace("<title>", "<title>エラー：", 1)
    page = re.sub(r'<template id="(problem|problem-plain)">(.*?)</template>', item, page)
    page = re.sub(r'<template id="problems">(.*?)</template>', r"\1", page, flags=re.DOTALL)
    if agreed:
        page = page.replace('value="yes"', 'value="yes" checked')
    if problem.field:
        page = page.replace('aria-describedby="agree-help"',
                            'aria-invalid="true" aria-describedby="agree-help error-agree"')
        page = page.replace('id="error-agree" hidden>',
                            f'id="error-agree">{html.escape(problem.sentence)}')
    send(problem.status, *(["Retry-After: 30"] if problem.status == 503 else []), body=page)


def send_error(status):
    page = re.sub(r"<template.*?</template>", "", read_page(f"errors/{status}.html"), flags=re.S)
    number = html.escape(os.environ.get("REQUEST_ID", ""))
    page = re.sub(r'<slot name="enquiry_number">.*?</slot>', number, page)
    send(status, *(["Allow: POST"] if status == 405 else []), body=page)


def hash_of(secret):
    """What the database knows of a cookie: BLAKE2b, 256 bits, of its 64 hexadecimal digits."""
    return hashlib.blake2b(secret.encode(), digest_size=32).digest()


def agree(form, version, text_hash, cursor):
    """Keeps the consent and opens the next session; returns where to go, and the cookie."""
    name = "__Host-session" if settings["BASE_URL"].startswith("https:") else "session"
    cookie = re.search(rf"(?:^|; *){name}=([0-9a-f]{{64}})(?:;|$)",
                       os.environ.get("HTTP_COOKIE", ""))
    old = hash_of(cookie[1]) if cookie else None
    cursor.execute(
        "SELECT s.stage, s.account_id, a.kind, s.ended_at IS NULL AND s.expires_at > NOW() "
        "AND s.seen_at > NOW() - INTERVAL s.idle_seconds SECOND AND a.suspended_at IS NULL "
        "FROM sessions s LEFT JOIN accounts a ON a.id = s.account_id WHERE s.token_hash = %s", old)
    stage, account, kind, is_live = cursor.fetchone() or ("registering", None, None, False)
    if is_live and stage in ("second_factor", "enrolment"):
        return HOMES[stage], None
    if not is_live and stage != "registering":
        raise Refused(401, ENDED)
    if form.get("agree", "").strip() != "yes":
        raise Refused(422, MISSING, "agree")
    if form.get("version", "").strip() != version:
        raise Refused(422, OUTDATED, "agree")
    if stage == "consent_due":
        stage = kind
    account = account if is_live else None
    client, agent = os.environ["REMOTE_ADDR"], os.environ.get("HTTP_USER_AGENT", "")[:200]
    cursor.execute(
        "INSERT INTO consents (account_id, version, text_hash, agreed_at, client_address) "
        "VALUES (%s, %s, %s, NOW(), %s)", (account, version, text_hash, client))
    consent = cursor.lastrowid
    cursor.execute(
        "UPDATE sessions SET ended_at = NOW() WHERE token_hash = %s AND ended_at IS NULL", old)
    secret, life = secrets.token_hex(32), int(settings.get("SESSION_SECONDS", 28800))
    idle = int(settings.get("SESSION_IDLE_SECONDS", 1800))
    if stage == "registering":
        idle = life = int(settings.get("VISITOR_SESSION_SECONDS", 86400))
    elif stage in ("secretariat", "administrator"):
        idle = int(settings.get("OFFICE_SESSION_IDLE_SECONDS", 900))
    cursor.execute(
        "INSERT INTO sessions (token_hash, account_id, stage, consent_id, created_at, seen_at, "
        "idle_seconds, expires_at, client_address, user_agent) VALUES (%s, %s, %s, %s, NOW(), "
        "NOW(), %s, NOW() + INTERVAL %s SECOND, %s, %s)",
        (hash_of(secret), account, stage, consent, idle, life, client, agent))
    secure = "; Secure" if name.startswith("__Host-") else ""
    return HOMES[stage], f"{name}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}"


def main():
    page, form = (pathlib.Path(settings["WWW_DIR"]) / "terms.html").read_bytes(), read_form()
    version = re.search(rb'name="version" value="([^"]+)"', page)[1].decode()
    text = re.search(rb'<article[^>]* id="terms-text"[^>]*>(.*?)</article>', page, re.DOTALL)[1]
    try:
        with pymysql.connect(
                read_default_file=settings["DB_OPTION_FILE"], connect_timeout=10,
                read_default_group=settings.get("DB_GROUP", "mamis"), charset="utf8mb4",
                init_command="SET time_zone = '+00:00'") as database:
            place, cookie = agree(form, version, hashlib.sha256(text).digest(), database.cursor())
            database.commit()
        send(303, f"Location: {place}", *([f"Set-Cookie: {cookie}"] if cookie else []))
    except (Refused, pymysql.OperationalError) as error:
        problem = error if isinstance(error, Refused) else Refused(503, BUSY)
        send_again(problem, form.get("agree") == "yes" and form.get("version") == version)


settings = read_settings()
try:
    main()
except Refused as refused:
    send_error(refused.status)
except Exception as error:  # its class only: a message may quote what somebody typed
    number = os.environ.get("REQUEST_ID", "")
    print(f"level=error program=terms.py request={number} reason={type(error).__name__}",
          file=sys.stderr)
    send_error(500)
