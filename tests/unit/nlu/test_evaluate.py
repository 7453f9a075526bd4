"""`python -m bot evaluate`: the figures, and what it says when it can't make them."""

import json
from pathlib import Path

import pytest

from bot import evaluate
from bot.evaluate import CannotEvaluate, Guess, Row, read_rows, score

ROWS = [
    Row(2, "missed bin", "bins"),
    Row(3, "no bin", "bins"),
    Row(4, "pay rent", "rent"),
    Row(5, "weather", "out_of_scope"),
]
GUESSES = [
    Guess((("bins", 0.9), ("rent", 0.1)), 4.0),
    Guess((("rent", 0.5), ("bins", 0.4)), 6.0),
    Guess((("rent", 0.2), ("bins", 0.1)), 8.0),
    Guess((("out_of_scope", 0.9), ("bins", 0.1)), 5.0),
]


def _file(folder: Path, text: str) -> Path:
    path = folder / "messages.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


def test_the_figures_are_those_worked_out_by_hand() -> None:
    report = score(ROWS, GUESSES, unsure=0.25)
    assert report["messages"] == 4
    assert report["accuracy"] == 0.75
    assert report["top3_accuracy"] == 1.0
    assert report["fallback_share"] == 0.5
    assert report["ms_per_message"] == 5.5
    assert report["intents"]["bins"] == {
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "support": 2,
        "guessed": 1,
    }
    assert report["intents"]["rent"] == {
        "precision": 0.5,
        "recall": 1.0,
        "f1": pytest.approx(2 / 3),
        "support": 1,
        "guessed": 2,
    }
    assert report["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert report["confusions"] == [{"intent": "bins", "taken_for": "rent", "messages": 1}]


def test_the_macro_f1_is_that_of_the_library_that_everyone_knows() -> None:
    from sklearn.metrics import f1_score

    report = score(ROWS, GUESSES, unsure=0.25)
    theirs = f1_score([row.intent for row in ROWS], [guess.intent for guess in GUESSES], average="macro")
    assert report["macro_f1"] == pytest.approx(theirs)


def test_an_intent_that_is_never_guessed_has_no_precision_but_no_error() -> None:
    report = score(ROWS[2:3], [Guess((), 1.0)], unsure=0.25)
    assert report["intents"] == {"rent": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1, "guessed": 0}}
    assert report["fallback_share"] == 1.0


def test_the_report_for_people_has_every_intent_and_the_confusions() -> None:
    text = evaluate.as_text({"file": "a.csv", "model": "m.tar.gz", **score(ROWS, GUESSES, unsure=0.25)})
    assert "accuracy                75.0 %" in text
    assert "bins -> rent" in text
    assert all(name in text for name in ("bins", "rent", "out_of_scope"))


@pytest.mark.parametrize(
    "text",
    [
        "text,intent\nhello,greet\n",
        "\ufefftext,intent\r\nhello,greet\r\n",
        "Intent, Text ,note\ngreet,hello,x\n",
        'intent,text\ngreet,"hello"\n',
    ],
)
def test_a_file_is_read_whatever_wrote_it(tmp_path: Path, text: str) -> None:
    assert [(row.text, row.intent) for row in read_rows(_file(tmp_path, text))] == [("hello", "greet")]


def test_a_text_may_hold_commas_and_lines(tmp_path: Path) -> None:
    (row,) = read_rows(_file(tmp_path, 'text,intent\n"my bin, again\nand again",bins\n'))
    assert row.text == "my bin, again\nand again"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column text and no column intent"),
        ("text\nhello\n", "no column intent"),
        ("a,b\n1,2\n", "it has: a, b"),
        ("text,intent\n", "no rows"),
        ("text,intent\nhello,greet\n,greet\n", "line 3: it has no text"),
        ("text,intent\nhello\n", "line 2: it has no intent"),
        ("text,intent\n\udcff\udcfe,greet\n", "not a CSV file in UTF-8"),
    ],
)
def test_a_file_that_is_not_fit_is_refused_with_the_reason(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(CannotEvaluate, match=words):
        read_rows(_file(tmp_path, text))


def test_a_file_that_is_not_there_ends_with_a_sentence_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate.main([str(tmp_path / "none.csv")]) == 2
    assert "none.csv can't be read: No such file or directory." in capsys.readouterr().err


def test_without_a_model_it_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    monkeypatch.setattr(evaluate, "ROOT", tmp_path)
    with pytest.raises(CannotEvaluate, match="make train"):
        evaluate.newest_model()


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, "text,intent\nhello,greet\n")
    with pytest.raises(CannotEvaluate, match="is not a trained model"):
        evaluate.evaluate(path, model_path=path)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model made by Rasa itself with our two components."""
    from rasa.model_training import train

    folder: Path = tmp_path_factory.mktemp("small")
    (folder / "config.yml").write_text(
        "recipe: default.v1\nlanguage: en\nassistant_id: small\n"
        "pipeline: [{name: bot.nlu.classifier.IntentClassifier}, {name: bot.nlu.entities.EntityRuler}]\n"
        "policies: [{name: RulePolicy, enable_fallback_prediction: false}]\n"
    )
    (folder / "domain.yml").write_text('version: "3.1"\nintents: [bins, rent]\n')
    (folder / "nlu.yml").write_text(
        'version: "3.1"\nnlu:\n'
        "- intent: bins\n  examples: |\n    - my bin was missed\n    - bin not emptied\n    - you missed my bin\n"
        "- intent: rent\n  examples: |\n    - pay my rent\n    - rent payment\n    - i want to pay rent\n"
        "rules:\n- rule: a\n  steps:\n  - intent: bins\n  - action: action_listen\n"
    )
    result = train(
        str(folder / "domain.yml"),
        str(folder / "config.yml"),
        [str(folder / "nlu.yml")],
        str(folder),
        fixed_model_name="small",
    )
    return Path(result.model)


def test_a_model_is_scored_as_json_and_nothing_else_is_printed(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _file(tmp_path, "text,intent\nthe bin men missed me,bins\npaying the rent,rent\n/rent,bins\n")
    assert evaluate.main([str(path), "--json", "--model", str(model)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["accuracy"] == pytest.approx(2 / 3)  # "/rent" is read as the word, and not obeyed
    assert report["model"] == "small.tar.gz"
    assert report["ms_per_message"] > 0


def test_an_intent_that_the_model_does_not_know_is_named(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _file(tmp_path, "text,intent\nhello,bins\nhello,greet\n")
    assert evaluate.main([str(path), "--model", str(model)]) == 2
    assert "does not know these intents: greet (line 3)" in capsys.readouterr().err
