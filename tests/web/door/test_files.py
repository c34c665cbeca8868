"""The files of the page at the door: whose they are, how they are served, and what they may."""

import re
from hashlib import sha256

import pytest

from tests.kits.back_office import entered
from tests.kits.product import Product
from web.door.files import FOLDER, READER, WASM, contents, mark_of

VENDOR = FOLDER / "vendor"
KINDS = {
    "page.js": "text/javascript; charset=utf-8",
    "door.css": "text/css; charset=utf-8",
    WASM: "application/wasm",
}


def test_what_is_of_others_is_what_its_licence_file_says():
    told = (VENDOR / "LICENSE.txt").read_text()
    listed = dict(re.findall(r"^  (\S+)\s+([0-9a-f]{64})$", told, flags=re.MULTILINE))
    found = {one.name: one for one in VENDOR.iterdir() if one.name != "LICENSE.txt"}
    assert listed == {name: sha256(one.read_bytes()).hexdigest() for name, one in found.items()}
    assert "MIT License" in told
    assert "Apache License 2.0" in told
    (version,) = {name.partition("-")[2].rpartition(".")[0] for name in listed}
    assert f"zxing-wasm\n{version}," in told
    # The script knows which build it belongs to.
    assert listed[WASM] in found[READER].read_text()


@pytest.mark.parametrize("name", KINDS)
def test_a_file_is_kept_for_ever_under_the_mark_of_its_content(product: Product, name: str):
    answer = product.client.get(f"/door/files/{mark_of(name)}/{name}")
    assert answer.data == contents()[name]
    assert answer.headers["Content-Type"] == KINDS[name]
    assert "immutable" in answer.headers["Cache-Control"]
    assert product.client.get(f"/door/files/{'0' * 16}/{name}").status_code == 404


def test_what_changes_together_has_one_mark_and_the_decoder_its_own():
    marks = {name: mark_of(name) for name in contents()}
    assert len({marks[one] for one in marks if one not in (READER, WASM)}) == 1
    assert len({*marks.values()}) == 3


def test_the_service_worker_keeps_every_file_and_is_asked_for_each_time(product: Product):
    answer = product.client.get("/door/service-worker.js")
    for name in contents():
        assert f"/door/files/{mark_of(name)}/{name}" in answer.text
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.text.count("verkkoa") + answer.text.count("Verkkoa") == 1


def test_only_the_thread_that_decodes_may_compile_and_only_this_page_may_see(product: Product):
    browser = entered(product, "door", shop="winterfest")
    page = browser.get("/door/winterfest/")
    worker = product.client.get(f"/door/files/{mark_of('decoder.js')}/decoder.js")
    home = browser.get("/admin/")
    policies = {one.headers["Content-Security-Policy"] for one in (page, worker, home)}
    assert len(policies) == 3
    assert "wasm-unsafe-eval" in worker.headers["Content-Security-Policy"]
    for answer in (page, home):
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert "camera=()" in home.headers["Permissions-Policy"]
    for answer in (page, worker, home):
        assert len(answer.headers.getlist("Content-Security-Policy")) == 1
        assert len(answer.headers.getlist("Permissions-Policy")) == 1


def test_the_page_names_nobody_and_asks_no_other_host(product: Product):
    browser = entered(product, "door", shop="winterfest", email="door@example.org")
    page = browser.get("/door/winterfest/").text
    assert "door@example.org" not in page
    assert set(re.findall(r"https?://[^\"' ]+", page)) == set()
