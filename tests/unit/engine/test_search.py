"""The search of approved content: the same hits as scikit-learn's TF-IDF, by which its threshold was set."""

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

from actions.engine.index import Index
from actions.engine.search import LEAST_LIKE, MOST_HITS, hits, pages
from bot.nlu.vocabulary import vocabulary
from tests.phrases import rows

PHRASES = [row["text"] for row in rows("held_out.csv")]
ODD = ["", "the of and", "zzz", "PARKING", "parking parking permit", "a b c", "👍"]


def test_the_scores_are_those_of_scikit_learn():
    texts = [page.text for page in pages().values()]
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), stop_words="english", sublinear_tf=True)
    matrix = vectorizer.fit_transform(texts)
    index = Index(texts, ENGLISH_STOP_WORDS)
    for text in (*PHRASES, *ODD):
        theirs = (matrix @ vectorizer.transform([text]).T).toarray().ravel()
        ours = index.scores(text)
        assert all(abs(ours.get(place, 0.0) - score) < 1e-9 for place, score in enumerate(theirs)), text


def test_the_words_that_are_not_searched_are_still_the_same():
    assert set(vocabulary()["not_searched"].split()) == ENGLISH_STOP_WORDS


def test_the_likest_pages_come_first_and_unlike_ones_not_at_all():
    found = hits("how do I get a parking permit?")
    assert "ask_parking_permit" in found
    assert len(found) <= MOST_HITS
    assert hits("zzz") == hits("") == []
    assert 0 < LEAST_LIKE < 1
