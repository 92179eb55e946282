"""The words by which the passages of a mail are known, folded: French first, then English, then Europe's other large languages.

Patterns are tried on at most `segment_lines.SEEN` characters of a line (on a few such lines at once where a mark may be
broken), have no nested repetition, and are anchored or bounded: each line costs a bounded time.
"""

from __future__ import annotations

import re

from bot.triage.segment_headers import listed


def _any(text: str) -> str:
    """Alternatives, one a line."""
    return "|".join(line.strip() for line in text.strip().splitlines())


GREETINGS = re.compile(
    r"(?:"
    + _any(
        r"""
        (?:re ?-?)?bonjours?(?: a vous)?\b
        (?:bonsoir|bjr|bsr|slt)\b
        salut\b
        coucou\b
        hello\b
        hey\b
        hi\b
        dear\b
        to whom it may concern
        good (?:morning|afternoon|evening|day)\b
        tres ch(?:er|ere|ers|eres)\b
        ch(?:er|ere|ers|eres)\b
        cher\(?\.?e\)?\.?s?
        mesdames\b
        messieurs\b
        mesdemoiselles\b
        madame\b
        monsieur\b
        guten (?:tag|morgen|abend)\b
        hallo\b
        moin\b
        gruss gott\b
        grusezi\b
        sehr geehrter?\b
        lieber?\b
        buenos dias\b
        buenas (?:tardes|noches)\b
        hola\b
        estimad[oa]s?\b
        muy senor(?:es)? mios?\b
        buongiorno\b
        buonasera\b
        salve\b
        gentil[ei]ssim[oiae]\b
        gentil[ei]?\b
        egregi[oa]?\b
        spett\.?(?:le|abile)?\b
        bom dia\b
        boa (?:tarde|noite)\b
        ola\b
        prezad[oa]s?\b
        ex\.?m[oa]s?\.?
        caros?\b
        goede(?:n)? ?(?:dag|morgen|middag|avond)\b
        goedendag\b
        beste\b
        geachte\b
        dzien dobry\b
        szanown[aiy]\b
        buna (?:ziua|dimineata|seara)\b
        stimat[ae]\b
        merhaba(?:lar)?\b
        iyi gunler\b
        sayin\b
        добрии день
        доброго дня
        добрыи день
        здравствуите
        шановн[іа]
        уважаемые
        السلام عليكم
        مرحبا
        """
    )
    + r")"
)
TITLES = listed(
    """madame, monsieur, mesdames, messieurs, mme, mr, mrs, ms, m, mlle, le, la, les, l, maire, mairesse, adjoint, adjointe, adjoints, elu, elue, elus,
    conseiller, conseillere, directeur, directrice, responsable, docteur, maitre, president, presidente, et, ou, a, tous, toutes, toute, equipe, service,
    services, mairie, ville, cher, chere, chers, cheres, collegue, collegues, agent, agents, all, team, sir, sirs, madam, or, and, mayor, damen, und,
    herren, herr, frau, senor, senora, senores, senoras, o, y, du, de, des, d, the, everyone, there, signore, signora, signori, e, dott, senhor,
    senhora, senhores, heer, mevrouw, dames, heren, en, panstwo, pani, pan, sir/madam, madame/monsieur, mme/m, mr/mme, mme/mr, secretariat, accueil, vous,
    doamna, domnule, en charge, encore, usager, client, cliente, administre, voisins"""
)

