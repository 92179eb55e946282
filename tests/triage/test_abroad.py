"""Fraud and trade in other languages, citizens who write in other languages, and danger told in a few words.

Written apart from what the triage learns from.
"""

from __future__ import annotations

import pytest

from bot.letters import Letter
from bot.readings import LetterKind, Urgency
from bot.settings import GENERAL_SERVICE
from bot.triage.reading import Triage

SPAM = [
    ("Boost your rankings", "Hello team, your town's site has broken links and poor keywords. Our SEO experts can bring you to the top of Google within 30 days. Ask for our packages and prices."),
    ("Partnership for the transfer of funds", "My name is Colonel Adams. I discovered a trunk with 11 million dollars and need a trustworthy partner abroad to receive it. You get thirty percent. Answer in confidence."),
    ("Final warning", "Your email account will be closed today. Log in here to confirm your password and keep your messages."),
    ("Invoice 2231 attached", "Kindly settle the attached invoice today. Please be informed that our company now uses a new bank account for all payments."),
    ("Backlink opportunity", "Hi, do you accept sponsored posts? We pay well for a link to our casino client on your page."),
    ("Outdoor LED screens", "Dear manager, this is Kevin from a LED display factory. We offer wholesale prices, CE certificate and free samples. Waiting for your reply."),
    ("Bitcoin investment", "Double your money in a week with our trusted traders. Join thousands of happy investors and register for your bonus."),
    ("Business loan approved", "You are pre-approved for a loan of 250,000 at 3 percent. No collateral. Send your details to get the money tomorrow."),
    ("Ha sido seleccionado", "Enhorabuena, ha ganado un teléfono nuevo. Pulse el enlace y pague solo los gastos de envío para recibir su premio."),
    ("Mejore su web", "Ofrecemos diseño de páginas web y posicionamiento en buscadores a precios económicos. Pida presupuesto gratuito."),
    ("Günstige Kredite", "Wir bieten Kredite ohne Sicherheiten zu zwei Prozent Zinsen. Senden Sie uns Ihre Daten, das Geld ist morgen auf Ihrem Konto."),
    ("Suchmaschinenoptimierung", "Ihre Webseite wird bei Google nicht gefunden. Unsere Agentur bringt Ihnen mehr Kunden, fordern Sie ein kostenloses Angebot an."),
    ("Offerta speciale", "Realizziamo siti internet e campagne sui social a prezzi scontati. Richieda un preventivo gratuito e senza impegno."),
    ("Parabéns", "O seu e-mail ganhou um prémio de 100.000 euros no nosso sorteio. Envie os dados da sua conta bancária para o receber."),
    ("Registre professionnel", "Votre fiche expire. Signez le bon de commande joint et réglez 690 euros afin de rester inscrit dans notre annuaire."),
    ("Nouvelles coordonnées bancaires", "Nos coordonnées bancaires changent ce jour : merci de virer toutes les factures en attente sur le compte joint, sans nous téléphoner."),
]  # fmt: skip
CITIZENS = [
    ("Broken swing", "Hello, a swing in the park next to the river is broken and a child nearly fell. Could you repair it?"),
    ("Bill", "Hi, I think the canteen bill for March is wrong, my daughter did not eat there on Fridays. Can you check it?"),
    ("Marriage", "Dear town hall, my partner and I would like to marry next spring. Which papers do you need from an English citizen?"),
    ("Parking", "Hello, I sold my car in January and still get parking fines for it. Where can I send the proof of sale?"),
    ("Thanks and a question", "Thank you for the lovely market. Is there also one in the winter, and can I rent a stall to sell my honey?"),
    ("Basura", "Buenos días, hace dos semanas que no recogen la basura en mi calle. ¿Cuándo pasan?"),
    ("Escuela", "Hola, acabamos de llegar a la ciudad y quiero inscribir a mi hijo en el colegio. ¿Cómo se hace?"),
    ("Wasser", "Guten Tag, seit gestern kommt bei uns kein Wasser aus der Leitung. Wissen Sie, wann es wieder geht?"),
    ("Geburtsurkunde", "Guten Tag, ich brauche die Geburtsurkunde meines Vaters, der in Ihrer Stadt geboren wurde. Was muss ich tun?"),
    ("Lampione", "Buongiorno, nella nostra via non funziona più l'illuminazione da lunedì."),
    ("Creche", "Boa tarde, gostaria de saber como pedir uma vaga na creche para o meu bebé."),
    ("Rachunek", "Dzień dobry, dostałam rachunek za wodę, ale już tu nie mieszkam. Do kogo mam napisać?"),
]  # fmt: skip
DANGER = [
    ("", "je sens le gaz"),
    ("Odeur", "Bonjour, il y a une odeur de gaz dans notre hall depuis midi, que faire ?"),
    ("urgent", "Mon voisin est tombé dans l'escalier, je l'entends gémir et il ne répond pas"),
    ("", "il y a le feu chez la dame du deuxième"),
    ("Câble", "Un câble électrique pend sur le trottoir rue du Port et il fait des étincelles"),
    ("", "mon compagnon me frappe devant les enfants"),
    ("School", "A boy has swallowed a coin and he cannot breathe"),
    ("", "je ne veux plus vivre, c'est pour ce soir"),
    ("cave", "L'eau monte dans la cave et une dame de 90 ans habite au rez-de-chaussée, elle ne peut pas sortir"),
    ("", "Un homme avec un couteau menace les gens sur la place"),
    ("Arbre", "Un arbre est tombé sur une voiture, il y a quelqu'un dedans"),
    ("Détecteur", "Le détecteur de monoxyde sonne et nous avons tous mal à la tête"),
    ("", "Une enfant est coincée dans l'ascenseur et elle ne répond plus"),
    ("Tuiles", "Des tuiles tombent du toit, une passante a été touchée à la tête et elle saigne"),
]
NOT_FOR_DANGER = {
    "logement",
    "eau_assainissement",
    "voirie",
    "elections",
    "finances_regie",
    "stationnement",
    "urbanisme",
}
"""Where nobody looks at once for a smell of gas without more words."""


