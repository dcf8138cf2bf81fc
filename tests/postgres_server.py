"""A PostgreSQL server for the tests: a private one on a socket of its own, or the one that CRUC_TEST_POSTGRES names.

The private server runs from Debian's binaries in a folder of its own, with fsync as in real life, and nobody else can reach
it: it listens on a socket in a folder that only its user may enter. A small process keeps it (`python postgres_server.py
keep …`) and reads from the test run until its end, however that comes; then it stops the server and removes the folder.
"""

import contextlib
import functools
import getpass
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

GIVEN = "CRUC_TEST_POSTGRES"
MISSING = (
    "No PostgreSQL server was found for the tests: apt-get install postgresql, or name a server that may be used in "
    f"{GIVEN} (postgresql://user:password@host/database; the user must be a superuser there)."
)
DEBIAN = Path("/usr/lib/postgresql")
NEW = "CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
LEFT_BEHIND = ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
               "WHERE datname = current_database() AND pid <> pg_backend_pid()")
EMPTYING = """
DO $$ DECLARE kept text; BEGIN
    FOR kept IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_cruc_steps' LOOP
        EXECUTE format('DELETE FROM %I', kept);
    END LOOP;
    PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
END $$
"""
SETTINGS = {
    "listen_addresses": "", "fsync": "on", "full_page_writes": "on", "shared_buffers": "64MB", "max_connections": "60",
    "autovacuum_naptime": "1d", "max_wal_size": "256MB", "lc_messages": "C",
}
RULES = "local all locked_out scram-sha-256\nlocal all all trust\n"
"""pg_hba.conf. The user locked_out is for the tests of wrong passwords."""


def binaries():
    """The folder of postgres and initdb. Raises RuntimeError with what to install."""
    found = shutil.which("postgres")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(DEBIAN.glob("*/bin"), key=lambda place: -float(place.parent.name))
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise RuntimeError(MISSING)


class Server:
    """``url(name)`` is the address of one of its databases."""

    def __init__(self, address):
        self._address = urlsplit(address)
        self._numbers = itertools.count(1)
        self._mark = f"cruc_test_{os.getpid()}_{os.urandom(3).hex()}"
        self._made, self._emptied = [], []

    def url(self, database, **parts):
        """``parts``: user, password."""
        host = self._address.netloc.rpartition("@")[2]
        user = parts.get("user", self._address.username or "")
        secret = parts.get("password", self._address.password)
        netloc = f"{user}:{secret}@{host}" if secret else f"{user}@{host}" if user else host
        return urlunsplit(("postgresql", netloc, f"/{database}", self._address.query, ""))

    def run(self, *statements, database=None):
        """Each on its own, outside a transaction."""
        import asyncio

        async def all_of_them():
            import asyncpg
            connection = await asyncpg.connect(self.url(database) if database else self._address.geturl())
            try:
                return [await connection.fetch(sql) for sql in statements]
            finally:
                await connection.close()
        return _apart(lambda: asyncio.run(all_of_them()))

    def create(self, template="template0", how=NEW):
        """The URL of a new database."""
        name = f"{self._mark}_{next(self._numbers)}"
        self.run(how.format(name=name, template=template))
        self._made.append(name)
        return self.url(name)

    def drop(self, url):
        name = urlsplit(url).path[1:]
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._made.remove(name)

    def fresh(self):
        """An empty database in the schema of today: one that was given back, or a copy of one that was migrated once."""
        return self._emptied.pop() if self._emptied else self.create(urlsplit(self._template).path[1:])

    def give_back(self, url):
        """One that was `fresh`: only its rows have changed. Emptying takes 20 ms, making a new one half a second."""
        database = urlsplit(url).path[1:]
        [(superuser,)] = self.run("SELECT usesuper FROM pg_user WHERE usename = current_user")[0]
        if superuser:
            self.run("SET session_replication_role = replica", LEFT_BEHIND, EMPTYING, database=database)
            self._emptied.append(url)
        else:
            self.drop(url)

    @functools.cached_property
    def _template(self):
        from storage import open_store
        url = self.create()
        open_store(url).engine._close()
        return url

    def forget(self):
        for name in reversed(self._made[:]):
            self.drop(self.url(name))


