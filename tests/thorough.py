"""Which cases of the large matrices, and which long walks, run only when everything is asked for.

``./test`` runs a part of each, so that it stays quick enough to be run all the time;
``./test --thorough``, and with it ``./check``, runs all of them.
"""

import re
from zlib import crc32

import pytest
from hypothesis import HealthCheck, settings

# Of these many small cases of one kind ./test runs each fourth, always the same ones.
SAMPLED = re.compile(
    r"tests/bad_input/test_(forms|addresses|admin_forms|import|check_in|twice|mass_assignment"
    r"|sign_in)\.py::.*\["
    r"|tests/clinic/test_(admin|headers)\.py::.*\["
    r"|tests/followups/views/test_(check_in|patient_forms)\.py::.*\["
)
EACH = 4

# The nurse's and the administrator's column of each matrix always runs.
PARTS = (
    r"tests/followups/views/test_schedule_browser\.py",
    r"tests/followups/rules/test_slots\.py::test_no_zone_loses",
    r"tests/access/test_(matrix|admin|other_clinics)\.py::.*\[(superuser|surgeon|auditor|anonymous)",
    r"tests/clinic/audit/test_chain\.py::test_a_thousand.*\[[1-9]",
    r"tests/access/test_row_level_security\.py::.*\[(superuser|surgeon|auditor|administrator)",
    r"tests/bad_input/test_markup\.py::.*\[(root|surgeon|auditor|administrator)",
    r"tests/bad_input/test_fuzz\.py::.*\[(root|superuser|surgeon|auditor|administrator)",
    r"tests/clinic/test_admin\.py::test_(no_query_string|a_list_takes).*\[(?!Patient|Flag\b|User)",
    r"tests/clinic/exchange/test_real_files\.py::test_every_febrl_record",
    r"tests/followups/views/test_check_in_browser\.py::(?!test_(a_whole|a_nurse|an_emergency))",
    r"tests/followups/views/test_check_in_browser\.py::.*\[(scripts|es-|en-False)",
    r"tests/followups/views/test_queue_browser\.py::test_(?!a_case_is_reviewed)",
    r"tests/followups/views/test_check_in_races\.py::.*(many_links|\[since_surgery|\[pain_back)",
    r"tests/followups/views/test_check_in_races\.py::.*(ten_tabs|two_sweeps|staff_and_patient)",
    r"tests/followups/test_races\.py::test_(of_two_hundred|six_schedulers.*\[10000)",
    r"tests/followups/services/sending/test_sender\.py::test_a_provider_down_for_an_hour",
    r"tests/test_workers\.py::test_three_beats",
    r"tests/followups/test_send_times\.py::test_in_every_zone",
    r"tests/followups/services/sending/test_interleavings\.py::.*thousand",
    r"tests/bad_input/test_check_in_fuzz\.py",
    r"tests/followups/views/test_check_in_budget\.py::test_the_first_picture",
    r"tests/clinic/staff/test_second_factor_browser\.py",
    r"tests/clinic/test_(every_page|find)_browser\.py",
    r"tests/clinic/test_transport\.py::.*\[",
    r"tests/clinic/test_headers\.py::.*\[.*/admin/",
    r"tests/privacy/test_(pages_browser|canaries)\.py",
    r"tests/followups/views/test_outside_browser\.py",
    r"tests/privacy/test_erasure\.py::test_a_restored",
    r"tests/followups/views/test_patient_browser\.py",
    r"tests/privacy/test_packs\.py::.*(any_script|from_the_right)",
    r"tests/stack/test_background\.py::test_beat_waits",
    r"tests/test_faults\.py::test_(planted|whoever)",
    r"tests/test_source_rules\.py::test_no_exception_outlives_its_need",
)
_SLOW_CASES = re.compile("|".join(PARTS))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="run every case of every matrix")


def pytest_configure(config: pytest.Config) -> None:
    # how long an example takes says how loaded the machine is, nothing about the code
    at_any_pace = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("quick", at_any_pace, max_examples=30)
    settings.register_profile("thorough", at_any_pace, max_examples=200)
    settings.load_profile("thorough" if config.getoption("thorough") else "quick")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("thorough"):
        return
    left_out = [item for item in items if is_left_out(item.nodeid)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def is_left_out(case: str) -> bool:
    """Whether a case waits for --thorough."""
    if SAMPLED.match(case):
        return crc32(case.encode()) % EACH != 0
    return bool(_SLOW_CASES.match(case))
