"""Word lists from which people, places and things are invented. Nothing here names anyone."""

from __future__ import annotations

from typing import Final

FIRST: Final = (  # noqa: SIM905  words read best as words
    "Alder Amber Anvil Arbor Basalt Beacon Birch Bluff Bramble Brook Canyon Cedar Cinder Cobalt Copper Coral "
    "Crane Delta Drift Ember Falcon Fern Flint Garnet Glade Granite Harbor Hazel Heron Hollow Indigo Ivory Jasper "
    "Juniper Kestrel Lark Lichen Lumen Maple Marble Meadow Mesa Mica Nimbus Northgate Oakum Onyx Opal Orchard "
    "Osprey Pebble Pine Plover Quarry Quill Raven Ridge Saffron Sable Sierra Slate Sorrel Spruce Summit Talon "
    "Tamarack Thistle Timber Topaz Tundra Umber Vale Verdant Willow Zephyr Zöllner Grünwald Brånnö Peñasol "
    "Côte-Claire Łąka Søholm O'Dell"
).split()
SECOND: Final = (  # noqa: SIM905  words read best as words
    "Bearings Castings Chemicals Coatings Components Controls Electric Fasteners Fittings Fluidics Forge Freight "
    "Gears Hydraulics Instruments Labels Logistics Machining Metals Optics Packaging Pallets Paper Pigments "
    "Plastics Pneumatics Polymers Precision Pumps Resins Rubber Sensors Springs Steel Textiles Tooling Valves "
    "Wire"
).split()
LEGAL: Final = {
    "US": ("Inc.", "LLC", "Corp.", "& Sons Co."),
    "DE": ("GmbH", "AG", "GmbH & Co. KG"),
    "JP": ("K.K.", "Co., Ltd."),
    "BH": ("W.L.L.", "B.S.C."),
    "GB": ("Ltd", "PLC"),
    "CA": ("Ltd.", "Inc."),
}
STREETS: Final = (  # noqa: SIM905  words read best as words
    "Foundry Lane|Mill Road|Kiln Street|Wharf Row|Station Way|Quarry Road|Tannery Close|Loom Street|"
    "Signal Avenue|Anvil Court|Depot Road|Ropewalk|Canal Street|Weir Lane|Smelter Drive|Carding Way"
).split("|")
# Invented towns; the state goes with the town, the country with the supplier.
TOWNS: Final = {
    "US": (("Harrowfield", "OH"), ("Lindenport", "MI"), ("Castle Forks", "TX"), ("Dry Alder", "NV"), ("Wexbury", "PA")),
    "DE": (("Neu-Eschenrode", "BY"), ("Hohenlinde", "NW"), ("Königsbrünn", "BW")),
    "JP": (("Hanamori", "13"), ("Kitaizumi", "27")),
    "BH": (("Al Marfa", ""), ("Ras Dukan", "")),
    "GB": (("Thornwick", ""), ("Upper Marl", "")),
    "CA": (("Lac-des-Aulnes", "QC"), ("Port Ferris", "ON")),
}
ITEMS: Final = (
    ("Hex bolt M8 x 40, zinc", "EA"),
    ("Ball bearing 6204, sealed", "EA"),
    ("Steel sheet 2 mm, 1000 x 2000", "EA"),
    ("Epoxy primer, grey", "LT"),
    ("Polypropylene granulate", "KG"),
    ("Corrugated box 400 x 300 x 200", "BX"),
    ("Pressure sensor 0-10 bar", "EA"),
    ("Hydraulic hose 1/2 inch", "M"),
    ("Cutting oil, 20 litre drum", "EA"),
    ("Stretch film 500 mm", "RL"),
    ("Copper wire 1.5 mm²", "M"),
    ("Gasket set, pump P-40", "SET"),
    ("Safety gloves, size 9", "PR"),
    ('Ball valve 1", stainless', "EA"),
    ("Label roll 100 x 150", "RL"),
)
SERVICES: Final = ("Line maintenance", "Freight forwarding", "Cleaning of premises", "Software support", "Legal advice")
PEOPLE: Final = ("jdoolan", "mferris", "akowal", "rsingham", "tlindq", "cbarros")
SITES: Final = ("10-100", "10-200", "10-300")
COST_CENTRES: Final = ("100", "120", "140", "210", "300")
PROJECTS: Final = ("PRJ-01", "PRJ-02", "PRJ-07")
COST_CENTRE_NAMES: Final = (
    ("100", "Plant management", True),
    ("120", "Assembly", True),
    ("140", "Paint shop", True),
    ("210", "Sales", True),
    ("300", "Administration", True),
    ("990", "Closed warehouse", False),
)
PROJECT_NAMES: Final = (
    ("PRJ-01", "Press line", True),
    ("PRJ-02", "New roof", True),
    ("PRJ-07", "System change", True),
    ("PRJ-99", "Finished project", False),
)
DAYBOOKS: Final = ("APINV", "APCR", "APEXT", "CONCUR", "EXT", "JE")
TAX_CODES: Final = ("NT", "ST", "RED", "USE", "DE-V19", "GB-V20", "CA-GST", "CA-PST")
SUB_ACCOUNTS: Final = ("", "", "01", "02")
CREDIT_TERMS: Final = ("N30", "N45", "N60", "2-10N30")
COUNTRY: Final = {"USD": "US", "EUR": "DE", "JPY": "JP", "BHD": "BH", "GBP": "GB", "CAD": "CA"}
COUNTRY_CODE: Final = {"US": "1", "DE": "49", "JP": "81", "BH": "973", "GB": "44", "CA": "1"}

