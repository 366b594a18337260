/* What the shop knows about the shopper: in a view of its own, and in the conversation where it was asked for. Decides
   nothing: the switch, the crosses and the buttons ask the server, and what it then knows is drawn. */

import { button, el, icon, words } from "./dom.js";
import { t } from "./words.js";

/* The nodes of a profile; `change` asks for (method, path, body) and draws what comes back. */
const parts = (fact, change) => {
  const box = el("input", { type: "checkbox", role: "switch", checked: fact.kept, onchange: () => change(box, "PUT", "/profile", { keep: box.checked }) });
  const text = (entry) => [entry.kind === "likes" || entry.kind === "price" ? "" : "− ", entry.label, entry.low && `: ${entry.low.text} – ${entry.high.text}`].filter(Boolean).join("");
  const chip = (entry) => el("li", {}, button({ class: "chip", "aria-label": t("forget_one", text(entry)), onclick: (event) => change(event.currentTarget, "DELETE", `/profile/entries/${encodeURIComponent(entry.id)}`) }, words(text(entry)), icon("close", 16)));
  const erase = button({ class: "link", onclick: () => (fact.erase_asked ? change(erase, "DELETE", "/profile") : ask()) }, t(fact.erase_asked ? "erase_sure" : "erase"));
  const ask = () => { fact.erase_asked = true; erase.textContent = t("erase_sure"); };
  return [
    fact.done_text && el("p", {}, words(fact.done_text)),
    fact.offered && el("label", { class: "switch" }, box, el("span", {}, el("strong", { text: t("remember") }), el("span", { class: "muted small", text: t("remember_how") }))),
    fact.state_text && el("p", { class: "muted" }, words(fact.state_text)),
    fact.entries.length > 0 && el("ul", { class: "chips" }, fact.entries.map(chip)),
    fact.kept && erase,
  ].filter(Boolean);
};

/* Why a product stands where it stands. */
export const whyPanel = (fact) =>
  el("section", { class: "panel" }, el("p", { class: "panel-title" }, icon("info"), words(fact.product.title)), el("ul", { class: "brief" }, fact.product.why.map((sentence) => el("li", {}, words(sentence)))));

/* What clicks do about it; `frame` lends { ask, busyNode, openView }. */
export const profileHouse = (frame) => {
  const draw = (holder, fact) => holder.replaceChildren(...parts(fact, (node, ...asked) => frame.busyNode(node, async () => {
    draw(holder, { ...(await frame.ask(...asked)), done_text: "" });
    holder.querySelector("input, button").focus();
  })));
  const known = (fact) => {
    const holder = el("section", { class: "panel", "aria-label": t("known") });
    draw(holder, fact);
    return holder;
  };
  return {
    known,
    profile: (event) => frame.busyNode(event.currentTarget, async () => frame.openView(t("known"), [el("div", { class: "pad" }, known(await frame.ask("GET", "/profile")))], "profile")),
  };
};
