"""Word lists for invented people, towns and businesses. The names of businesses are built from made-up words."""

# ruff: noqa: SIM905 - a word list is read more easily as words

from __future__ import annotations

import unicodedata

FIRST_NAMES: tuple[str, ...] = tuple(
    """Ada Adriana Agnes Ahmed Aiko Alejandro Alice Álvaro Amara Amir Ana Andrés Anika Arjun Astrid Beatriz Bianca
    Bruno Camila Carlos Cecilia Chen Chloé Clara Cyrus Daniel Deepa Diego Dora Edith Elena Elías Emeka Emil
    Esther Ezra Fatima Felipe Fiona Francisca Gael Gloria Greta Gustavo Hana Héctor Helena Hugo Ibrahim Inés
    Iris Ivan Jasmin Javier Joana Joaquín Jonas José Judith Julia Kai Karim Keiko Lars Laila Leonor Lucía
    Luis Magnus Mala Malik Manuel Mara Marcel María Marta Mateo Mei Miguel Mina Mónica Naomi Nia Nicolás
    Nina Noel Nuria Olga Omar Óscar Otto Pablo Pilar Priya Rafael Raquel Rasa Raúl Renata Ricardo Rosa Ruben
    Ruth Sara Sebastián Selma Silvia Simón Sofía Sven Tamar Tariq Teresa Thea Tomás Uma Valeria Vera Víctor
    Wanda Wei Xavier Ximena Yara Yusuf Zoe""".split()
)
LAST_NAMES: tuple[str, ...] = tuple(
    """Abara Acosta Adeyemi Aguilar Ahlberg Alarcón Almeida Amari Anand Arroyo Asher Avery Baca Báez Bakker Barros
    Beck Benítez Bergström Bianchi Bloom Bosch Brandt Brûlé Calderón Campos Cárdenas Carver Castañeda Cho
    Cordero Cruz Dahl Dávila Delgado Dietz Domínguez Duarte Dvořák Ebner Eklund Endo Escobar Espinoza Faber
    Falk Fermín Figueroa Fonseca Fuentes Galindo García Gómez Grau Guerra Gupta Gutiérrez Haddad Halloran
    Hansen Hernández Herrera Holm Hoshino Ibáñez Iyer Jansen Jiménez Joshi Juárez Kaplan Kaur Keller Khan
    Kimura Kowal Krause Kuznets Lange Larsen Leclerc Lee Lemaire León Lindqvist López Lozano Maeda Márquez
    Martínez Mbeki Medina Mehta Méndez Molina Montoya Moreau Muñoz Nakamura Navarro Nguyen Novak Núñez Obi
    Ochoa Okafor Oliveira Ortega Osei Ozturk Pacheco Palacios Patel Peña Peralta Petrov Pham Quiroga Quist
    Ramírez Rangel Rao Reyes Ríos Rivera Rojas Romero Rossi Ruiz Sáenz Salazar Sánchez Santos Sato Schmid
    Serrano Shah Silva Singh Solís Soto Strand Suárez Tanaka Tapia Torres Tran Ueda Urbina Valdés Varga
    Vásquez Vega Velasco Vidal Vogel Walsh Weber Wójcik Yamada Yáñez Zamora Zapata Zhou Zúñiga""".split()
)
_TOWNS = """Keystone Bay, Gullmere, Pellworth, Sandry Point, Old Tolland Quay, North Marsh, Heronsgate, Quarrel Hill,
Lanternport, Brinewick, Saltcombe, Ostrey, Cinder Falls, Wexmoor, Tarnhollow, Elmstrand, Amberlock, Puerto Garza,
Villa Sauce, Foxmere, Low Harrow, Dunlark, Isla Menor, Crowfell, Swanhithe, Bellhaven Cross, Rookstead, Mirefield,
Thornacre, Cape Alder, Three Weirs, Candlewick, Otterbourne Mills, Grayling, Maple Fork, Stonecroft, Vesper Lake,
Windle, Yarrow Springs, Zephyr Heights"""
# Each with a postal code of a range that is not in use.
TOWNS: tuple[tuple[str, str], ...] = tuple(
    (name.strip(), f"{201 + number:05d}") for number, name in enumerate(_TOWNS.split(","))
)
STREETS: tuple[str, ...] = tuple(
    """Alder Anchor Beacon Birch Bridge Canal Cedar Chapel Cooper Dock Elm Ferry Garden Granary Harbor Hazel
    High Lantern Ledger Lime Market Meadow Mill Orchard Pell Pier Quarry Quay Rope Sail Schooner Spring
    Station Tanner Tide Vine Water Weaver Willow Wharf""".split()
)
STREET_KINDS: tuple[str, ...] = ("Street", "Lane", "Road", "Avenue", "Court", "Way", "Row", "Square")

