"""Where the deployment lies: around the package in a checkout, inside it when installed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nightlatch
from nightlatch.domain.errors import NotFound

_PACKAGE = Path(nightlatch.__file__).resolve().parent


def template_path() -> Path:
    """Give the SAM template of this checkout or of the installed package.

    Raises:
        NotFound: Neither holds it.
    """
    for candidate in (_PACKAGE.parents[2] / "template.yaml", _PACKAGE / "local" / "deployment" / "template.yaml"):
        if candidate.is_file():
            return candidate
    raise NotFound("template.yaml was not found; install nightlatch again, or run from a checkout")


@contextmanager
def deployment() -> Iterator[Path]:
    """Give the template with `functions/` and `layers/core/` beside it, as long as the block lasts.

    Raises:
        NotFound: Neither a checkout nor an installed package holds it.
    """
    template = template_path()
    if (template.parent / "layers" / "core").is_dir():
        yield template
        return
    with tempfile.TemporaryDirectory(prefix="nightlatch-") as folder:
        yield _laid_out(Path(folder), template.parent, _PACKAGE.parent)


def _laid_out(folder: Path, shipped: Path, site_packages: Path) -> Path:
    """Lay an installed package out as the template expects it: the layer is where the package is installed."""
    (folder / "template.yaml").symlink_to(shipped / "template.yaml")
    (folder / "functions").symlink_to(shipped / "functions")
    (folder / "layers").mkdir()
    (folder / "layers" / "core").symlink_to(site_packages)
    return folder / "template.yaml"
