"""The words by which the mails of machines are known, folded; of senders, subjects and openings.

Subjects are those that Exchange, Gmail, Zimbra, Dovecot's Sieve, Postfix, Exim, qmail and Lotus Notes write, in the
languages that they speak to the mailboxes of Europe.
"""

from __future__ import annotations

import re

DAEMONS = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|postmaster|mail-?delivery|bounces?|bounced|daemon)(?:[-+_.=].*)?|.*[-+_.]bounces?"
)
"""Local parts whose mail is a delivery report (RFC 3834, 2; RFC 5321, 4.5.1)."""
SILENT = re.compile(
    r"(?:.*[-_.+])?(?:(?:no|not|non|do-?not|dont|donot|never|nao|no_)[-_.]?(?:reply|replies|repondre|responder|responda|rispondere|respond|response)"
    r"|ne[-_.]?pas[-_.]?repondre|pas[-_.]de[-_.]reponse|sans[-_.]reponse|(?:bitte[-_.]?)?nicht[-_.]?antworten|keine[-_.]?antwort|niet[-_.]?beantwoorden"
    r"|nie[-_.]?odpowiadaj|auto-?(?:reply|respond|responder|mailer|mail|answer)|autoreponse|reponse-?automatique)(?:[-_.+\d].*)?"
    r"|root|cron|nobody|www-data|apache|nagios|(?:system|server)-?(?:alert|notification)s?|notifications?|(?:.*[-_.])?notifications?"
)
"""Local parts that nobody reads."""
LISTS = re.compile(
    r"owner-.*|.*-(?:owner|request|bounces|subscribe|unsubscribe)|listserv|majordomo|mailman|sympa|(?:.*[-_.])?newsletters?|mailing|lettre-?info"
)
"""Local parts of lists (RFC 3834, 2)."""

