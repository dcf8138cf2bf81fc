"""Sounds really made by espeak-ng, and measured."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from ivr.prompts import BuildError, PromptError, SynthesisError, audio, build, load_catalogue
from ivr.prompts.manifest import read_manifest
from ivr.prompts.saying import RECORDED
from ivr.prompts.synthesis import EspeakNg, Pyttsx3, synthesizer

pytestmark = [
    pytest.mark.slow,  # it renders real sounds
    pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed"),
]

TEXTS = {
    "accueil.bienvenue": "Bienvenue au Centre de Relation Usagers-Clients.",
    "principal.suivi": "Pour suivre une requête déjà enregistrée, tapez 1.",
    "matricule.confirmer": "J'ai compris : {matricule}. Si c'est exact, tapez 1.",
}
FRAGMENTS = ["frag.comme_x", "frag.une"]


def write_catalogue(folder: Path, **changed: str):
    lines = [f'{i}: {{text: "{changed.get(i.replace(".", "_"), text)}", status: confirmed}}' for i, text in TEXTS.items()]
    lines[-1] = lines[-1].replace(", status", ", args: {matricule: matricule}, status")
    lines += [f'{i}: {{text: "{i.split("_")[-1]}", status: confirmed}}' for i in FRAGMENTS]
    lines += ['frag.pause: {sound: "pause:450", status: confirmed}', "technique.bip: {sound: beep, status: confirmed}"]
    (folder / "catalog.yaml").write_text("\n".join(lines), encoding="utf-8")
    return load_catalogue(folder / "catalog.yaml")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prompts")
    report = build(write_catalogue(folder), folder / "out", EspeakNg())
    return report, load_catalogue(folder / "catalog.yaml", folder / "out"), folder / "out"


def voice(seconds=1.5, rate=16000, gain=0.2):
    """A buzz with the rhythm of syllables: enough of a voice for the chain."""
    t = np.arange(int(seconds * rate)) / rate
    return gain * sum(np.sin(2 * np.pi * 150 * k * t) / k for k in range(1, 20)) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * t))


def test_every_sound_of_the_catalogue_is_there_as_wav_and_alaw(built):
    report, catalogue, out = built
    assert catalogue.unbuilt() == ()
    assert report.rendered == len(list(out.glob("*.wav"))) == len(list(out.glob("*.alaw")))
    assert report.synthetic_words == len(RECORDED)
    for wav in out.glob("*.wav"):
        assert (sf.info(wav).samplerate, sf.info(wav).channels, sf.info(wav).subtype) == (8000, 1, "PCM_16")
        assert wav.with_suffix(".alaw").stat().st_size == sf.info(wav).frames


@pytest.mark.parametrize("prompt_id", ["accueil.bienvenue", "principal.suivi", "frag.comme_x", "technique.bip"])
def test_a_prompt_has_the_telephone_level_and_no_clipped_peak(built, prompt_id):
    samples = audio.read(Path(built[1].render(prompt_id)[0] + ".wav"))
    assert audio.active_level(samples) == pytest.approx(-22, abs=1.5)
    assert audio.dbfs(float(np.abs(samples).max())) <= -2.9


def test_a_sentence_lasts_as_long_as_its_words_and_fills_the_band_of_the_telephone(built):
    samples = audio.read(Path(built[1].render("principal.suivi")[0] + ".wav"))
    assert 2.5 < len(samples) / 8000 < 5
    power = [np.mean(audio.band(samples, low, high) ** 2) for low, high in [(0, 60), (300, 1000), (1000, 3400)]]
    assert power[0] < 1e-3 * power[1]
    assert power[2] > 0.01 * power[1]


def test_the_alaw_file_is_the_same_sound(built):
    stem = Path(built[1].render("accueil.bienvenue")[0])
    heard, _ = sf.read(stem.with_suffix(".alaw"), format="RAW", subtype="ALAW", samplerate=8000, channels=1, dtype="float64")
    assert np.corrcoef(heard, audio.read(stem.with_suffix(".wav")))[0, 1] > 0.999


def test_a_matricule_is_read_back_between_the_two_parts_of_its_sentence(built):
    _, catalogue, out = built
    paths = catalogue.render("matricule.confirmer", {"matricule": "000123X"})
    assert len(paths) == 1 + 3 + 1 + 3 + 1 + 2 + 1
    assert paths[1] == paths[2] == paths[3] == catalogue.render("rec:digits/0")[0]
    assert all(Path(p).is_absolute() and Path(f"{p}.wav").is_file() and Path(p).parent == out.resolve() for p in paths)


@pytest.mark.parametrize(
    ("prompt_id", "args", "sentence"),
    [
        ("accueil.inconnu", {}, "is not in catalog.yaml"),
        ("matricule.confirmer", {}, "takes the arguments: matricule; it got: none"),
        ("matricule.confirmer", {"matricule": "X"}, "argument 'matricule'.*six digits and a letter"),
    ],
)
def test_a_prompt_that_cannot_be_played_says_why(built, prompt_id, args, sentence):
    with pytest.raises(PromptError, match=sentence):
        built[1].render(prompt_id, args)


def test_building_again_renders_nothing_and_a_new_text_renders_one(tmp_path):
    out = tmp_path / "out"
    build(write_catalogue(tmp_path), out, EspeakNg())
    before = load_catalogue(tmp_path / "catalog.yaml", out).render("principal.suivi")
    assert build(write_catalogue(tmp_path), out, EspeakNg()).rendered == 0
    changed = write_catalogue(tmp_path, principal_suivi="Pour suivre votre requête, tapez 1.")
    assert load_catalogue(changed.path, out).unbuilt() == ("principal.suivi",)
    assert build(changed, out, EspeakNg()).rendered == 1
    after = load_catalogue(changed.path, out).render("principal.suivi")
    assert after != before
    assert Path(f"{before[0]}.wav").is_file(), "a call in progress keeps what it started with"


def test_a_lost_file_is_made_again_and_another_speed_renders_the_sentences_again(tmp_path):
    out = tmp_path / "out"
    first = build(write_catalogue(tmp_path), out, EspeakNg())
    next(out.glob("*.alaw")).unlink()
    assert build(write_catalogue(tmp_path), out, EspeakNg()).rendered == 1
    signals = 2
    slower = build(write_catalogue(tmp_path), out, EspeakNg(words_per_minute=130))
    assert (slower.rendered, slower.reused) == (first.rendered - signals, signals)


def test_a_recording_of_the_centre_wins_over_the_voice(tmp_path):
    (tmp_path / "recorded").mkdir()
    sf.write(tmp_path / "recorded" / "principal.suivi.wav", np.stack([voice(4, 44100)] * 2, axis=1), 44100)
    catalogue = write_catalogue(tmp_path)
    build(catalogue, tmp_path / "out", EspeakNg(), recorded=tmp_path / "recorded")
    (path,) = load_catalogue(catalogue.path, tmp_path / "out").render("principal.suivi")
    heard = audio.read(Path(f"{path}.wav"))
    assert len(heard) / 8000 == pytest.approx(4, abs=0.1)
    assert audio.active_level(heard) == pytest.approx(-22, abs=1.5)


@pytest.mark.parametrize(
    ("name", "samples", "reason"),
    [
        ("principal.suivi", np.zeros(16000), "principal.suivi.wav: it is silent"),
        ("principal.suivi", np.clip(40 * voice(4), -1, 1), "principal.suivi.wav is saturated"),
        ("principal.suivi", voice(0.5), r"principal.suivi.wav: it lasts 0\.\d s where its text needs"),
        ("principal.suivi", np.zeros(0), "principal.suivi.wav is empty"),
        ("principal.suivi", None, "principal.suivi.wav is not a sound file"),
        ("principal.suivie", voice(4), "recorded/principal.suivie.wav belongs to no prompt"),
    ],
)
def test_a_bad_recording_is_refused_with_its_reason_and_the_last_build_stays(tmp_path, name, samples, reason):
    catalogue, out = write_catalogue(tmp_path), tmp_path / "out"
    build(catalogue, out, EspeakNg())
    (tmp_path / "recorded").mkdir()
    path = tmp_path / "recorded" / f"{name}.wav"
    path.write_text("RIFF") if samples is None else sf.write(path, samples, 16000)
    manifest = (out / "manifest.json").read_bytes()
    with pytest.raises(BuildError, match=rf"{name}: .*{reason}") as error:
        build(catalogue, out, EspeakNg(), recorded=tmp_path / "recorded")
    assert len(error.value.problems) == 1
    assert (out / "manifest.json").read_bytes() == manifest
    assert load_catalogue(catalogue.path, out).render("principal.suivi")


class MuteVoice(EspeakNg):
    """An engine that fails on one sentence, as engines do."""

    def render(self, text, out_wav):
        if "requête" in text:
            sf.write(out_wav, np.zeros(22050), 22050)
        else:
            super().render(text, out_wav)


def test_a_voice_that_stays_silent_is_a_build_error_naming_the_id(tmp_path):
    with pytest.raises(BuildError, match=r"^principal\.suivi: it is silent\.$"):
        build(write_catalogue(tmp_path), tmp_path / "out", MuteVoice())
    assert read_manifest(tmp_path / "out") is None


def test_progress_is_told_for_each_sound(tmp_path):
    told = []
    report = build(write_catalogue(tmp_path), tmp_path / "out", EspeakNg(), lambda *step: told.append(step))
    assert [done for done, _, _ in told] == list(range(1, report.rendered + 1))
    assert {total for _, total, _ in told} == {report.rendered}


def test_the_loudness_leaves_pauses_out_and_the_limiter_holds_the_peak():
    speech = voice(2, 8000)
    with_pause = np.concatenate([speech, np.zeros(16000), speech])
    assert audio.active_level(with_pause) == pytest.approx(audio.active_level(speech), abs=0.2)
    clicks = speech.copy()
    clicks[::800] = 0.99
    assert audio.dbfs(float(np.abs(audio.prepare(clicks)).max())) <= audio.PEAK_DBFS + 0.1


def test_a_missing_engine_is_one_sentence_that_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SynthesisError, match="install the Debian package espeak-ng"):
        synthesizer("espeak-ng")
    with pytest.raises(SynthesisError, match="Use one of: espeak-ng, pyttsx3"):
        synthesizer("festival")


def test_pyttsx3_writes_the_whole_sentence_and_refuses_an_unknown_voice(tmp_path):
    pytest.importorskip("pyttsx3")
    out = tmp_path / "said.wav"
    Pyttsx3().render("Pour suivre une requête déjà enregistrée, tapez 1.", out)
    assert 2.5 < len(audio.prepare(audio.read(out))) / 8000 < 6
    with pytest.raises(SynthesisError, match="voice fr-nowhere is not installed"):
        Pyttsx3(voice="fr-nowhere").render("Bonjour.", tmp_path / "no.wav")
