/* The panel: a conversation inside a shop's page, in a frame of Aisle's own origin. What the page around says comes
   through page.js; what was said is drawn by turns.js; everything else meets here. */

import { call, hasToken, keeps, keepSeen, keepToken, seenOf, stream, Trouble } from "./api.js";
import { beginningsOf } from "./begin.js";
import { cartView, details, proposal } from "./cards.js";
import { button, el, hidden, icon, words } from "./dom.js";
import { askPage, inSite, page, tell, watchPage } from "./page.js";
import { profileHouse } from "./profile.js";
import { LAST, Transcript } from "./turns.js";
import { keepLocale, products, t } from "./words.js";

const SLOW_MS = 8000, OPENING_MS = 2000, SILENT_MS = 40000, LIVE_PAUSE_MS = [1000, 2000, 5000, 15000];

const root = document.querySelector(".frame");
const state = { session: null, starting: null, busy: null, seq: 0, floor: { holder: "assistant" }, unread: 0, aboutOff: null, live: null };
let ui = null;
let transcript = null;
let beginnings = null;

/* ---------- the page around ---------- */

const tellState = () => tell("state", { unread: state.unread, waiting: state.floor.holder !== "assistant" });

/* The page gives the frame the focus at about the same time; whichever comes second puts it into the message box. */
const takeFocus = () => {
  const go = () => setTimeout(() => ui.box.focus({ preventScroll: true }));
  if (document.hasFocus()) go();
  else addEventListener("focus", go, { once: true });
};

const looking = () => page.shown && !document.hidden;
const read = () => {
  state.unread = 0;
  if (state.session && state.seq) keepSeen(state.session.conversation_id, state.seq);
  tellState();
};

const showing = () => {
  if (page.shown) {
    read();
    if (!state.session && !state.starting) start();
    /* Only one that has a keyboard already: on a phone it would cover half of what there is to read. */
    if (!matchMedia("(pointer: coarse)").matches) takeFocus();
  } else if (hasToken() && !state.session && !state.starting) start();
  listen();
};

/* ---------- what clicks do ---------- */

const house = {
  say: (text) => send(text),
  record: (kind, item) => call("POST", "/events", { kind, product_id: item.id, decision_id: item.decision_id, position: item.position }).catch(() => {}),
  /* Links in words and sources: pages of this server, such as policies, and of the shop. */
  link: (url, label) => {
    const own = /^\/(?![/\\])[^\\]*$/.test(url);
    const href = own ? url : /^https?:/.test(url) && inSite(url);
    return href ? el("a", { href, target: own ? "_blank" : "_top", rel: "noopener" }, words(label)) : null;
  },
  /* A link of the shop: its own sites only, whatever a catalogue may say. */
  shopLink: (url) => (url ? inSite(url) : null),
  productPage: (item) => (item.url ? inSite(item.url) : page.productUrl ? inSite(page.productUrl.replace("{id}", encodeURIComponent(item.id))) : null),
  details: async (item) => {
    house.record("click", item);
    openView(t("details"), [el("p", { class: "status pad" }, el("span", { class: "pulse" }), t("details_loading"))]);
    try {
      const whole = await ask("GET", `/products/${encodeURIComponent(item.id)}`);
      const shown = { ...whole, wishes: item.wishes, why: item.why, decision_id: item.decision_id, position: item.position };
      openView(t("details"), details(shown, house));
    } catch (problem) {
      closeView();
      toast(problem);
    }
  },
  like: (item) => { closeView(); send(t("like_say", item.title), item.id); },
  dismiss: (card, item) => {
    house.record("dismiss", item);
    card.className = "card dismissed";
    card.replaceChildren(el("p", { class: "muted", text: t("dismissed") }));
    card.tabIndex = -1;
    card.focus();
  },
  add: (node, item, variant) => busyNode(node, async () => {
    drawCart(await ask("POST", "/cart/lines", { variant_id: variant, quantity: 1, decision_id: item.decision_id }));
    toast(t("added"), true);
  }),
  quantity: (node, variant, quantity) => busyNode(node, async () => {
    const label = node.getAttribute("aria-label");
    showCart(await ask("PUT", `/cart/lines/${encodeURIComponent(variant)}`, { quantity }));
    const again = [...ui.view.querySelectorAll("button")].find((each) => each.getAttribute("aria-label") === label);
    (again || ui.view.querySelector("button")).focus();
  }),
  undo: (node, undo) => busyNode(node, async () => {
    drawCart(await ask("PUT", `/cart/lines/${encodeURIComponent(undo.variant_id)}`, { quantity: undo.quantity }));
    node.disabled = true;
    toast(t("undone"), true);
  }),
  cart: () => busyNode(ui.cart, async () => showCart(await ask("GET", "/cart"))),
  unwish: (chip) => busyNode(ui.wishes, async () => {
    if (state.busy) return;
    drawWishes(await ask("DELETE", `/wishes/${encodeURIComponent(chip.key)}`));
    send(`Show me again, without ${chip.label}`);
  }),
  decide: (node, fact, what) => busyNode(node, async () => {
    const next = proposal(await ask("POST", `/proposals/${encodeURIComponent(fact.id)}/${what}`), house);
    node.replaceWith(next);
    const outcome = next.querySelector(".outcome");
    if (outcome) outcome.focus();
  }),
  /* Whether a person can really see a button: browsers that can tell do (IntersectionObserver, version 2). */
  watchVisible: (node) => {
    let seen = false;
    node.disabled = true; // until it has been seen, so that a quick click is not told that it is covered
    const entries = (all) => {
      const last = all[all.length - 1];
      seen = last.isVisible === undefined ? last.isIntersecting : last.isVisible;
      if (seen) node.disabled = false;
    };
    new IntersectionObserver(entries, { threshold: 0.9, trackVisibility: true, delay: 100 }).observe(node);
    return () => seen;
  },
};

