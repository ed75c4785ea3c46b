"""Which texts fit one text message: 160 characters of the alphabet every phone has.

One character outside it makes a message of 70 characters, so a longer one leaves as two
or three, each of them paid for.
"""

ONE_TEXT = 160
# 3GPP 23.038, without the characters that count as two
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def fits_one_text(text: str) -> bool:
    return 0 < len(text) <= ONE_TEXT and GSM_7.issuperset(text)
