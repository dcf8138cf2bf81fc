"""`cruc backup`, `cruc restore`, `cruc migrate`: what the operator sees, and when they refuse."""

import json

import pytest

from ivr import control
from storage.manifest import sidecar
from tests.postgres_server import server

NAME = r"cruc-\d{8}-\d{6}"


@pytest.fixture
def backup(cruc, store, home):
    made = json.loads(cruc("backup", "--json").stdout)
    return home / "backups" / made["backup"].rpartition("/")[2]


@pytest.fixture
def serving(home):
    home.mkdir(exist_ok=True)
    with control.claim(home):
        yield


def calls(store):
    async def count(one):
        return len(await one.list_calls())
    return store(count)


def forget_people(store):
    async def forget(one):
        await one.delete_agent("koffi")
    store(forget)


def agents(store):
    async def listed(one):
        return [agent.id for agent in await one.list_agents()]
    return store(listed)


def test_a_backup_says_where_it_is_what_is_in_it_and_how_long_it_took(cruc, store, home):
    result = cruc("backup")
    assert result.exit_code == 0, result.output
    last = result.stdout.splitlines()[-1]
    assert last.startswith(f"Sauvegarde vérifiée : {home}/backups/cruc-20")
    assert "sqlite, " in last
    assert "calls " in result.stdout
    assert len(list((home / "backups").glob("cruc-*.db"))) == 1


def test_a_backup_in_json_has_the_counts_and_checksums(cruc, store, tmp_path):
    said = json.loads(cruc("backup", str(tmp_path / "mine.db"), "--json").stdout)
    assert said["backup"] == str(tmp_path / "mine.db")
    assert said["tables"]["calls"]["rows"] == calls(store)
    assert len(said["tables"]["calls"]["checksum"]) == 64
    assert said["bytes"] == (tmp_path / "mine.db").stat().st_size
    assert sidecar(tmp_path / "mine.db").is_file()


def test_a_backup_is_made_while_the_service_runs(cruc, store, serving):
    assert cruc("backup").exit_code == 0


def test_older_backups_of_ours_go_when_only_some_are_kept(cruc, store, tmp_path):
    old = [tmp_path / f"cruc-2026010{day}-120000.db" for day in (1, 2, 3)]
    for path in old:
        path.touch()
    said = json.loads(cruc("backup", str(tmp_path), "--keep", "2", "--json").stdout)
    assert said["removed"] == [str(old[0]), str(old[1])]
    assert old[2].exists()


def test_an_archive_holds_the_secrets_and_the_voice_messages(cruc, store, home):
    for name in ("secrets/awa", "asterisk-run/spool/recording/note.wav"):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text(name)
    said = json.loads(cruc("backup", "--with-files", "--json").stdout)
    assert said["files"] == 2
    (home / "secrets/awa").unlink()
    assert cruc("restore", said["backup"], "--yes").exit_code == 0
    assert (home / "secrets/awa").read_text() == "secrets/awa"
    assert (home / "asterisk-run/spool/recording/note.wav").exists()


def test_there_is_nothing_to_save_before_there_is_a_store(refused):
    assert "Il n'y a pas de base" in refused("backup")


@pytest.mark.parametrize(("words", "sentence"), [
    (("{backup}",), "existe déjà"),
    (("{backup}/x",), "n'est pas un dossier"),
    (("{home}/b.db", "--with-files"), "donnez un nom en .tar"),
])
def test_a_backup_that_cannot_be_made_is_refused_in_a_sentence(refused, backup, home, words, sentence):
    assert sentence in refused("backup", *(word.format(backup=backup, home=home) for word in words))


def test_a_restored_store_is_as_it_was_and_the_former_one_is_kept(cruc, store, backup):
    forget_people(store)
    result = cruc("restore", str(backup), "--yes")
    assert result.exit_code == 0, result.output
    assert "Restauré et vérifié" in result.stdout
    assert "store.db.avant-20" in result.stdout
    assert agents(store) == ["koffi"]


def test_nothing_is_restored_unless_it_is_confirmed(cruc, store, backup, monkeypatch):
    forget_people(store)
    result = cruc("restore", str(backup))
    assert result.exit_code == 1
    assert "est intacte. La mettre dans" in result.stdout
    assert agents(store) == []


def test_nothing_is_restored_while_the_service_runs(refused, store, backup, serving):
    assert "arrêtez-le (`cruc drain`)" in refused("restore", str(backup), "--yes")


def test_a_backup_may_be_verified_at_any_time(cruc, refused, store, backup, serving):
    assert "Sauvegarde intacte" in cruc("restore", str(backup), "--check").stdout
    backup.write_bytes(backup.read_bytes()[:-1])
    assert "abîmée ou tronquée" in refused("restore", str(backup), "--check")


def test_a_backup_is_restored_elsewhere_without_touching_this_store(cruc, store, backup, tmp_path):
    forget_people(store)
    said = json.loads(cruc("restore", str(backup), "--to", f"sqlite:///{tmp_path}/other.db", "--yes", "--json").stdout)
    assert said["kept"] == []
    assert said["restored"]
    assert agents(store) == []
    assert (tmp_path / "other.db").exists()


def test_a_store_is_moved_and_the_next_step_is_said(cruc, store, home, tmp_path):
    result = cruc("migrate", "--from", f"sqlite:///{home}/store.db", "--to", f"sqlite:///{tmp_path}/new.db")
    assert result.exit_code == 0, result.output
    assert "égales des deux côtés" in result.stdout
    assert "réglage `store`" in result.stdout


@pytest.mark.usefixtures("store", "serving")
def test_while_the_service_runs_a_store_is_only_copied(cruc, refused, home):
    move = ("migrate", "--from", f"sqlite:///{home}/store.db", "--to", f"sqlite:///{home}/new.db")
    assert "--copy" in refused(*move)
    assert not (home / "new.db").exists()
    assert "C'est une copie de l'instant" in cruc(*move, "--copy").stdout


@pytest.mark.postgres
@pytest.mark.usefixtures("store")
def test_a_store_goes_to_postgresql_is_saved_there_and_comes_back(cruc, refused, home, monkeypatch):
    with server() as postgres:
        url, other = postgres.create(), postgres.create()
        there = json.loads(cruc("migrate", "--from", f"sqlite:///{home}/store.db", "--to", url, "--json").stdout)
        monkeypatch.setenv("CRUC_STORE", url)
        saved = json.loads(cruc("backup", "--json").stdout)
        assert saved["tables"] == there["tables"]
        assert saved["engine"] == "postgres"
        assert "contient déjà des données" in refused("restore", saved["backup"], "--yes")
        assert "Restauré" in cruc("restore", saved["backup"], "--to", other, "--yes").stdout
        back = cruc("restore", saved["backup"], "--to", f"sqlite:///{home}/back.db", "--yes", "--json")
        assert json.loads(back.stdout)["tables"] == there["tables"]
        postgres.forget()
