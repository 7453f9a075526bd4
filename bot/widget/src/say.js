// What the script says: its words, which the server put in the page, and one polite live region.

const region = () => document.getElementById("announcer");

export function readWords() {
  return JSON.parse(region().dataset.words);
}

// Say something once: words, or {text, lang}. A new paragraph is read out; taking it away later is not.
export function announce(what) {
  const { text, lang } = typeof what === "string" ? { text: what } : what;
  const said = document.createElement("p");
  if (lang) said.lang = lang;
  said.textContent = text;
  region().append(said);
  setTimeout(() => said.remove(), 10000);
}

export function clockTime(date) {
  const parts = new Intl.DateTimeFormat("en-GB", {
    hour: "numeric",
    minute: "2-digit",
    hour12: true,
    timeZone: "Europe/London",
  });
  return parts.format(date).replace(/\s/g, "").toLowerCase();
}

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Only a secure context has randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
