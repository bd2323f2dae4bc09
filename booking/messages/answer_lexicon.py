"""The words and phrases by which people answer a text message, in six languages, as patterns over plain words.

Plain words have no accents and no signs (`notifications.opt_words.plain_words`): so are these made plain.
"""

import re
import unicodedata


def either(phrases: str) -> str:
    """Return a pattern for one of the phrases, which stand apart by | or by lines."""
    lines = "|".join(line.strip().strip("|") for line in phrases.strip().splitlines())
    spelled = unicodedata.normalize("NFKD", lines)
    return f"(?:{''.join(one for one in spelled if not unicodedata.combining(one))})"


def found_in(phrases: str) -> re.Pattern[str]:
    """Return a pattern that finds one of the phrases as whole words."""
    return re.compile(rf"\b{either(phrases)}\b")


# Said along with an answer, without changing it.
FILLERS = found_in(r"""
    merci(?: (?:beaucoup|bien|d avance|a vous))?|svp|stp|s il vous plait|bonjour|bonsoir|salut|coucou
    madame|monsieur|mme|mr
    cordialement|bonne (?:journee|soiree)|a (?:demain|bientot|tout a l heure|toute|plus)|avec plaisir|desole\w*|pardon
    a (?:lundi|mardi|mercredi|jeudi|vendredi|samedi)|excusez moi|alors|de ma part
    thanks?(?: you| a lot| so much)*|thx|ty|please|pls|plz|hi|hello|good (?:morning|evening)|cheers|sorry|my apologies
    see you(?: (?:then|there|soon|tomorrow))?|cu
    danke(?: schon| sehr)?|vielen dank|bitte|hallo|guten (?:tag|morgen)|bis (?:dann|morgen|bald)|leider|entschuldigung
    (?:muchas )?gracias|por favor|hola|buen[oa]s (?:dias|tardes)|hasta (?:manana|luego|pronto)|lo siento|perdon
    дякую|будь ласка|добрий день|до зустрічі|вибачте|на жаль
    شكرا(?: جزيلا| لكم)?|من فضلك|مرحبا|السلام عليكم|صباح الخير|اسف|عذرا
""")
# Those of them that say nothing of whether somebody comes.
POLITE = found_in("""
    merci|svp|stp|s il vous plait|bonjour|bonsoir|desole\\w*|thanks?(?: you)?|please|pls|hello|hi|sorry
    danke|bitte|leider|gracias|por favor|lo siento|дякую|будь ласка|вибачте|شكرا|من فضلك|اسف
""")
YES = either(r"""
    oui+|ouais|ui|yes+|yep|yeah|yup|ja|jawohl|si+|так|ага|نعم|اجل|ايوه|ok+|okay|oki|okey|dac|d accord
    c est (?:ok|bon|note|parfait)
    entendu|parfait|bien sur|(?:bien )?note|confirme[er]?|je confirme|confirmed?|i confirm|all good
    sure|of course|absolutely
    perfect|great|bestatigt|ich bestatige|passt|alles klar|gerne|vale|de acuerdo|claro|confirmo|confirmado|perfecto
    підтверджую|добре|гаразд|звичайно|أؤكد|موافق|تمام|حسنا
""")
_WHO = either("je|j|on|nous|i|we|ich|wir|я|ми|سوف")
_COME = either(r"""
    viens|vient|viendrai|venons|viendrons|serai|sera|serons|suis (?:la|present)|confirme(?: ma (?:presence|venue))?
    (?:ll|will) (?:be|come)|(?:m|am|are) coming|can come|coming|komme|kommen|werde (?:kommen|da sein)|bin da
    ire|voy|vamos|vendre|estare|прийду|буду|прийдемо|سأحضر|سأتي|قادم|سأكون
""")
_HOW = either(r"""
    la|present|presente|presents|bien|au (?:rdv|rendez vous)|a l heure|comme prevu|there|on time|as planned
    da|punktlich|alli|ahi|puntual|вчасно|هناك|في الموعد
""")
I_COME = rf"(?:{_WHO} )?(?:y )?{_COME}(?: {_HOW})*"
COMING = re.compile(rf"(?:1 )?(?:{YES}|{I_COME}|1)(?: (?:{YES}|{I_COME}|{_HOW}))*")
# A yes that may cancel a visit once it was asked: "ok" is too little.
PLAIN_YES = re.compile(either("oui+|yes|ja|si|так|نعم"))
CANCEL_ORDER = found_in("annul(?:er|ez|e|le)|cancel(?: it)?|absagen|stornieren|cancel(?:ar|e)|скасу(?:вати|йте)|الغاء")
NO_ALONE = re.compile(either("2|non+|no+|nope|nan|nein|ні|нет|لا"))

