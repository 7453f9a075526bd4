"""The command line: `python -m bot COMMAND`."""

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Sequence


def _run(rest: Sequence[str]) -> int:
    from bot.supervisor import run

    return run()


def _only_understand() -> None:
    """Import nothing that training alone needs, and keep numpy to one thread (`OPENBLAS_NUM_THREADS` overrules that).

    A message is one row: there is nothing to share out, and the threads that wait for work burn 6.6 ms a message.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from bot.rasa_imports import put_off

    put_off()


def _serve(rest: Sequence[str]) -> int:
    _only_understand()
    from bot.server import main

    main()
    return 0


def _train(rest: Sequence[str]) -> int:
    from bot.training import train

    return train(force="--force" in rest)


def _evaluate(rest: Sequence[str]) -> int:
    _only_understand()
    from bot.evaluate import main

    return main(list(rest))


def _benchmark(rest: Sequence[str]) -> int:
    from bot.benchmark import main

    return main(list(rest))


def _retain(rest: Sequence[str]) -> int:
    from bot.retention import main

    return main(list(rest))


def _export(rest: Sequence[str]) -> int:
    from bot.records import export

    return export(list(rest))


def _erase(rest: Sequence[str]) -> int:
    from bot.records import erase

    return erase(list(rest))


def _desk(rest: Sequence[str]) -> int:
    from bot.morning import main

    return main(list(rest))


COMMANDS: dict[str, tuple[Callable[[Sequence[str]], int], str]] = {
    "run": (_run, "start the sandbox, the action server and the assistant"),
    "serve": (_serve, "start the assistant alone"),
    "train": (_train, "train a model if something changed (--force: always)"),
    "evaluate": (_evaluate, "score the understanding: FILE.csv with text,intent [--json]"),
    "benchmark": (_benchmark, "train on any TRAIN.csv and score on TEST.csv, both with text,intent [--json]"),
    "desk": (_desk, "print what the night leaves for staff [--json], or the conversation of a code: CODE"),
    "retain": (_retain, "delete what is older than its retention rule"),
    "export": (_export, "print a conversation's transcript: CONVERSATION [--json]"),
    "erase": (_erase, "erase a conversation: CONVERSATION"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    listing = "\n".join(f"  {name:10} {text}" for name, (_, text) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        epilog=f"commands:\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    # TensorFlow, jax and others warn as they are imported, whatever the filters say; none of it is about us.
    warnings.showwarning = lambda *_args, **_options: None
    return COMMANDS[arguments.command][0](arguments.rest)


if __name__ == "__main__":
    sys.exit(main())
