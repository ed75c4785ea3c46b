"""The kinds of bad input, as the reliability notes number them, and those not met here."""

from enum import StrEnum


class Row(StrEnum):
    """One kind of bad input."""

    NUL_QUERY = "NUL in a query or path"
    NUL_FORM = "NUL in a form"
    JSON_VALUES = "NUL, lone surrogate, NaN or 1e999 in JSON"
    JSON_DEPTH = "JSON nested too deeply"
    JSON_TOP = "JSON that is no object"
    JSON_TWICE = "JSON with a key twice"
    JSON_ENCODING = "JSON that is not UTF-8"
    BIG_INTEGER = "an integer of thousands of digits"
    BODY_SIZE = "a body too large"
    COMPRESSED = "a compressed body"
    ID_BROKEN = "an id that is none"
    ID_ODD = "an id Python would read and nobody would write"
    DATE_FILTER = "a date filter"
    YEAR_FILTER = "a year filter"
    ORDER_BY = "an order nobody offered"
    LOOKUP = "a lookup from the address"
    REGEX = "a regular expression as a search"
    WILDCARD = "a wildcard as a search"
    PAGE = "a page that is none"
    PREFILL = "a form prefilled from the address"
    SCORE_FORMAT = "a score Python would read and nobody would write"
    SCORE_RANGE = "a score out of range"
    DECIMAL = "a decimal number"
    MOMENT = "a date or time at the edge of time"
    DST = "a time the clocks skip or repeat"
    BIRTH_SHORT_YEAR = "a birth date with a year of two digits"
    BIRTH_AMBIGUOUS = "a birth date with two readings"
    BIRTH_IMPOSSIBLE = "a birth date that cannot be"
    SURGERY_DATE = "a date of surgery that cannot be"
    REPORT_DATE = "a report before the operation or after its follow-up"
    MRN_VARIANT = "a record number in another spelling"
    MRN_TWICE = "a record number in use"
    NAME = "a name nobody could read"
    LONG_TEXT = "a text too long"
    NOT_UTF8 = "bytes that are no text"
    XSS = "markup and scripts"
    CSV_FORMULA = "a spreadsheet formula"
    MAIL_HEADER = "a line end in what becomes a header"
    MAIL_ADDRESS = "an e-mail address nobody should write to"
    MAIL_TEXT = "text that cannot be encoded"
    PHONE = "a telephone number nobody should call"
    CONTENT_TYPE = "a content type that cannot be read"
    HOST = "a host that is not ours"
    RAW_HTTP = "broken HTTP"
    COOKIE = "a broken cookie"
    SIGN_IN = "a broken sign-in"
    OTHER_CLINIC = "another clinic's id"
    MASS_ASSIGNMENT = "columns no form has"
    REDIRECT = "a redirect elsewhere"
    CSV_IMPORT = "a broken CSV file"
    FHIR_IMPORT = "a broken FHIR bundle"
    STALE = "a page somebody else has outdated, or a form sent twice"


# What the product has no door for, and the test that would notice one.
NOT_HERE: dict[Row, str] = {
    Row.RAW_HTTP: "the web server refuses it before Django: tests/clinic and the deployment check",
    Row.FHIR_IMPORT: "no address reads FHIR or any other JSON (test_addresses)",
}
