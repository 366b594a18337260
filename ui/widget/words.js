/* The frame's own words, in the language of the page; what the assistant says comes from the server. To add a language:
   a file words.<language>.js with the same keys (a test compares them), its name in LANGUAGES and in ui/embed.py. */

const LANGUAGES = ["en", "de"];
let spoken = {};
let shopLocale = "en-US";
export let language = "en";

/* Fetch the words for a page's language, e.g. "de-AT"; English for one that is not here. */
export const speak = async (lang) => {
  const found = LANGUAGES.find((each) => lang.toLowerCase().split("-")[0] === each);
  spoken = (await import(`./words.${found || "en"}.js`)).WORDS;
  try {
    language = found ? Intl.getCanonicalLocales(lang)[0] : "en";
  } catch (error) {
    language = found;
  }
};

/* A sentence; {0} and {1} are filled. */
export const t = (key, ...values) => spoken[key].replace(/\{(\d)\}/g, (_, place) => values[place]);
export const products = (count) => (count === 1 ? t("product") : t("products", count));

/* Amounts are written as the server writes them: in the shop's locale, e.g. "en_US". */
export const keepLocale = (locale) => { shopLocale = locale.replace("_", "-"); };
export const money = (minor, currency) => {
  const form = new Intl.NumberFormat(shopLocale, { style: "currency", currency });
  return form.format(minor / 10 ** form.resolvedOptions().maximumFractionDigits);
};
export const decimal = (value) => new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
