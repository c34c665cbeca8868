"""Law 3: a payment at a provider has one holder, in every store, also when two ask at once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

from adapters.store.recorder import Committed, PreparedAppend, StampRecorder
from ledger.kernel.store import PaymentClaim, PaymentTaken
from ledger.kernel.values import replace
from tests.contract.given import first


def claiming(payment: UUID, holder: UUID) -> PreparedAppend:
    return replace(first(), payments=(PaymentClaim(payment=payment, holder=holder),))


def test_the_second_holder_is_told_who_was_first(recorder: StampRecorder):
    payment, one, other = uuid4(), uuid4(), uuid4()
    (held,) = recorder.commit([claiming(payment, one)])
    size = recorder.head()[0]
    (refused,) = recorder.commit([claiming(payment, other)])
    assert isinstance(held, Committed)
    assert refused == PaymentTaken(payment=payment, holder=one)
    assert recorder.head()[0] == size


def test_within_one_commit_the_first_holds_it(recorder: StampRecorder):
    payment, one, other = uuid4(), uuid4(), uuid4()
    answers = recorder.commit(
        [claiming(payment, one), claiming(payment, other), claiming(uuid4(), other)]
    )
    assert [type(answer) for answer in answers] == [Committed, PaymentTaken, Committed]


def test_the_same_holder_may_claim_again(recorder: StampRecorder):
    payment, one = uuid4(), uuid4()
    for _ in range(3):
        (answer,) = recorder.commit([claiming(payment, one)])
        assert isinstance(answer, Committed)


def test_a_refused_append_claims_nothing(recorder: StampRecorder):
    payment, one, other = uuid4(), uuid4(), uuid4()
    stamp = claiming(payment, one)
    behind = replace(stamp, expected={stamp.events[0].originator_id: 7})  # type: ignore[dict-item]
    recorder.commit([behind])
    (answer,) = recorder.commit([claiming(payment, other)])
    assert isinstance(answer, Committed)


def test_of_many_that_ask_at_once_one_holds_it(recorder: StampRecorder):
    payment = uuid4()
    with ThreadPoolExecutor(8) as threads:
        asked = [
            threads.submit(lambda: recorder.commit([claiming(payment, uuid4())])[0])
            for _ in range(16)
        ]
        answers = [one.result() for one in asked]
    assert sum(isinstance(one, Committed) for one in answers) == 1
    assert len({one.holder for one in answers if isinstance(one, PaymentTaken)}) == 1
