"""The words of mails that the program writes by itself."""

from __future__ import annotations

VOICEMAIL = {
    "fr": (
        "Message vocal de {{call_number}}",
        "Un message vocal a été laissé le {{call_date}} à {{call_time}}.\n\n"
        "De : {{call_number}} {{call_name}}\nBoîte : {{box}}\nDurée : {{length}}\n",
    ),
    "en": (
        "Voice message from {{call_number}}",
        "A voice message was left on {{call_date}} at {{call_time}}.\n\n"
        "From: {{call_number}} {{call_name}}\nMailbox: {{box}}\nLength: {{length}}\n",
    ),
    "es": (
        "Mensaje de voz de {{call_number}}",
        "Se dejó un mensaje de voz el {{call_date}} a las {{call_time}}.\n\n"
        "De: {{call_number}} {{call_name}}\nBuzón: {{box}}\nDuración: {{length}}\n",
    ),
}
"""Language → subject, text."""

TEST = {
    "fr": ("Essai", "Ceci est un essai de {{account_name}}."),
    "en": ("Test", "This is a test from {{account_name}}."),
    "es": ("Prueba", "Esto es una prueba de {{account_name}}."),
}
