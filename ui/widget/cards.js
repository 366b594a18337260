/* From a piece of evidence to nodes. Decides nothing: amounts, verdicts and sentences are the server's; what a click does
   is told by `house` (frame.js), which also knows where links may lead. */

import { button, el, hidden, icon, markdown, moment, words } from "./dom.js";
import { whyPanel } from "./profile.js";
import { decimal, language, money, products, t } from "./words.js";

const LOCAL_IMAGE = /^\/images\/[\w.%-]+$/;
const HOSTED_IMAGE = /^https:\/\/[^\s"'<>\\]+$/;

/* Hosts of pictures are held by the frame's own policy; here only their form is. */
const picture = (src) => {
  const holder = el("span", { class: "picture", "aria-hidden": "true" }, icon("box", 40));
  if (src && (LOCAL_IMAGE.test(src) || HOSTED_IMAGE.test(src))) {
    holder.append(el("img", { src, alt: "", width: 400, height: 300, loading: "lazy", decoding: "async", onerror: (event) => event.target.remove() }));
  }
  return holder;
};

const price = (thing) => {
  const was = thing.list_price && thing.list_price.minor > thing.price.minor ? thing.list_price : null;
  return el("p", { class: "price" }, el("span", { class: "now", text: thing.price.text }), was && " ", was && el("s", { class: "was" }, hidden(t("before_price", "")), was.text), was && el("span", { class: "saving", text: t("save", money(was.minor - thing.price.minor, was.currency)) }));
};

const rating = (item) =>
  item.rating === null
    ? el("p", { class: "rating muted", text: t("no_rating") })
    : el("p", { class: "rating" }, icon("star", 16), el("span", { "aria-hidden": "true" }, decimal(item.rating), el("span", { class: "muted", text: ` (${item.rating_count})` })), hidden(t("rating", decimal(item.rating), item.rating_count)));

const verdicts = (wishes) =>
  wishes.length > 0 &&
  el("ul", { class: "verdicts" }, wishes.map((wish) => el("li", { class: wish.verdict }, icon(wish.verdict, 16), el("span", {}, words(wish.label), hidden(`: ${t(wish.verdict)}`)))));

const why = (sentences) =>
  sentences.length > 0 && el("details", { class: "why" }, el("summary", { text: t("why") }), el("ul", {}, sentences.map((sentence) => el("li", {}, words(sentence)))));

const variantName = (variant, onePrice) => [variant.label, onePrice ? "" : variant.price.text, variant.in_stock === false ? t("sold_out").toLowerCase() : ""].filter(Boolean).join(" · ");

const buy = (item, house) => {
  const soldOut = item.in_stock === false;
  const onePrice = new Set(item.variants.map((variant) => variant.price.minor)).size < 2;
  const choice = item.variants.length > 1 &&
    el("select", { "aria-label": t("which", item.title) }, item.variants.map((variant) =>
      el("option", { value: variant.variant_id, selected: variant.variant_id === item.variant_id, disabled: variant.in_stock === false, text: variantName(variant, onePrice) })));
  const label = soldOut ? t("sold_out") : t("add");
  return el("div", { class: "buy" }, choice, button({ class: "button primary", disabled: soldOut, "aria-label": `${label}: ${item.title}`, onclick: (event) => house.add(event.currentTarget, item, choice ? choice.value : item.variant_id) }, label));
};

/* The title leads to the shop's own page where there is one, else to the details. */
const title = (item, house) => {
  const page = house.productPage(item);
  const open = page
    ? el("a", { class: "card-open", href: page, target: "_top", rel: "noopener", title: item.title, onclick: () => house.record("click", item) })
    : button({ class: "card-open", title: item.title, onclick: () => house.details(item) });
  open.append(words(item.title));
  return el("h3", { class: "title" }, open);
};

const stock = (item) => item.in_stock === false ? el("p", { class: "stock out", text: t("sold_out") }) : item.stock_text && el("p", { class: "stock", text: item.stock_text });

export const card = (item, house) =>
  el("article", { class: "card", "aria-label": item.title, "data-product": item.id }, picture(item.image),
    el("div", { class: "card-body" }, item.sponsored && el("p", { class: "sponsored", text: t("sponsored") }), title(item, house), price(item), el("div", { class: "meta" }, rating(item), stock(item)), verdicts(item.wishes), why(item.why),
      el("div", { class: "card-actions" }, buy(item, house),
        el("div", { class: "quiet" },
          button({ class: "link", "aria-label": `${t("details")}: ${item.title}`, onclick: () => house.details(item) }, t("details")),
          button({ class: "link", "aria-label": `${t("like")}: ${item.title}`, onclick: () => house.like(item) }, t("like")),
          button({ class: "link", "aria-label": `${t("dismiss")}: ${item.title}`, onclick: (event) => house.dismiss(event.currentTarget.closest(".card"), item) }, t("dismiss"))))));

const facts = (attributes) => attributes.length > 0 && el("dl", { class: "facts" }, attributes.map((fact) => el("div", {}, el("dt", {}, words(fact.label)), el("dd", {}, words(fact.text)))));

/* Everything that is known of a product, for a view of its own. */
export const details = (item, house) => {
  const page = house.productPage(item);
  return [
    picture(item.image),
    el("div", { class: "pad" }, el("h2", { tabindex: "-1" }, words(item.title)), item.brand && el("p", { class: "muted" }, words(item.brand)), price(item), el("div", { class: "meta" }, rating(item), stock(item)), verdicts(item.wishes || []), buy(item, house),
      page && el("a", { class: "button block", href: page, target: "_top", rel: "noopener" }, t("shop_page")),
      el("div", { class: "words", dir: "auto" }, markdown(item.description, house.link)), facts(item.attributes), why(item.why)),
  ];
};

/* ---------- the cart ---------- */

const totals = (cart) => {
  const row = (kind, name, text) => el("div", { class: kind }, el("dt", { text: name }), el("dd", { text }));
  return [
    el("dl", { class: "totals" }, row("", t("subtotal"), cart.subtotal.text), cart.discount.minor > 0 && row("saving", t("saving"), cart.discount.text), row("", t("shipping"), cart.shipping.minor ? cart.shipping.text : t("free")), row("total", t("total"), cart.total.text)),
    cart.tax_note && el("p", { class: "muted small" }, words(cart.tax_note)),
  ];
};

const checkout = (cart, house) => {
  const url = cart.lines.length > 0 && house.shopLink(cart.checkout_url);
  return url && el("a", { class: "button primary block", href: url, target: "_top", rel: "noopener" }, t("checkout"));
};

/* The cart with its controls, for a view of its own. */
export const cartView = (cart, house) => {
  if (!cart.lines.length) return [el("p", { class: "muted empty", text: t("cart_none") })];
  const line = (each) =>
    el("li", { class: "cart-line", "data-variant": each.variant_id }, picture(each.image),
      el("div", { class: "cart-text" }, el("p", { class: "line-title" }, words(each.title)), each.options && el("p", { class: "muted small" }, words(each.options)), each.changes.map((change) => el("p", { class: "small changed" }, icon("info", 16), words(change))),
        el("div", { class: "cart-row" },
          el("span", { class: "stepper" },
            button({ class: "icon-button", "aria-label": each.quantity > 1 ? t("one_less", each.title) : t("remove", each.title), onclick: (event) => house.quantity(event.currentTarget, each.variant_id, each.quantity - 1) }, icon("minus", 16)),
            el("span", { class: "num", "aria-label": t("quantity", each.quantity), text: each.quantity }),
            button({ class: "icon-button", "aria-label": t("one_more", each.title), disabled: each.quantity >= 99, onclick: (event) => house.quantity(event.currentTarget, each.variant_id, each.quantity + 1) }, icon("plus", 16))),
          el("span", { class: "num", text: each.total.text }))));
  return [el("ul", { class: "cart-lines" }, cart.lines.map(line)), totals(cart), checkout(cart, house)];
};

const cart = (fact, house) => {
  if (!fact.lines.length) return el("div", { class: "panel" }, fact.changed && el("p", {}, words(fact.changed)), el("p", { text: t("cart_none") }));
  return el("div", { class: "panel" },
    fact.changed && el("p", { class: "panel-title" }, icon("met"), words(fact.changed)),
    el("ul", { class: "brief" }, fact.lines.map((line) => [el("li", {}, el("span", {}, el("span", { class: "num", text: `${line.quantity} × ` }), words(line.title)), el("span", { class: "num", text: line.total.text })), line.changes.map((change) => el("li", { class: "small changed" }, icon("info", 16), words(change)))]).flat(2)),
    totals(fact),
    el("div", { class: "row" }, button({ class: "button", onclick: () => house.cart() }, t("view_cart")), fact.undo && button({ class: "link", onclick: (event) => house.undo(event.currentTarget, fact.undo) }, t("undo"))),
    checkout(fact, house));
};

/* ---------- the rest ---------- */

const slate = (fact, house) =>
  el("section", { class: "slate", "aria-label": fact.heading || null }, fact.heading && el("p", { class: "slate-head" }, words(fact.heading)),
    fact.products.length > 0 && el("ol", { class: "cards", "data-shown": fact.products.length }, fact.products.map((item) => el("li", {}, card(item, house)))),
    fact.relaxations.length > 0 && el("div", { class: "answers", role: "group" }, fact.relaxations.map((way) => button({ class: "answer", onclick: () => house.unwish(way) }, words(t("without", way.label, products(way.count)), "span")))));

const product = (fact, house) => {
  const item = fact.product;
  return el("section", { class: "slate" }, el("ol", { class: "cards", "data-shown": 1 }, el("li", {}, card(item, house))), facts(item.attributes.slice(0, 6)));
};

const comparison = (fact, house) =>
  el("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": t("comparison") },
    el("table", { class: "comparison" },
      el("thead", {}, el("tr", {}, el("td"), fact.products.map((item) => el("th", { scope: "col", "data-product": item.id }, picture(item.image), title(item, house), price(item), rating(item), buy(item, house))))),
      el("tbody", {}, fact.rows.map((row) => el("tr", { class: row.differs ? "differs" : "" }, el("th", { scope: "row" }, words(row.label)), row.values.map((value) => el("td", {}, value === null ? el("span", { class: "muted", text: t("missing") }) : words(value))))))));