_CAN_NOT = "(?:viens|vient|viendr|pourr|peu[xt]|pouvons|venons|ser)(?:ai|a|ons)? (?:pas|plus)"
NOT_COMING = found_in(rf"""
    (?:je|j|on|nous)(?: ne| n)?(?: y)? {_CAN_NOT}
    empeche(?:e|ment)?|annul\w+|anul\w+
    cancel(?:led|ling|lation)?|(?:can|could|will|won|wo) ?(?:t|not) (?:come|make|be|attend)\b.*
    cannot (?:come|make it|attend)
    (?:cant|wont) (?:come|make it|be there|attend)|not (?:coming|able to)|unable to (?:come|attend|make)
    komme (?:doch )?nicht|kann (?:doch |heute |morgen )?nicht|absagen|stornier\w+|nicht kommen
    no (?:puedo|podre|voy|ire|vendre|podemos)|cancelar|cancelo|cancelen
    не (?:прийду|зможу|можу|буду|прийдемо)|скасу\w+
    لن (?:احضر|اتمكن|استطيع|اتي)|لا (?:استطيع|يمكنني)|الغاء|الغوا
""")
LATE = found_in(r"""
    retard\w*|late|delayed|behind schedule|verspat\w*|tarde|retras\w*|запізн\w*|спізн\w*|опізн\w*
    متاخر\w*|ساتاخر|تاخير|تاخر
""")
_MINUTE = either(r"mn|min|mins|minutes?|minuten|minut[oa]s|хв\w*|دقيق\w*|دقائق|m")
MINUTES = re.compile(rf"\b(?:(\d{{1,3}}) ?(?:a|ou|or|bis|to|o) ?)?(\d{{1,3}}) ?{_MINUTE}\b")
MINUTES_IN_WORDS = (
    (found_in("trois quarts d heure|dreiviertelstunde|three quarters of an hour"), 45),
    (found_in("quart d heure|quarter (?:of an )?hour|viertelstunde|cuarto de hora|чверть години|ربع ساع\\w"), 15),
    (found_in("demi ?heure|half (?:an )?hour|halbe stunde|media hora|пів ?години|نصف ساع\\w"), 30),
    (found_in("une heure|an hour|one hour|eine stunde|una hora|1 ?h|1 heure|1 hour|годину"), 60),
    (found_in("vingtaine|vingt|twenty|zwanzig|veinte|двадцять"), 20),
    (found_in("quinzaine|quinze|fifteen|funfzehn|quince"), 15),
    (found_in("dizaine|dix|ten|zehn|diez|десять"), 10),
    (found_in("cinq|five|funf|cinco"), 5),
    (found_in("trente|thirty|treinta"), 30),
)
MOVE = found_in(r"""
    deplacer|decaler|reporter|repousser|avancer|changer|modifier
    autre (?:jour|creneau|heure|horaire|date|moment|rdv|rendez vous)
    move|reschedul\w*|postpone|rearrange|change (?:the|my|it|time|date|to)
    (?:another|different) (?:day|time|date|slot|appointment)
    verschieben|verlegen|umbuchen|ander\w+ (?:termin|tag|zeit|uhrzeit)
    cambiar|mover|aplazar|posponer|otr[ao] (?:hora|dia|fecha|cita|momento)
    перенес\w*|інш\w+ (?:час|день|дату)|змінити|تغيير|تاجيل|(?:موعد|وقت|يوم) اخر
""")
HELP = re.compile(either("aide|aidez moi|a l aide|help|help me|info|infos|hilfe|ayuda|допомога|مساعد\\w"))
THANKS = re.compile(
    either(r"""
    super|genial|bien recu|recu|top|cool|got it|noted|erhalten|recibido|отримано
""")
)
# A text with one of these says more than its other words: a person reads it.
TURNS = found_in(r"""
    mais|sauf|sinon|si possible|finalement|pas encore|peut etre|(?:je )?(?:ne )?sais pas|plutot|si j|si je
    but|unless|except|maybe|perhaps|not sure|instead|if|might|aber|vielleicht|falls|wenn|oder
    pero|quizas?|tal vez|si puedo|але|можливо|якщо|لكن|ربما|اذا
""")
DO_NOT = found_in(r"""
    (?:ne|n) (?:\w+ ){0,3}?(?:annul\w+|deplac\w+|chang\w+|report\w+|decal\w+)
    pas (?:annul\w+|en retard|de retard)|sans retard
    (?:do not|don t|dont|not|never|no need to|didn t|haven t) (?:\w+ )?(?:cancel\w*|move|change|late|be late)
    (?:do not|don t|dont|not) reschedul\w*
    nicht (?:absagen|stornieren|verschieben|verlegen|abgesagt|zu spat)
    no (?:quiero )?(?:cancel\w+|cambi\w+|mov\w+)|no llegare tarde
    не (?:скасов\w+|скасуй\w*|перенос\w+|запізн\w+)|لا (?:تلغ\w*|تغي\w*|اريد الغاء)
""")