ABSENCE_SUBJECT = re.compile(
    r"(?:reponse automatique(?: d'absence)?|reponse auto|message automatique d'absence|automatic reply|auto(?:matic)?[- ]?(?:reply|response|responder)"
    r"|(?:message|notification|avis|repondeur) d'absence|out[- ]of[- ](?:the )?office(?: (?:auto-?reply|reply|message|notification))?|ooo|vacation reply"
    r"|absente? du bureau|absence du bureau|absent\(e\)|absente? (?:aujourd'hui|pour le moment|jusqu'au .{1,30})|je suis (?:absente?|en conges?) (?:jusqu|du \d).{0,30}|auto(?:matique)?(?=:| :)|hors connexion|repondeur|自动回复|automatic response|automatische (?:antwort|abwesenheit\w*)|abwesenheits\w+|abwesenheit|automatische antwort|abwesend"
    r"|respuesta automatica|fuera de (?:la )?oficina|risposta automatica|fuori (?:sede|ufficio)|resposta automatica|fora do escritorio"
    r"|automatisch(?:e)? (?:antwoord|bericht)|afwezigheids?\w*|afwezig|automatyczna odpowiedz|odpowiedz automatyczna|autoodpowiedz|poza biurem"
    r"|raspuns automat|automatiskt svar|autosvar|automatisk svar|automatisk svar ved fravaer|franvaro|automaattinen vastaus|poissaolo"
    r"|automaticka odpoved|automatikus valasz|otomatik yanit|αυτοματη απαντηση|автоматическии ответ|автоматична відповідь|автоответ|رد تلقا.{1,3}ي)"
    r"(?: ?[:\-–].*| ?\(.*\)| ?$| re ?:.*| d[eu] (?:la|l'|le|\w+) .*)",
    re.DOTALL,
)
BOUNCE_SUBJECT = re.compile(
    r"undeliver(?:able|ed)\b|(?:mail )?delivery (?:status notification|failure|failed|report|has failed|unsuccessful|delayed|incomplete|subsystem)|mail delivery\b"
    r"|failure notice\b|returned mail\b|mail (?:system error|returned)|non-?delivery (?:notification|report)|message delivery (?:failed|failure|delayed)"
    r"|warning: (?:could not send|message .{0,40}delayed)|virus (?:detected|detecte)\b|message (?:mis en quarantaine|quarantined)|delai de (?:livraison|remise) depasse|votre message a ete rejete|piece jointe (?:bloquee|supprimee|rejetee)|delayed mail\b|dsn ?:|ndn ?:|ndr ?:"
    r"|notification d'etat de (?:remise|distribution)|avis de non[- ](?:remise|distribution)|rapport de non[- ](?:remise|distribution|livraison)"
    r"|echec de (?:la )?(?:remise|distribution|delivrance)(?: du (?:message|courrier|mail)| de votre message)?\b|unzustellbar\b|nicht zustellbar\b|unzustellbare nachricht"
    r"|no se puede entregar|mensaje no entregado|impossibile recapitare|non recapitabile|mancat[oa] (?:recapito|consegna)|notifica di mancato recapito"
    r"|nao e possivel entregar|mensagem nao entregue|onbestelbaar|niedostarczaln|nie mozna dostarczyc|nedorucitelne|kezbesithetetlen|kan inte levereras|nelivrabil"
    r"|недоставлен|не доставлено"
)
"""Subjects that no citizen writes."""
BOUNCE_MAYBE = re.compile(
    r"(?:non (?:remis|distribuable|distribue|delivre)|message non (?:remis|distribue|delivre)|retour a l'expediteur|echec (?:de l'envoi|d'envoi)|remise retardee|rejected|rejete)\b"
)
"""Subjects that a citizen may write too: a machine's words have to stand below them."""
BOUNCE_TEXT = re.compile(
    r"(?:(?:le serveur|la passerelle|le systeme de messagerie) .{0,60}(?:destinataire|refuse|bloque|securite)|l'utilisateur demande n'existe pas|cette adresse n'existe pas|55[0-9] |this is a warning message only|our (?:gateway|server) (?:removed|rejected|blocked)"
    r"|votre (?:envoi|courriel|message|mail) .{0,80}(?:file d'attente|classe comme indesirable|mis en quarantaine|ete rejete|depasse la (?:taille|limite))|this message was created automatically by (?:the )?mail|this is the mail system at host|hi\. this is the qmail|i'm (?:sorry|afraid) (?:to have to inform you that )?(?:i was(?: not|n't) able|your message could not)"
    r"|this is an automatically generated delivery status|delivery (?:to|has failed to) (?:the following|these) recipients?|delivery has failed|a message that you sent could not be delivered"
    r"|(?:your|the) (?:message|mail|email) (?:to .{1,80} )?(?:could ?n[o']t be|was(?: not|n't)|has not been|couldn't be) delivered|address not found|message (?:blocked|not delivered)"
    r"|the following (?:message|addresses?|recipients?) .{0,60}(?:undeliver|could not|had (?:permanent|fatal)|failed)|the original message was received at .{1,80}"
    r"|(?:votre|le) (?:message|courrier|courriel|mail|e-mail) (?:suivant |envoye .{1,60}|a .{1,80}|destine a .{1,80})?(?:n'a pas (?:pu etre|ete)|n'est pas|n'a pu etre) (?:remis|distribue|delivre|transmis|achemine)"
    r"|(?:echec|impossible) de (?:la )?(?:remise|remettre|delivrer|distribuer) .{0,40}(?:destinataires?|message|groupes?)|(?:la )?remise (?:a ces|au|aux) destinataires? .{0,40}echoue|adresse introuvable|message (?:bloque|non remis)\b"
    r"|(?:ihre|die) nachricht (?:an .{1,80} )?(?:konnte|wurde) nicht|fehler bei der (?:nachrichten)?zustellung|no se (?:ha podido|pudo|puede) entregar|error de entrega"
    r"|(?:il|questo|il tuo) messaggio .{0,80}non (?:e stato|puo essere|e) (?:possibile )?(?:recapita|consegna)|recapito non riuscito|(?:a sua|sua) mensagem .{0,80}nao (?:foi|pode ser) entregue"
    r"|(?:uw|het|je) bericht .{0,80}(?:kan|kon) niet .{0,20}(?:bezorgd|afgeleverd)|(?:twoja )?wiadomosc .{0,60}nie (?:zostala|mogla) .{0,20}dostarczon)"
)
"""How the text of a delivery report begins a line."""
SMTP = re.compile(
    r"(?:^|[\s#(<:])[45]\d\d[ -]?#?[45]\.\d{1,3}\.\d{1,3}\b|\bdiagnostic-code:|\bfinal-recipient:|\breporting-mta:|\bstatus: [45]\.\d|remote server returned|smtp error|mailbox (?:full|unavailable)|user unknown"
)
"""What mail servers tell each other (RFC 3463, RFC 3464)."""

