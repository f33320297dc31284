"""scripts/run as a newcomer uses it: screens.md §6. With a second stack beside the shared one."""

import pathlib
import re
import socket
import subprocess
import tempfile

import pytest

from .people import Browser, Person, goes_to, keep
from .stack import Stack, free_port, until


@pytest.fixture(scope="module")
def second(stack):
    """Another stack, with so long a path that its sockets have to be elsewhere."""
    with tempfile.TemporaryDirectory(prefix="mamis-stack-") as parent:
        folder = pathlib.Path(parent, "a-folder-with-a-name-that-leaves-no-room-for-sockets" * 2)
        folder.mkdir()
        with Stack(folder) as running:
            yield running


def try_to_start(stack, folder, port, **more):
    """What scripts/run says when it does not start: status and lines."""
    command = Stack(folder, port, {**stack.environment, **more}).command()
    result = subprocess.run(
        **command, text=True, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    return result.returncode, (result.stdout + result.stderr).splitlines()


def processes(folder):
    """Processes that have this folder in their command line."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in path.read_bytes():
                found.append(path.read_bytes())
        except OSError:
            continue
    return found


def is_open(port):
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def test_it_says_who_may_sign_in_and_where_mail_goes(second):
    text = (second.folder / "run.out").read_text()
    for who in ["member with a postcard", "registered member", "secretariat"]:
        login_id, password = second.demo(who)
        keep(login_id, password)
        assert re.search(rf"{who} +ID {login_id} +password {re.escape(password)}", text)
    assert f"{second.folder}/mail" in text
    assert text.endswith(f"\nready: {second.origin}/\n")


def test_the_demos_people_land_in_their_own_places(second):
    for who, place in [("member with a postcard", "/terms"), ("registered member", "/mypage"),
                       ("secretariat", "/secretariat")]:
        browser = Browser(second)
        goes_to(browser.log_in(*second.demo(who)), place)
        assert browser.get(place).status_code == 200


def test_two_stacks_side_by_side_know_nothing_of_each_other(stack, second, doctor):
    assert Browser(second).log_in(doctor.login_id, doctor.password).status_code == 422
    assert Browser(stack).log_in(*second.demo("registered member")).status_code == 422
    browser = Browser(stack)
    goes_to(browser.log_in(doctor.login_id, doctor.password), "/mypage")
    other = Browser(second)
    other.session.cookies.set("session", browser.cookie("session"))
    goes_to(other.get("/mypage"), "/login")


def test_a_second_start_on_a_folder_in_use_is_refused_with_one_line(second):
    status, lines = try_to_start(second, second.folder, free_port())
    assert status not in (0, None) and len(lines) == 1
    assert str(second.folder) in lines[0] and "in use" in lines[0]
    assert second.is_healthy()


def test_a_port_in_use_is_refused_with_one_line(stack, tmp_path):
    status, lines = try_to_start(stack, tmp_path / "run", stack.port)
    assert status not in (0, None) and len(lines) == 1
    assert f"port {stack.port} is in use" in lines[0]
    assert not processes(tmp_path)


@pytest.mark.parametrize("variables, word", [
    ({"PORT": "0x"}, "PORT"), ({"PORT": "70000"}, "PORT"), ({"PROCESSES": "0"}, "PROCESSES"),
    ({"RUN_DIR": "/tmp/a b"}, "/tmp/a b"), ({"BIN_DIR": "/tmp"}, "mamis"),
])
def test_a_wrong_call_is_refused_with_one_line(stack, tmp_path, variables, word):
    status, lines = try_to_start(stack, tmp_path / "run", free_port(), **variables)
    assert status not in (0, None) and len(lines) == 1 and word in lines[0], lines
    assert not processes(tmp_path)


def test_everything_is_still_there_after_a_restart_and_nothing_was_left(second):
    person, browser, signed_in = Person(), Browser(second), Browser(second)
    person.register(browser)
    goes_to(signed_in.log_in(person.login_id, person.password), "/mypage")
    drafting = Person()
    draft = Browser(second)
    token = drafting.open_form(draft)
    goes_to(drafting.fill(draft, token), "/register/confirm")
    kept = second.folder / "mamis.env"
    kept.write_text(kept.read_text() + "LOGIN_FAILURES_BEFORE_PAUSE=2\n")
    options, demo = [(second.folder / name).read_text() for name in ("my.cnf", "demo.txt")]

    sockets = (second.folder / "sockets").resolve()
    assert sockets.is_dir() and second.folder not in sockets.parents, "its path is too long"
    second.stop()
    assert not is_open(second.port) and not sockets.exists()
    until(lambda: not processes(second.folder), 5, "the end of everything")
    second.port = free_port()
    second.origin = f"http://localhost:{second.port}"
    second.url = f"http://127.0.0.1:{second.port}"
    second.start()

    text = (second.folder / "run.out").read_text()
    assert text.endswith(f"\nready: {second.origin}/\n")
    assert (second.folder / "my.cnf").read_text() == options
    assert (second.folder / "demo.txt").read_text() == demo
    goes_to(Browser(second).log_in(person.login_id, person.password), "/mypage")
    goes_to(Browser(second).log_in(*second.demo("member with a postcard")), "/terms")
    assert signed_in.get("/mypage").status_code == 200, "a session outlives a restart"
    goes_to(draft.post("/register/confirm", {"action": "register"}), "/register/complete")
    second.mail(drafting.email, 2)
    statuses = [Browser(second).log_in("Nobody88888", "Kx7!wrong").status_code for _ in range(3)]
    assert statuses == [422, 422, 429], "a setting that was added by hand is kept"


def test_a_stop_ends_everything(second):
    second.stop()
    until(lambda: not processes(second.folder), 5, "the end of everything")
    assert not is_open(second.port)