# code, description, type, active, needs a cost centre, needs a project
ACCOUNTS: Final = (
    ("1010", "Bank, operating account", "BANK", True, False, False),
    ("1200", "Raw material inventory", "STANDARD", True, False, False),
    ("1210", "Packaging inventory", "STANDARD", True, False, False),
    ("1300", "Prepaid expenses", "STANDARD", True, False, False),
    ("1500", "Machinery", "STANDARD", True, False, True),
    ("1510", "Tooling", "STANDARD", True, False, True),
    ("1590", "Depreciation, machinery", "STANDARD", True, False, False),
    ("2000", "Trade payables control", "CREDITORCONTROL", True, False, False),
    ("2010", "Unmatched invoices", "STANDARD", True, False, False),
    ("2020", "PO receipts accrual", "STANDARD", True, False, False),
    ("2200", "Input tax", "VAT", True, False, False),
    ("2900", "Accrued expenses", "STANDARD", True, False, False),
    ("4000", "Material consumption", "STANDARD", True, True, False),
    ("4010", "Packaging consumption", "STANDARD", True, True, False),
    ("4020", "Purchase price variance", "STANDARD", True, False, False),
    ("4100", "Outside processing", "STANDARD", True, True, False),
    ("4200", "Inbound freight", "STANDARD", True, False, False),
    ("5000", "Repair and maintenance", "STANDARD", True, True, False),
    ("5010", "Cleaning", "STANDARD", True, True, False),
    ("5020", "Energy", "STANDARD", True, False, False),
    ("5100", "Consumables", "STANDARD", True, True, False),
    ("5200", "Safety equipment", "STANDARD", True, True, False),
    ("5300", "Laboratory supplies", "STANDARD", True, True, False),
    ("6000", "IT services", "STANDARD", True, True, True),
    ("6100", "Legal and advisory", "STANDARD", True, True, False),
    ("6200", "Travel", "STANDARD", True, True, False),
    ("6300", "Training", "STANDARD", True, True, False),
    ("6900", "Other operating expense", "STANDARD", True, False, False),
    ("8000", "Old clearing account", "STANDARD", False, False, False),
    ("8010", "Old suspense account", "STANDARD", False, False, False),
)
ORDER_ACCOUNTS: Final = ("1200", "1210", "1510", "4000", "4010", "4100", "5000", "5100", "5200", "6000")
EXPENSE_ACCOUNTS: Final = ("4200", "5010", "5020", "6100", "6300", "6900")
