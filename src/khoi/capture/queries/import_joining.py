"""Files that only explain names: what they say is put beside the rows of the deals that use these names."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from khoi.capture.rules.importing import plain
from khoi.capture.rules.mapping import Mapping, Seen, squeezed
from khoi.kit.tabular import Row, Table

#: How a column of products is headed.
PRODUCTS: Final = frozenset(map(squeezed, ("product", "product name", "sản phẩm", "tên sản phẩm")))


class Names:
    """``people``: name → what a table of people says of them, by heading; ``called``: the same by the name as it is
    written; ``products``: a product as squeezed →
    as the table of products writes it."""

    def __init__(self) -> None:
        self.people: dict[str, dict[str, str]] = {}
        self.called: dict[str, dict[str, str]] = {}
        self.headings: tuple[str, ...] = ()
        self.products: dict[str, str] = {}

    def take_people(self, table: Table, mapping: Mapping, rows: Iterable[Row]) -> None:
        named = _place(table, mapping, "person_name")
        others = [place for place in range(len(table.headings)) if place != named]
        self.headings = tuple(dict.fromkeys([*self.headings, *(table.headings[place] for place in others)]))
        for row in rows:
            if named is not None and (name := row.cells[named].strip()):
                said = {table.headings[place]: row.cells[place].strip() for place in others}
                self.people[plain(name)] = self.called[name] = said

    def take_products(self, table: Table, mapping: Mapping, rows: Iterable[Row]) -> None:
        named = _place(table, mapping, "product")
        for row in rows:
            if named is not None and (name := row.cells[named].strip()):
                self.products.setdefault(squeezed(name), name)

    def beside(self, table: Table, mapping: Mapping, rows: Iterator[Row]) -> tuple[Table, Iterator[Row]]:
        """The table of deals with further columns about whoever owns them, and its products called by their names."""
        owner, product = _place(table, mapping, "owner"), _place(table, mapping, "product")
        if product is None:  # somebody has said that it fills a field of one's own
            product = next((at for at, name in enumerate(table.headings) if squeezed(name) in PRODUCTS), None)
        more = self.headings if owner is not None else ()
        more = tuple(heading for heading in more if heading not in table.headings)
        if not more and not (self.products and product is not None):
            return table, rows
        wider = replace(table, headings=(*table.headings, *more))
        return wider, (self._joined(row, len(table.headings), owner, product, more) for row in rows)

    def add_to(self, seen: dict[str, Seen], mapping: Mapping) -> None:
        """Whoever is in the table of people may own deals, also who has none yet."""
        heading = next((column.heading for column in mapping.columns if "owner" in column.fields), None)
        if heading in seen:
            for name in self.called:
                seen[heading].texts.setdefault(name, 1)

    def _joined(self, row: Row, width: int, owner: int | None, product: int | None, more: tuple[str, ...]) -> Row:
        cells = list(row.cells)
        if product is not None:
            cells[product] = self.products.get(squeezed(cells[product]), cells[product])
        if owner is not None and more:
            said = self.people.get(plain(cells[owner]), {})
            cells[width:width] = [said.get(heading, "") for heading in more]
        return replace(row, cells=tuple(cells))


def _place(table: Table, mapping: Mapping, name: str) -> int | None:
    heading = next((column.heading for column in mapping.columns if name in column.fields), None)
    return table.headings.index(heading) if heading in table.headings else None
