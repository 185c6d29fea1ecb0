/** Telephone numbers as people read them. The server sends E.164 or whatever the network delivered. Pure. */

const PAIRS = (n) => n.replace(/(\d\d)(?=\d)/g, "$1 ");
const NATIONAL = {
  FR: { code: "33", length: 9, format: (n) => PAIRS(`0${n}`) },
  ES: { code: "34", length: 9, format: (n) => n.replace(/(\d{3})(\d{2})(\d{2})(\d{2})/, "$1 $2 $3 $4") },
  GB: { code: "44", length: 10, format: (n) => `0${n}`.replace(/(\d{5})(\d{6})/, "$1 $2") },
};

/**
 * A number for the eye: national form in the account's own country, grouped international form elsewhere;
 * anything that is no number as it came, shortened to `max` characters.
 */
export function phone(number, country = "FR", max = 24) {
  const text = String(number ?? "").trim();
  const own = NATIONAL[country];
  if (own && text.startsWith(`+${own.code}`) && /^\+\d+$/.test(text)) {
    const rest = text.slice(own.code.length + 1);
    if (rest.length === own.length) return own.format(rest);
  }
  if (country === "FR" && /^0\d{9}$/.test(text)) return PAIRS(text);
  for (const { code, length, format } of Object.values(NATIONAL)) {
    if (text.startsWith(`+${code}`) && text.length === code.length + 1 + length && /^\+\d+$/.test(text)) {
      return `+${code} ${format(text.slice(code.length + 1)).replace(/^0/, "")}`;
    }
  }
  const points = [...text];
  return points.length > max ? `${points.slice(0, max - 1).join("")}…` : text;
}

/** What to call the person of a record: the contact, else what the network said, else the number. */
export function personOf(record, country) {
  const contact = record?.data?.contact;
  const name = contact && [contact.first_name, contact.last_name].filter(Boolean).join(" ");
  return name || contact?.company || record?.name || phone(record?.number, country);
}
