"""The 33 London boroughs with their ONS codes, sizes in LSOAs and main postcode districts; real, public and fixed.

It holds no postcode and no LSOA. Source: Office for National Statistics, Postcode to LSOA lookup (May 2022), Open
Government Licence v3.0; contains OS data and Royal Mail data, Crown copyright and database right 2022.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Borough:
    """One of the 32 London boroughs or the City of London.

    Attributes:
        code: Of the ONS, E09000001 to E09000033.
        name: As the ONS writes it.
        lsoas: How many LSOAs of 2011 it has.
        districts: Postcode districts of at least 3 % of its postcodes in use, separated by spaces.
    """

    code: str
    name: str
    lsoas: int
    districts: str


BOROUGHS = (
    Borough(
        "E09000001",
        "City of London",
        6,
        "EC1A EC2M EC2N EC2R EC2V EC2Y EC3A EC3M EC3N EC3R EC3V EC4A EC4M EC4N EC4R EC4V EC4Y",
    ),
    Borough("E09000002", "Barking and Dagenham", 110, "IG11 RM10 RM6 RM8 RM9"),
    Borough("E09000003", "Barnet", 211, "EN4 EN5 HA8 N11 N12 N2 N20 N3 NW11 NW2 NW4 NW7 NW9"),
    Borough("E09000004", "Bexley", 146, "DA1 DA14 DA15 DA16 DA17 DA5 DA6 DA7 DA8 SE2"),
    Borough("E09000005", "Brent", 173, "HA0 HA3 HA9 NW10 NW2 NW6 NW9"),
    Borough("E09000006", "Bromley", 197, "BR1 BR2 BR3 BR4 BR5 BR6 BR7 SE20 TN16"),
    Borough("E09000007", "Camden", 133, "NW1 NW3 NW5 NW6 W1T WC1H WC1N"),
    Borough("E09000008", "Croydon", 220, "CR0 CR2 CR5 CR7 CR8 SE19 SE25 SW16"),
    Borough("E09000009", "Ealing", 196, "UB1 UB2 UB5 UB6 W13 W3 W4 W5 W7"),
    Borough("E09000010", "Enfield", 183, "EN1 EN2 EN3 N11 N13 N14 N18 N21 N9"),
    Borough("E09000011", "Greenwich", 151, "SE10 SE18 SE2 SE28 SE3 SE7 SE9"),
    Borough("E09000012", "Hackney", 144, "E2 E5 E8 E9 EC2A N1 N16 N4"),
    Borough("E09000013", "Hammersmith and Fulham", 113, "SW6 W12 W14 W6"),
    Borough("E09000014", "Haringey", 145, "N10 N15 N17 N22 N4 N6 N8"),
    Borough("E09000015", "Harrow", 137, "HA1 HA2 HA3 HA5 HA7 HA8"),
    Borough("E09000016", "Havering", 150, "RM1 RM11 RM12 RM13 RM14 RM2 RM3 RM5 RM7"),
    Borough("E09000017", "Hillingdon", 161, "HA4 HA5 HA6 UB10 UB3 UB4 UB7 UB8 UB9"),
    Borough("E09000018", "Hounslow", 142, "TW13 TW14 TW3 TW4 TW5 TW7 TW8 W4"),
    Borough("E09000019", "Islington", 123, "EC1R EC1V N1 N19 N4 N5 N7"),
    Borough("E09000020", "Kensington and Chelsea", 103, "SW10 SW1X SW3 SW5 SW7 W10 W11 W14 W8"),
    Borough("E09000021", "Kingston upon Thames", 98, "KT1 KT2 KT3 KT5 KT6 KT9"),
    Borough("E09000022", "Lambeth", 178, "SE1 SE11 SE24 SE27 SW16 SW2 SW4 SW8 SW9"),
    Borough("E09000023", "Lewisham", 169, "BR1 SE12 SE13 SE14 SE23 SE26 SE3 SE4 SE6 SE8"),
    Borough("E09000024", "Merton", 124, "CR4 SM4 SW19 SW20"),
    Borough("E09000025", "Newham", 164, "E12 E13 E15 E16 E20 E6 E7"),
    Borough("E09000026", "Redbridge", 161, "E11 E18 IG1 IG2 IG3 IG4 IG5 IG6 IG7 IG8 RM6"),
    Borough("E09000027", "Richmond upon Thames", 115, "SW13 SW14 TW1 TW10 TW11 TW12 TW2 TW9"),
    Borough("E09000028", "Southwark", 166, "SE1 SE15 SE16 SE17 SE22 SE5"),
    Borough("E09000029", "Sutton", 121, "KT4 SM1 SM2 SM3 SM5 SM6"),
    Borough("E09000030", "Tower Hamlets", 144, "E1 E14 E1W E2 E3"),
    Borough("E09000031", "Waltham Forest", 144, "E10 E11 E17 E4"),
    Borough("E09000032", "Wandsworth", 179, "SW11 SW12 SW15 SW17 SW18 SW19 SW1P SW8"),
    Borough("E09000033", "Westminster", 128, "NW8 SW1P SW1V W1D W1F W1G W1H W1J W1K W1S W1U W1W W2 W9"),
)
