"""The scripts and styles of others that pages for people use, fetched anew from npm: `make vendor` (docs/decisions/0007, 0014).

To update one, change its version here, run it, and read what changed in LOCK. Needs npm, which checks every package against its digest.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "src" / "quadrangle" / "web" / "static" / "vendor"

_PLUGINS = ("autolink", "autoresize", "code", "image", "link", "lists", "table")
# Package, version, licence, folder: the files of the package that are kept.
PACKAGES = {
    ("@fontsource/source-serif-4", "5.3.1", "OFL-1.1", "source-serif"): (
        "LICENSE",
        "files/source-serif-4-latin-600-normal.woff2",
        "files/source-serif-4-latin-ext-600-normal.woff2",
    ),
    ("@alpinejs/csp", "3.17.4", "MIT", "alpine"): ("dist/cdn.min.js", "package.json"),
    ("htmx.org", "4.0.1", "0BSD", "htmx"): ("LICENSE", "dist/htmx.min.js"),
    ("hugerte", "1.0.14", "MIT", "hugerte"): (
        "license.txt",
        "hugerte.min.js",
        "icons/default/icons.min.js",
        "models/dom/model.min.js",
        *(f"plugins/{name}/plugin.min.js" for name in _PLUGINS),
        "skins/content/default/content.min.css",
        "skins/content/dark/content.min.css",
        "skins/ui/oxide/content.min.css",
        "skins/ui/oxide/skin.min.css",
        "skins/ui/oxide-dark/content.min.css",
        "skins/ui/oxide-dark/skin.min.css",
        "themes/silver/theme.min.js",
    ),
    ("sortablejs", "1.15.7", "MIT", "sortable"): ("LICENSE", "Sortable.min.js"),
    ("swagger-ui-dist", "5.35.0", "Apache-2.0", "swagger-ui"): (
        "LICENSE",
        "NOTICE",
        "swagger-ui-bundle.js",
        "swagger-ui-bundle.js.LICENSE.txt",
        "swagger-ui.css",
    ),
}


def fetch(package: str, version: str, into: Path) -> Path:
    """The package unpacked, and the folder it lies in."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{package}@{version}"], cwd=into, check=True, capture_output=True, text=True
    )
    with tarfile.open(into / packed.stdout.split()[-1]) as archive:
        archive.extractall(into, filter="data")
    return into / "package"


def main() -> None:
    if shutil.which("npm") is None:
        sys.exit("make vendor needs npm (Debian: apt-get install npm)")
    lines = [
        "# Vendored as published, byte for byte; sha256sum -c LOCK checks it. Nothing else may lie in this folder."
    ]
    for (package, version, licence, folder), names in PACKAGES.items():
        with tempfile.TemporaryDirectory() as made:
            source = fetch(package, version, Path(made))
            shutil.rmtree(FOLDER / folder, ignore_errors=True)
            lines.append(f"# {package} {version}, npm, {licence}")
            for name in sorted(names):
                kept = FOLDER / folder / name.removeprefix("dist/").removeprefix("files/")
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / name, kept)
                digest = hashlib.sha256(kept.read_bytes()).hexdigest()
                lines.append(f"{digest}  {kept.relative_to(FOLDER).as_posix()}")
    (FOLDER / "LOCK").write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
