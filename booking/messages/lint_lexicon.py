"""Words that a store's own texts must not hold, or had better not: folded, without accents. Pure.

A word that ends in `*` stands for all that begin with it. Words of several languages stand together: a manager may
write any of them in any text.
"""

# Replies that carriers and their providers take for "no more texts", or that people would send instead of the link.
OPT_OUT_WORDS = (
    *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"),
    *("arret", "arreter", "annuler", "annulation", "desabonner", "desabo", "fin"),
    *("stornieren", "absagen", "abbestellen", "abmelden", "cancelar", "anular", "baja", "parar"),
    *("стоп", "скасувати", "відмінити", "відписатися", "الغاء", "ايقاف", "توقف", "الغ"),
)
# Without capitals these are words like others: "until the end", « la fin ».
ALSO_COMMON = frozenset({"end", "fin", "quit", "parar", "baja"})
REPLY = (
    *("reply", "replies", "respond", "answer", "text us", "text back", "write back"),
    *("repond*", "reponse", "antwort*", "respond*", "respuest*", "conteste*"),
    *("відповідаите", "відповідаи", "відповідь", "відповісти", "відповіддю", "رد", "ردوا", "الرد", "اجب", "اجيبوا"),
)
ASK_TO_REPLY = (
    *REPLY,
    *("text", "send", "envoy*", "tapez", "taper", "retourn*", "sende*", "schick*", "envi*", "mande"),
    *("відповід*", "надішл*", "напиш*", "ارسل", "ارسال"),
)
# Beside a word for a reply they say that there is none: "please do not reply", « ne répondez pas ».
NO_REPLY = (
    *("not", "don't", "dont", "no", "cannot", "can't", "without", "ne", "pas", "sans", "inutile", "aucune"),
    *("nicht", "keine", "ohne", "sin", "не", "без", "لا", "بدون", "دون"),
)

# Offers: a text with one is advertising, whatever else it says.
MARKETING = (
    *("promo*", "solde*", "remise*", "reduction*", "rabais", "destockage", "parrainage", "fidelite"),
    *("discount*", "voucher*", "coupon*", "clearance", "cashback", "sale"),
    *("rabatt*", "gutschein*", "sonderangebot*", "schnappchen", "ausverkauf"),
    *("descuento*", "rebaja*", "oferta*", "cupon*", "знижк*", "акці*", "розпродаж*", "تخفيض*", "خصم", "عرض"),
)
MAYBE_MARKETING = (
    *("offre*", "gratuit*", "cadeau*", "nouveaut*", "profitez", "decouvrez", "offer*", "free", "gift*", "deal*"),
    *(
        "angebot*",
        "kostenlos*",
        "geschenk*",
        "gratis",
        "regalo*",
        "novedad*",
        "безкоштовн*",
        "подарунок",
        "مجان*",
        "هدية",
    ),
)

# What only a visit about somebody's health is about.
HEALTH = (
    *("vih", "sida", "vaccin*", "depistage*", "diagnosti*", "chirurgi*", "cancer*", "grossesse", "contracepti*"),
    *("ivg", "psychiatr*", "psycholog*", "addict*", "diabet*", "covid*", "prise de sang", "fertilit*"),
    *("hiv", "aids", "vaccinat*", "screening", "surgery", "pregnan*", "abortion", "blood test", "sti", "std"),
    *("impf*", "schwanger*", "krebs*", "blutabnahme", "vacuna*", "embaraz*", "cirugia", "analisis de sangre"),
    *("щеплен*", "вакцин*", "вагітн*", "операці*", "діагноз*", "لقاح", "تطعيم", "حمل", "سرطان", "جراح*"),
)
MAYBE_HEALTH = (
    *("ordonnance*", "medecin*", "medica*", "traitement*", "vitale", "patient*", "symptome*", "maladie*", "examen*"),
    *(
        "prescription*",
        "doctor*",
        "treatment*",
        "illness*",
        "symptom*",
        "rezept*",
        "arzt*",
        "krankheit*",
        "behandlung*",
    ),
    *(
        "receta*",
        "tratamiento*",
        "enfermedad*",
        "рецепт*",
        "лікар*",
        "лікуван*",
        "хвороб*",
        "وصفة",
        "طبيب",
        "علاج",
        "مرض",
    ),
)
# They are in every text, and say nothing of why somebody comes.
NO_PURPOSE = frozenset(
    {"visit", "visite", "rendez-vous", "rendez vous", "appointment", "besuch", "termin", "visita", "cita", "візит"}
)
# Ends of addresses, by which one is known without http.
DOMAINS = (
    *("fr", "com", "net", "org", "eu", "io", "de", "es", "be", "ch", "lu", "mc", "uk", "ua", "it", "info", "shop"),
    *("store", "app", "ly", "me", "co", "gl", "site", "online", "link", "biz", "page", "dev", "example", "укр", "рф"),
    *(
        "xyz",
        "top",
        "click",
        "club",
        "live",
        "ru",
        "nl",
        "pt",
        "pl",
        "ca",
        "tv",
        "cc",
        "cn",
        "gd",
        "gy",
        "paris",
        "bzh",
    ),
)
