"""Labels: words of ticket sales, in one form, on the order until they are taken off."""

import pytest

from ledger.kernel.erasure import Erased, Ground
from ledger.kernel.refusals import LabelUnusable, PersonErased
from ledger.order.commands import AddLabel, RemoveLabel
from ledger.order.label import LONGEST_LABEL, MOST_LABELS
from ledger.order.stamps import Labelled
from projections.order_words import label_term, order_terms
from tests.kits.spec import NOON, ORDER, PAID, PLACED, SECOND, given, order_of, put

BOUGHT = (PLACED, PAID)
CREW = Labelled(label="crew")
GONE = Erased(subject=ORDER, ground=Ground.ASKED)


def add(word):
    return AddLabel(correlation_id=SECOND, actor="staff:1", at=NOON, reason=word)


def remove(word):
    return RemoveLabel(correlation_id=SECOND, actor="staff:1", at=NOON, reason=word)


def test_a_word_is_kept_in_one_form():
    given(*BOUGHT).when(add("  CREW ")).then(CREW)
    given(*BOUGHT).when(add("ＶＩＰ\u00a0guest")).then(Labelled(label="vip guest"))


def test_what_is_there_is_not_put_there_twice_and_what_is_not_is_not_taken_off():
    given(*BOUGHT, CREW).when(add("Crew")).then()
    given(*BOUGHT).when(remove("crew")).then()
    given(*BOUGHT, CREW).when(remove("CREW")).then(Labelled(label="crew", removed=True))


@pytest.mark.parametrize("word", ["", "  ", "x" * (LONGEST_LABEL + 1), "a\x00b", "a\u202eb"])
def test_what_is_no_label_is_refused(word):
    given(*BOUGHT).when(add(word)).then_refuses(LabelUnusable)


def test_no_order_is_a_heap_of_labels():
    many = [put(Labelled(label=f"label {n}")) for n in range(MOST_LABELS)]
    given(*BOUGHT, *many).when(add("one more")).then_refuses(LabelUnusable)
    given(*BOUGHT, *many).when(add("label 3")).then()


def test_labels_are_gone_with_the_person():
    assert label_term("crew") in order_terms(order_of(*BOUGHT, CREW))
    erased = order_of(*BOUGHT, CREW, GONE)
    assert (erased.labels, order_terms(erased)) == ((), frozenset())
    given(*BOUGHT, CREW, GONE).when(add("crew")).then_refuses(PersonErased)
