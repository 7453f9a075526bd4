"""The intent model: it learns, knows how sure it is, and is the same after a save."""

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.nlu.model import IntentModel, Settings, best_temperature, learn
from bot.nlu.softmax import Blocks, fit, lowest, softmax

BINS = [
    "my bin was missed",
    "you missed my bin",
    "bin not emptied",
    "they did not take the recycling",
    "bins still full",
    "nobody emptied it",
]
RENT = [
    "pay my rent",
    "i want to pay rent",
    "rent payment",
    "can i pay the rent here",
    "pay garage rent",
    "make a rent payment",
]
LEAK = ["tap is leaking", "water leak", "the pipe drips", "leak under my sink", "dripping tap", "my toilet leaks"]
EXAMPLES = [(text, name) for name, texts in (("bins", BINS), ("rent", RENT), ("leak", LEAK)) for text in texts]


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return learn(EXAMPLES)


@pytest.mark.parametrize(
    ("text", "intent"),
    [("the bin men missed me", "bins"), ("paying the rent", "rent"), ("there's a leak in my bathroom", "leak")],
)
def test_a_phrase_that_it_never_saw_is_understood(model: IntentModel, text: str, intent: str) -> None:
    assert model.names[int(model.probabilities([text])[0].argmax())] == intent


def test_probabilities_add_up_to_one(model: IntentModel) -> None:
    found = model.probabilities(["bin", "", "zzz", "🗑️"])
    assert found.shape == (4, 3)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)


def test_a_saved_model_says_the_same_as_before(model: IntentModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = IntentModel.load(tmp_path)
    texts = ["missed bin", "rent please", "water everywhere", "£5 on AZ1 2BB"]
    assert np.allclose(model.probabilities(texts), again.probabilities(texts), atol=1e-6)
    assert again.measured == model.measured


def test_a_saved_model_is_plain_data(model: IntentModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".npz", ".onnx"}
    for path in tmp_path.glob("*.npz"):
        with np.load(path, allow_pickle=False) as arrays:
            assert all(arrays[name].dtype.kind in "fi" for name in arrays.files)


def test_a_model_with_a_file_missing_does_not_load(model: IntentModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    (tmp_path / "weights.npz").unlink()
    with pytest.raises(OSError, match=r"weights\.npz"):
        IntentModel.load(tmp_path)


def test_the_same_examples_make_the_same_model(model: IntentModel) -> None:
    again = learn(EXAMPLES)
    assert np.allclose(again.probabilities(["bin"]), model.probabilities(["bin"]), atol=1e-6)


def test_what_is_also_taught_counts_but_is_not_measured() -> None:
    model = learn(EXAMPLES, Settings(), [("skip lorry", "bins")] * 3)
    assert model.measured.phrases == len(EXAMPLES)
    assert model.names[int(model.probabilities(["skip lorry"])[0].argmax())] == "bins"


def test_one_intent_alone_is_no_model() -> None:
    with pytest.raises(ValueError, match="two intents"):
        learn([("a", "x"), ("b", "x")])


def test_an_intent_with_one_phrase_is_learnt_without_cross_validation() -> None:
    model = learn([("my bin", "bins"), ("pay rent", "rent")])
    assert model.temperature == 1.0


def test_the_solver_finds_the_bottom_of_a_bowl() -> None:
    middle = np.array([[3.0, -2.0], [0.5, 100.0]], dtype=np.float32)
    scale = np.array([[1.0, 10.0], [100.0, 0.1]], dtype=np.float32)
    found = lowest(
        lambda at: (float((scale * (at - middle) ** 2).sum()), 2 * scale * (at - middle)),
        np.zeros((2, 2), dtype=np.float32),
        100,
    )
    assert np.allclose(found, middle, rtol=1e-2)


def test_the_fit_is_that_of_the_library_that_everyone_knows() -> None:
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(1)
    dense = random.normal(size=(200, 6)).astype(np.float32)
    classes = (dense @ random.normal(size=(6, 3)) + random.normal(size=(200, 3))).argmax(axis=1)
    ours = fit(Blocks(csr_matrix(dense[:, :3]), dense[:, 3:]), classes, 3, c=1.0, iterations=300)
    theirs = LogisticRegression(C=1.0, max_iter=1000, tol=1e-8).fit(dense, classes)
    likely = softmax(ours.scores(Blocks(csr_matrix(dense[:, :3]), dense[:, 3:])))
    assert np.allclose(likely, theirs.predict_proba(dense), atol=5e-3)


def test_the_temperature_makes_the_confidence_as_high_as_the_share_that_is_right() -> None:
    random = np.random.default_rng(2)
    true = random.normal(size=(4000, 5)).astype(np.float32) * 2
    classes = np.array([random.choice(5, p=row / row.sum()) for row in softmax(true).astype(np.float64)])
    assert best_temperature(true * np.float32(3.0), classes) == pytest.approx(3.0, rel=0.1)
