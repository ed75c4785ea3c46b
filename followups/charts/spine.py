"""A schematic of the operated vertebrae."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from followups.charts.drawing import n, svg

SPINE = (
    *(f"C{number}" for number in range(1, 8)),
    *(f"T{number}" for number in range(1, 13)),
    *(f"L{number}" for number in range(1, 6)),
    "S1",
)


def spine(levels: Sequence[str]) -> SafeString:
    """Return the fused vertebrae of motion segments like L4-L5, with their neighbours.

    Empty where no level is known; S2 and ilium are drawn as far as S1.
    """
    named = [part for level in levels for part in level.split("-")]
    places = [SPINE.index(part) for part in named if part in SPINE]
    if not places:
        return SafeString("")
    first, last = min(places), max(places)
    shown = SPINE[max(0, first - 2) : last + 2]
    fused = SPINE[first : last + 1]
    tops = {name: 3 + 22 * number for number, name in enumerate(shown)}
    height = 22 * len(shown) + 6
    return svg(
        f'<svg class="spine" viewBox="0 0 86 {height}" width="86" height="{height}" '
        f'role="img" aria-label="Fused from {fused[0]} to {fused[-1]}">',
        *(_vertebra(name, tops[name], name in fused) for name in shown),
        f'<path class="rod" d="M14 {tops[fused[0]] + 5}V{tops[fused[-1]] + 13}"/>',
        *(f'<path class="screw" d="M11 {tops[name] + 8.5}H34"/>' for name in fused),
        "</svg>",
    )


def _vertebra(name: str, y: int, fused: bool) -> str:
    on = "on" if fused else ""
    width = 24 + SPINE.index(name) * 0.4
    x = 40 - width / 2
    body = (
        f'<path class="v {on}" d="M{n(x)} {y}h{n(width)}l-5 19'
        f'q-{n(width / 2 - 5)} 5 -{n(width - 10)} 0z"/>'
        if name == "S1"
        else f'<rect class="v {on}" x="{n(x)}" y="{y}" width="{n(width)}" height="17" rx="4"/>'
    )
    return f'{body}<text class="{on}" x="84" y="{y + 13}" text-anchor="end">{name}</text>'
