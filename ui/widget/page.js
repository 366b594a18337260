/* The page that shows this frame. It is heard only if it is the parent and of a listed site, and only in one form; it is
   told only whether the panel is ready, wants to close, has unread messages or waits for a person. */

import { onColour, readable } from "./dom.js";
import { language, speak } from "./words.js";

const SITES = document.querySelector('meta[name="aisle:sites"]').content.split(" ").filter(Boolean);
const ANSWER_MS = 200, LONGEST = 300, ACCENT = "#0b6650";
const KINDS = { product: ["string", null], productUrl: ["string", null], lang: ["string"], dir: ["string"], accent: ["string"], theme: ["string"], shown: ["boolean"], sheet: ["boolean"] };

/* What the page last said of itself. */
export const page = { product: null, productUrl: null, lang: "en", dir: "ltr", accent: ACCENT, theme: "light", shown: false, sheet: false };

let site = null;
let ready = null;
const asked = new Map();

export const tell = (type, more = {}) => site && parent.postMessage({ aisle: 1, type, ...more }, site);

const fits = (value, kinds) => (value === null ? kinds.includes(null) : kinds.includes(typeof value) && String(value).length <= LONGEST);

const isPage = (told) => Boolean(told) && told.aisle === 1 && told.type === "page" && Object.keys(KINDS).every((key) => fits(told[key], KINDS[key]));

/* Call `changed(before, first)` whenever the page has said something of itself. */
export const watchPage = (changed) => {
  if (parent === window) return;
  addEventListener("message", (event) => {
    if (event.source !== parent || !SITES.includes(event.origin) || (site && event.origin !== site) || !isPage(event.data)) return;
    const first = !site;
    const before = { ...page };
    site = event.origin;
    for (const key of Object.keys(KINDS)) page[key] = event.data[key];
    dress();
    const answer = asked.get(event.data.n);
    asked.delete(event.data.n);
    if (answer) answer();
    if (first) ready = speak(page.lang).then(translate);
    ready.then(() => changed(before, first));
  });
};

/* Ask what the page shows at this moment; an answer that does not come in time changes nothing. */
export const askPage = () =>
  new Promise((done) => {
    const n = (askPage.n = (askPage.n || 0) + 1);
    asked.set(n, done);
    tell("page", { n });
    setTimeout(done, ANSWER_MS);
  });

/* The address of a page of the shop; null for any other site, whatever a catalogue or a model may say. */
export const inSite = (url) => {
  try {
    const found = new URL(url, site);
    return SITES.includes(found.origin) ? found.href : null;
  } catch (error) {
    return null;
  }
};

/* The colours of the page, moved until they can be read. */
const dress = () => {
  const html = document.documentElement;
  const dark = page.theme === "dark";
  const accent = readable(/^#[0-9a-f]{6}$/.test(page.accent) ? page.accent : ACCENT, dark);
  html.dataset.theme = dark ? "dark" : "light";
  html.style.setProperty("--accent", accent);
  html.style.setProperty("--on-accent", onColour(accent));
};

const translate = () => {
  document.documentElement.lang = language;
  document.documentElement.dir = page.dir === "rtl" ? "rtl" : "ltr";
};
