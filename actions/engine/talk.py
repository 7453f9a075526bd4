"""What a journey uses to talk: ask, check, look up, act, tell. See `actions.engine` for how a journey runs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

from actions.acts.base import Act, Done, carry_out, key_of
from actions.backoffice.systems import Systems
from actions.engine.desk import Desk, Frame
from actions.engine.readers import Check, NotValid, Option, Reader
from actions.engine.turn import Pressed, Turn, Wish
from bot.log import Choice, ConversationLog, Reply
from bot.words import has_words, words

T = TypeVar("T")
CHECK, CHANGE = "check", "change"


@dataclass(frozen=True)
class Row:
    """A line of what is shown to check: the name of the answer behind it, and its words. `change` lets it be changed."""

    name: str
    label: str
    value: str
    change: bool = True


class Pending(Exception):
    """The journey stops here until the resident answers."""

    def __init__(self, name: str, reader: Reader, options: Sequence[Option], reply: Reply, rows: Sequence[Row] = ()) -> None:
        super().__init__(name)
        self.name = name
        self.reader = reader
        self.options = options
        self.reply = reply
        self.rows = rows


class Ended(Exception):
    """The journey is over. `next_journey` is the one that it leads to, with the answers it starts with."""

    def __init__(self, next_journey: str | None = None, answers: dict[str, Any] | None = None) -> None:
        super().__init__(next_journey)
        self.next_journey = next_journey
        self.answers = answers or {}


class Unacted(Exception):
    """A silent run came to something that changes the world outside, so no question is open."""


@dataclass
class Talk:
    """A journey's conversation with the resident. `replies` collects what is said in this turn.

    A `silent` run only finds the open question: it stops before anything is done (`Unacted`).
    """

    frame: Frame
    desk: Desk
    turn: Turn
    systems: Systems
    log: ConversationLog
    cache: dict[str, Any]
    replies: list[Reply] = field(default_factory=list)
    asked: dict[str, tuple[Reader, Sequence[Option]]] = field(default_factory=dict)
    silent: bool = False
    refused: bool = False

    def ask(
        self,
        name: str,
        reader: Reader,
        *,
        options: Sequence[Option] = (),
        strict: bool = True,
        spot: bool = True,
        wants: str | None = None,
        word: str | None = None,
        **values: Any,
    ) -> Any:
        """Return the answer called `name`, or put the question and stop.

        Words: `<journey>.<word or name>.ask`, and `.why`, `.hint`, `.dont_know` where they exist. With `strict`, an
        answer that is no longer among the options is asked again. `wants` is "photo" or "location" for the page.
        `spot=False` leaves out what was said in passing.
        """
        self.asked[name] = (reader, options)
        if name in self.frame.answers:
            answer = self.frame.answers[name]
            if not (strict and options) or answer in [o.value for o in options]:
                return answer
            del self.frame.answers[name]
        if spot:
            found = self._spotted(reader, options)
            if found is not None:
                self.frame.answers[name] = found
                return found
        raise Pending(name, reader, options, self.question(word or name, name, options, wants, **values))

    def question(self, word: str, name: str, options: Sequence[Option], wants: str | None, **values: Any) -> Reply:
        """Return the question as a reply, with a choice for each option."""
        extra: dict[str, Any] = {"question": f"{self.frame.journey}.{word}"}
        if wants:
            extra["wants"] = wants
        return Reply(self.words(f"{word}.ask", **values), tuple(self._choice(name, o) for o in options), "question", extra)

    def options(self, word: str, keys: Iterable[str], out: str = "") -> list[Option]:
        """Return an option for each key, with its title and its other words: `<word>.<key>.title`, `<word>.<key>.also`.

        `out` is the key for whom none of the others fits.
        """
        return [
            Option(self.words(f"{word}.{key}.title"), key, self._also(f"{word}.{key}.also"), out=key == out) for key in keys
        ]

    def yes_no(self, word: str) -> tuple[Option, Option]:
        """Return the options yes and no of a question: `<word>.yes`, `<word>.no`, and other words for them where there are.

        The other words are `<word>.yes_also` and `<word>.no_also`.
        """
        yes = Option(self.words(f"{word}.yes"), True, self._also(f"{word}.yes_also"))
        return yes, Option(self.words(f"{word}.no"), False, self._also(f"{word}.no_also"))

    def check(self, rows: Sequence[Row], **values: Any) -> None:
        """Show what was understood and stop until the resident says that it is right."""
        shown = [r for r in rows if r.value]
        # A yes carries what it was said to, so that a yes to an earlier check is none to this one.
        right = [[r.label, r.value] for r in shown]
        if self.frame.answers.get(CHECK) == right:
            return
        self.frame.answers.pop(CHECK, None)
        options = (Option(words("desk.check.yes"), right), Option(words("desk.check.change"), CHANGE))
        lines = "\n".join(f"- {r.label}: {r.value}" for r in shown)
        own = f"{self.frame.journey}.check.ask"
        text = words(own if has_words(own) else "desk.check.ask", rows=lines, **values)
        reply = Reply(text, tuple(self._choice(CHECK, o) for o in options), "question", {"question": own})
        raise Pending(CHECK, Check(), options, reply, shown)

    def tell(self, word: str, **values: Any) -> None:
        """Say something once in this journey, though the journey runs again each turn."""
        text = self.words(word, **values)
        if text not in self.frame.told:
            self.frame.told.append(text)
            self.replies.append(Reply(text))

    def end(self, word: str, *, go: Sequence[str] = (), **values: Any) -> NoReturn:
        """Say the journey's last words and end it. `go` names journeys or answers that are offered next."""
        choices = tuple(offer(intent) for intent in go)
        self.replies.append(Reply(self.words(word, **values), choices))
        raise Ended()

    def end_with(self, reply: Reply) -> NoReturn:
        """End the journey with a reply that is already made."""
        self.replies.append(reply)
        raise Ended()

    def go(self, journey: str, **answers: Any) -> NoReturn:
        """End this journey and start another with what is already known."""
        raise Ended(journey, answers)

    def lookup(self, name: str, call: Callable[[], T]) -> T:
        """Return what the back office says, asked once in this journey (and again after a restart).

        The name carries what it depends on, for example f"bins {uprn}". Raises BackOfficeError, which the loop words.
        """
        key = f"{self.frame.id} {name}"
        if key not in self.cache:
            self.cache[key] = call()
        found: T = self.cache[key]
        return found

    def forget(self, *names: str) -> None:
        """Drop answers, so that they are asked again, and what was looked up."""
        for name in names:
            self.frame.answers.pop(name, None)
        for key in [k for k in self.cache if k.startswith(f"{self.frame.id} ")]:
            del self.cache[key]

    def act(self, act: Act, request: dict[str, Any]) -> Done:
        """Do something in the back office, exactly once for this journey and request. Never raises BackOfficeError."""
        self.doing()
        return carry_out(act, request, self.turn.conversation_id, self.frame.id, self.systems, self.log)

    def doing(self) -> None:
        """Say that what comes next changes something outside. `act` does so by itself."""
        if self.silent:
            raise Unacted()

    def begun(self, act: Act, request: dict[str, Any]) -> bool:
        """Return whether this act was begun before, by a turn that a crash cut short."""
        return self.log.commitment(key_of(act, request, self.frame.id)) is not None

    def words(self, word: str, **values: Any) -> str:
        """Return the journey's own words, or the shared ones of that name."""
        own = f"{self.frame.journey}.{word}"
        return words(own if has_words(own) else f"desk.{word}", **values)

    def _also(self, word: str) -> tuple[str, ...]:
        known = has_words(f"{self.frame.journey}.{word}") or has_words(f"desk.{word}")
        return tuple(self.words(word).split(", ")) if known else ()

    def refuse(self, name: str, word: str, held: str | None = None, **values: Any) -> None:
        """Say why an answer can't be used and forget it, so that the next `ask` puts the question again.

        `held` is the answer that it is a part of, where that has another name.
        """
        self.unsay(held or name)
        self.refused = True
        self.replies.append(Reply(self.words(f"{name}.{word}", **values)))

    def unsay(self, name: str) -> None:
        """Forget an answer, and that it was said in passing."""
        answer = self.frame.answers.pop(name, None)
        useless = list(answer.values()) if isinstance(answer, dict) else [answer]
        for said in self.frame.said:
            said["entities"] = [e for e in said["entities"] if e["value"] not in useless]
            if isinstance(answer, dict) and "lat" in answer:
                said["location"] = None

    def _choice(self, name: str, option: Option) -> Choice:
        return Choice(option.title, Pressed("pick", option.value, self.frame.id, name).dump())

    def _spotted(self, reader: Reader, options: Sequence[Option]) -> Any:
        for said in self.frame.said:
            turn = Turn(
                self.turn.conversation_id,
                self.turn.seq,
                said["text"],
                entities=tuple(said["entities"]),
                location=tuple(said["location"]) if said.get("location") else None,
                photo_id=said.get("photo"),
                wish=said.get("wish", False),
            )
            try:
                found = reader.spot(turn, options)
            except NotValid:
                continue
            if found is not None:
                return found
        return None


def way_back() -> Choice:
    """Return the choice that comes back to the question that was open."""
    return Choice(words("desk.carry_on"), Pressed("say", "resume").dump())


def offer_wish(wish: Wish) -> Choice:
    """Return a choice that serves one of several wishes with its own words."""
    return Choice(words(f"intents.{wish.intent}"), Pressed("wish", wish.to_json()).dump())


def when_safe(wishes: Sequence[Wish], back: tuple[Choice, ...]) -> Reply:
    """Return what is said after an emergency's own words to somebody who also asked for other things."""
    titles = ", ".join(words(f"intents.{wish.intent}") for wish in wishes)
    return Reply(words("desk.when_safe", titles=titles), (*map(offer_wish, wishes), *back))


def offer(intent: str, title: str | None = None, **answers: Any) -> Choice:
    """Return a choice that starts a journey or gives an answer."""
    return Choice(title or words(f"intents.{intent}"), Pressed("go", intent, answers=answers).dump())