RECEIPT_SUBJECT = re.compile(
    r"(?:accuse de lecture|confirmation de lecture|read receipt|return receipt(?: \(displayed\))?|lesebestatigung|confirmacion de lectura|conferma di lettura"
    r"|leesbevestiging|recibo de leitura|potwierdzenie przeczytania|read notification)(?: ?[:\-–(].*| ?$)",
    re.DOTALL,
)
RECEIPT_MAYBE = re.compile(
    r"(?:lu|non lu|read|not read|recall|livre|gelesen|ungelesen|leido|letto|lida|lido|gelezen|przeczytano|citit|last|okundu|remis|delivered|relayed|zugestellt|deleted|supprime|прочитано) ?:"
)
RECEIPT_TEXT = re.compile(
    r"(?:le destinataire a (?:ouvert|lu|supprime) votre|votre message a ete remis (?:au|a la|aux)|la remise (?:a ces|au|aux) destinataires? .{0,20}terminee|(?:su|seu) (?:mensaje|mensagem) (?:fue|foi|ha sido) l|the sender would like to recall|l'expediteur souhaite rappeler|ceci est un (?:accuse|avis) de (?:reception|lecture) (?:pour|du|de)|this is a (?:return|read) receipt|(?:ce n'est pas|ceci) .{0,40}garanti(?:t|e) que le (?:message|destinataire)"
    r"|votre message .{0,200}(?:a ete (?:lu|affiche|ouvert|supprime)|\bdu\b.{0,40}\blu le\b)|votre message\s+(?:a|objet|date) ?:|your message\s+(?:to|subject|sent) ?:|your message .{0,200}(?:was|has been) (?:read|displayed|deleted)"
    r"|the message .{0,120}(?:was|has been) displayed|dies ist eine (?:empfangs|lese)bestatigung|ihre nachricht .{0,200}(?:wurde|ist) .{0,40}gelesen|el mensaje .{0,200}(?:se ha|ha sido|fue) leido|il messaggio .{0,200}(?:e stato) (?:letto|visualizzato)"
    r"|questa e una ricevuta di|este e um recibo de|dit is een (?:leesbevestiging|ontvangstbevestiging)|uw bericht .{0,200}gelezen)",
    re.DOTALL,
)