CLOSINGS = re.compile(
    r"(?:"
    + _any(
        r"""
        (?:(?:tres|bien|plus|le plus|respectueusement|sincerement) )*(?:cordiale?ment|cordialy)(?: (?:a vous|votre|votres))?
        (?:bien |tres )?(?:cdlt|cdt|cdlmt|crdlt|cldt|cdmt|cord\.?)
        bien (?:a (?:vous|toi|vs)|respectueusement|sincerement|amicalement|sympathiquement)
        (?:tres |bien )?(?:respectueusement|sincerement|amicalement|sympathiquement|chaleureusement|civilement|courtoisement)(?: votre)?
        amities|amitie
        (?:avec |recevez |bien )?(?:mes |nos )?(?:plus )?(?:meilleure?s?|respectueuses?|distinguees?|cordiales?|sinceres?|sinceres et .{1,30}) salutations?(?: .{1,30})?
        (?:mes |nos |bien des )?salutations?(?: (?:distinguee?s?|cordiales?|respectueuses?|sinceres?|les meilleures|citoyennes?))*
        a (?:tres )?(?:bientot|vite)
        (?:mes |nos )?sentiments (?:devoues|distingues|respectueux|les meilleurs)
        au plaisir(?: de .{1,40})?
        bises|bisous
        yours (?:sincerely|faithfully|truly)|yours
        (?:with )?(?:kind|kindest|best|warm|many thanks and kind|thanks and)(?: regards)
        regards|sincerely(?: yours)?|respectfully|cheers|all the best|best wishes|best
        mit (?:freundlichen|besten|herzlichen) grussen?(?: aus .{1,30})?
        mfg|lg|vg|freundliche grusse|viele grusse|beste grusse|liebe grusse|herzliche grusse|schone grusse|hochachtungsvoll
        (?:un |reciba un |le saluda )?(?:cordial |atento )?salud[oa]s?(?: cordial(?:es)?| atentamente)?|atentamente|atte|cordialmente
        (?:cordiali|distinti|cari|i migliori|porgo (?:cordiali|distinti)) saluti|saluti|in fede
        atenciosamente|(?:com os )?(?:melhores )?cumprimentos|cordiais saudacoes|att
        met (?:vriendelijke|hartelijke) groet(?:en)?|mvg|(?:vriendelijke )?groet(?:en|jes)?|hoogachtend
        z powazaniem|pozdrawiam(?: serdecznie)?|(?:cu (?:stima|respect|consideratie))|saygilarimla|saygilar(?:imizla)?
        з повагою|с уважением|مع التحية|مع تحياتي
        (?:dans|en|je (?:suis|reste) dans) l'attente (?:de |d')(?:votre |vos |vous |une |un |la |le |l'|cette |celle-ci )?(?:[\w'-]+ ?){0,7}
        en attente (?:de |d')(?:votre |vos |vous |une )(?:[\w'-]+ ?){0,5}
        en attendant (?:de vous lire|votre (?:retour|reponse)|vos nouvelles|de vos nouvelles)(?: [\w'-]+){0,3}
        """
    )
    + r")"
)
"""A clause that ends a letter, and nothing else."""

_COURTESY = (
    r"(?: (?:de|pour|pr) (?:tout|(?:votre|vos|l'|la|le|les|ce|cette|ton)(?: ?(?:[\w'-]+ )?)(?:aide|attention|comprehension|diligence|reactivite|"
    r"collaboration|patience|temps|reponses?|retour|confirmation|intervention|interet|ecoute|disponibilite|accueil|travail|service|soutien|gentillesse|"
    r"prise en (?:compte|charge)|consideration|bienveillance|cooperation|efficacite|rapidite|action)(?: [\w'-]+){0,4}))?"
)
_BEFOREHAND = r"(?: (?:d'avance|par avance|beaucoup|bien|vivement|infiniment|encore|mille fois|sincerement|a vous|a tous|a toutes|a toute l'equipe|madame|monsieur|bcp))*"
THANKS = re.compile(
    r"(?:"
    + _any(
        rf"""
        (?:et )?(?:encore )?(?:un )?(?:grand |tres grand |mille )?mercis?{_BEFOREHAND}{_COURTESY}{_BEFOREHAND}
        (?:d'avance|par avance|avec mes) (?:un grand )?(?:mercis?|remerciements?){_COURTESY}
        (?:et )?(?:(?:je|nous) vous (?:en |dis |adresse )?remerci(?:e|ons)|je tiens a vous remercier|vous remerciant|en vous (?:en )?remerciant|tout en vous remerciant)(?: par (?:avance|anticipation))?{_BEFOREHAND}{_COURTESY}{_BEFOREHAND}
        (?:avec )?(?:tous )?(?:mes |nos )?(?:vifs |sinceres )?remerciements(?: anticipes)?
        (?:(?:je|nous) vous souhaite(?:ns)? )?(?:une |un )?(?:tres )?(?:bonne|belle|excellente|agreable) (?:journee|soiree|apres-midi|fin de (?:journee|semaine)|semaine|reception|continuation|annee|nuit|matinee)(?: a (?:vous|tous|toutes?.{{0,20}}))?
        (?:(?:je|nous) vous souhaite(?:ns)? )?(?:un )?(?:tres )?(?:bon|bonne|excellent) (?:week-end|weekend|we|courage|dimanche|apres-midi|vacances|fetes?)
        (?:(?:je|nous) (?:reste|restons|me tiens|nous tenons)|(?:tout en )?restant|en restant) a votre (?:entiere )?disposition(?: pour .{{1,60}})?
        thank you(?: (?:very much|so much|in advance|again|for your (?:help|time|attention|assistance|support|reply|understanding)))*
        (?:many )?thanks(?: (?:a lot|in advance|again|so much|for your (?:help|time|attention)))*
        i look forward to (?:hearing from you|your (?:reply|answer))(?: soon)?|looking forward to (?:hearing from you|your reply)(?: soon)?
        (?:vielen|besten|herzlichen) dank(?: im voraus| fur ihre .{{1,30}})?|danke(?: im voraus| schon)?
        (?:muchas |mil )?gracias(?: de antemano| por (?:adelantado|su .{{1,30}}))?|quedo a la espera de su respuesta
        (?:molte |mille )?grazie(?: mille| in anticipo)?|in attesa di (?:un )?(?:vostro |suo )?(?:cortese )?riscontro
        (?:muito )?obrigad[oa](?: pela .{{1,30}})?
        (?:alvast )?(?:hartelijk )?(?:bedankt|dank u(?: wel)?)(?: voor .{{1,30}})?
        dziekuje(?: z gory)?|(?:va )?multumesc(?: anticipat)?|(?:simdiden )?tesekkur(?:ler| ederim)|дякую(?: заздалегідь)?|спасибо|شكرا
        """
    )
    + r")"
)
"""A clause of courtesy that ends a letter where nothing follows but a name."""

