"""The countries, subdivisions and days that settings may name for days off, by the `holidays` library.

It is loaded only where a country is named: it takes a fifth of a second, and the receiver has none to spare.
"""

import difflib
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from postmortem.settings.kinds import wrong


def check_subdivision(country: str | None, subdivision: str) -> str:
    """The subdivision, where the country's holidays differ by it. Raises what is wrong with it."""
    if country is None:
        raise wrong("names a part of no country", "Set holidays.country beside it, such as DE.")
    import holidays

    known = holidays.list_supported_countries()[country]
    if subdivision in known:
        return subdivision
    if not known:
        raise wrong(f'"{subdivision}" is not known: {country} has one calendar', "Take the line out.")
    names = {name.casefold(): code for name, code in _named_parts(country)}
    raise wrong(
        f'"{subdivision}" is no part of {country} with holidays of its own',
        _near(subdivision, {**names, **{code.casefold(): code for code in known}}) or f"Known: {', '.join(known)}.",
    )


def _country(code: str) -> str:
    import holidays
    from holidays.registry import COUNTRIES

    known = holidays.list_supported_countries()
    if code in known:
        return code
    names = {name.casefold(): two for name, two, *_ in COUNTRIES.values()}
    hint = _near(code.replace(" ", ""), {**names, **{one.casefold(): one for one in known}})
    raise wrong(f'"{code}" is not a country with known holidays', hint or 'Write its ISO 3166 code, such as "DE".')


def _named_parts(country: str) -> Iterable[tuple[str, str]]:
    import holidays

    return getattr(holidays.country_holidays(country, expand=False), "subdivisions_aliases", {}).items()


def _near(written: str, codes: dict[str, str]) -> str:
    near = difflib.get_close_matches(written.casefold(), sorted(codes), 1, cutoff=0.7)
    return f'Did you mean "{codes[near[0]]}"?' if near else ""


def _day_off(value: Any) -> Any:
    """ "2026-12-24" only: pydantic alone would also read a number as a date."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) and len(value) == len("2026-12-24") else "")
    except ValueError as error:
        raise wrong(f'"{value}" is not a date', 'Write year, month and day, such as "2026-12-24".') from error


Country = Annotated[str, AfterValidator(_country)]
DayOff = Annotated[date, BeforeValidator(_day_off), WithJsonSchema({"type": "string", "format": "date"})]