ACCEPTED = re.compile(
    r"(?:annule|annulee|cancell?ed|nouvelle heure proposee|new time proposed|evenement annule|abgesagt|cancelad[oa]|annullato|accepte|acceptee|refuse|refusee|decline|provisoire|provisoirement accepte|accepted|declined|tentative|tentatively accepted|zugesagt|abgelehnt|mit vorbehalt|aceptad[oa]|rechazad[oa]"
    r"|accettato|rifiutato|aceite|aceito|recusado|geaccepteerd|geweigerd|zaakceptowano|odrzucono) ?: "
)
"""Answers to invitations (RFC 5546)."""
ACKNOWLEDGED_SUBJECT = re.compile(
    r"accuse de reception|accuse reception|ar[: ]+votre|confirmation de (?:reception|(?:votre )?(?:demande|message)|prise en compte)|(?:nous avons|on a) (?:bien )?recu votre|votre (?:demande|message|ticket|requete|mail|courriel|e-mail|dossier)\b.{0,60}"
    r"(?:recu|recue|enregistre|enregistree|pris en compte|prise en compte|cree|creee)|\[?(?:ticket|case|request|demande|incident|dossier|sr)[ #:_-]{0,3}[a-z]{0,6}[-#]?\d{3,}|(?:ticket|request|message) received"
    r"|we(?:'ve| have)? ?received your|your (?:request|message|e-?mail|ticket) .{0,60}(?:received|created|registered)|acknowledge?ment|eingangsbestatigung|empfangsbestatigung|ihre anfrage .{0,40}(?:eingegangen|erhalten)"
    r"|acuse de recibo|hemos recibido su|conferma (?:di )?ricezione|abbiamo ricevuto|ontvangstbevestiging|potwierdzenie (?:otrzymania|odbioru)|recebemos a sua|aviso de rececao|confirmare de primire"
)
ACKNOWLEDGED_TEXT = re.compile(
    r"(?:nous (?:accusons (?:bonne )?reception|avons bien (?:recu|receptionne|enregistre|pris en compte)|vous confirmons (?:la (?:bonne )?reception|avoir bien recu)|vous remercions de (?:votre message|nous avoir contactes?))"
    r"|votre (?:demande|message|courriel|mail|e-mail|requete|ticket|signalement)\b.{0,80}(?:a|ont) (?:bien )?ete (?:recu|enregistre|pris en compte|prise en compte|transmis|cree|receptionne)"
    r"|(?:a new ticket has been created|le statut de votre (?:ticket|demande)|votre (?:formulaire|commande|inscription|rendez-vous) (?:n° ?\d+ )?(?:a bien ete|est) (?:transmis|confirme|enregistre)|we(?:'ve| have)? ?(?:successfully )?received your|thank you for (?:contacting|your (?:message|e-?mail|request|inquiry))|your (?:request|ticket|message|e-?mail|case) .{0,60}has been (?:received|created|registered|logged))"
    r"|(?:wir haben ihre .{1,40}(?:erhalten|empfangen)|vielen dank fur ihre (?:nachricht|anfrage|e-?mail)|hemos recibido su|gracias por (?:contactar|su mensaje|ponerse)|abbiamo (?:ricevuto|preso in carico)|grazie per averci)"
    r"|(?:wij hebben uw|bedankt voor uw (?:bericht|e-?mail)|dziekujemy za (?:wiadomosc|kontakt|zgloszenie)|recebemos (?:a sua|o seu)|obrigado pelo seu (?:contacto|contato)|va multumim pentru mesaj))"
)
PROCESSED = re.compile(
    r"(?:numero|n°|no|ref\w*|reference) ?(?:de )?(?:votre )?(?:dossier|demande|suivi|ticket|incident|reference)?[ :.#]{0,4}[a-z]{0,8}[-#/]?\d{3,}|\b(?:ticket|case|request|incident|vorgang|aktenzeichen) ?(?:number|id|nr|no)?[ :.#]{1,4}[a-z]{0,6}-?\d{3,}"
    r"|ne (?:pas|plus) (?:y )?repondre|(?:do not|don't) reply|nicht antworten|no responda|non rispondere|nao responda|niet (?:te )?(?:be)?antwoorden|message automatique|automatiquement|automatically|automatisch|automatic[oa]"
    r"|(?:sera|seront|est|va etre|serez) (?:traitee?s?|etudiee?s?|recontactee?s?|prise? en charge|examinee?s?|contactee?s?) .{0,60}(?:dans|sous|par|delai)|(?:vous (?:repondr|recontacter|contacter)\w+|reponse vous|une reponse) .{0,60}(?:delai|sous \d|sous (?:deux|trois|cinq|huit|dix)|dans les|jours|heures|48 ?h|72 ?h)"
    r"|(?:traite\w*|repond\w*) .{0,40}(?:meilleurs|plus brefs) delais|(?:will|shall) (?:get back|respond|reply|be (?:processed|handled)|contact you).{0,60}(?:within|as soon|shortly|business days)|as soon as possible|within (?:one|two|three|\d+) (?:business )?(?:days?|hours?)|(?:en cours|ouvert|clos|resolu|transmis) »|si vous n'etes pas a l'origine"
    r"|(?:so (?:schnell|bald) wie moglich|werktag|lo antes posible|il prima possibile|zo (?:snel|spoedig) mogelijk|jak najszybciej|o mais (?:rapido|breve))"
)
"""That a machine has taken the message in: a number, a delay, or not to answer."""

