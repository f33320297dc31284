#!/usr/bin/python3
"""terms - keep the consent to the terms of use: the handler `terms`, written anew as plain CGI.

    POST /terms   303 /email (first login, visitor) or the person's own place
                  401, 422, 503: the same page with what was typed

A worked example of docs/replacing-a-screen.md: Python's standard library and python3-pymysql,
started by fcgiwrap. It reads mamis.env for the settings; DB_OPTION_FILE and DB_GROUP in its
environment name a database user of its own (terms.sql)."""

import hashlib
import os
import pathlib
import re
import secrets

import pymysql
from screen import BUSY, Refused, read_form, read_page, run, send, send_problem, settings

MISSING = "利用規約をお読みになり、「利用規約に同意する」にチェックを入れてください。"
OUTDATED = ("利用規約が新しくなりました。この画面にある新しい利用規約をお読みになってから、"
            "もう一度チェックを入れてください。")
ENDED = ("しばらく操作がなかったため、ログインの有効時間が終わりました。別のタブ（画面）で"
         "ログインし直してから、この画面でもう一度送信してください。入力された内容は残っています。")
# Out of connections, a lock not granted, a deadlock, no server, connection lost.
AWAY = (1040, 1205, 1213, 2002, 2003, 2006, 2013)
HOMES = {"registering": "/email", "first_login": "/email", "second_factor": "/login/code",
         "enrolment": "/secretariat/two-factor", "member": "/mypage", "doctor": "/mypage",
         "secretariat": "/secretariat", "administrator": "/secretariat"}


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
        "FROM sessions s LEFT JOIN accounts a ON a.id = s.account_id WHERE s.token_hash = %s",
        (old,))
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
        "UPDATE sessions SET ended_at = NOW() WHERE token_hash = %s AND ended_at IS NULL", (old,))
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
        if not isinstance(error, Refused) and error.args[0] not in AWAY:
            raise
        shown = read_page("terms.html")
        if form.get("agree") == "yes" and form.get("version") == version:
            shown = shown.replace('value="yes"', 'value="yes" checked')
        send_problem(shown, error if isinstance(error, Refused) else Refused(503, BUSY))


run("terms.py", main)
