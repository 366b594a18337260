/* The transcript: a turn as it runs, and what was said before. Draws events of the API's streams; asks nobody anything. */

import { evidence, sources } from "./cards.js";
import { button, el, hidden, icon, markdown, words } from "./dom.js";
import { t } from "./words.js";

const SKELETON_MS = 250;

const pulse = (text) => [el("span", { class: "pulse", "aria-hidden": "true" }), el("span", { text })];

/* One reply of the assistant or of a person, with places for what comes. */
class Reply {
  constructor(house, role, who, again) {
    this.house = house;
    this.again = again;
    this.drawn = new Set();
    this.text = "";
    this.status = el("p", { class: "status" });
    this.said = el("div", { class: "words", dir: "auto" });
    this.shown = el("div", { class: "shown" });
    this.after = el("div", { class: "after" });
    this.node = el("div", { class: `msg ${role}` }, el("p", { class: "who" }, words(who || t(role === "agent" ? "agent" : "assistant"))),
      el("div", { class: "reply" }, el("div", { class: "said" }, this.status, this.said), this.shown, this.after));
  }

  wait(text) {
    this.status.replaceChildren(...pulse(text));
    clearTimeout(this.timer);
    if (!this.shown.childNodes.length) this.timer = setTimeout(() => this.skeleton(), SKELETON_MS);
  }

  skeleton() {
    if (this.shown.childNodes.length || this.text) return;
    const card = () => el("li", {}, el("div", { class: "card skeleton" }, el("span", { class: "picture" }), el("div", { class: "card-body" }, el("i"), el("i"), el("i"))));
    this.shown.append(el("ol", { class: "cards ghost", "aria-hidden": "true" }, card(), card()));
  }

  calm() {
    clearTimeout(this.timer);
    this.status.replaceChildren();
    for (const ghost of this.shown.querySelectorAll(".ghost")) ghost.remove();
  }

  fact(fact) {
    const key = JSON.stringify(fact);
    if (this.drawn.has(key)) return;
    this.drawn.add(key);
    for (const ghost of this.shown.querySelectorAll(".ghost")) ghost.remove();
    clearTimeout(this.timer);
    const node = evidence(fact, this.house);
    if (!node) return;
    if (fact.type === "policy" && fact.sections.length) this.sources(fact.sections);
    else this.shown.append(el("div", { class: "block" }, node));
  }

  sources(found) {
    for (const old of this.after.querySelectorAll(".sources")) old.remove();
    const node = sources(found, this.house);
    if (node) this.after.prepend(node);
  }

  words(text) {
    this.calm();
    this.text = text;
    this.said.replaceChildren(...markdown(text, this.house.link));
  }

  question(question, text) {
    const say = (answer) => button({ class: "answer", onclick: () => this.house.say(answer) }, words(answer));
    const asked = !text.includes(question.text) && el("p", { class: "question" }, words(question.text));
    this.after.append(el("div", { class: "answers", role: "group", "aria-label": question.text }, asked, question.answers.map(say)));
  }

  whole({ text, question, sources: found }) {
    this.calm();
    if (text && text !== this.text) this.words(text);
    if (found.length) this.sources(found);
    if (question) this.question(question, text);
  }

  failed(message) {
    this.calm();
    const retry = this.again && button({ class: "button", onclick: () => { this.after.replaceChildren(); this.again(); } }, t("again"));
    this.after.append(el("div", { class: "panel notice broken", role: "alert" }, icon("info"), el("div", {}, el("p", {}, words(message)), retry)));
  }
}

/* What each event of a turn does to its reply; `house.event` gets those that concern the frame. */
const EVENTS = {
  status: (reply, data) => reply.wait(data.text),
  evidence: (reply, data) => reply.fact(data),
  text: (reply, data) => reply.words(reply.text + data.text),
  wishes: () => {},
  passed_on: (reply, data) => {
    reply.calm();
    reply.node.classList.add("passed");
    reply.after.replaceChildren(el("p", { class: "muted small" }, words(t("passed_on", data.agent_name), "span")));
  },
  done: (reply, data) => reply.whole(data),
  stopped: (reply) => {
    reply.calm();
    reply.after.append(el("p", { class: "muted small", text: t("stopped") }));
  },
  failed: (reply, data) => reply.failed(data.message),
};
export const LAST = new Set(["done", "stopped", "failed"]);

export class Transcript {
  /* list: the <ol> to draw in; house: what clicks do. */
  constructor(list, house) {
    this.list = list;
    this.house = house;
  }

  clear() {
    this.list.replaceChildren();
  }

  get empty() {
    return !this.list.children.length;
  }

  /* A message of the shopper; the newest has room below it, so that its answer does not push it away. */
  turn(id, text) {
    for (const earlier of this.list.querySelectorAll(".current")) earlier.classList.remove("current");
    const node = el("li", { class: "turn current", "data-mid": id || "" }, text !== null && el("div", { class: "msg you" }, hidden(`${t("you")}: `), el("p", { class: "bubble", dir: "auto", text })));
    this.list.append(node);
    return node;
  }

  find(id) {
    return id ? [...this.list.children].find((node) => node.dataset.mid === id) : undefined;
  }

  reply(turn, role, who, again) {
    const reply = new Reply(this.house, role, who, again);
    turn.append(reply.node);
    return reply;
  }

  /* Draw one event; false for one that this version does not know. */
  apply(reply, name, data) {
    if (!Object.prototype.hasOwnProperty.call(EVENTS, name)) return false;
    EVENTS[name](reply, data);
    return true;
  }

  /* Draw something that was said earlier or elsewhere; returns its node, or null where it stands here already. */
  add(message) {
    const own = this.find(message.message_id);
    if (message.role === "shopper") return own ? null : this.turn(message.message_id, message.text);
    if (message.role === "assistant" && own && own.querySelector(".msg.assistant")) return null;
    const turn = (message.role === "assistant" && own) || this.list.lastElementChild || this.turn("", null);
    const reply = this.reply(turn, message.role, message.who);
    for (const fact of message.evidence) reply.fact(fact);
    reply.whole(message);
    return reply.node;
  }
}