MACHINE_TEXT = re.compile(
    r"(?:(?:ici|vous etes sur) le repondeur|(?:ceci est (?:un |une )?)?(?:ce |cet |cette |le present )?(?:message|mail|e-?mail|courriel|reponse|rappel|accuse|notification|alerte|envoi) (?:est |a ete )?(?:emise?|produite?|genere?e?|envoyee?|expediee?) (?:automatiquement|par (?:un automate|un robot|une machine|(?:la |notre |l'|le |un )(?:plateforme|logiciel|equipement|systeme|application|serveur|automate)))"
    r"|(?:notification|rappel|envoi|alerte) automatique\b(?! (?:de la|du|sur)\b)|cet envoi est automatique|ce message part tout seul|generated by the .{1,30}(?:server|system)|auto-?generated\b|please do not reply to this (?:notification|automat)"
    r"|cette (?:adresse|boite|messagerie)(?: [\w']+){0,2} (?:n'est (?:pas|plus) (?:lue|consultee|relevee|suivie|destinee)|n'est (?:lue|relevee|consultee) que|n'accepte (?:pas|aucune)|ne recoit pas)|inutile d'y repondre|toute reponse sera ignoree|(?:vos|les) messages? (?:arrives?|recus|envoyes|laisses?) (?:en dehors|pendant)"
    r"|vous recevez (?:ce|cet|cette) (?:e-?mail|mail|courriel|message|notification) (?:parce que|car|selon|suite|en tant)|(?:ceci|cela|il s'agit d'|ce message|cet e-?mail|ce mail|ce courriel)(?: est| a ete|) ?(?:d')?(?:une? )?(?:message|mail|e-?mail|courriel|reponse|accuse de reception|notification|envoi|genere|envoye|envoyee|emis|adresse)?"
    r" ?(?:genere |envoye |emis |electronique )?(?:vous a ete )?(?:adresse |envoye |genere )?(?:de maniere |de facon )?automati(?:que|quement|see?)\b"
    r"|(?:message|mail|e-?mail|courriel|reponse) (?:genere |envoye )?automati(?:que|quement)\b ?(?:[-–:.,*!]|merci de ne|veuillez ne|ne pas|$)"
    r"|this (?:is|was) an? (?:automat(?:ic|ed)|auto-?generated|system[- ]generated|automatically generated) (?:message|reply|response|e-?mail|notification|mail|report)|this (?:e-?mail|message) (?:was|is|has been) (?:sent automatically|automatically|auto-?generated|generated (?:automatically|by))"
    r"|(?:dies|das|diese (?:e-?mail|nachricht)) (?:ist eine |wurde )(?:automatisch|system)|(?:este|esta|esto) (?:es|e|mensaje|correo|mensagem|es un|e uma|es una) ?(?:un|una|uma|um)? ?(?:mensaje|respuesta|correo|mensagem|resposta|e-?mail|ha sido|foi)? ?(?:generad[oa] |enviad[oa] |gerad[oa] )?automatic"
    r"|quest[oa](?: e-?mail| messaggio)? (?:e|e stat[oa]) (?:un[oa']? ?)?(?:messaggio|risposta|e-?mail|generat[oa]|inviat[oa])? ?(?:automatic)|dit is een automatisch|(?:to|ta wiadomosc) (?:jest|zostala) .{0,20}automatyczn|acest(?:a)? (?:este un |mesaj )?(?:mesaj|raspuns|e-?mail|este)? ?.{0,15}automat)"
)
"""How a machine says that it is one, at the beginning of a sentence."""
SILENCE_TEXT = re.compile(
    r"(?:merci de |veuillez |priere de |nous vous (?:prions|remercions) de |vous pouvez )?ne pas (?:y )?repondre (?:directement )?a (?:ce|cet|cette) (?:message|mail|e-?mail|courriel|adresse)|(?:please )?(?:do not|don't) (?:directly )?reply (?:directly )?to this"
    r"|(?:bitte )?antworten sie (?:bitte )?nicht auf diese|no responda (?:a )?est[ea]|(?:si prega di )?non rispondere a quest|nao responda a est|gelieve niet te antwoorden|prosimy nie odpowiadac"
)