/* ---------- asking the server ---------- */

const sentence = (problem) => (problem instanceof Trouble && problem.code !== "connection" && problem.message) || t("unreachable");

/* Ask; where the visit has ended, begin a new one and ask once more. */
const ask = async (method, path, body) => {
  try {
    return await call(method, path, body);
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    await renew();
    return call(method, path, body);
  }
};

const renew = async () => {
  keepToken(null);
  state.session = null;
  state.seq = 0;
  await begin();
  toast(t("ended"));
};

const begin = async () => {
  let session;
  try {
    session = await call("POST", "/sessions");
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    keepToken(null);
    session = await call("POST", "/sessions");
  }
  keepToken(session.token);
  keepLocale(session.locale);
  state.session = session;
  return session;
};

const start = () => {
  state.starting = open().finally(() => { state.starting = null; });
  return state.starting;
};

const opening = (word) => ui.opening.replaceChildren(el("span", { class: "pulse", "aria-hidden": "true" }), el("span", { text: t(word) }));
const open = async () => {
  opening("opening");
  try {
    const session = await begin();
    ui.shop.textContent = session.shop_name;
    ui.notice.replaceChildren(icon("spark"), words(session.notice, "span"));
    setFloor(session.floor);
    ui.opening.replaceChildren(!session.ready ? el("span", { text: t("shop_opening") }) : "", !keeps.storage ? el("span", { text: t("not_kept") }) : "");
    await catchUp(true);
    beginnings.draw(session.starters, transcript.empty && (await beginnings.invited()), transcript.empty);
    findAbout();
    call("GET", "/cart").then(drawCart, () => {});
    listen();
  } catch (problem) {
    if (problem.code === "opening") {
      opening("shop_opening");
      setTimeout(start, OPENING_MS);
      return;
    }
    const again = button({ class: "button", onclick: start }, t("again"));
    ui.opening.replaceChildren(el("span", { role: "alert", text: sentence(problem) }), again);
  }
};

/* Draw what was said since; the first time all of it. */
const catchUp = async (first) => {
  const kept = await ask("GET", `/history?after=${first ? 0 : state.seq}`);
  for (const message of kept.messages) hear(message, first);
  setFloor(kept.floor);
  drawWishes(kept.wishes);
  if (first && kept.messages.length) ui.talk.scrollTop = ui.talk.scrollHeight;
};

/* Only the conversation scrolls, never the frame. */
const scrollTo = (node) => { ui.talk.scrollTop += node.getBoundingClientRect().top - ui.talk.getBoundingClientRect().top; };

const hear = (message, quiet) => {
  if (message.seq <= state.seq) return;
  state.seq = message.seq;
  const node = transcript.add(message);
  ui.starters.hidden = !transcript.empty;
  if (looking()) keepSeen(state.session.conversation_id, state.seq);
  else if (node && message.role === "agent" && message.seq > seenOf(state.session.conversation_id)) {
    state.unread += 1;
    tellState();
  }
  if (!node || quiet) return;
  if (message.role !== "shopper") {
    for (const passed of transcript.list.querySelectorAll(".passed")) passed.remove();
    ui.live.textContent = `${message.who || t(message.role === "agent" ? "agent" : "assistant")}: ${message.text}`;
    if (node.getBoundingClientRect().bottom > ui.talk.getBoundingClientRect().bottom) scrollTo(node);
  }
};