const STEPS = { placed: "placed_at", shipped: "shipped_at", delivered: "delivered_at" };
const order = (each, tracked) => {
  const arrives = each.status !== "cancelled" && (each.delivered_at || each.expected_at);
  const steps = each.status === "cancelled" ? { placed: "placed_at", cancelled: "cancelled_at" } : STEPS;
  return el("article", { class: "panel" },
    el("p", { class: "panel-title" }, icon("box"), el("span", {}, `${t("order")} `, words(each.id)), el("span", { class: "tag" }, words(each.status_text))),
    arrives && el("p", {}, `${each.delivered_at ? t("arrived") : t("arrives")} `, moment(arrives, language)),
    tracked && el("ol", { class: "steps" }, Object.entries(steps).map(([name, at]) => el("li", { class: each[at] ? "done" : "" }, el("span", { text: t(name) }), " ", each[at] ? moment(each[at], language) : el("span", { class: "muted", text: t("not_yet") })))),
    each.carrier && el("p", { class: "muted" }, words([each.carrier, each.tracking_code].filter(Boolean).join(" · "))),
    el("ul", { class: "brief" }, each.lines.map((line) => el("li", {}, el("span", {}, el("span", { class: "num", text: `${line.quantity} × ` }), words(line.title)), el("span", { class: "num", text: line.total.text })))),
    el("p", { class: "sum" }, el("span", { text: t("total") }), el("strong", { class: "num", text: each.total.text })),
    each.refunded && each.refunded.minor > 0 && el("p", { class: "muted", text: t("refunded", each.refunded.text) }));
};
const orders = (fact) =>
  el("section", { class: "orders" }, fact.orders.length ? fact.orders.map((each) => order(each, fact.tracked)) : el("div", { class: "panel" }, el("p", { text: fact.signed_in ? t("no_orders") : t("guest_orders") })));

