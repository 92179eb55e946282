"""Citizens' letters that look a bit like advertising, fraud or foreign mail, and what really is: which of them open a case.

Written apart from what the triage learns from; none of them, nor a part of one, stands in its examples.
"""

from __future__ import annotations

import pytest

from bot.letters import Letter
from bot.triage.reading import Triage

CITIZENS = [
    ("Terrasse", "Bonjour, je tiens la crêperie de la place et je voudrais installer une terrasse de douze couverts à partir d'avril. Quels sont les tarifs et le formulaire à remplir ?"),
    ("Arnaque ?", "Bonjour, je vous transfère une publicité reçue hier : « Isolation à 1 euro, offre exceptionnelle, cliquez ici avant vendredi ». Elle porte le logo de la ville. Est-ce bien vous ?"),
    ("Residence papers", "Dear Sir or Madam, I moved here from Canada last month. Where can I apply for a residence certificate and how much does it cost? Thank you for your help."),
    ("Empadronamiento", "Buenos días, acabo de mudarme con mi familia y necesito un certificado de domicilio para el banco. ¿Qué documentos debo presentar?"),
    ("Grande braderie du 12 mai", "Notre association organise sa braderie annuelle le 12 mai : 80 exposants, buvette, animations gratuites pour les enfants. Pourriez-vous l'annoncer sur le panneau lumineux et nous prêter des barrières ?"),
    ("Facture 4418", "Bonjour, j'ai reçu deux fois la facture 4418 de la garderie, j'ai payé la première par virement. Merci de me dire si la seconde est à régler."),
    ("Ouverture de mon salon", "J'ouvre un salon de coiffure rue du Marché le 3 juin, avec une remise de 20 % la première semaine. Ai-je le droit de poser un chevalet publicitaire sur le trottoir ?"),
    ("Lien de paiement", "Le lien www.paiement-cantine.example reçu par SMS me demande mon numéro de carte bancaire. J'ai cliqué, que dois-je faire maintenant ?"),
    ("Newsletter", "Je reçois votre newsletter en double depuis janvier et le lien de désinscription ne marche pas. Pouvez-vous retirer une des deux adresses ?"),
    ("Food truck", "Bonjour, nous proposons des burgers au feu de bois et cherchons un emplacement le vendredi soir. Notre catalogue est sur www.burger-du-port.example. À qui demander l'autorisation ?"),
    ("Devis sépulture", "Le marbrier me propose un devis à 3 400 € pour le caveau de ma mère. La concession est-elle encore à notre nom, et jusqu'à quand ?"),
    ("Concert caritatif", "Grand concert au profit de la recherche samedi 14, entrée 10 € ! Nous sommes une chorale d'amateurs du quartier et il nous manque une salle de repli en cas de pluie. Avez-vous quelque chose ?"),
    ("Parking offer", "Hi, I saw on your website an offer for residents' parking at 15 euros a month. Can I subscribe online with a foreign number plate?"),
    ("Wohnungsangebot", "Guten Tag, wir haben im Internet ein sehr günstiges Angebot für eine Wohnung in Ihrer Stadt gefunden und sollen vorab Geld überweisen. Gibt es diese Adresse wirklich?"),
    ("URGENT compte bloqué", "Mon compte famille est bloqué et je n'arrive plus à changer le mot de passe. Je dois payer le centre de loisirs avant ce soir, merci de le réactiver."),
    ("Démarchage téléphonique", "Une société m'appelle tous les jours pour des panneaux solaires en prétendant avoir un partenariat avec la mairie. Pouvez-vous le démentir publiquement ?"),
    ("Proposition de cours de yoga", "Bonjour, habitante de la commune et professeure diplômée, j'aimerais donner des cours de yoga à la maison de quartier. Faut-il créer une association, et combien coûte la location de la salle ?"),
    ("Vous avez gagné !", "C'est ce que dit le courrier signé de la mairie que ma grand-mère a reçu. Elle doit envoyer 50 € de frais de dossier. Pouvez-vous vérifier si c'est vrai ?"),
    ("Solicito información", "Hola, soy propietario de un piso que alquilo a turistas. ¿Tengo que declararlo en el ayuntamiento y pagar la tasa de estancia?"),
    ("Rappel de règlement", "Madame, Monsieur, notre entreprise a tondu le stade en mars et la facture n'est pas réglée. Quand le virement sera-t-il fait ? Nous sommes une petite maison de trois salariés."),
    ("Discount card", "Hello, our neighbours told us about a discount card for large families. Can we order it on your website and is it free?"),
    ("Best offer for a stall", "Hi, I make candles and would like to sell them at the Christmas market. What is your price for a small stall, and is there a waiting list?"),
    ("Account verification", "Good evening, the family portal asks me to verify my account but the link in the email has expired. Could you send a new one, please?"),
    ("Free tickets?", "Dear town hall, a page on the internet gives away free tickets for your summer festival and asks for my bank card. Is this really yours?"),
    ("Subscription", "Hello, we stay in your town until October. Can we subscribe to the bike rental for six months and pay online from abroad?"),
    ("Oferta de empleo", "Hola, he visto en internet una oferta de empleo para jardineros del ayuntamiento. ¿Sigue abierta y cómo me inscribo?"),
    ("Kostenlos parken", "Guten Tag, auf Ihrer Webseite steht, dass Elektroautos kostenlos parken. Brauche ich dafür eine Karte und wo bestelle ich sie?"),
    ("Vide-grenier : dernières places", "Il nous reste 15 emplacements à 8 € pour le vide-grenier de l'école. Pouvez-vous relayer l'annonce sur votre page, et ouvrir les toilettes publiques ce jour-là ?"),
    ("Promotion canapé", "J'ai acheté un canapé en promotion et le magasin ne reprend pas l'ancien. Comment commander l'enlèvement des encombrants ?"),
    ("Fwd: Votre contrat", "Je vous fais suivre ce message d'un soi-disant fournisseur de la ville : « votre compteur doit être remplacé, cliquez ici, 39 € ». Faut-il payer ?"),
]  # fmt: skip
SPAM = [
    ("Fibre professionnelle : -40 % pour les mairies", "Profitez de notre offre réservée aux collectivités : débit garanti, installation gratuite, sans engagement. Demandez votre devis en ligne. Se désabonner."),
    ("Votre colis est en attente", "Le paquet n'a pas pu être livré. Réglez 1,99 € de frais de douane en cliquant sur le lien pour éviter son renvoi."),
    ("Inheritance", "Greetings, I am the lawyer of a late client who shares your name. He left 8.4 million dollars. Reply with your bank details to claim it."),
    ("Webinaire : l'IA au service des élus", "Inscrivez-vous gratuitement à notre webinaire du jeudi. Au programme : démonstration de notre solution et témoignages de clients."),
    ("Mailbox quota exceeded", "Your mailbox is almost full. Click here to upgrade your storage or you will lose incoming messages."),
    ("Lampadaires solaires prix usine", "Fabricant leader, nous livrons des mâts solaires garantis dix ans. Catalogue et tarifs 2026 en pièce jointe, remise pour toute commande avant la fin du mois."),
    ("Préstamos rápidos", "Ofrecemos préstamos de 5.000 a 500.000 euros al 2 %, sin aval. Contacte por WhatsApp y reciba el dinero en 24 horas."),
    ("Rencontres", "De belles célibataires de ta région veulent te parler ce soir. Inscription gratuite, clique vite."),
    ("Audit énergétique offert", "Notre bureau d'études réalise gratuitement le diagnostic de vos bâtiments et finance vos travaux. Un conseiller vous rappelle sous 24 h."),
    ("Crypto payout", "Your wallet has received 0.8 BTC. Verify your identity to withdraw the funds before the account is closed."),
]  # fmt: skip


@pytest.mark.parametrize(("subject", "body"), CITIZENS)
def test_a_citizen_who_sounds_like_trade_is_not_put_aside(subject: str, body: str, taught: Triage) -> None:
    """A shop, a club, a forwarded fraud, an offer that somebody asks about: a case is opened."""
    reading = taught.read(Letter(subject, "lou@citoyen.example"), body)

    assert not reading.is_nobodys
    assert reading.automatic is None


def test_what_nobody_asked_for_is_still_put_aside(taught: Triage) -> None:
    """A citizen's letter that nobody sees is worse than spam that opens a case: one in five may, and no more."""
    found = [taught.read(Letter(subject, "info@quelquun.example"), body) for subject, body in SPAM]

    assert sum(one.is_nobodys for one in found) >= len(SPAM) * 4 // 5, [one.said for one in found if not one.is_nobodys]


def test_most_who_sound_like_trade_are_answered(taught: Triage) -> None:
    """What asks something is a request; of thirty letters two may be taken for trade, and are seen by the reception."""
    found = [taught.read(Letter(subject, "lou@citoyen.example"), body) for subject, body in CITIZENS]

    assert sum(one.expects_reply for one in found) >= len(CITIZENS) - 2