/* ---------- what people say meanwhile ---------- */

const wanted = () => Boolean(state.session) && (looking() || state.floor.holder !== "assistant");

const listen = () => {
  if (!wanted()) {
    if (state.live) state.live.abort();
    state.live = null;
  } else if (!state.live) {
    state.live = new AbortController();
    keepListening(state.live.signal);
  }
};

const pause = (ms, signal) => new Promise((done) => { setTimeout(done, ms); signal.addEventListener("abort", done, { once: true }); });

const keepListening = async (signal) => {
  let failures = 0;
  const heard = ({ event, data }) => {
    failures = 0;
    if (event === "message") hear(data, false);
    else if (event === "floor") setFloor(data);
  };
  while (!signal.aborted) {
    try {
      await stream("GET", `/live?after=${state.seq}`, undefined, { heard, signal, beat: () => { failures = 0; } });
    } catch (problem) {
      if (signal.aborted) return;
      if (problem.status === 401) return;
      if (problem.status === 429) await catchUp(false).catch(() => {});
    }
    await pause(LIVE_PAUSE_MS[Math.min(failures, LIVE_PAUSE_MS.length - 1)], signal);
    failures += 1;
  }
};

const setFloor = (floor) => {
  const before = state.floor.holder;
  state.floor = floor;
  const { holder, agent_name: name, position } = floor;
  ui.who.textContent = holder === "agent" ? name || t("agent") : t("assistant");
  ui.floor.hidden = holder === "assistant";
  const leave = button({ class: "link", onclick: (event) => busyNode(event.currentTarget, async () => { await ask("DELETE", "/hand-over"); setFloor({ holder: "assistant", agent_name: null, position: null }); }) }, t("leave_queue"));
  if (holder === "queue") ui.floor.replaceChildren(icon("person", 16), el("span", { text: position ? t("in_queue", position) : t("in_queue_soon") }), leave);
  if (holder === "agent") ui.floor.replaceChildren(icon("person", 16), words(t("with_agent", name || t("agent")), "span"));
  ui.person.hidden = holder !== "assistant";
  ui.banner.hidden ||= ui.person.hidden;
  if (before !== holder) {
    if (before === "agent" && holder === "assistant") toast(t("back_again"));
    tellState();
    listen();
  }
};

const callPerson = () => busyNode(ui.person, async () => {
  const fact = await ask("POST", "/hand-over", { reason: "" });
  setFloor({ holder: "queue", agent_name: null, position: fact.position });
});

/* ---------- a turn ---------- */

const send = async (text, about = null) => {
  const said = text.trim();
  if (!said || state.busy) return false;
  const id = self.crypto && crypto.randomUUID ? crypto.randomUUID() : `m-${Date.now()}-${Math.random().toString(36).slice(2)}`;
  closeView();
  ui.starters.hidden = ui.banner.hidden = true;
  const turn = transcript.turn(id, said);
  scrollTo(turn);
  setBusy(id);
  if (!about) await askPage();
  const product = about || (page.product && page.product !== state.aboutOff ? page.product : null);
  await run(turn, { message_id: id, text: said, page_product_id: product });
  return true;
};

const run = async (turn, body) => {
  const again = () => { if (!state.busy) { reply.node.remove(); setBusy(body.message_id); run(turn, body); } };
  const reply = transcript.reply(turn, "assistant", state.floor.holder === "agent" ? state.floor.agent_name : "", again);
  reply.wait(t("thinking"));
  const stopped = new AbortController();
  let last = null;
  let heardAt = Date.now();
  const watch = setInterval(() => {
    if (Date.now() - heardAt > SILENT_MS) stopped.abort();
    else if (Date.now() - heardAt > SLOW_MS && !reply.text) reply.wait(t("slow"));
  }, 2000);
  const heard = ({ event, data }) => {
    if (event === "passed_on") setFloor({ holder: "agent", agent_name: data.agent_name, position: null });
    if (event === "wishes" || event === "done") drawWishes(data.wishes || data);
    if (event === "evidence" && data.type === "cart") drawCart(data);
    transcript.apply(reply, event, data);
    if (LAST.has(event)) last = event;
  };
  const beat = () => { heardAt = Date.now(); };
  try {
    if (!state.session) await (state.starting || begin());
    await stream("POST", "/turns", body, { heard, beat, signal: stopped.signal }).catch(async (problem) => {
      if (problem.status !== 401) throw problem;
      await renew();
      await stream("POST", "/turns", body, { heard, beat, signal: stopped.signal });
    });
    if (!last) throw new Trouble("connection", "");
  } catch (problem) {
    reply.failed(problem.code === "connection" ? t("offline") : sentence(problem));
  } finally {
    clearInterval(watch);
    setBusy(null);
  }
  announce(reply);
  call("GET", `/history?after=${state.seq}`).then((kept) => { kept.messages.forEach((message) => hear(message, true)); setFloor(kept.floor); }, () => {});
};