FORMULA = re.compile(
    r"(?:et )?(?:(?:en vous|tout en)[\w' ]{1,40} )?(?:(?:je|nous) vous (?:prie|prions|demande|demandons)|vous priant|veuillez|je vous invite a|i beg you to)"
    r"(?:,[^,]{1,40},)? (?:de |d'|bien vouloir |a )*(?:bien vouloir )?(?:agreer|croire|recevoir|accepter|trouver)\b|(?:recevez|agreez|croyez)\b"
)
FORMULA_ENDS = re.compile(
    r"\b(?:salutations?|sentiments|consideration|respects?|hommages|devouement|cordialite|remerciements|gratitude)\b"
)

FOOTERS = re.compile(
    r"(?:"
    + _any(
        r"""
        (?:(?:message|mail|e-mail|courriel) )?envoye (?:de|d'|depuis|a partir de|a partir d'|avec|par|via|du) ?(?:mon |ma |l'|un |une |la |le |l'application )?(?:iphone|ipad|ipod|smartphone|mobile|telephone|tel\b|portable|tablette|appareil|samsung|galaxy|android|outlook|yahoo|courrier|mail\b|orange|sfr\b|bouygues|free\b|laposte|la poste|proton|gmail|huawei|xiaomi|honor|oppo|windows|blackberry|webmail|application|thunderbird|bluemail|wiko|sony|nokia|htc).{0,100}
        (?:sent|envoye) (?:from|via|with) (?:my |the )?.{1,60}
        (?:get|obtenir|obtenez|telecharger|telechargez|download|installez|holen sie sich|scarica|obtener|ontvang) (?:l'application )?outlook\b.{0,100}
        (?:provenance|gesendet mit|sent) ?:? ?(?:courrier|mail) (?:pour|for|fur) windows.{0,40}
        (?:von meinem|gesendet von|enviado desde|enviado do|enviado de|inviato da|verzonden vanaf|verstuurd vanaf|wyslane z|trimis de pe|skickat fran|sendt fra|iphone'umdan).{0,80}
        \|?[\s|]*(?:garanti )?sans virus\b.{0,60}
        virus-?free\b.{0,60}
        \|[-+| ]{6,}
        l'absence de virus .{0,200}
        (?:ce|cet|this) (?:message|courrier|courriel|mail|e-mail|email)(?: electronique)? (?:a ete|has been) (?:verifie|analyse|controle|checked|scanned).{0,200}
        (?:analyse|verifie) par .{0,40}anti-?virus.{0,60}
        (?:logiciel |par le logiciel )?anti-?virus (?:avast|avg|norton|kaspersky|eset).{0,80}
        https?://www\.(?:avast|avg)\.com\S*.{0,40}
        www\.(?:avast|avg)\.com
        .{0,30}(?:pensez|pensons|pensez-vous) a (?:l'environnement|la planete|notre environnement|preserver).{0,120}
        .{0,60}(?:avant d'imprimer|n'imprimez (?:ce|cet|que)|d'imprimer ce (?:mail|message|courriel)).{0,120}
        adoptez l'eco.{0,80}
        .{0,20}(?:please consider the environment|think before (?:you print|printing)|save paper).{0,100}
        (?:se desinscrire|se desabonner|desinscription|me desinscrire|unsubscribe|abmelden|darse de baja)(?: (?:de (?:cette|la) (?:liste|newsletter|lettre).{0,40}|ici|\|.{0,60}|<.{0,200}))?
        pour (?:vous|se) (?:desabonner|desinscrire)\b.{0,200}
        (?:to unsubscribe|si vous ne souhaitez plus recevoir|vous (?:recevez|avez recu) (?:ce|cet|cette) (?:e-?mail|mail|courriel|message|newsletter|lettre) (?:car|parce que|en tant)|you (?:are receiving|received) this (?:e-?mail|message) because).{0,300}
        (?:afficher|voir|consulter) (?:ce|cet|cette) (?:e-?mail|mail|message|newsletter) dans (?:votre|le|un) navigateur.{0,60}
        (?:\((?:see attached file|embedded image moved to file|voir fichier joint|piece jointe)[^)]{0,200}\)? ?){1,12}
        (?:\[(?:image|cid|logo|inline image|photo)\b[^\]]{0,200}\] ?){1,8}
        <[^<>@]{1,120}\.(?:pdf|jpe?g|png|gif|docx?|odt|xlsx?|zip|heic)>
        """
    )
    + r")"
)
"""A line that a mail program or a company adds below each mail."""

