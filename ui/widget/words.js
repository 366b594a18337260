/* The frame's own words, by language. What the assistant says comes from the server; a language that is not here is
   English. To add one: one more object with the same keys (a test compares them). */

export const WORDS = {
  en: {
    assistant: "AI assistant", agent: "Customer service", you: "You", shop_person: "Talk to a person", close: "Close", back: "Back", new: "New conversation",
    message: "Your message", placeholder: "Write a message", send: "Send", stop: "Stop", stop_long: "Stop the answer", starters: "Ask, or begin with one of these:",
    opening: "Opening your conversation …", shop_opening: "The shop is just opening. You can write already.", thinking: "Thinking …", stopped: "Stopped. What was found so far stays here.",
    slow: "This takes longer than usual …", offline: "The connection is gone. Your message is kept.", unreachable: "The assistant cannot be reached just now. Your shopping goes on without it.", again: "Try again",
    conversation: "Conversation", looking_for: "What you are looking for:", remove_wish: "{0}: remove this wish", about: "You are looking at:", about_off: "Ask in general instead",
    cart: "Cart", cart_empty: "Cart, empty", cart_count: "Cart, {0}", cart_title: "Your cart", cart_none: "Your cart is empty.", add: "Add to cart", added: "Added to your cart", view_cart: "View cart", which: "Which one: {0}",
    sold_out: "Sold out", one_less: "One less: {0}", one_more: "One more: {0}", remove: "Remove: {0}", quantity: "Quantity: {0}", subtotal: "Subtotal", saving: "You save, already taken off", save: "Save {0}", before_price: "Before: {0}",
    shipping: "Shipping", free: "Free", total: "Total", checkout: "Checkout", undo: "Undo", undone: "Undone.",
    met: "met", not_met: "not met", not_stated: "not stated by the shop", missing: "not stated", why: "Why this", dismiss: "Not for me", dismissed: "Noted. You will not be shown this again.", details: "Details", shop_page: "Open in the shop",
    like: "More like this", like_say: "More like “{0}”", rating: "Rated {0} of 5 by {1} buyers", no_rating: "No reviews yet", without: "Without ‘{0}’: {1}", products: "{0} products", product: "1 product",
    order: "Order", placed: "Placed", shipped: "Shipped", delivered: "Delivered", cancelled: "Cancelled", not_yet: "not yet", arrives: "Arrives", arrived: "Arrived", refunded: "Refunded: {0}", no_orders: "You have no orders yet.", guest_orders: "You are here as a guest: only orders of this visit can be shown.",
    now: "Now", after: "After", amount: "Amount", yes: "Yes, do it", no: "No, leave it", until_choice: "Nothing happens until you choose.", open_until: "Open until", covered: "Something covers this button. Please make it visible and choose again.",
    sources: "From the shop’s policies:", no_policy: "The shop’s policies say nothing about this.", comparison: "Comparison", person_coming: "A person will answer here.", queue: "You are number {0} in the queue. You can go on writing; what you write is kept for them.", subject: "Subject: {0}.",
    in_queue: "Waiting for a person: number {0} in the queue", in_queue_soon: "Waiting for a person", leave_queue: "Stop waiting", with_agent: "You are talking with {0}", give_back: "Back to the assistant", back_again: "The AI assistant is here again.", passed_on: "{0} reads your message.", handing: "Asking a person to join …",
    with_products: "{0} products shown", ended: "This visit has ended. A new one begins with your next message.", not_kept: "This browser keeps nothing for this site: a new page begins a new conversation.", details_loading: "Fetching the product …", versions: "Versions",
  },
  de: {
    assistant: "KI-Assistent", agent: "Kundenservice", you: "Sie", shop_person: "Mit einem Menschen sprechen", close: "Schließen", back: "Zurück", new: "Neues Gespräch",
    message: "Ihre Nachricht", placeholder: "Nachricht schreiben", send: "Senden", stop: "Stopp", stop_long: "Antwort anhalten", starters: "Fragen Sie, oder beginnen Sie hiermit:",
    opening: "Ihr Gespräch wird geöffnet …", shop_opening: "Der Laden öffnet gerade. Sie können schon schreiben.", thinking: "Einen Moment …", stopped: "Angehalten. Was gefunden wurde, bleibt stehen.",
    slow: "Das dauert länger als sonst …", offline: "Die Verbindung ist weg. Ihre Nachricht bleibt erhalten.", unreachable: "Der Assistent ist gerade nicht erreichbar. Ihr Einkauf geht auch ohne ihn weiter.", again: "Noch einmal versuchen",
    conversation: "Gespräch", looking_for: "Was Sie suchen:", remove_wish: "{0}: diesen Wunsch entfernen", about: "Sie sehen gerade:", about_off: "Lieber allgemein fragen",
    cart: "Warenkorb", cart_empty: "Warenkorb, leer", cart_count: "Warenkorb, {0}", cart_title: "Ihr Warenkorb", cart_none: "Ihr Warenkorb ist leer.", add: "In den Warenkorb", added: "Liegt im Warenkorb", view_cart: "Zum Warenkorb", which: "Ausführung: {0}",
    sold_out: "Ausverkauft", one_less: "Eins weniger: {0}", one_more: "Eins mehr: {0}", remove: "Entfernen: {0}", quantity: "Menge: {0}", subtotal: "Zwischensumme", saving: "Ersparnis, schon abgezogen", save: "{0} gespart", before_price: "Vorher: {0}",
    shipping: "Versand", free: "Kostenlos", total: "Summe", checkout: "Zur Kasse", undo: "Rückgängig", undone: "Rückgängig gemacht.",
    met: "erfüllt", not_met: "nicht erfüllt", not_stated: "vom Laden nicht angegeben", missing: "nicht angegeben", why: "Warum dieses", dismiss: "Nichts für mich", dismissed: "Verstanden. Das wird Ihnen nicht mehr gezeigt.", details: "Einzelheiten", shop_page: "Im Laden öffnen",
    like: "Ähnliche", like_say: "Mehr wie „{0}“", rating: "{0} von 5 bei {1} Bewertungen", no_rating: "Noch keine Bewertungen", without: "Ohne ‚{0}‘: {1}", products: "{0} Produkte", product: "1 Produkt",
    order: "Bestellung", placed: "Aufgegeben", shipped: "Verschickt", delivered: "Zugestellt", cancelled: "Storniert", not_yet: "noch nicht", arrives: "Kommt an", arrived: "Angekommen", refunded: "Erstattet: {0}", no_orders: "Sie haben noch keine Bestellungen.", guest_orders: "Sie sind als Gast hier: nur Bestellungen dieses Besuchs können gezeigt werden.",
    now: "Jetzt", after: "Danach", amount: "Betrag", yes: "Ja, ausführen", no: "Nein, so lassen", until_choice: "Bis zu Ihrer Wahl geschieht nichts.", open_until: "Gültig bis", covered: "Etwas verdeckt diesen Knopf. Bitte machen Sie ihn sichtbar und wählen Sie noch einmal.",
    sources: "Aus den Regeln des Ladens:", no_policy: "Die Regeln des Ladens sagen dazu nichts.", comparison: "Vergleich", person_coming: "Hier antwortet gleich ein Mensch.", queue: "Sie sind Nummer {0} in der Warteschlange. Sie können weiterschreiben; alles bleibt erhalten.", subject: "Thema: {0}.",
    in_queue: "Warten auf einen Menschen: Nummer {0}", in_queue_soon: "Warten auf einen Menschen", leave_queue: "Nicht mehr warten", with_agent: "Sie sprechen mit {0}", give_back: "Zurück zum Assistenten", back_again: "Der KI-Assistent ist wieder da.", passed_on: "{0} liest Ihre Nachricht.", handing: "Ein Mensch wird dazugeholt …",
    with_products: "{0} Produkte gezeigt", ended: "Dieser Besuch ist zu Ende. Mit Ihrer nächsten Nachricht beginnt ein neuer.", not_kept: "Dieser Browser behält für diese Seite nichts: auf der nächsten Seite beginnt ein neues Gespräch.", details_loading: "Das Produkt wird geholt …", versions: "Ausführungen",
  },
};

let spoken = WORDS.en;
let shopLocale = "en-US";
export let language = "en";

/* Choose the language of a page, e.g. "de-AT"; one that browsers do not know is English too. */
export const speak = (lang) => {
  const found = WORDS[String(lang).slice(0, 2).toLowerCase()];
  spoken = found || WORDS.en;
  try {
    language = found ? Intl.getCanonicalLocales(lang)[0] : "en";
  } catch (error) {
    language = "en";
  }
};

/* Amounts are written as the server writes them: in the shop's locale, e.g. "en_US". */
export const keepLocale = (locale) => { shopLocale = String(locale).replace("_", "-"); };
export const money = (minor, currency) => {
  const form = new Intl.NumberFormat(shopLocale, { style: "currency", currency });
  return form.format(minor / 10 ** form.resolvedOptions().maximumFractionDigits);
};
export const decimal = (value) => new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);

/* A sentence; {0} and {1} are filled. */
export const t = (key, ...values) => spoken[key].replace(/\{(\d)\}/g, (_, place) => values[Number(place)]);
export const products = (count) => (count === 1 ? t("product") : t("products", count));