const stop = () => state.busy && call("POST", `/turns/${encodeURIComponent(state.busy)}/stop`).catch(() => {});

const announce = (reply) => {
  const shown = reply.shown.querySelectorAll(".card, th[data-product]").length;
  ui.live.textContent = `${t("assistant")}: ${reply.said.textContent || reply.after.textContent}${shown ? ` ${t("with_products", shown)}.` : ""}`;
};

const setBusy = (id) => {
  state.busy = id;
  root.dataset.busy = String(Boolean(id));
};

const busyNode = async (node, work) => {
  if (node.getAttribute("aria-busy")) return;
  node.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (problem) {
    toast(problem);
  } finally {
    node.removeAttribute("aria-busy");
  }
};

/* ---------- small parts ---------- */

const drawWishes = (wishes) => {
  const chip = (each) => el("li", {}, button({ class: "chip", "aria-label": t("remove_wish", each.label), onclick: () => house.unwish(each) }, words(each.label), icon("close", 16)));
  const any = wishes.text || wishes.order || wishes.chips.length;
  ui.wishes.replaceChildren(...(any ? [hidden(t("looking_for")), el("ul", { class: "chips" }, wishes.text && el("li", { class: "need" }, words(wishes.text)), wishes.chips.map(chip), wishes.order && el("li", { class: "need" }, words(wishes.order)))] : []));
};

const drawCart = (cart) => {
  ui.count.textContent = cart.count > 99 ? "99+" : cart.count;
  ui.count.hidden = !cart.count;
  ui.cart.setAttribute("aria-label", cart.count ? t("cart_count", products(cart.count)) : t("cart_empty"));
  if (ui.view.dataset.kind === "cart") showCart(cart);
};
const showCart = (cart) => {
  openView(t("cart_title"), [el("div", { class: "pad" }, cartView(cart, house))], "cart");
  Object.assign(ui.count, { hidden: !cart.count, textContent: cart.count });
};

const findAbout = async () => {
  const product = page.product;
  let title = null;
  if (product && state.session) title = await call("GET", `/products/${encodeURIComponent(product)}`).then((found) => found.title, () => null);
  if (product !== page.product) return;
  const shown = title && product !== state.aboutOff;
  ui.about.hidden = !shown;
  if (shown) ui.about.replaceChildren(el("span", {}, `${t("about")} `, words(title)), button({ class: "icon-button", "aria-label": t("about_off"), onclick: () => { state.aboutOff = product; ui.about.hidden = true; ui.box.focus(); } }, icon("close", 16)));
};

const toast = (said, cart = false) => {
  const problem = said instanceof Error;
  ui.toast.replaceChildren(words(problem ? sentence(said) : said, "span"), cart ? button({ class: "link", onclick: house.cart }, t("view_cart")) : "");
  ui.toast.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { ui.toast.hidden = true; }, 6000);
};

const openView = (heading, nodes, kind = "details") => {
  if (ui.view.hidden) openView.from = document.activeElement;
  ui.view.dataset.kind = kind;
  ui.view.setAttribute("aria-label", heading);
  ui.viewHead.textContent = heading;
  ui.viewBody.replaceChildren(...nodes);
  ui.viewBody.scrollTop = 0;
  ui.chat.inert = true;
  const fresh = ui.view.hidden;
  ui.view.hidden = false;
  ui.toast.hidden = true;
  if (fresh) ui.back.focus();
};
const closeView = () => {
  if (ui.view.hidden) return;
  ui.view.hidden = true;
  ui.view.dataset.kind = "";
  ui.chat.inert = false;
  if (openView.from && openView.from.isConnected) openView.from.focus();
};

