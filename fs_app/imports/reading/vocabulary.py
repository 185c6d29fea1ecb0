"""What columns are called in French, English and Spanish. Pure.

Names are compared without accents, capitals and signs: `Tél. (portable)` is `tel portable`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

PHRASES: dict[str, str] = {
    "last_name": "nom|nom de famille|nom famille|nom usage|nom d usage|nom de naissance|nom patronymique|patronyme|"
    "nom client|nom du client|nom contact|nom du contact|nom prospect|nom abonne|name|last name|lastname|surname|"
    "family name|familyname|lname|apellido|apellidos|primer apellido|apellido 1|apellido1|nom 1|nom1|nom complet|"
    "nom prenom|nom et prenom|prenom nom|prenom et nom|full name|fullname|nombre completo|nombre y apellidos|"
    "apellidos y nombre|contact|contact name|interlocuteur|destinataire",
    "first_name": "prenom|prenoms|prenom client|prenom contact|prenom du contact|first name|firstname|given name|"
    "givenname|forename|fname|nombre|nombre de pila|prenom 1|prenom1|pnom",
    "title": "civilite|civ|civilites|titre|titre de civilite|title|salutation|politesse|tratamiento|mr mme|m mme|"
    "formule|cortesia|sr sra|gender title",
    "company": "societe|soc|ste|entreprise|raison sociale|rs|raison soc|raisonsociale|nom societe|nom entreprise|"
    "nom de la societe|nom de l entreprise|company|company name|companyname|organisation|organization|account name|"
    "business|business name|empresa|razon social|nombre empresa|compania|enseigne|etablissement|denomination|"
    "denomination sociale|employeur|firme",
    "category": "categorie|category|categoria|categorie client|type client|type de client|segment|customer type|"
    "tipo cliente|tipo de cliente|profil client",
    "mail": "mail|e mail|email|emails|courriel|mel|adresse mail|adresse email|adresse e mail|adr mail|mail contact|"
    "adresse de messagerie|adresse electronique|email address|e mail address|mail address|correo|correo electronico|"
    "email contact|email client|mail client|email 1|email1|mail 1|mail1|e mail 1|direccion de correo|mail pro|"
    "email pro|mail perso|email perso",
    "address": "adresse|adr|adresse 1|adresse1|adr1|adr 1|adresse postale|adresse complete|rue|voie|numero et voie|"
    "n et voie|num et voie|adresse client|adresse ligne 1|address|address 1|address1|address line 1|street|"
    "street address|mailing address|direccion|direccion 1|direccion postal|domicilio|calle",
    "postal_code": "cp|c p|code postal|codepostal|code post|cod postal|codpostal|cpostal|code postal client|zip|"
    "zip code|zipcode|postal code|postalcode|postcode|post code|codigo postal|cod post|cp client|plz",
    "city": "ville|commune|localite|city|town|ciudad|poblacion|localidad|municipio|bureau distributeur|ville client|"
    "nom commune|libelle commune|nom ville|vil",
    "country": "pays|country|pais|code pays|country code|codigo pais|codigo de pais|pays iso|pays client|land|nation",
    "language": "langue|language|idioma|lang|lengua|langue client|langue parlee|preferred language|code langue",
    "reference": "reference|ref|reference client|ref client|id client|identifiant|identifiant client|code client|"
    "numero client|num client|n client|no client|numero de client|n de client|customer id|customerid|client id|"
    "clientid|idclient|id|uid|guid|customer number|customer no|customer code|account id|account number|contact id|"
    "id contact|cle|cle client|matricule|numero contrat|n contrat|num contrat|numero de contrat|id crm|external id|"
    "external key|record id|id cliente|codigo cliente|codigo de cliente|numero cliente|numero de cliente|referencia|"
    "numero adherent|n adherent|numero dossier|n dossier|dossier|num dossier|id externe|id prospect",
    "description": "description|descriptif|descripcion",
    "memo": "memo|commentaire|commentaires|comm|remarque|remarques|observation|observations|obs|note|notes|comment|"
    "comments|remark|remarks|notas|nota|comentario|comentarios|observaciones|info|infos|information|informations|"
    "info complementaire|infos complementaires|informations complementaires|historique|bloc notes",
    "callback_at": "rappel|rappel le|a rappeler|a rappeler le|date rappel|date de rappel|date heure rappel|"
    "date et heure de rappel|rdv rappel|rappeler le|prochain appel|date prochain appel|callback|call back|"
    "callback date|callback at|call back date|call back at|callback time|next call|next call date|rellamada|"
    "fecha rellamada|fecha de rellamada|volver a llamar|proxima llamada|fecha de llamada|fecha llamada",
    "time_zone": "fuseau|fuseau horaire|fuseaux horaires|time zone|timezone|tz|zona horaria|huso horario|huso",
    "consent.given_at": "date consentement|date de consentement|date du consentement|consentement le|date optin|"
    "date opt in|date de recueil|date recueil|date de collecte|consent date|date of consent|consent at|optin date|"
    "opt in date|fecha consentimiento|fecha de consentimiento|fecha del consentimiento|fecha optin",
    "consent.source": "source consentement|source du consentement|origine consentement|origine du consentement|"
    "source optin|source opt in|source de collecte|canal consentement|consent source|source of consent|optin source|"
    "origen consentimiento|origen del consentimiento|fuente consentimiento|fuente del consentimiento",
    "consent.text": "texte consentement|texte du consentement|mention consentement|mention de consentement|"
    "consent text|consent wording|text of consent|texto consentimiento|texto del consentimiento|libelle consentement",
}
"""Target → what its column may be called."""


def words(said: str) -> frozenset[str]:
    return frozenset(said.split())


NUMBER_WORDS = words(
    "tel telephone telephones tels teleph telephonique phone phones telefono telefonos tlf tfno telf tfn fono gsm "
    "portable port mobile mob mobiles cell cellular cellphone cellulaire movil celular fixe landline msisdn nd ndi "
    "telfixe telport telportable telmobile telpro teldom telperso telbureau numtel notel ntel phonenumber "
    "mobilephone homephone workphone telephone1 smartphone whatsapp standard ligne tph"
)
NUMBER_ALONE = frozenset(
    (
        "numero",
        "num",
        "numeros",
        "number",
        "numbers",
        "n",
        "numero a appeler",
        "numero principal",
        "numero appele",
        "number to call",
        "dial",
        "contact number",
        "numero de contact",
        "numero contacto",
        "numero de contacto",
        "a appeler",
    )
)
NOT_NUMBER = words(
    "fax telecopie telecopieur date type statut status kind etat valide valid operateur operator carrier indicatif "
    "prefixe prefix extension ext poste ip optin opt consentement consent commentaire comment nb marque modele model "
    "produit offre forfait abonnement mail email heure time hora duree duration resultat result nom name vendeur id "
    "horaire disponibilite pays country bloctel liste"
)
MOBILE = words(
    "portable port mobile mob mobiles gsm cell cellular cellphone cellulaire movil celular telport telportable "
    "telmobile mobilephone smartphone whatsapp msisdn"
)
OFFICE = words(
    "bureau pro professionnel professionnelle travail work office business societe entreprise standard oficina "
    "trabajo empresa telpro telbureau workphone direct directe"
)
HOME = words(
    "domicile dom home perso personnel personnelle maison casa particular teldom telperso homephone "
    "prive privee"
)

_SIGNS = re.compile(r"[^0-9a-z]+")
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
_TARGETS = {phrase: target for target, phrases in PHRASES.items() for phrase in phrases.split("|")}


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """Small letters and digits with single blanks between the words."""
    name = _CAMEL.sub(" ", name[:200]) if not name.isupper() else name[:200]
    plain = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe"))
    return _SIGNS.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


def target_of(name: str) -> tuple[str, float]:
    """(target, how sure: 0 to 1); `number` stands for any number. ("", 0) when the name says nothing."""
    said_name = folded(name)
    if not said_name:
        return "", 0.0
    if said_name in NUMBER_ALONE:
        return "number", 0.6
    if said_name in _TARGETS:
        return _TARGETS[said_name], _SURE.get(said_name, 0.95)
    parts = said_name.split()
    without = [p.rstrip("0123456789") or p for p in parts if not p.isdigit()]
    said = set(parts) | set(without)
    if said & NUMBER_WORDS and not said & NOT_NUMBER:
        return "number", 0.95
    if said & {"fax", "telecopie", "telecopieur"}:
        return "", 0.0
    bare = " ".join(without)
    if bare in NUMBER_ALONE:
        return "number", 0.6
    glued = bare.replace(" ", "")
    if glued in _GLUED:
        return _GLUED[glued], 0.85
    if bare in _TARGETS and len(without) == len(parts):
        return _TARGETS[bare], 0.85
    for count in (3, 2, 1):
        for phrase in (" ".join(without[:count]), " ".join(without[-count:])):
            if len(without) > count and phrase in _TARGETS and len(phrase) > 3:
                return _TARGETS[phrase], 0.55
    return "", 0.0


def number_kind(name: str) -> str:
    """`mobile`, `office`, `home`, or "" when the name does not say."""
    parts = folded(name).split()
    said = {p.rstrip("0123456789") or p for p in parts}
    if said & MOBILE:
        return "mobile"
    if said & OFFICE:
        return "office"
    return "home" if said & HOME else ""


def is_known(name: str) -> bool:
    """Whether a cell is a column's name rather than what stands below one."""
    return len(name) <= 80 and target_of(name)[1] >= 0.55


_SURE = {
    "name": 0.7,
    "contact": 0.55,
    "id": 0.7,
    "info": 0.7,
    "title": 0.8,
    "titre": 0.7,
    "rs": 0.6,
    "business": 0.6,
    "nombre": 0.8,
    "rappel": 0.75,
    "callback": 0.75,
    "segment": 0.6,
    "land": 0.5,
    "nation": 0.6,
    "formule": 0.5,
    "cle": 0.6,
    "dossier": 0.6,
    "historique": 0.6,
}
_GLUED = {phrase.replace(" ", ""): target for phrase, target in _TARGETS.items() if len(phrase) > 3}
