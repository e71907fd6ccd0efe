"""What both sides of the anonymity benchmark are asked about the A&E table; both environments read it.

It imports nothing, so that no side pays for what it does not use.
"""

DECILE = "Index of Multiple Deprivation Decile"
QUASI_IDENTIFIERS = (
    "Gender",
    DECILE,
    "Hospital ID",
    "Arrival Date",
    "Arrival hour range",
    "Age bracket",
)
SENSITIVE = "Treatment"
ORDERED = "Time in A&E (mins)"

QUESTIONS = {
    "klt": "k, l, t",
    "all": "k, l (three kinds), t, alpha",
    "ordered": "t of the minutes, ordered",
}
"""What one process answers, with its name in the results."""

K = 10
"""Of the generalised table."""
HIERARCHIES: dict[str, object] = {
    "Gender": "any",
    DECILE: {"intervals": [2, 4], "start": 1, "any": True},
    "Hospital ID": {"prefixes": [3], "any": True},
    "Arrival Date": {
        "tree": {
            "Monday to Thursday": ["2019-04-01", "2019-04-02", "2019-04-03", "2019-04-04"],
            "Friday to Sunday": ["2019-04-05", "2019-04-06", "2019-04-07"],
        },
        "any": True,
    },
    "Arrival hour range": {
        "tree": [
            {"00-07": ["00-03", "04-07"], "08-15": ["08-11", "12-15"], "16-23": ["16-19", "20-23"]},
            {"00-07": ["00-07"], "08-23": ["08-15", "16-23"]},
        ],
        "any": True,
    },
    "Age bracket": {
        "tree": [
            {"0-24": ["0-17", "18-24"], "25-44": ["25-44"], "45-64": ["45-64"], "65+": ["65-84", "85+"]},
            {"0-24": ["0-24"], "25-64": ["25-44", "45-64"], "65+": ["65+"]},
            {"0-24": ["0-24"], "25+": ["25-64", "65+"]},
        ],
        "any": True,
    },
}
"""2 x 4 x 3 x 3 x 4 x 5 levels: 1,440 nodes."""