const fresh = () => busyNode(ui.fresh, async () => {
  if (state.busy) await stop();
  await ask("POST", "/conversations");
  if (state.live) state.live.abort();
  state.live = null;
  state.seq = 0;
  transcript.clear();
  await open();
  ui.box.focus();
});

Object.assign(house, profileHouse({ ask: (...asked) => ask(...asked), busyNode, openView }));
/* ---------- the frame itself ---------- */

const build = () => {
  const grow = () => {
    ui.box.style.height = "auto";
    ui.box.style.height = `${Math.min(ui.box.scrollHeight, 120)}px`;
  };
  const submit = async () => {
    const text = ui.box.value;
    if (!text.trim() || state.busy) return;
    ui.box.value = "";
    grow();
    await send(text);
  };
  const tool = (name, sign, work, ...more) => button({ class: "icon-button", "aria-label": name, title: name, onclick: work }, icon(sign), ...more);
  ui = {
    shop: el("p", { class: "shop", text: root.dataset.shop }), who: el("p", { class: "who-now", text: t("assistant") }), count: el("span", { class: "badge", hidden: true }),
    floor: el("div", { class: "floor", role: "status", hidden: true }), notice: el("p", { class: "notice-ai" }), starters: el("section", { class: "starters", hidden: true }), banner: el("div", { class: "banner", hidden: true }), turns: el("ol", { class: "turns" }), opening: el("div", { class: "opening", role: "status" }),
    wishes: el("div", { class: "wishes", role: "group", "aria-label": t("looking_for") }), about: el("div", { class: "about", hidden: true }),
    box: el("textarea", { rows: 1, maxlength: 4000, placeholder: t("placeholder"), "aria-label": t("message"), enterkeyhint: "send", dir: "auto" }),
    toast: el("div", { class: "toast", role: "status", hidden: true }), live: el("p", { class: "sr", "aria-live": "polite" }), viewHead: el("h2"), viewBody: el("div", { class: "view-body" }),
  };
  ui.cart = tool(t("cart_empty"), "cart", () => house.cart(), ui.count);
  ui.fresh = tool(t("new"), "new", fresh);
  ui.person = button({ class: "link person", onclick: callPerson }, icon("person", 16), t("shop_person"));
  ui.back = tool(t("back"), "back", closeView);
  ui.view = el("section", { class: "view", role: "dialog", hidden: true }, el("header", { class: "top" }, ui.back, ui.viewHead), ui.viewBody);
  ui.talk = el("main", { class: "talk", "aria-label": t("conversation"), tabindex: "-1" }, ui.notice, ui.banner, ui.starters, ui.turns, ui.opening);
  ui.chat = el("div", { class: "chat" },
    el("header", { class: "top" }, el("div", { class: "names" }, ui.shop, ui.who), ui.fresh, ui.cart, tool(t("close"), "close", () => tell("close"))), ui.floor, ui.talk,
    el("footer", { class: "composer" }, ui.wishes, ui.about,
      el("div", { class: "say" }, ui.box, button({ class: "send", "aria-label": t("send"), onclick: submit }, icon("send")), button({ class: "send stop", "aria-label": t("stop_long"), onclick: stop }, icon("stop"), t("stop"))),
      el("div", { class: "foot" }, ui.person, button({ class: "link", onclick: house.profile }, t("known")))));
  root.replaceChildren(ui.chat, ui.view, ui.toast, ui.live);
  root.hidden = false;
  transcript = new Transcript(ui.turns, house);
  beginnings = beginningsOf(ui, send, () => page.shown && state.floor.holder === "assistant");
  setBusy(null);
  ui.box.addEventListener("input", grow);
  ui.box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return ui.view.hidden ? tell("close") : closeView();
    if (event.key === "Tab" && page.sheet) keepFocus(event);
  });
  document.addEventListener("visibilitychange", () => {
    if (looking()) read();
    listen();
  });
};

/* On a phone the panel covers the page: the focus goes round inside. */
const keepFocus = (event) => {
  const within = ui.view.hidden ? ui.chat : ui.view;
  const all = [...within.querySelectorAll("button, a[href], select, textarea, summary, [tabindex='0']")].filter((node) => !node.disabled && node.offsetParent !== null);
  const edge = event.shiftKey ? all[0] : all[all.length - 1];
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? all[all.length - 1] : all[0]).focus();
};

watchPage((before, first) => {
  if (first) {
    build();
    tell("ready");
  }
  if (page.product !== before.product) findAbout();
  if (page.shown !== before.shown || first) showing();
});
