"""The Makefile, the lock and the script of continuous integration: what a newcomer types first."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements" / "all.txt"


def make(*words, path=None, **variables):
    env = {key: value for key, value in os.environ.items() if not key.startswith(("CRUC_", "MAKE", "MFLAGS"))}
    env.update(variables)
    if path:
        env["PATH"] = str(path)
    return subprocess.run(
        ["/usr/bin/make", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )


def test_make_alone_tells_what_there_is():
    told = make()
    assert told.returncode == 0
    for target in ("demo", "run", "setup", "check", "test", "bench"):
        assert f"make {target}" in told.stdout


def test_every_package_is_locked_with_its_hashes_and_no_address():
    text = LOCK.read_text()
    assert not re.search(r"https?:|file://|index-url|find-links|trusted-host", text)
    requirements = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    packages = [each for each in requirements if "==" in each.split()[0]]
    assert len(packages) > 60
    assert [each.split()[0] for each in packages if "--hash=sha256:" not in each] == []


def test_the_lock_holds_everything_that_the_setup_names():
    import configparser
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    named = setup["options"]["install_requires"] + "".join(setup["options.extras_require"].values())
    wanted = {re.match(r"[A-Za-z0-9_.-]+", line)[0] for line in named.split("\n") if line}
    locked = re.findall(r"^([A-Za-z0-9_.-]+)==", LOCK.read_text(), re.MULTILINE)
    assert set(map(normal, wanted)) <= set(map(normal, locked))


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_wheels_of_every_python_we_serve_are_locked():
    """numpy's newest version for 3.11 is not the one for 3.13: the lock is made on the oldest."""
    numpy = re.search(r"^numpy==(\d+)\.(\d+)", LOCK.read_text(), re.MULTILINE)
    assert (int(numpy[1]), int(numpy[2])) <= (2, 4)


def commands_but(tmp_path, missing, **fakes):
    """A PATH with the commands of this machine but ``missing``, and ``fakes`` as shell scripts."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "sh", "awk", "cut", "cat", "sha256sum", "mkdir", "tail", "python3", "dpkg-deb", "tar", "espeak-ng"):
        found = os.path.realpath(sys._base_executable) if name == "python3" else shutil.which(name)
        if found and name not in missing and name not in fakes:
            (folder / name).symlink_to(found)
    for name, script in fakes.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return folder


def test_who_is_not_root_is_told_exactly_what_to_install(tmp_path):
    told = make("system", path=commands_but(tmp_path, {"espeak-ng"}, id="echo 1000"))
    assert told.returncode != 0
    assert "sudo apt-get install espeak-ng" in told.stderr


def test_the_tests_of_postgresql_say_what_they_need(tmp_path):
    told = make("system", "FOR=test", path=commands_but(tmp_path, set(), id="echo 1000"))
    assert told.returncode != 0
    assert "sudo apt-get install postgresql" in told.stderr
    told = make("-n", "test", "PYTHON=python3", CRUC_TEST_POSTGRES="postgresql://host/postgres")
    assert 'test -n "postgresql://host/postgres" ||' in told.stdout


def test_root_gets_what_is_missing_and_a_failure_is_told(tmp_path):
    failing = {"apt-get": "echo E: no network >&2; exit 100", "id": "echo 0"}
    told = make("system", path=commands_but(tmp_path, {"espeak-ng"}, **failing))
    assert told.returncode != 0
    assert "could not install espeak-ng" in told.stderr
    assert "E: no network" in told.stderr


def test_nothing_is_installed_when_nothing_is_missing(tmp_path):
    told = make("system", path=commands_but(tmp_path, set(), id="echo 1000", **{"apt-get": "exit 99"}))
    assert told.returncode == 0, told.stderr


def test_without_a_recent_python_one_sentence_says_so(tmp_path):
    told = make("system", path=commands_but(tmp_path, {"python3"}))
    assert told.returncode != 0
    assert "Python 3.11 or later" in told.stderr


def test_continuous_integration_runs_everything():
    script = (ROOT / ".ci" / "run").read_text()
    assert "make test" in script
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    plan = make("-n", "test", "PYTHON=python3").stdout
    for part in ("ruff", "mypy", "lint-imports", "not e2e", "not postgres", "-m 'e2e or speech or slow or postgres'"):
        assert part in plan


# --------------------------------------------------------------------------------------------------- the real thing, slow
@pytest.mark.slow
@pytest.mark.e2e
def test_a_second_setup_installs_nothing_again():
    assert make("setup").returncode == 0
    again = make("setup")
    assert again.returncode == 0
    assert "packages" not in again.stdout


def home_in(tmp_path):
    """A home with this installation's Asterisk and sounds, and its own store."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("asterisk", "prompts"):
        (home / name).symlink_to(ROOT / "var" / name)
    return home


