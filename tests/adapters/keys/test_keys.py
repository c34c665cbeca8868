"""Data keys: what they open, where, and until when."""

from uuid import UUID, uuid4

import pytest

from adapters.keys.key_ring import Keyring, MemoryKeys
from adapters.keys.master_key import SealBroken

MASTER = bytes(range(32))
LEDGER, STREAM = UUID(int=1), UUID(int=2)


@pytest.fixture
def keys() -> MemoryKeys:
    return MemoryKeys()


def keyring(keys: MemoryKeys, **changed) -> Keyring:
    return Keyring(**{"master_key": MASTER, "ledger": LEDGER, "store": keys, **changed})


def sealed(ring: Keyring, keys: MemoryKeys, version: int = 1, plaintext: bytes = b"Ada") -> bytes:
    sealing = ring.sealing()
    done = sealing.seal(STREAM, version, type="ORDER_PLACED", plaintext=plaintext)
    keys.add(sealing.fresh_for(STREAM))
    return done


def test_what_was_sealed_is_opened_where_it_stands(keys):
    ring = keyring(keys)
    ciphertext = sealed(ring, keys)
    assert b"Ada" not in ciphertext
    assert ring.open(STREAM, 1, type="ORDER_PLACED", sealed=ciphertext) == b"Ada"


@pytest.mark.parametrize(
    "place",
    [(uuid4(), 1, "ORDER_PLACED"), (STREAM, 2, "ORDER_PLACED"), (STREAM, 1, "CANCELLED")],
)
def test_it_is_not_opened_elsewhere(keys, place):
    ring = keyring(keys)
    ciphertext = sealed(ring, keys)
    stream, version, name = place
    with pytest.raises(SealBroken):
        ring.open(stream, version, type=name, sealed=ciphertext)


@pytest.mark.parametrize("changed", [{"ledger": UUID(int=9)}, {"master_key": bytes(32)}])
def test_nor_in_another_ledger_or_with_another_master_key(keys, changed):
    ciphertext = sealed(keyring(keys), keys)
    with pytest.raises(SealBroken):
        keyring(keys, **changed).open(STREAM, 1, type="ORDER_PLACED", sealed=ciphertext)


@pytest.mark.parametrize("flipped", [0, 20, -1])
def test_a_flipped_bit_is_noticed(keys, flipped):
    ring = keyring(keys)
    ciphertext = bytearray(sealed(ring, keys))
    ciphertext[flipped] ^= 1
    with pytest.raises(SealBroken):
        ring.open(STREAM, 1, type="ORDER_PLACED", sealed=bytes(ciphertext))


def test_a_stream_has_one_key_for_all_its_stamps(keys):
    ring = keyring(keys)
    one, two = sealed(ring, keys), sealed(ring, keys, version=2)
    assert one[1:17] == two[1:17]
    assert one[17:29] != two[17:29]


def test_one_call_makes_one_fresh_key(keys):
    sealing = keyring(keys).sealing()
    one = sealing.seal(STREAM, 1, type="A", plaintext=b"")
    two = sealing.seal(STREAM, 2, type="B", plaintext=b"")
    assert one[1:17] == two[1:17]
    assert len(sealing.fresh_for(STREAM)) == 1


def test_a_fresh_key_that_was_not_committed_is_not_known(keys):
    ring = keyring(keys)
    ciphertext = ring.sealing().seal(STREAM, 1, type="A", plaintext=b"Ada")
    assert ring.open(STREAM, 1, type="A", sealed=ciphertext) is None


def test_a_destroyed_key_opens_nothing(keys):
    ring = keyring(keys)
    ciphertext = sealed(ring, keys)
    assert ring.open(STREAM, 1, type="ORDER_PLACED", sealed=ciphertext) == b"Ada"
    keys.destroy(STREAM)
    ring.forget(STREAM)
    assert ring.open(STREAM, 1, type="ORDER_PLACED", sealed=ciphertext) is None


def test_a_key_destroyed_by_another_process_is_forgotten_within_a_minute(keys):
    seconds = [0.0]
    ring = keyring(keys, now=lambda: seconds[0])
    ciphertext = sealed(ring, keys)
    assert ring.open(STREAM, 1, type="ORDER_PLACED", sealed=ciphertext) == b"Ada"
    keys.destroy(STREAM)
    seconds[0] = 61.0
    assert ring.open(STREAM, 1, type="ORDER_PLACED", sealed=ciphertext) is None


def test_after_a_destruction_a_new_key_is_made(keys):
    ring = keyring(keys)
    one = sealed(ring, keys)
    keys.destroy(STREAM)
    ring.forget(STREAM)
    two = sealed(ring, keys, version=2)
    assert one[1:17] != two[1:17]
    assert ring.open(STREAM, 2, type="ORDER_PLACED", sealed=two) == b"Ada"


def test_evidence_has_a_key_of_its_own(keys):
    ring, message = keyring(keys), uuid4()
    ciphertext, key = ring.seal_evidence(message, b"headers and body")
    keys.add([key])
    assert ring.open_evidence(message, ciphertext) == b"headers and body"
    with pytest.raises(SealBroken):
        ring.open_evidence(uuid4(), ciphertext)
    keys.destroy(message)
    ring.forget(message)
    assert ring.open_evidence(message, ciphertext) is None


@pytest.mark.parametrize("same", ["ADA@example.fi", " ada@example.fi\n", "ada@EXAMPLE.fi"])
def test_a_blind_index_is_equal_for_equal_addresses(keys, same):
    ring = keyring(keys)
    assert ring.blind_index(same) == ring.blind_index("ada@example.fi")


def test_a_blind_index_folds_what_looks_the_same(keys):
    ring = keyring(keys)
    assert ring.blind_index("a\u0308iti@example.fi") == ring.blind_index("ÄITI@example.fi")


def test_a_blind_index_differs_by_address_key_and_purpose(keys):
    ring, other = keyring(keys), keyring(MemoryKeys())
    assert ring.blind_index("ada@example.fi") != ring.blind_index("ida@example.fi")
    assert ring.blind_index("ada@example.fi") != other.blind_index("ada@example.fi")
    assert ring.blind_index("ada@example.fi") != ring.keyed_hash(b"ada@example.fi")


def test_a_master_key_of_another_size_is_refused(keys):
    with pytest.raises(ValueError, match="32 bytes"):
        keyring(keys, master_key=b"short")