def _apart(work):
    """On a thread without an event loop: a test's own may be running."""
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


class Private(Server):
    """A server of our own, that a test may stop, start and kill."""

    def __init__(self):
        binaries()
        command = [sys.executable, str(Path(__file__)), "keep"]
        self._keeper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._folder = Path(self._answer())
        super().__init__(f"postgresql://{_user()}@/postgres?host={self._folder}")

    def _answer(self):
        line = self._keeper.stdout.readline().strip()
        if not line:
            raise RuntimeError("The private PostgreSQL server of the tests did not start: see above.")
        return line

    def _tell(self, order):
        self._keeper.stdin.write(order + "\n")
        self._keeper.stdin.flush()
        assert self._answer() == "done"

    def kill(self):
        """-9, all of it at once, as when a machine loses its power but for the disk."""
        self._tell("kill")

    def stop(self):
        self._tell("stop")

    def start(self):
        self._tell("start")

    @property
    def pid(self):
        return int((self._folder / "data" / "postmaster.pid").read_text().split()[0])

    def end(self):
        self._keeper.stdin.close()
        self._keeper.wait(60)


@contextlib.contextmanager
def server():
    """The given one, of which only our own databases are removed, or a private one."""
    if os.environ.get(GIVEN):
        given = Server(os.environ[GIVEN])
        try:
            yield given
        finally:
            given.forget()
    else:
        with private_server() as own:
            yield own


@contextlib.contextmanager
def private_server():
    own = Private()
    try:
        yield own
    finally:
        own.end()


def _user():
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return getpass.getuser()
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


# ------------------------------------------------------------------------------------------------------------- the keeper
class Keeper:
    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="cruc-pg-"))  # short: a socket's path has 107 bytes at most
        shutil.chown(self.folder, _user())
        self.data = self.folder / "data"
        self.postgres = None
        self.program("initdb", "-D", self.data, "-U", _user(), "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        (self.data / "pg_hba.conf").write_text(RULES)

    def command(self, program, *words):
        own = ["setpriv", f"--reuid={_user()}", f"--regid={pwd.getpwnam(_user()).pw_gid}", "--clear-groups"]
        return [*(own if os.getuid() == 0 else []), str(binaries() / program), *map(str, words)]

    def program(self, program, *words):
        done = subprocess.run(self.command(program, *words), capture_output=True, text=True, check=False, cwd=self.folder)
        if done.returncode:
            sys.exit(f"{program}: {done.stdout[-500:]}{done.stderr[-1500:]}")

    def start(self, tries=50):
        """Tried again while a child of a killed server, perhaps one that was just being made, still holds its memory."""
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = self.command("postgres", "-D", self.data, "-k", self.folder, *settings)
        with (self.folder / "log").open("ab") as log:
            self.postgres = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, start_new_session=True,
            )
        if not self.is_ready():
            told = (self.folder / "log").read_text()[-1500:]
            if tries == 0 or "still in use" not in told:
                sys.exit(told)
            time.sleep(0.1)
            self.start(tries - 1)

    def is_ready(self):
        """False when it has ended instead."""
        command = self.command("pg_isready", "-q", "-h", self.folder, "-t", "1")
        while subprocess.run(command, check=False).returncode:
            if self.postgres.poll() is not None:
                return False
        return True

    def stop(self, how=signal.SIGINT):
        if self.postgres and self.postgres.poll() is None:
            self.postgres.send_signal(how)
            try:
                self.postgres.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self):
        """The postmaster first, so that it cannot tell its children to end in order; they have sessions of their own."""
        children = _children(self.postgres.pid)
        self.stop(signal.SIGKILL)
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def keep(self):
        """Obey until whoever gives orders is gone."""
        try:
            self.start()
            print(self.folder, flush=True)
            for line in sys.stdin:
                getattr(self, line.strip())()
                print("done", flush=True)
        finally:
            self.stop()
            shutil.rmtree(self.folder)


def _children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


if __name__ == "__main__":
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda *_: None)  # the end of the orders is what ends it; a child hears signals all the same
    Keeper().keep()
