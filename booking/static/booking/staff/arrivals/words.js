// The words of the screen, handed over by the page in the reader's language: none stand in these files.

const handed = document.getElementById("arrivals-words");
export const words = handed ? JSON.parse(handed.textContent) : {};
const plural = new Intl.PluralRules(document.documentElement.lang || "en");

/** Put values into a text: "{name} is here". */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Say how many, in the form that the number asks for. */
export function counted(forms, count) {
  return fill(plural.select(count) === "one" ? forms.one : forms.other, { count });
}

const formats = new Map(); // one takes longer to make than a tap may

function formatOf(zone) {
  if (!formats.has(zone)) {
    formats.set(zone, new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }));
  }
  return formats.get(zone);
}

/** Say an instant as a clock on the store's wall shows it. */
export function clock(moment, zone) {
  const parts = formatOf(zone).formatToParts(moment);
  const of = (type) => parts.find((part) => part.type === type).value;
  const hour = words.clock.is_padded ? of("hour") : String(Number(of("hour")));
  return words.clock.text.replace("{hour}", hour).replace("{minute:02d}", of("minute"));
}
