"""The words that mail programs write above what they quote or forward, folded, in the languages of Europe."""

from __future__ import annotations

import re


def listed(text: str) -> frozenset[str]:
    """Entries, separated by commas."""
    return frozenset(entry.strip() for entry in text.replace("\n", " ").split(",") if entry.strip())


FROM = listed(
    "de, from, von, da, van, od, de la, expediteur, remitente, mittente, afzender, auteur, kimden, fran, fra, lahettaja, felado, от, от кого, від, من"
)
SENT = listed(
    """envoye, envoye le, date, date d'envoi, sent, gesendet, datum, enviado, enviado el, enviado em, enviada, enviada em, fecha, data, inviato,
    verzonden, wyslano, trimis, gonderildi, tarih, skickat, sendt, lahetetty, дата, отправлено, надіслано, kuldve, odeslano"""
)
TO = listed(
    "a, pour, to, an, para, aan, do, catre, kime, til, till, destinataire, destinataires, destinatario, vastaanottaja, кому, cimzett, komu"
)
COPY = listed(
    "cc, copie, copie a, copie de, kopie, copia, cci, bcc, dw, kopi, cc (copie), копия, reply-to, repondre a, pieces jointes, pj, importance, priorite"
)
SUBJECT = listed(
    """objet, sujet, subject, betreff, asunto, oggetto, assunto, onderwerp, temat, subiect, konu, amne, emne, aihe, тема, targy, predmet,
    الموضوع"""
)
HEADERS = {
    **dict.fromkeys(COPY, "copy"),
    **dict.fromkeys(FROM, "from"),
    **dict.fromkeys(SENT, "sent"),
    **dict.fromkeys(TO, "to"),
    **dict.fromkeys(SUBJECT, "subject"),
}
"""The name of a header, as mail programs translate it, to what it holds."""

ORIGINAL = listed(
    """message d'origine, message original, original message, mail original, mail d'origine, e-mail d'origine, e-mail original, courriel original,
    courriel d'origine, message initial, ursprungliche nachricht, originalnachricht, original-nachricht, mensaje original, messaggio originale,
    mensagem original, oorspronkelijk bericht, oorspronkelijke bericht, wiadomosc oryginalna, oryginalna wiadomosc, mesaj original, mesajul original,
    ursprungligt meddelande, oprindelig meddelelse, opprinnelig melding, orijinal mesaj, alkuperainen viesti, eredeti uzenet, puvodni zprava,
    reply message, исходное сообщение, оригінальне повідомлення"""
)
FORWARDED = listed(
    """message transfere, forwarded message, message reexpedie, courriel transfere, mail transfere, e-mail transfere, message renvoye,
    begin forwarded message, debut du message transfere, debut du message reexpedie, weitergeleitete nachricht,
    anfang der weitergeleiteten nachricht, mensaje reenviado, inicio del mensaje reenviado, messaggio inoltrato, inizio messaggio inoltrato,
    mensagem encaminhada, mensagem reencaminhada, inicio da mensagem reencaminhada, doorgestuurd bericht, begin doorgestuurd bericht,
    przekazana wiadomosc, wiadomosc przekazana dalej, mesaj redirectionat, vidarebefordrat meddelande, videresendt meddelelse, iletilen mesaj,
    пересылаемое сообщение, переслане повідомлення"""
)
FORWARDED_BY = (
    "transfere par ",
    "reachemine par ",
    "reexpedie par ",
    "forwarded by ",
    "weitergeleitet von ",
    "inoltrato da ",
    "reenviado por ",
)

FORWARDS = re.compile(r"(?:\[[^\]]{1,40}\] ?)?(?:tr|trans|transf|fw|fwd|wg|i|rv|enc|doorst|pd|vb|ilt) ?:")
"""How the subject of a forwarded mail begins, after RFC 5322's « Re: » habit in each program's language."""
REPLIES = re.compile(r"(?:\[[^\]]{1,40}\] ?)?(?:re|rep|aw|sv|antw|odp|ref|res|r) ?(?:\[\d{1,3}\])? ?:")

WROTE = re.compile(
    r"(?<!m')(?<!nous )(?<!vous )(?<!lui )\ba ecrit\b|\bwrote\b|\bschrieb\b|\bescribio\b|\bha scritto\b|\bescreveu\b|\bschreef\b|\bnapisal"
    r"|\ba scris\b|\bskrev\b|\bkirjoitti\b|\byazdi\b|\bva escriure\b|\bpise\b|\birta\b|написал|пишет|написав|пише|كتب"
)
DATED = (
    *(
        "le ",
        "on ",
        "am ",
        "el ",
        "il ",
        "em ",
        "op ",
        "w dniu",
        "dnia ",
        "den ",
        "pe ",
        "in data",
        "no dia",
        "a ",
        "selon ",
        "quoting ",
    ),
    *"0123456789",
)
"""How « On 3 March at 10:12, X wrote: » begins."""
TIME = re.compile(r"\d{1,2} ?[:h.] ?\d{2}(?!\d)")
