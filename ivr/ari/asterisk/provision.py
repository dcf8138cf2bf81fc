"""Get a private Asterisk 22, rootless: download Debian's packages, unpack them, record exactly what they were.

The suite moves, so the packages are kept: with all of them there, unpacking again needs no network.
"""

import fcntl
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ivr.ari.asterisk.apt import PrivateApt, Progress, ProvisionError, architecture, system_mirror
from ivr.ari.asterisk.installation import Installation, good_enough, private_installation, upstream_version

SUITE = "forky"
PACKAGES = ("asterisk", "asterisk-core-sounds-fr-wav", "asterisk-moh-opsound-wav")
SPACE_NEEDED = 700 * 2**20  # bytes: lists, packages and the unpacked tree together

_SKIPPED = ("./usr/share/doc", "./usr/share/man", "./usr/share/locale", "./usr/share/info", "./dev")

Lock = list[dict[str, str]]  # name, version, sha256, file: one per package


def provision(into: Path, *, mirror: str | None = None, progress: Progress = lambda _step, _part: None) -> Installation:
    """The private Asterisk under `into`, made on the first call (30 s, 700 MB) and found at once afterwards.

    `mirror` is a Debian archive address; None takes the one of the machine's own apt configuration.
    Raises ProvisionError; whatever happens, `into/root` exists only when it is whole.
    """
    arch = architecture()
    found = installed(into)
    if found:
        return found
    into.mkdir(parents=True, exist_ok=True)
    with _alone(into):
        if not (into / "root").is_dir():
            _check_space(into)
            lock = _whole_lock(into) or _download(into, mirror, progress)
            _unpack(into, lock, progress)
    found = installed(into)
    if found is None:
        raise ProvisionError(f"The Asterisk unpacked in {into} is too old or damaged: remove that folder, try again.")
    progress(f"Asterisk {found.version} ({arch}) is ready", 1.0)
    return found


def installed(into: Path) -> Installation | None:
    """What `provision` left under `into` earlier, or None."""
    try:
        said = json.loads((into / "root/installation.json").read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not good_enough(said["version"]):
        return None
    return private_installation(into / "root", said["version"], said["architecture"])


@contextmanager
def _alone(into: Path) -> Iterator[None]:
    """One provisioning at a time; a second one waits and then finds the work done."""
    with (into / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _check_space(into: Path) -> None:
    free = shutil.disk_usage(into).free
    if free < SPACE_NEEDED:
        raise ProvisionError(
            f"Asterisk needs {SPACE_NEEDED >> 20} MB in {into} and {free >> 20} MB are free there: free some space."
        )


def _download(into: Path, mirror: str | None, progress: Progress) -> Lock:
    debs = into / "debs"
    apt = PrivateApt(into / "apt", debs, mirror or system_mirror(), SUITE)
    if debs.exists():
        shutil.rmtree(debs)  # an interrupted or outdated download: two versions of a package must never mix
    apt.download(PACKAGES, progress)
    lock = [_described(deb) for deb in sorted(debs.glob("*.deb"))]
    _write(into / "packages.lock.json", {"suite": SUITE, "architecture": architecture(), "packages": lock})
    shutil.rmtree(into / "apt")
    return lock


def _whole_lock(into: Path) -> Lock | None:
    """The recorded packages where every file is still there, unchanged, for this architecture."""
    try:
        said = json.loads((into / "packages.lock.json").read_text())
    except FileNotFoundError:
        return None
    lock: Lock = said["packages"]
    if said["architecture"] != architecture():
        return None
    return lock if all(_same(into / "debs" / package["file"], package["sha256"]) for package in lock) else None


def _same(deb: Path, sha256: str) -> bool:
    return deb.exists() and _sha256(deb) == sha256


def _described(deb: Path) -> dict[str, str]:
    name, version, _ = deb.stem.split("_")
    return {"name": name, "version": version.replace("%3a", ":"), "sha256": _sha256(deb), "file": deb.name}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpack(into: Path, lock: Lock, progress: Progress) -> None:
    """Unpack beside, then rename: `root` is whole or absent."""
    half = into / "root.part"
    if half.exists():
        shutil.rmtree(half)
    half.mkdir()
    for count, package in enumerate(lock):
        progress("Unpacking Asterisk", count / len(lock))
        _extract(into / "debs" / package["file"], half)
    _name_french(half / "usr/share/asterisk/sounds")
    version = next(package["version"] for package in lock if package["name"] == "asterisk")
    _write(half / "installation.json", {"version": upstream_version(version), "architecture": architecture()})
    half.rename(into / "root")


def _extract(deb: Path, root: Path) -> None:
    if shutil.which("dpkg-deb") is None or shutil.which("tar") is None:
        raise ProvisionError("dpkg-deb or tar is missing here: install Asterisk 22.10.1 or later yourself.")
    skipped = [f"--exclude={pattern}" for pattern in _SKIPPED]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as data:
        tar = subprocess.run(
            ["tar", "-x", "--no-same-owner", "--no-same-permissions", *skipped, "-C", root],
            stdin=data.stdout, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if "No space left" in tar.stderr:
        raise ProvisionError(f"There is no disk space left in {root.parent} to unpack Asterisk: free some.")
    if tar.returncode or data.returncode:
        raise ProvisionError(f"The package {deb.name} could not be unpacked ({tar.stderr.strip()}): remove it, try again.")


def _name_french(sounds: Path) -> None:
    """The package leaves the name `fr` to an alternative that nothing sets here."""
    voice = next(sounds.glob("fr_*"), None)
    if voice and not (sounds / "fr").exists():
        (sounds / "fr").symlink_to(voice.name)


def _write(path: Path, value: object) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(value, indent=1) + "\n")
    temporary.replace(path)
