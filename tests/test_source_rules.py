"""What our source may not contain, because each of these has been somebody's hole.

Ruff and bandit look for dangers any program has; these are the ones of a product that keeps
clinics apart. An exception stands in ALLOWED with its reason, and only as long as it is needed.
"""

import ast
import re
from collections.abc import Callable, Iterator

import pytest
from django.apps import apps

from clinic.stack.state import PROJECT

SOURCES = [
    path
    for package in ("clinic", "patients", "followups")
    for path in sorted((PROJECT / package).rglob("*.py"))
]
TEMPLATES = sorted((PROJECT / "templates").rglob("*.html"))  # mail is plain text

SIMULATED = "made-up people and courses, the same each time"
ALLOWED = {
    ("followups/charts/drawing.py", "text called safe"): "joins parts in which text is escaped",
    ("followups/texts/placeholders.py", "text called safe"): "text and values are escaped before",
    ("followups/vignettes/reading.py", "yaml.load"): "its loader is SafeLoader, made stricter",
    ("followups/texts/reading.py", "yaml.load"): "its loader is SafeLoader, in C where it can be",
    ("clinic/operations/hooks.py", "csrf_exempt"): "no session; the provider's signature is it",
    ("followups/views/check_in.py", "csrf_exempt"): "no session; the origin is looked at instead",
    ("followups/views/lessons.py", "csrf_exempt"): "no session; the origin is looked at instead",
    ("followups/services/sending/outcomes.py", "random"): "spreads retries; guessing gains nothing",
    ("clinic/operations/demo/people.py", "random"): SIMULATED,
    ("clinic/operations/demo/load.py", "random"): SIMULATED,
    ("clinic/operations/demo/schedule.py", "random"): SIMULATED,
    ("followups/simulation/measures.py", "random"): SIMULATED,
    ("followups/simulation/lives.py", "random"): SIMULATED,
    ("followups/simulation/courses.py", "random"): SIMULATED,
    ("followups/simulation/answers.py", "random"): SIMULATED,
    ("followups/simulation/arms.py", "random"): SIMULATED,
}

KEPT = {
    model.__name__
    for app in ("patients", "followups")
    for model in apps.get_app_config(app).get_models()
}

Rule = Callable[[ast.AST, str], bool]


def name_of(node: ast.AST) -> str:
    """Return the last word of a dotted name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def calls(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Call) and name_of(node.func) in names


def mentions(node: ast.AST, *names: str) -> bool:
    return any(name_of(each) in names for each in ast.walk(node))


def keywords(node: ast.Call) -> set[str]:
    return {each.arg or "" for each in node.keywords}


def imports(node: ast.AST, *modules: str) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] in modules for alias in node.names)
    return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in modules


def assigns(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Assign) and any(name_of(to) == name for to in node.targets)


def is_view(path: str) -> bool:
    return "/views/" in path or path.endswith("/views.py")


def of_patients(node: ast.AST) -> bool:
    """Whether this is the name of a model that holds what belongs to a patient."""
    return name_of(node) in KEPT


def is_unscoped(manager: ast.Attribute) -> bool:
    """Whether rows of every clinic are reached through this, as in ``Patient.objects``."""
    plain = ("objects", "_default_manager", "_base_manager")
    return manager.attr in plain and of_patients(manager.value)


# The rules

FETCHING = ("get", "in_bulk", "get_or_create", "update_or_create")


def takes_every_field(node: ast.AST, _path: str) -> bool:
    """A form with all fields, or all but some, takes in whatever is added to the model."""
    if not (isinstance(node, ast.ClassDef) and node.name == "Meta"):
        return False
    return any(
        assigns(line, "exclude") or (assigns(line, "fields") and "'__all__'" in ast.dump(line))
        for line in node.body
    )


def fetches_past_the_clinic(node: ast.AST, path: str) -> bool:
    """A view finds a patient's row by its id alone, where it must begin at ``for_user``."""
    if not (is_view(path) and isinstance(node, ast.Call)):
        return False
    if calls(node, "get_object_or_404", "get_list_or_404"):
        return bool(node.args) and of_patients(node.args[0])
    by_id = keywords(node) & {"pk", "id", "pk__in", "id__in"} or calls(node, *FETCHING)
    manager = node.func.value if isinstance(node.func, ast.Attribute) else None
    return bool(by_id) and isinstance(manager, ast.Attribute) and is_unscoped(manager)


