"""How much work a guess at a password is, outside tests: they make it cheap for themselves."""

from argon2 import Type, extract_parameters

from tests.kits.back_office import PASSWORD
from tests.kits.cheap_passwords import AS_BUILT
from web.actions import passwords


def test_a_guess_takes_as_much_work_as_rfc_9106_asks_for():
    told = extract_parameters(AS_BUILT.hash(PASSWORD))
    assert told.type is Type.ID
    assert (told.memory_cost, told.time_cost) >= (64 * 1024, 3)


def test_what_tests_made_cheap_fits_and_is_made_anew_by_the_product():
    cheap = passwords.hashed(PASSWORD)
    assert passwords.fits(PASSWORD, cheap)
    assert not passwords.fits(f"{PASSWORD}.", cheap)
    assert AS_BUILT.check_needs_rehash(cheap)