export const proposal = (fact, house) => {
  const row = (name, text, more = "") => el("div", {}, el("dt", { text: name }), el("dd", { class: more }, words(text)));
  const node = el("section", { class: `panel proposal ${fact.status}`, "aria-label": fact.title },
    el("p", { class: "panel-title" }, icon("swap"), words(fact.title)),
    el("dl", { class: "change-list" }, row(t("now"), fact.before), row(t("after"), fact.after), fact.amount && row(t("amount"), fact.amount.text, "num")));
  if (fact.status !== "open") {
    node.append(el("p", { class: "outcome", tabindex: "-1" }, icon(fact.status === "done" ? "met" : "info", 16), words(fact.outcome)));
    return node;
  }
  const yes = button({ class: "button primary" }, t("yes"));
  const no = button({ class: "button", onclick: () => house.decide(node, fact, "decline") }, t("no"));
  const said = el("p", { class: "muted small", role: "status" }, `${t("until_choice")} ${t("open_until")} `, moment(fact.expires_at, language, false), ".");
  const seen = house.watchVisible(yes);
  yes.addEventListener("click", () => (seen() ? house.decide(node, fact, "confirm") : (said.textContent = t("covered"))));
  node.append(el("div", { class: "row" }, yes, no), said);
  return node;
};

const notice = (sign, ...children) => el("div", { class: "panel notice", role: "note" }, icon(sign), el("div", {}, ...children));

export const sources = (found, house) => {
  const links = found.map((source) => source.url && house.link(source.url, source.title)).filter(Boolean);
  return links.length > 0 && el("nav", { class: "sources", "aria-label": t("sources") }, el("span", { class: "muted", text: t("sources") }), links.map((link) => [" ", link]).flat());
};

const EVIDENCE = {
  slate, product, comparison, cart, orders, proposal,
  policy: (fact, house) => (fact.sections.length ? sources(fact.sections, house) : notice("page", el("p", { text: t("no_policy") }))),
  refusal: (fact) => notice("info", el("p", {}, words(fact.message))),
  profile: (fact, house) => house.known(fact),
  why: whyPanel,
  hand_over: (fact) => notice("person", el("p", {}, el("strong", { text: t("person_coming") })), el("p", { class: "muted" }, t("queue", fact.position), fact.reason && " ", fact.reason && words(t("subject", fact.reason)))),
};

/* Draw one piece of evidence; null for a kind that this version does not know. */
export const evidence = (fact, house) => (Object.prototype.hasOwnProperty.call(EVIDENCE, fact.type) ? EVIDENCE[fact.type](fact, house) || null : null);