def takes_names_from_outside(node: ast.AST, _path: str) -> bool:
    """What somebody sends becomes the name of a column, a lookup or an order."""
    if not isinstance(node, ast.Call):
        return False
    spread = [each.value for each in node.keywords if each.arg is None]
    if calls(node, "order_by", "values", "values_list", "annotate", "alias", "only", "defer"):
        spread += node.args
    given = ("GET", "POST", "COOKIES", "headers", "META", "body")
    return any(mentions(each, *given) for each in spread)


def calls_text_safe(node: ast.AST, _path: str) -> bool:
    """Text that may hold what somebody typed is put on a page unescaped."""
    if not (isinstance(node, ast.Call) and calls(node, "mark_safe", "SafeString", "SafeText")):
        return False
    return not all(isinstance(each, ast.Constant) for each in node.args)


def writes_inline(node: ast.AST, _path: str) -> bool:
    """Markup made in Python carries what our policy makes browsers ignore."""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return False
    return bool(re.search(r"<[^>]*\s(style|on[a-z]+)=|<script|<style", node.value))


def loads_any_yaml(node: ast.AST, _path: str) -> bool:
    """YAML can name any class; ``safe_load`` makes none."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    return name_of(node.func.value) == "yaml" and node.func.attr != "safe_load"


def runs_text(node: ast.AST, _path: str) -> bool:
    return calls(node, "eval", "exec", "compile") and not (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    )


RULES: dict[str, Rule] = {
    "every field": takes_every_field,
    "past the clinic": fetches_past_the_clinic,
    "names from outside": takes_names_from_outside,
    "text called safe": calls_text_safe,
    "inline": writes_inline,
    "own SQL": lambda node, _: calls(node, "extra", "raw", "RawSQL"),
    "shared cache": lambda node, _: name_of(node) in ("cache_page", "UpdateCacheMiddleware"),
    "csrf_exempt": lambda node, _: (
        calls(node, "csrf_exempt")
        or any(name_of(each) == "csrf_exempt" for each in getattr(node, "decorator_list", ()))
    ),
    "objects from bytes": lambda node, _: imports(node, "pickle", "marshal", "shelve", "dill"),
    "yaml.load": loads_any_yaml,
    "code from text": runs_text,
    "edited in a list": lambda node, _: assigns(node, "list_editable"),
    "silent mail": lambda node, _: isinstance(node, ast.Call) and "fail_silently" in keywords(node),
    "HTML taken apart": lambda node, _: name_of(node) in ("strip_tags", "urlize", "Truncator"),
    "random": lambda node, _: imports(node, "random"),
}


def broken(source: str, path: str) -> set[str]:
    """Return the rules this source breaks."""
    nodes = list(ast.walk(ast.parse(source)))
    return {name for name, rule in RULES.items() if any(rule(node, path) for node in nodes)}


IN_TEMPLATES = {
    "text called safe": r"\|\s*safe(seq)?\b|autoescape\s+off",
    "inline": (
        r"<[^>]*\s(style|on[a-z]+)\s*=|<style|javascript:"
        r'|<script(?![^>]*\s(src=|type="application/json"))'
    ),
    "HTML taken apart": r"\|\s*(striptags|urlize|truncate(words|chars)_html)\b",
    "everything at hand": r"{%\s*debug\b",
}


def broken_in_template(source: str) -> set[str]:
    shown = re.sub(r"{#.*?#}|{%\s*comment\b.*?endcomment\s*%}", "", source, flags=re.DOTALL)
    return {name for name, shape in IN_TEMPLATES.items() if re.search(shape, shown, re.IGNORECASE)}


# What they find


def finds() -> Iterator[tuple[str, str]]:
    for path in SOURCES:
        name = str(path.relative_to(PROJECT))
        for rule in broken(path.read_text(), name):
            yield name, rule
    for path in TEMPLATES:
        name = str(path.relative_to(PROJECT))
        for rule in broken_in_template(path.read_text()):
            yield name, rule


def test_the_source_keeps_every_rule():
    assert {find for find in finds() if find not in ALLOWED} == set()


def test_no_exception_outlives_its_need():
    assert set(ALLOWED) - set(finds()) == set()


# Each rule sees what it is for, and lets its neighbour pass

VIEW = "followups/views/any.py"
BAD = [
    ("every field", "class F:\n class Meta:\n  fields = '__all__'"),
    ("every field", "class F:\n class Meta:\n  exclude = ['clinic']"),
    ("past the clinic", "Patient.objects.get(pk=pk)"),
    ("past the clinic", "Patient.objects.get(mrn=mrn)"),
    ("past the clinic", "Flag.objects.filter(pk=pk).first()"),
    ("past the clinic", "models.Surgery.objects.filter(id__in=ids)"),
    ("past the clinic", "get_object_or_404(Patient, pk=pk)"),
    ("names from outside", "rows.filter(**request.GET.dict())"),
    ("names from outside", "rows.filter(**{request.GET['by']: 1})"),
    ("names from outside", "rows.order_by(request.GET.get('order', 'pk'))"),
    ("names from outside", "rows.values(*request.POST.getlist('columns'))"),
    ("text called safe", "mark_safe(note)"),
    ("text called safe", "safestring.SafeString(f'<b>{name}</b>')"),
    ("inline", "'<p style=\"color: red\">'"),
    ("inline", "f'<a onclick=\"go({pk})\">'"),
    ("own SQL", "rows.extra(where=['1=1'])"),
    ("own SQL", "Patient.objects.raw('select 1')"),
    ("own SQL", "rows.annotate(a=RawSQL('1', []))"),
    ("shared cache", "@cache_page(60)\ndef view(request): ..."),
    ("csrf_exempt", "@csrf_exempt\ndef view(request): ..."),
    ("csrf_exempt", "view = csrf_exempt(view)"),
    ("objects from bytes", "import pickle"),
    ("objects from bytes", "from marshal import loads"),
    ("yaml.load", "yaml.load(text, Loader=Any)"),
    ("code from text", "eval(text)"),
    ("edited in a list", "class A:\n list_editable = ['status']"),
    ("silent mail", "message.send(fail_silently=True)"),
    ("HTML taken apart", "strip_tags(note)"),
    ("random", "from random import choice"),
]
GOOD = [
    "class F:\n class Meta:\n  fields = ['note']",
    "get_object_or_404(Patient.objects.for_user(request.user), pk=pk)",
    "Patient.objects.for_user(user).filter(pk=pk)",
    "Flag.objects.filter(surgery=surgery)",
    "rows.order_by('due_at', 'pk')",
    "rows.filter(**{'status': form.cleaned_data['status']})",
    "SafeString('')",
    "'a style of its own'",
    "re.compile('a')",
    "yaml.safe_load(text)",
    "import secrets",
]


@pytest.mark.parametrize(("rule", "source"), BAD)
def test_a_rule_sees_what_it_is_for(rule, source):
    assert broken(source, VIEW) == {rule}


@pytest.mark.parametrize("source", GOOD)
def test_what_is_right_is_let_pass(source):
    assert broken(source, VIEW) == set()


def test_every_rule_has_an_example():
    assert {rule for rule, _ in BAD} == set(RULES)


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        ("text called safe", "{{ note|safe }}"),
        ("text called safe", "{{ notes | safeseq }}"),
        ("text called safe", "{% autoescape off %}"),
        ("inline", '<p class="a" style="color: red">'),
        ("inline", "<button\n  onclick='go()'>"),
        ("inline", "<script>go()</script>"),
        ("inline", "<style>p {}</style>"),
        ("inline", '<a href="javascript:go()">'),
        ("HTML taken apart", "{{ note|urlize }}"),
        ("everything at hand", "{% debug %}"),
    ],
)
def test_templates_keep_the_rules_too(rule, source):
    assert broken_in_template(source) == {rule}


@pytest.mark.parametrize(
    "source",
    [
        "{{ note }}",
        "{# never |safe here #}",
        "<script src=\"{% static 'app.js' %}\" defer></script>",
        '<script type="application/json">{"ids": 1}</script>',
        '<p data-on="1">on the style = of a safe note</p>',
    ],
)
def test_ordinary_templates_pass(source):
    assert broken_in_template(source) == set()


def test_the_source_was_found():
    assert len(SOURCES) > 150
    assert len(TEMPLATES) > 60