_HEADS = """Amber Bell Brine Candle Cinder Crow Dun Elm Ever Fen Fox Gorse Gull Hazel Heron Lark Linnet Marl Mire Moss
    Oat Otter Pell Quill Reed Rook Rush Salt Sedge Swan Tarn Thorn Tide Umber Vesper Wain Weld Wren Yarrow
    Zeph""".split()
_TAILS = """acre beck bourne cairn combe croft dale fell ford gate glade hithe holm hollow lock mere moor ness rigg shaw
    stead strand thwaite wick worth""".split()
INVENTED: tuple[str, ...] = tuple(head + tail for head in _HEADS for tail in _TAILS)
ENDINGS: tuple[str, ...] = ("LLC", "LLC", "LLC", "Inc", "Inc", "Co", "Corp", "LLP", "Ltd")
# What a trade is taxed for, in the order in which its accounts are opened.
_SHOP, _FOOD, _LODGING, _OFFICE = (
    ("SUT", "WTH", "CEX", "USE", "PTE", "MLS"),
    ("WTH", "MLS", "SUT", "CEX", "USE", "PTE"),
    ("ROO", "WTH", "SUT", "MLS", "CEX", "USE"),
    ("WTH", "CEX", "PTE", "USE", "SUT", "ROO"),
)
TRADES: tuple[tuple[str, tuple[str, ...]], ...] = (
    *((name, _FOOD) for name in "Bakery,Bistro,Café,Cantina,Chowder House,Creamery,Deli,Grill,Noodle Bar,Panadería,"
      "Pizzeria,Roasters,Taquería,Tavern,Tea Room".split(",")),
    *((name, _LODGING) for name in "Campground,Guesthouse,Inn,Lodge,Motel,Suites".split(",")),
    *((name, _SHOP) for name in "Antiques,Bicycles,Books,Boatyard,Carpets,Chandlery,Cheese Shop,Clockmakers,Cutlery,"
      "Fabrics,Farm Stand,Ferretería,Florist,Furniture,Garden Center,Garage,Glassworks,Hardware,Instruments,Jewelers,"
      "Lamps,Leather,Lumber,Market,Nursery,Optics,Outfitters,Paints,Paper,Pets,Pottery,Records,Saddlery,Shoes,Tackle,"
      "Tile,Toys,Wines".split(",")),
    *((name, _OFFICE) for name in "Architects,Carpentry,Cleaning,Courier,Dental,Electric,Engineering,Freight,"
      "Landscaping,Law,Logistics,Masonry,Movers,Plumbing,Printing,Roofing,Software,Staffing,Surveyors,"
      "Veterinary".split(",")),
)  # fmt: skip
FIRM_TRADES: tuple[str, ...] = (
    "Accounting", "Bookkeeping", "Tax Partners", "Payroll", "Tax & Ledger", "Contadores", "CPA", "Filing",
)  # fmt: skip


def plain(name: str) -> str:
    """A name as it can stand in a username: a to z only."""
    decomposed = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(letter for letter in decomposed.lower() if letter.isalpha())


PLAIN_FIRST: tuple[str, ...] = tuple(plain(name) for name in FIRST_NAMES)
PLAIN_LAST: tuple[str, ...] = tuple(plain(name) for name in LAST_NAMES)
