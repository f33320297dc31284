"""What every screen in Python needs: settings, the request, pages, answers.
Written once, imported by each (docs/replacing-a-screen.md). The standard library only."""

import html
import os
import pathlib
import re
import sys
import urllib.parse

BUSY = ("ただいま大変混み合っているか、点検中です。入力された内容はこの画面に残っています。"
        "しばらくしてから、もう一度送信してください。")


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


def send_problem(page, problem):
    """A page again with what is wrong: at its field, and in the summary above the form."""
    def item(found):
        if found[1] != ("problem" if problem.field else "problem-plain"):
            return ""
        return re.sub(r"<slot.*?</slot>", html.escape(problem.sentence), found[2]).replace(
            "{target}", problem.field or "")

    page = page.replace("<title>", "<title>エラー：", 1)
    page = re.sub(r'<template id="(problem|problem-plain)">(.*?)</template>', item, page)
    page = re.sub(r'<template id="problems">(.*?)</template>', r"\1", page, flags=re.DOTALL)
    if problem.field:
        error, help_id = f"error-{problem.field}", f"{problem.field}-help"
        page = page.replace(f'aria-describedby="{help_id}"',
                            f'aria-invalid="true" aria-describedby="{help_id} {error}"')
        page = page.replace(f'id="{error}" hidden>',
                            f'id="{error}">{html.escape(problem.sentence)}')
    send(problem.status, *(["Retry-After: 30"] if problem.status == 503 else []), body=page)


def send_error(status):
    sys.stdin.buffer.read()  # fcgiwrap takes a program that leaves some of it for one that crashed
    page = re.sub(r"<template.*?</template>", "", read_page(f"errors/{status}.html"), flags=re.S)
    number = html.escape(os.environ.get("REQUEST_ID", ""))
    page = re.sub(r'<slot name="enquiry_number">.*?</slot>', number, page)
    send(status, *(["Allow: POST"] if status == 405 else []), body=page)


def run(program, main):
    """Runs a screen; what it throws is an answer, too."""
    try:
        main()
    except Refused as refused:
        send_error(refused.status)
    except Exception as error:  # its class only: a message may quote what somebody typed
        number = os.environ.get("REQUEST_ID", "")
        print(f"level=error program={program} request={number} reason={type(error).__name__}",
              file=sys.stderr)
        send_error(500)


settings = read_settings()
