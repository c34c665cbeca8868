"""A list of people as a file of comma-separated values: what each row says, and what is wrong."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.grants.grantee import GrantState
from ledger.grants.stamps import GrantKind
from ledger.shop.mail_address import is_recipient

# Rows, and octets: a conference has some thousands of people.
MOST_ROWS, LONGEST = 10_000, 1_048_576
COLUMNS = ("email", "name", "kind", "state", "language", "reference")
_LANGUAGES = ("en", "fi", "sv")
_NAME, _REFERENCE = 100, 50
# How others write the same.
_KINDS = {"co-speaker": GrantKind.CO_SPEAKER, "cospeaker": GrantKind.CO_SPEAKER}


_WHY = {
    "too-large": f"The list is larger than {LONGEST} octets.",
    "not-utf-8": "The list is not UTF-8 text.",
    "not-a-table": "The list cannot be read as comma-separated values.",
    "no-columns": "The first line must name the columns, email and kind at least.",
    "unknown-column": "Columns are: email, name, kind, state, language, reference.",
    "column-twice": "A column stands there twice.",
    "too-many": "The list has too many rows: cut it.",
}


class ListUnreadable(ValueError):
    """This is no such list; `what` says why, as a word, and the error itself as a sentence."""

    def __init__(self, what: str) -> None:
        super().__init__(_WHY[what])
        self.what = what


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One row: `number` as a spreadsheet counts it, `troubles` as words.

    Without an address it names nobody, and is left alone.
    """

    number: int
    email: str = ""
    name: str = ""
    kind: GrantKind = GrantKind.GRANT
    state: GrantState | None = None
    language: str = "en"
    reference: str = ""
    troubles: tuple[str, ...] = field(default=())

    @property
    def nobody(self) -> bool:
        """Whether it names no person."""
        return not self.email

    @property
    def sound(self) -> bool:
        """Whether it can be taken over."""
        return not self.troubles


def read_people(content: bytes) -> Sequence[ListRow]:
    """The rows of a list; raises `ListUnreadable` for what is none.

    The first line names columns: email, name, kind, and, if wanted, state, language, reference.
    Commas, semicolons or tabs stand between them.

    >>> [(one.number, one.kind.value, one.troubles) for one in read_people(
    ...     b"email,name,kind\\nbea@example.org,Bea,grant\\nx,Ada,cook\\n")]
    [(2, 'grant', ()), (3, 'grant', ('bad-email', 'unknown-kind'))]
    """
    if len(content) > LONGEST:
        raise ListUnreadable("too-large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ListUnreadable("not-utf-8") from None
    try:
        rows = [*_rows(text)]
    except csv.Error:
        raise ListUnreadable("not-a-table") from None
    return [*_without_twins(rows)]


def _rows(text: str) -> Iterator[ListRow]:
    first = text.partition("\n")[0]
    between = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    if not {"email", "kind"} <= {*names}:
        raise ListUnreadable("no-columns")
    if unknown := {*names} - {*COLUMNS}:
        raise ListUnreadable("unknown-column" if all(unknown) else "no-columns")
    if len(names) != len({*names}):
        raise ListUnreadable("column-twice")
    for number, values in enumerate(reader, start=2):
        if number > MOST_ROWS + 1:
            raise ListUnreadable("too-many")
        told = {
            name.strip().lower(): (value or "").strip()
            for name, value in values.items()
            if isinstance(value, str | None)
        }
        if any(told.values()) or None in values:
            yield _row(number, told, longer=None in values)


def typed_row(told: Mapping[str, str]) -> ListRow:
    """The same of one person who was typed, by the names of the columns."""
    return _row(1, told, longer=False)


def _row(  # noqa: C901 (one question for each column)
    number: int, told: Mapping[str, str], *, longer: bool
) -> ListRow:
    troubles = ["too-many-cells"] if longer else []
    email, name = told.get("email", ""), told.get("name", "")
    if email and not is_recipient(email):
        troubles.append("bad-email")
    if len(name) > _NAME or not name.isprintable():
        troubles.append("bad-name")
    kind = _kind(told.get("kind", ""))
    if kind is None:
        troubles.append("unknown-kind")
    state, wanted = None, told.get("state", "").lower()
    if wanted in [*GrantState]:
        state = GrantState(wanted)
    elif wanted:
        troubles.append("unknown-state")
    language = told.get("language", "").lower()[:2] or "en"
    if language not in _LANGUAGES:
        troubles.append("unknown-language")
    reference = told.get("reference", "")
    if len(reference) > _REFERENCE or not all(one.isalnum() or one in "-_./#" for one in reference):
        troubles.append("bad-reference")
    if not email and not reference:
        troubles.append("nobody-without-reference")
    return ListRow(
        number=number,
        email=email,
        name=name,
        kind=kind or GrantKind.GRANT,
        state=state,
        language=language,
        reference=reference,
        troubles=tuple(troubles),
    )


def _kind(text: str) -> GrantKind | None:
    told = text.lower().replace(" ", "_")
    if told in [*GrantKind]:
        return GrantKind(told)
    return _KINDS.get(text.lower())


def _without_twins(rows: Sequence[ListRow]) -> Iterator[ListRow]:
    """Whoever stands there twice is taken over once: the first time."""
    seen: set[str] = set()
    for row in rows:
        key = row.email.casefold() or f"row/{row.reference}"
        if key in seen:
            yield ListRow(
                number=row.number,
                email=row.email,
                name=row.name,
                kind=row.kind,
                reference=row.reference,
                troubles=(*row.troubles, "twice"),
            )
        else:
            seen.add(key)
            yield row
