"""Getting Asterisk: what is decided before and after the download, and an unpacking of real packages built here."""

import hashlib
import json
import subprocess

import pytest

from ivr.ari.asterisk import provision as module
from ivr.ari.asterisk.apt import ProvisionError, architecture, choose_mirror
from ivr.ari.asterisk.installation import good_enough, upstream_version
from ivr.ari.asterisk.provision import installed, provision

DEBIAN = "http://mirror.example/debian/|Debian|Debian"


def test_the_mirror_is_the_main_debian_archive():
    other = "http://packages.example/apt/|Example|Example"
    security = "http://mirror.example/debian-security/|Debian|Debian-Security"
    assert choose_mirror([other, security, DEBIAN]) == "http://mirror.example/debian/"


def test_before_a_first_update_the_mirror_is_known_by_its_name():
    assert choose_mirror(["http://mirror.example/debian-security||", "http://mirror.example/debian||"]).endswith("/debian")


def test_no_mirror_is_one_clear_sentence():
    with pytest.raises(ProvisionError, match="names no Debian mirror"):
        choose_mirror(["http://archive.example/ubuntu/|Ubuntu|Ubuntu"])


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("1:22.10.1~dfsg+~cs6.17.60671434-1", "22.10.1"),
        ("Asterisk 20.6.0~dfsg+~cs6.13", "20.6.0"),
        ("Asterisk GIT-master", None),
    ],
)
def test_versions_are_read(text, version):
    assert upstream_version(text) == version


def test_the_version_floor_is_the_one_with_the_advisories_closed():
    assert good_enough("22.10.1")
    assert good_enough("23.1.0")
    assert not good_enough("22.9.4")
    assert not good_enough("20.20.0")


@pytest.fixture
def downloaded(tmp_path):
    """A folder as an interrupted first call leaves it: packages and lock, nothing unpacked."""
    into = tmp_path / "asterisk"
    (into / "debs").mkdir(parents=True)
    tree = tmp_path / "package"
    for path in ("usr/sbin/asterisk", "usr/share/asterisk/sounds/fr_CA_f_June/hello.wav", "usr/share/doc/x/README"):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text("content")
    (tree / "DEBIAN").mkdir()
    control = f"Package: asterisk\nVersion: 1:22.10.1-1\nArchitecture: {architecture()}\nMaintainer: x\nDescription: x\n"
    (tree / "DEBIAN/control").write_text(control)
    deb = into / "debs" / f"asterisk_1%3a22.10.1-1_{architecture()}.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", tree, deb], check=True, capture_output=True)
    package = {"name": "asterisk", "version": "1:22.10.1-1", "file": deb.name}
    package["sha256"] = hashlib.sha256(deb.read_bytes()).hexdigest()
    lock = {"suite": "forky", "architecture": architecture(), "packages": [package]}
    (into / "packages.lock.json").write_text(json.dumps(lock))
    return into


@pytest.fixture
def offline(monkeypatch):
    def refuse():
        raise ProvisionError("the network was asked for")

    monkeypatch.setattr(module, "system_mirror", refuse)


@pytest.mark.usefixtures("offline")
def test_with_all_packages_there_no_network_is_needed(downloaded):
    steps = []
    found = provision(downloaded, progress=lambda step, part: steps.append((step, part)))
    assert found.version == "22.10.1"
    assert found.binary.read_text() == "content"
    assert (found.sounds_dir / "fr/hello.wav").exists()
    assert not (found.root / "usr/share/doc").exists()
    assert steps[-1] == (f"Asterisk 22.10.1 ({architecture()}) is ready", 1.0)


@pytest.mark.usefixtures("offline")
def test_a_second_call_finds_the_work_done(downloaded):
    first = provision(downloaded)
    steps = []
    assert provision(downloaded, progress=lambda *said: steps.append(said)) == first
    assert steps == []


@pytest.mark.usefixtures("offline")
def test_a_changed_package_is_not_trusted(downloaded):
    deb = next((downloaded / "debs").glob("*.deb"))
    deb.write_bytes(deb.read_bytes()[:-1])
    with pytest.raises(ProvisionError, match="the network was asked for"):
        provision(downloaded)
    assert installed(downloaded) is None


@pytest.mark.usefixtures("offline")
def test_a_half_unpacked_tree_is_never_taken_for_whole(downloaded):
    (downloaded / "root.part/usr/sbin").mkdir(parents=True)
    (downloaded / "root.part/usr/sbin/leftover").write_text("")
    assert installed(downloaded) is None
    assert not (provision(downloaded).root / "usr/sbin/leftover").exists()


@pytest.mark.usefixtures("offline")
def test_a_damaged_package_leaves_no_tree(downloaded):
    deb = next((downloaded / "debs").glob("*.deb"))
    deb.write_bytes(b"not a package")
    lock = json.loads((downloaded / "packages.lock.json").read_text())
    lock["packages"][0]["sha256"] = hashlib.sha256(b"not a package").hexdigest()
    (downloaded / "packages.lock.json").write_text(json.dumps(lock))
    with pytest.raises(ProvisionError, match="could not be unpacked"):
        provision(downloaded)
    assert not (downloaded / "root").exists()


def test_no_disk_space_is_one_clear_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SPACE_NEEDED", 2**60)
    with pytest.raises(ProvisionError, match="free some space"):
        provision(tmp_path / "asterisk")


def test_another_architecture_is_one_clear_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(ProvisionError, match="architecture riscv64"):
        provision(tmp_path / "asterisk")


def test_a_machine_without_apt_is_one_clear_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProvisionError, match="apt-get is missing here"):
        provision(tmp_path / "asterisk")


@pytest.mark.slow
def test_a_mirror_out_of_reach_is_one_clear_sentence(tmp_path):
    with pytest.raises(ProvisionError, match="was not reached"):
        provision(tmp_path / "asterisk", mirror="http://127.0.0.1:9/debian")
    assert not (tmp_path / "asterisk/root").exists()
