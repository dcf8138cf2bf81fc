"""A private apt: resolves and downloads a closure of packages without touching the system's state, without root.

The mirror and the proxies are the machine's own (its apt configuration); everything else lives in one folder.
"""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

Progress = Callable[[str, float], None]  # what is being done, and how far it is: 0.0 .. 1.0


class ProvisionError(Exception):
    """Asterisk can't be had; the message is one sentence that says why and what to do."""


def architecture() -> str:
    """Debian's name of this machine's architecture."""
    names = {"x86_64": "amd64", "aarch64": "arm64"}
    machine = platform.machine()
    if machine not in names:
        raise ProvisionError(
            f"No private Asterisk is known for the architecture {machine}: install Asterisk 22.10.1 or later yourself."
        )
    return names[machine]


def system_mirror() -> str:
    """The Debian mirror that this machine's own apt configuration names."""
    _need("apt-get")
    fields = "$(REPO_URI)|$(ORIGIN)|$(LABEL)"
    said = _run(["apt-get", "indextargets", "--format", fields, "Created-By: Packages"])
    return choose_mirror(said.splitlines())


def choose_mirror(lines: Iterable[str]) -> str:
    """Pick the main Debian archive out of 'uri|origin|label' lines; origin is empty before a first update."""
    known = [line.split("|") for line in lines if line.count("|") == 2]
    for uri, origin, label in known:
        if (origin, label) == ("Debian", "Debian"):
            return uri
    for uri, origin, _ in known:
        if not origin and re.search(r"/debian/?$", uri):
            return uri
    raise ProvisionError(
        "This machine's apt configuration names no Debian mirror: give one in the settings, "
        "or install Asterisk 22.10.1 or later yourself."
    )


class PrivateApt:
    """apt-get with its state, lists, cache and sources under `home`, and the downloaded packages in `archives`."""

    def __init__(self, home: Path, archives: Path, mirror: str, suite: str) -> None:
        self.home, self.archives = home.resolve(), archives.resolve()
        self.mirror, self.suite = mirror, suite

    def download(self, packages: Iterable[str], progress: Progress) -> None:
        """Download the packages and all they need into `archives`; apt checks every signature and checksum."""
        _need("apt-get")
        self._lay_out()
        self._apt(["update"], "Reading the package lists", progress)
        words = ["install", "--yes", "--download-only", "--no-install-recommends", *packages]
        self._apt(words, "Downloading Asterisk", progress)

    def _lay_out(self) -> None:
        for folder in (self.home / "lists/partial", self.archives / "partial", self.home / "cache"):
            folder.mkdir(parents=True, exist_ok=True)
        (self.home / "status").write_text("")
        if not KEYRING.exists():
            raise ProvisionError(f"Debian's archive keys are missing ({KEYRING}): install debian-archive-keyring.")
        signed = f"signed-by={KEYRING} arch={architecture()}"
        (self.home / "sources.list").write_text(f"deb [{signed}] {self.mirror} {self.suite} main\n")
        (self.home / "apt.conf").write_text(self._configuration())

    def _configuration(self) -> str:
        """The system's Acquire settings (proxies, certificates) and none of its hooks."""
        acquire = _run(["apt-config", "dump", "--format", '%F "%v";%n', "Acquire"])
        home = self.home
        return f"""{acquire}
Dir::State "{home}";
Dir::State::lists "{home}/lists";
Dir::State::status "{home}/status";
Dir::Cache "{home}/cache";
Dir::Cache::archives "{self.archives}";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "{home}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Architecture "{architecture()}";
APT::Architectures {{ "{architecture()}"; }};
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::Retries "2";
"""

    def _apt(self, words: list[str], step: str, progress: Progress) -> None:
        progress(step, 0.0)
        reading, writing = os.pipe()
        command = ["apt-get", "-q", "-o", f"APT::Status-Fd={writing}", *words]
        errors = self.home / "apt.err"
        with errors.open("wb") as stderr, os.fdopen(reading) as status:
            child = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=stderr, pass_fds=[writing], env=self._environment()
            )
            os.close(writing)
            for line in status:
                _tell(line, step, progress)
            code = child.wait()
        complaint = errors.read_text(errors="replace")
        # `update` that reaches no mirror says so only in its warnings
        if code != 0 or "Failed to fetch" in complaint:
            raise _explained(complaint, self.mirror)
        progress(step, 1.0)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "APT_CONFIG": str(self.home / "apt.conf"), "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


def _tell(line: str, step: str, progress: Progress) -> None:
    words = line.split(":")
    if words[0] == "dlstatus" and len(words) > 2:
        progress(step, min(float(words[2]) / 100, 1.0))


def _explained(complaint: str, mirror: str) -> ProvisionError:
    last = next((line for line in complaint.splitlines() if line.startswith(("E:", "W:"))), "no reason given")
    if "No space left" in complaint or "enough free space" in complaint:
        return ProvisionError("There is no disk space left for Asterisk (about 700 MB are needed): free some.")
    if "Failed to fetch" in complaint or "Unable to fetch" in complaint:
        return ProvisionError(f"The Debian mirror {mirror} was not reached: check the network or the mirror ({last}).")
    return ProvisionError(f"apt could not find Asterisk on the mirror {mirror} ({last}).")


def _need(program: str) -> None:
    if shutil.which(program) is None:
        raise ProvisionError(f"{program} is missing here: install Asterisk 22.10.1 or later yourself.")


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProvisionError(f"This machine's apt configuration can't be read ({done.stderr.strip()}): mend it first.")
    return done.stdout
