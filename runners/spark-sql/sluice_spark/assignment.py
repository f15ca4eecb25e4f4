"""Which columns of a query go into which columns of a topic. Pure: types come as Spark writes them in DDL."""

from .insert import Insert

#: What a type may become without a loss, beyond itself.
_widened = {
    "tinyint": ("smallint", "int", "bigint", "float", "double"),
    "smallint": ("int", "bigint", "float", "double"),
    "int": ("bigint", "double"),
    "float": ("double",),
    "date": ("timestamp",),
}


def assign(insert: Insert, given: list[tuple[str, str]], wanted: list[tuple[str, str]]) -> dict[str, int | None]:
    """For each column of the table the index of the query's column, None where the query has none.

    `given`: name and type of the query's columns; `wanted`: of the table's. Raises ValueError that says what is wrong.
    """
    names = [name for name, _ in wanted]
    if insert.is_by_name:
        listed = [_known(name, names) for name, _ in given]
    elif insert.columns is not None:
        listed = [_known(name, names) for name in insert.columns]
    else:
        listed = names
    if len(listed) != len(given):
        raise ValueError(f"the query has {len(given)} columns, and {len(listed)} are written: {', '.join(listed)}")
    if len(set(listed)) != len(listed):
        raise ValueError(f"a column is written twice: {', '.join(listed)}")
    types = dict(wanted)
    for name, (_, found) in zip(listed, given, strict=True):
        if not can_become(found, types[name]):
            raise ValueError(f"column {name} is {types[name]}, and the query gives {found}: write CAST")
    return {name: listed.index(name) if name in listed else None for name in names}


def can_become(found: str, wanted: str) -> bool:
    """Whether a value is stored as it is. Numbers become decimals, which Spark checks for each value."""
    if found == wanted or found == "void":
        return True
    if wanted.startswith("decimal"):
        return found.startswith("decimal") or found in ("tinyint", "smallint", "int", "bigint")
    return wanted in _widened.get(found, ())


def _known(name: str, names: list[str]) -> str:
    found = next((each for each in names if each.lower() == name.lower()), None)
    if found is None:
        raise ValueError(f"there is no column {name}: the table has {', '.join(names)}")
    return found
