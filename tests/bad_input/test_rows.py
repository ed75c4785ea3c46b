"""Every kind of bad input has its cases, or its reason why it cannot happen here."""

from tests.bad_input import (
    test_addresses,
    test_admin_forms,
    test_check_in,
    test_forms,
    test_import,
    test_mail,
    test_sign_in,
)
from tests.bad_input.rows import NOT_HERE, Row

TABLES = [
    *(test_forms.CASES, test_forms.TAKEN, test_check_in.CASES, test_check_in.SEALED),
    *(test_addresses.ASKED, test_addresses.BODIES, test_admin_forms.CASES),
    *(test_import.CASES, test_import.MAPPINGS, test_mail.CASES),
    test_sign_in.CASES,
]
# Kinds with tests of their own rather than lines in a table.
TESTED = {
    Row.NOT_UTF8,
    Row.HOST,
    Row.COOKIE,
    Row.REDIRECT,
    Row.MASS_ASSIGNMENT,
    Row.STALE,
}


def test_no_kind_is_left_out():
    tried = {case[0] for table in TABLES for case in table}

    assert set(Row) - tried - TESTED - set(NOT_HERE) == set()


def test_there_are_at_least_three_hundred_cases():
    assert sum(len(table) for table in TABLES) >= 300
