"""The bounds of every value that a shop may have. What checks, stores or shows one takes it here.

Amounts in minor units, spans in seconds. The largest order that can be asked for stays below 2^53,
which every column, every provider's JSON and every browser holds exactly.
"""

from datetime import UTC, datetime

MINUTE, DAY = 60, 24 * 3600

# Money and pieces: an order has at most 100 lines.
PRICE = (0, 9_999_999_999)
LINES = 100
PIECES_PER_ORDER = (1, 1_000)
TICKETS_PER_PIECE = (0, 100)
# One file, which goes out with one letter.
TICKETS_PER_ORDER = (0, 1_000)
SEATS = (0, 1_000_000_000)
PERCENT = (0, 100)
PERCENT_DECIMALS = 3

# Time. Card networks keep an authorization for about seven days; two are left for capturing it.
GRACE_PERIOD = (1, 5 * DAY)
# Who types a card number and is asked by the bank needs some minutes.
UNPAID_AFTER = (5 * MINUTE, 400 * DAY)
# Who is next in line has some hours to see the letter, and holds up the others.
WAITING_HOLD = (10 * MINUTE, 14 * DAY)
CANCELLATION_DAYS = (0, 3_650)
RETENTION_YEARS = (0, 50)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

# Texts, in characters. A title fits the name that providers take (250), an address a mail header.
SLUG = 63
NAME = 200
TITLE = 250
DESCRIPTION = 2_000
# As long as a bank's app reads it from a code: EPC069-12, name of the beneficiary.
ACCOUNT_HOLDER = 70
HOW_TO_PAY = 2_000
REASON = 500
ADDRESS_OF_SELLER = 500
ADDRESS_OF_VENUE = 300
BUSINESS_ID = 50
PHONE = 50
MAIL_ADDRESS = 254
LINK = 2_000
LANGUAGES = 20
DIRECTIONS = 1_000
HAND_OUT = 200
ALT_TEXT = 300
# Accents on one letter: no writing needs as many, and more of them reach over other lines.
MARKS = 6

# Pictures: bytes and pixels of the file, bytes as kept, and pixels as shown: the shorter side at
# least, the longer one at most.
PICTURE_FILE_BYTES = 15_000_000
PICTURE_PIXELS = 50_000_000
PICTURE_BYTES = 400_000
PICTURE_SIDE = (320, 1_280)
LOGO_SIDE = (48, 400)

# Questions about a ticket: the slug of one, or of a choice, and their texts.
QUESTION_LABEL = 200
QUESTION_HINT = 500
CHOICE_LABEL = 100
# What holders answer: a name as long as a badge has room for, and one line of text.
HOLDER_NAME = 100
ANSWER = 500

# A shop's own words in its letters: a mail program shows little more of a subject.
LETTER_SUBJECT = 120
LETTER_TEXT = 2_000
MAILING_TEXT = 8_000

# How many there may be.
DAYS_PER_PRODUCT = 100
DOORS_PER_PRODUCT = 20
PRODUCTS = 500
QUOTAS = 500
QUOTAS_PER_PRODUCT = 20
QUESTIONS_PER_PRODUCT = 20
CHOICES_PER_QUESTION = 100

# The file itself: bytes, and how deeply things may stand in things.
FILE_BYTES = 262_144
FILE_DEPTH = 12
FILE_NODES = 30_000
