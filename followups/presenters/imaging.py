"""What a study was for and what was found, in the words of the request and the result."""

from patients.choices import ImagingFinding
from patients.models import ImagingStudy


def said(study: ImagingStudy) -> str:
    """Return “CT: not fused, loosening”; without a result, that it is awaited."""
    name = str(study.get_modality_display())
    if study.resulted_at is None:
        return f"{name}: no result yet"
    found = [str(ImagingFinding(each).label).lower() for each in study.findings]
    return f"{name}: {', '.join(found) or 'no finding recorded'}"
