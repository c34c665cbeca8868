"""Clients that others generate from the description compile: Python and TypeScript."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from web.api.openapi import described

pytestmark = pytest.mark.slow


@pytest.fixture
def description(tmp_path: Path) -> Path:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(described()))
    return file


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


def needed(*words: str, folder: Path) -> None:
    done = run(*words, folder=folder)
    if done.returncode:
        pytest.skip(f"cannot be installed here: {done.stderr[-200:]}")


def test_a_python_client_is_generated_and_compiles(description: Path, tmp_path: Path):
    needed(sys.executable, "-m", "venv", "tools", folder=tmp_path)
    tools = tmp_path / "tools" / "bin"
    needed(str(tools / "pip"), "install", "-q", "openapi-python-client", folder=tmp_path)
    (tmp_path / "quiet.yaml").write_text(
        "post_hooks: []\n"
    )  # nobody reads it, so nobody formats it
    made = run(
        str(tools / "openapi-python-client"),
        "generate",
        "--path",
        str(description),
        "--output-path",
        "client",
        "--meta",
        "none",
        "--config",
        "quiet.yaml",
        "--fail-on-warning",
        folder=tmp_path,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    use = (
        "from client.api.orders import place_order; from client.models import OrderBody, RefundBody"
    )
    for words in (("-m", "compileall", "-q", "client"), ("-c", use)):
        done = run(str(tools / "python"), *words, folder=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_typescript_client_is_generated_and_compiles(description: Path, tmp_path: Path):
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    needed("npm", "init", "-y", folder=tmp_path)
    needed(
        "npm",
        "install",
        "--no-audit",
        "--no-fund",
        "openapi-typescript@7",
        "typescript@5",
        folder=tmp_path,
    )
    made = run("npx", "openapi-typescript", str(description), "-o", "client.d.ts", folder=tmp_path)
    assert made.returncode == 0, made.stdout + made.stderr
    use = """import type { paths, components } from "./client";
type Answers = paths["/shops/{shop}/orders"]["post"]["responses"];
type Placed = Answers["201"]["content"]["application/json"];
export const id = (placed: Placed): string => placed.order.id;
type Refund = components["schemas"]["RefundBody"];
export const body: Refund = { method: "provider", reason: "x", version: 1 };
"""
    (tmp_path / "use.ts").write_text(use)
    compiled = run("npx", "tsc", "--noEmit", "--strict", "use.ts", folder=tmp_path)
    assert compiled.returncode == 0, compiled.stdout