AWAY = re.compile(
    r"(?:^|[.!?,\n] ?)(?:actuellement )?en (?:arret maladie|conges?|formation|stage de formation|deplacement|teletravail|vacances)\b|je (?:suis|serai)(?: moi-meme)? (?:actuellement |momentanement |en ce moment |malheureusement |egalement |toutefois )?(?:absente?|en conges?|en vacances|en arret|en deplacement|indisponible|en formation|hors du bureau|en teletravail|en astreinte|en conge \w+)"
    r"|(?:actuellement|momentanement) (?:absente?|en conges?|en vacances|en deplacement|indisponible)|(?<!est )(?<!sera )(?<!sont )absente? (?:du bureau|jusqu'|pour le moment|du \d.{1,30} au )|je suis de retour|de retour (?:au bureau )?(?:le|a partir|lundi|mardi|mercredi|jeudi|vendredi)"
    r"|je ne travaille pas (?:le|les)|(?:etant|je travaille) a temps partiel|je ne suis (?:present|au bureau|joignable)e? (?:que|pas)|(?:nos bureaux|notre (?:bureau|etablissement|service|cabinet|agence|magasin|etude)|l'(?:agence|etude|entreprise)|le (?:cabinet|secretariat|bureau|service)) (?:sont|sera|seront|est) (?:actuellement )?fermee?s?"
    r"|i(?:'m| am|'ll be| will be) (?:currently |presently )?(?:out of (?:the )?(?:office|town)|away|on (?:annual |maternity |paternity |sick |parental )?(?:leave|holiday|vacation)|travell?ing|not in the office)|out of (?:the )?office"
    r"|ich (?:bin|befinde mich) .{0,60}(?:nicht im (?:buro|haus)|abwesend|im urlaub|ausser haus|nicht erreichbar|auf dienstreise|in elternzeit)"
    r"|(?:estoy|estare|me encuentro|me encontrare) .{0,40}(?:fuera de la oficina|ausente|de vacaciones|de baja)|(?:sono|saro) .{0,40}(?:fuori (?:ufficio|sede)|assente|in ferie)|(?:estou|estarei|encontro-me) .{0,40}(?:ausente|de ferias|fora do escritorio)"
    r"|ik ben .{0,60}(?:afwezig|niet (?:aanwezig|op kantoor|bereikbaar)|met (?:vakantie|verlof))|(?:jestem|bede|przebywam) .{0,40}(?:nieobecn|na urlopie|poza biurem)|(?:sunt|voi fi|ma aflu) .{0,40}(?:plecat|in concediu|absent)"
    r"|jag ar .{0,40}(?:franvarande|pa semester|ledig)|jeg er .{0,40}(?:ikke pa kontoret|pa ferie|fravaerende)|(?:su anda|izindeyim|ofis disinda)|(?:я .{0,20}(?:в отпуске|отсутствую)|я .{0,20}(?:у відпустці|відсутн))"
)
ANSWERING = re.compile(
    r"(?:merci (?:de|pour)|j'ai bien recu|nous avons bien recu|bien recu) (?:votre|vos) (?:message|mail|e-?mail|courriel)|(?:votre|vos|les|un) (?:message|mail|e-?mail|courriel|demande|courrier)s? .{0,60}(?:sera|seront|ne pourr|transmis|redirige|traites? par|attend|lue?s? (?:a|des))|(?:consulte|lis|releve)(?:rai)? .{0,12}(?:mails|messagerie|e-?mails|messages)"
    r"|(?:repondrai|recontacterai|reviendrai vers vous|traiterai|prendrai connaissance|je vous reponds?|ne manquerai pas|repondrons)|repondre .{0,30}(?:retour|immediatement|de suite)|acces .{0,40}(?:messagerie|mails?|e-?mails?|courriels?)|ne (?:consulte|lis|releve|lirai|consulterai)"
    r"|ne (?:sont|seront|sera) (?:pas|ni) (?:lus?|consulte|transfere|redirige|traite)|(?:your|for the) (?:message|e-?mail|mail)|(?:limited|no) access|will (?:respond|reply|get back|answer)|(?:on|upon|when i) .{0,12}return|in my absence"
    r"|(?:ihre|deine) (?:nachricht|e-?mail|mail|anfrage)|nach meiner (?:ruckkehr|abwesenheit)|e-?mails? (?:wird|werden) nicht|su (?:mensaje|correo)|a mi (?:regreso|vuelta)|en mi ausencia|(?:suo|vostro|sua|vostra) (?:messaggio|e-?mail)|al mio (?:rientro|ritorno)|in mia assenza"
    r"|(?:sua|seu) (?:mensagem|e-?mail)|na minha ausencia|no meu regresso|(?:uw|je) (?:bericht|e-?mail|mail)|na mijn (?:terugkeer|vakantie)|(?:tijdens|bij) mijn afwezigheid|(?:panstwa|twoja|pana|pani) wiadomosc|po (?:powrocie|moim)|mesajul dumneavoastra|la intoarcere"
)
"""That somebody away answers the mail, which a citizen who tells of a journey does not."""
UNTIL = re.compile(
    r"jusqu|\bdu (?:\w+ )?\d.{1,30} (?:au|a) (?:\w+ )?\d|de retour|\bretour (?:prevu |au bureau )?le|a (?:partir|compter) du|inclus|until|returning|back (?:on|in)|from .{1,20} to |\bbis\b|zuruck|wieder"
    r"|hasta|\bfino al|\bal \d|\bate (?:ao|dia|\d)|\btot\b|\bterug\b|\bdo (?:dnia )?\d|pana (?:pe|la|in)|\btill\b|\btil\b|kadar|\bдо\b"
)
"""How long."""
OFFICE = re.compile(
    r"du bureau|nos bureaux|of (?:the )?office|in the office|im buro|im haus|oficina|fuori (?:ufficio|sede)|escritorio|op kantoor|biur|kontoret|annual leave|ofis"
)
INSTEAD = re.compile(
    r"(?:en cas d'urgence|pour toute (?:urgence|demande|question)|pour les urgences|en cas de (?:besoin|necessite)|si (?:votre demande est|c'est) urgente?|(?:vous pouvez|merci de|veuillez|n'hesitez pas a|je vous invite a|priere de) (?:vous )?(?:contacter|joindre|adresser|prendre contact)"
    r"|in (?:urgent|case of)|for (?:urgent|any urgent|immediate)|if (?:it is|your .{1,20}is) urgent|please contact|in dringenden|bei dringenden|wenden sie sich|en caso de urgencia|para (?:asuntos )?urgen|per (?:urgenze|questioni urgenti|comunicazioni urgenti)|em caso de urgencia"
    r"|(?:bij|voor) (?:dringende|spoed)|neem contact|w (?:pilnych|naglych)|in caz de urgenta|merci de votre comprehension)"
)
ASKS = re.compile(
    r"\?|\bje (?:souhait|voudr|desir|demande |vous (?:signale|informe que|ecris|demande|contacte |saurais|ai |avais))|\bj'aimerais|\bje (?:passerai|viendrai|(?:vous |te )?(?:enverrai|envoie|apporterai|rappelle|transmets|depose)|(?:ne )?pourrai|serai present|confirme|reviendrai (?:le|chercher))|\bnous (?:souhait|voudr|aimer|vous (?:signal|demand|ecriv))|pourr(?:iez|ait)|pouvez-vous|serait-il|est-il possible|est-ce qu"
    r"|surveill|passages? de (?:la )?police|tranquillite|\bmon (?:courrier|domicile|logement|fils|dossier|voisin)|\bma (?:maison|fille|poubelle|rue|demande|voisine)|notre (?:maison|domicile|logement|rue)|rappele[rz]|suite a (?:votre|notre)|en reponse a votre"
    r"|\bi (?:would like|want|need)\b|could you|can you|i am writing"
)
"""What a citizen says who has come with a matter of their own."""
QUOTED = re.compile(
    r"(?<!est )(?<!is )(?<!etait )(?:votre|vos|une|la|cette|des|aucune?|un|le|les|seule(?:ment)?|de|son|sa|l'|d'un|d'une|qu'un|qu'une) ?(?:\w+ ){0,2}(?:reponses?|messages?|mails?|e-?mails?|courriels?|repondeurs?|accuses? de reception|notifications?|avis) (?:automatiques?|d'absence|d'erreur|de non[- ]\w+|de lecture)"
    r"(?! (?:genere|envoye|adresse|de notre|du serveur|de la messagerie))"
    r"|\b(?:mon|mes|notre|nos) (?:\w+ )?(?:mails?|messages?|courriels?|e-?mails?) (?:\w+ ){0,4}(?:revien|revenus?\b|n'a|n'ont|ont ete|a ete|repond)|\b(?:j'ai|j ai|je n'ai|nous avons|je|on) (?:\w+ ){0,3}(?:recu|recois|eu|obten\w+) .{0,30}(?:automatique|erreur|mailer|non remis|absence)"
    r"|(?<!is )(?<!was )(?:your|an?|the|got|received) (?:\w+ )?(?:automat(?:ic|ed)|auto-?)[ -]?(?:reply|response|message)(?! (?:generated|sent|from))|\bi (?:got|have got|received|only)|my (?:\w+ )?(?:e-?mail|message)s? (?:came|was|bounced|to you)|(?:ihre|eine) automatische (?:antwort|nachricht)|me (?:repond|dit|revient)|m'(?:est revenu|a repondu)"
)
"""That somebody tells of a machine's mail."""
UNSUBSCRIBE = re.compile(
    r"desinscri|desabonn|unsubscribe|ne (?:souhaitez )?plus recevoir|abmelden|darse de baja|dans (?:votre|le|un) navigateur|vous recevez (?:ce|cet|cette)|you are receiving|you received this"
)