def test_foreign_fraud_and_trade_are_spam(taught: Triage) -> None:
    """Of what nobody asked for, in six languages and false invoices, four in five are put aside; the reception gets the rest."""
    found = [taught.read(Letter(subject, "info@quelquun.example"), body) for subject, body in SPAM]
    seen = [reading for reading in found if not reading.is_nobodys]

    assert len(seen) <= len(SPAM) // 5, [reading.said for reading in seen]
    assert sum(reading.service != GENERAL_SERVICE for reading in seen) <= len(SPAM) // 10


@pytest.mark.parametrize(("subject", "body"), CITIZENS)
def test_a_citizen_in_another_language_is_never_put_aside(subject: str, body: str, taught: Triage) -> None:
    """What they write about money, links or bills is a letter like any other."""
    reading = taught.read(Letter(subject, "lou@citoyen.example"), body)

    assert reading.kind not in {LetterKind.SPAM, LetterKind.AUTOREPLY}
    assert reading.automatic is None


@pytest.mark.parametrize(("subject", "body"), DANGER)
def test_danger_in_a_mail_is_urgent_with_its_numbers(subject: str, body: str, taught: Triage) -> None:
    """A few words are enough: urgent, and the danger is named, so that the acknowledgement begins with the numbers."""
    reading = taught.read(Letter(subject, "lou@citoyen.example"), body)

    assert reading.urgency is Urgency.HIGH
    assert reading.alert in {"emergency", "violence", "distress"}


@pytest.mark.parametrize(
    "body", ["je sens le gaz", "Ça sent très fort le gaz dans mon couloir", "There is a smell of gas"]
)
def test_a_smell_of_gas_goes_to_who_looks_at_once(body: str, taught: Triage) -> None:
    """To the municipal police or the reception, not to housing, roads or water because a word of theirs is near."""
    reading = taught.read(Letter("", "lou@citoyen.example"), body)

    assert reading.urgency is Urgency.HIGH
    assert reading.service in {"police_municipale_tranquillite", GENERAL_SERVICE}
    assert reading.service not in NOT_FOR_DANGER
