"""All languages of a folder, held to one model, and the edition they make together."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from followups.texts.checking import differences
from followups.texts.language import Texts
from followups.texts.reading import BadTexts, read

FOLDER = Path(__file__).parent
FALLBACK = "en"  # the model of all others, and what is shown where a language is missing


def load(folder: Path) -> dict[str, Texts]:
    """Return language to texts, English first, then by name of the file.

    Raises:
        BadTexts: a file cannot be read, or says other things than the English one.
    """
    model, model_parts = read(folder / f"{FALLBACK}.yaml")
    found = {FALLBACK: model}
    for path in sorted(set(folder.glob("*.yaml")) - {folder / f"{FALLBACK}.yaml"}):
        texts, parts = read(path)
        problems = [*_wrong_header(texts, path, model), *differences(parts, model_parts)]
        if problems:
            raise BadTexts(path.name, problems)
        found[texts.language] = texts
    return found


def edition(languages: Iterable[Texts]) -> str:
    """Return the version with a digest of all questions, in every language.

    It is stored with each report: whoever changes a word makes another edition, so what a
    patient was asked can always be told. Pages around the questions do not count.
    """
    every = sorted(languages, key=lambda texts: texts.language)
    wordings = [
        (
            texts.language,
            texts.sections["words"],
            texts.sections["answers"],
            sorted(texts.questions),
            [asdict(texts.questions[name]) for name in sorted(texts.questions)],
        )
        for texts in every
    ]
    text = json.dumps(wordings, ensure_ascii=False)
    return f"{every[0].version}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def wording(texts: Texts) -> str:
    """Return the version with a digest of every text of one language: what a sign-off is of.

    Unlike ``edition`` it counts the pages, messages and lessons around the questions too.
    """
    every = {
        "sections": texts.sections,
        "questions": [asdict(each) for each in texts.questions.values()],
        "lessons": [asdict(each) for each in texts.lessons.values()],
    }
    text = json.dumps(every, ensure_ascii=False, sort_keys=True)
    return f"{texts.version}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _wrong_header(texts: Texts, path: Path, model: Texts) -> list[str]:
    problems = []
    if texts.language != path.stem:
        problems.append(f"language {texts.language} does not fit the name of the file")
    if texts.version != model.version:
        problems.append(f"version {texts.version} is not {model.version}, that of {FALLBACK}.yaml")
    return problems