BANNERS = re.compile(
    r"\[?(?:externe|external|expediteur externe|external (?:email|sender))\]?[ :.!-]*$"
    r"|(?:\W{0,3}(?:attention|caution|warning|avertissement|prudence|mise en garde)\b.{0,20})?"
    r"\W{0,3}(?:ce|cet|this) (?:mail|message|e-mail|email|courriel) (?:provient|vient|emane|originated|is|came|a ete envoye) (?:from |depuis |de |d')?.{0,20}(?:exterieur|externe|outside|external)"
)
DISCLAIMERS = (
    *(
        "ce message",
        "ce courriel",
        "ce courrier electronique",
        "ce mail",
        "cet e-mail",
        "cet email",
        "cette communication",
        "ce document",
    ),
    *(
        "les informations contenues",
        "les informations transmises",
        "le contenu de ce",
        "l'information contenue",
        "le present message",
        "le present courriel",
    ),
    *(
        "si vous n'etes pas",
        "si vous avez recu ce",
        "avis de confidentialite",
        "avertissement",
        "confidentialite",
        "confidentiality",
        "disclaimer",
    ),
    *(
        "this e-mail",
        "this email",
        "this message",
        "the information",
        "the contents",
        "this communication",
        "if you are not the intended",
    ),
    *(
        "diese e-mail",
        "diese nachricht",
        "este mensaje",
        "este correo",
        "questo messaggio",
        "questa e-mail",
        "le informazioni",
        "esta mensagem",
    ),
    *("este e-mail", "dit bericht", "deze e-mail", "ta wiadomosc", "niniejsza wiadomosc"),
)
"""How the paragraph about confidentiality begins."""
CONFIDENTIAL = re.compile(
    r"confiden|vertraulich|vertrouwelijk|riservat|poufn|strictement reserve|intention exclusive|usage exclusif|exclusivement|intended (?:solely|only|for)|privileged"
)
ADDRESSED = re.compile(
    r"destinatair|destinatari|destinado|adressat|empfanger|bestemd|intended|recipient|adresat|pieces? jointes?|attachment|par erreur|by mistake|in error|"
    r"diffusion|divulgation|disclos|usage|expediteur|emetteur|sender"
)