def left_behind(home):
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(home).encode() in words:
            found.append(words)
    return found


@pytest.mark.slow
@pytest.mark.e2e
def test_the_demonstration_leaves_a_whole_record_and_nothing_else(tmp_path):
    """`make demo ONCE=1`, with the usual ports taken or not: the last line is the record of a transferred call."""
    home = home_in(tmp_path)
    told = make("demo", "ONCE=1", CRUC_HOME=str(home))
    assert told.returncode == 0, told.stdout[-2000:] + told.stderr[-2000:]
    record = json.loads(told.stdout.splitlines()[-1])
    assert (record["outcome"], record["matricule"], record["agent"]) == ("TRANSFERE", "000123X", "aya")
    assert record["satisfaction"] == 5
    assert record["request"].startswith("REQ-")
    assert record["ended_at"] > record["started_at"]
    assert record["talked"] > 5
    assert record["path"][-1] == "au_revoir"
    assert left_behind(home) == []
    shown = subprocess.run(
        [ROOT / "var/venv/bin/cruc", "call", record["call"], "--replay"], env={**os.environ, "CRUC_HOME": str(home)},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )
    assert "même fiche" in shown.stdout, shown.stderr
    log = (home / "log" / "cruc.log").read_text()
    assert record["call"] in log
    assert record["caller"] not in log
    assert record["matricule"] not in log


@pytest.mark.slow
@pytest.mark.e2e
def test_the_demonstration_ends_by_ctrl_c_and_leaves_no_process(tmp_path):
    home = home_in(tmp_path)
    env = {key: value for key, value in os.environ.items() if not key.startswith("CRUC_")} | {"CRUC_HOME": str(home)}
    show = subprocess.Popen(
        [ROOT / "var/venv/bin/python", "-m", "ivr", "demo"], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )
    assert any("Prêt en" in line for line in show.stdout)
    os.killpg(show.pid, signal.SIGINT)
    show.stdout.read()
    assert show.wait(30) == 130
    assert left_behind(home) == []


@pytest.mark.slow
@pytest.mark.e2e
def test_the_service_says_in_one_sentence_that_a_port_is_taken(tmp_path):
    import socket
    home = home_in(tmp_path)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        told = subprocess.run(
            [ROOT / "var/venv/bin/cruc", "run"], cwd=ROOT, capture_output=True, text=True, check=False,
            env={**os.environ, "CRUC_HOME": str(home), "CRUC_SIP_PORT": str(port), "CRUC_HTTP_PORT": "18099"},
        )
    assert told.returncode == 2
    assert f"port {port}" in told.stderr
    assert "Traceback" not in told.stderr
    assert left_behind(home) == []


@pytest.mark.slow
@pytest.mark.e2e
def test_the_service_says_that_asterisk_is_not_there(tmp_path):
    home = home_in(tmp_path)
    (home / "asterisk").unlink()
    told = subprocess.run(
        [ROOT / "var/venv/bin/cruc", "run"], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "CRUC_HOME": str(home), "PATH": "/usr/bin:/bin"},
    )
    if shutil.which("asterisk", path="/usr/sbin:/usr/bin:/usr/local/sbin"):
        pytest.skip("this machine has an Asterisk of its own")
    assert told.returncode == 2
    assert "Asterisk is not installed" in told.stderr
