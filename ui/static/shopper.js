/* The shopper page's script. Gradio calls it with `element`, `trigger`, `props`, `server` and `watch`.
   It draws finished HTML that the server has escaped, and never builds HTML from words itself. */
const root = element.querySelector(".aisle");
const one = (selector, from = root) => from.querySelector(selector);
const all = (selector, from = root) => [...from.querySelectorAll(selector)];
const talk = one(".talk");
const turns = one(".turns");
const box = one("#say");
const drawer = one(".drawer");
const sheet = one(".sheet");
const state = { busy: null, drawn: "", chosen: new Map(), about: null, heard: 0, watchdog: 0 };
const SILENCE_MS = 8000;

const call = async (action, payload = null) => {
  try {
    const reply = await server.call({ action, payload });
    if (!reply.ok && reply.code === "session" && action !== "open") {
      await begin();
      return await server.call({ action, payload });
    }
    return reply;
  } catch (error) {
    return { ok: false, code: "connection", message: "The shop cannot be reached just now. Check the connection and try again." };
  }
};

/* ---------- drawing ---------- */

const slot = (name) => one(`[data-slot="${name}"]`);

const put = (node, html) => {
  node.innerHTML = html;
  writeTimes(node);
};

const writeTimes = (node) => {
  const language = navigator.language || "en";
  for (const time of all("time[datetime]", node)) {
    const moment = new Date(time.dateTime);
    if (isNaN(moment)) continue;
    const form = time.hasAttribute("data-day")
      ? { weekday: "short", day: "numeric", month: "short" }
      : { hour: "2-digit", minute: "2-digit" };
    time.textContent = new Intl.DateTimeFormat(language, form).format(moment);
  }
};

const drawSlots = (html = {}) => {
  for (const [name, text] of Object.entries(html)) {
    const node = slot(name);
    if (node) put(node, text);
  }
};

const drawCount = (count) => {
  if (count === undefined) return;
  const badge = one("[data-count]");
  badge.textContent = count > 99 ? "99+" : count;
  badge.hidden = count === 0;
  one("[data-count-words]").textContent = count === 0 ? "Cart, empty" : `Cart, ${count} ${count === 1 ? "item" : "items"}`;
};

const toast = (words, cart = false) => {
  const node = one(".toast");
  one("[data-toast]").textContent = words;
  one("button", node).hidden = !cart;
  node.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { node.hidden = true; }, 5000);
};

const newTurn = (id, text) => {
  const turn = document.createElement("li");
  turn.className = "turn current";
  turn.dataset.mid = id;
  turn.dataset.own = "yes";
  turn.innerHTML =
    '<div class="msg you"><p class="who sr">You</p><p class="bubble" dir="auto"></p></div>' +
    '<div class="msg assistant"><p class="who">AI assistant</p><div class="reply">' +
    '<div class="said"><p class="status"></p><div class="words" dir="auto"></div></div>' +
    '<div class="shown"></div><div class="after"></div></div></div>';
  one(".bubble", turn).textContent = text;
  for (const earlier of all(".turn.current")) earlier.classList.remove("current");
  turns.append(turn);
  return turn;
};

const turnOf = (id) => all(".turn").find((turn) => turn.dataset.mid === id);

const steps = {
  status: (turn, step) => put(one(".status", turn), step.html),
  block: (turn, step) => {
    const block = document.createElement("div");
    block.className = "block";
    put(block, step.html);
    one(".shown", turn).append(block);
  },
  words: (turn, step) => {
    one(".status", turn).textContent = "";
    put(one(".words", turn), step.html);
  },
  after: (turn, step) => {
    one(".status", turn).textContent = "";
    put(one(".after", turn), step.html);
  },
  wishes: (turn, step) => put(slot("wishes"), step.html),
  cart: (turn, step) => {
    put(slot("cart"), step.html);
    drawCount(step.count);
  },
  end: (turn) => {
    one(".status", turn).textContent = "";
    forget(turn.dataset.mid);
    setBusy(null);
    announce(turn);
  },
};

const announce = (turn) => {
  const shown = all(".card, .comparison th[data-product]", turn).length;
  const words = one(".words", turn).innerText.trim() || one(".after", turn).innerText.trim();
  one("[data-live]").textContent = `Assistant: ${words}${shown ? ` ${shown} ${shown === 1 ? "product" : "products"} shown.` : ""}`;
};

watch("value", () => {
  const log = String(props.value || "");
  const fresh = log.startsWith(state.drawn) ? log.slice(state.drawn.length) : log;
  state.drawn = log;
  state.heard = Date.now();
  for (const line of fresh.split("\n")) {
    if (!line) continue;
    const step = JSON.parse(line);
    const turn = turnOf(step.mid);
    if (turn && steps[step.slot]) steps[step.slot](turn, step);
  }
});

/* ---------- a turn ---------- */

const setBusy = (id) => {
  state.busy = id;
  root.dataset.busy = String(Boolean(id));
  clearInterval(state.watchdog);
  if (id) {
    state.heard = Date.now();
    state.watchdog = setInterval(() => listen(id), 2000);
  }
};

const listen = async (id) => {
  if (state.busy !== id || Date.now() - state.heard < SILENCE_MS) return;
  state.heard = Date.now();
  const reply = await call("ready");
  if (reply.code === "connection" && state.busy === id) lose(id);
};

const lose = (id) => {
  const turn = turnOf(id);
  setBusy(null);
  turn.dataset.lost = "yes";
  one(".status", turn).textContent = "";
  const template = one("template[data-lost]");
  one(".after", turn).replaceChildren(template.content.cloneNode(true));
};

const send = (text, about = null) => {
  const words = text.trim();
  if (!words || state.busy) return false;
  const id = crypto.randomUUID ? crypto.randomUUID() : String(Date.now()) + Math.random();
  one(".welcome").hidden = true;
  const turn = newTurn(id, words);
  turn.dataset.about = about || "";
  submit(turn, words);
  const top = talk.scrollTop + turn.getBoundingClientRect().top - talk.getBoundingClientRect().top;
  talk.scrollTo({ top, behavior: calm() ? "auto" : "smooth" });
  return true;
};

const submit = (turn, words) => {
  setBusy(turn.dataset.mid);
  keep(turn, words);
  delete turn.dataset.lost;
  if (root.dataset.floor !== "agent") one(".status", turn).replaceChildren(one("template[data-sending]").content.cloneNode(true));
  trigger("submit", { message_id: turn.dataset.mid, text: words, page_product_id: turn.dataset.about || null });
};

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const grow = () => {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
};

box.addEventListener("input", grow);
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    one("form.say").requestSubmit();
  }
});
one("form.say").addEventListener("submit", (event) => {
  event.preventDefault();
  if (send(box.value, state.about)) {
    box.value = "";
    setAbout(null);
    grow();
  }
  box.focus();
});

/* ---------- what is chosen ---------- */

const productOf = (node) => {
  const holder = node.closest("[data-product]");
  if (!holder) return null;
  return {
    holder,
    id: holder.dataset.product,
    title: (one(".title", holder)?.innerText || holder.getAttribute("aria-label") || "").trim(),
    decision: holder.dataset.decision || null,
    position: holder.dataset.position ? Number(holder.dataset.position) : null,
  };
};

const setAbout = (product) => {
  state.about = product ? product.id : null;
  one(".about").hidden = !product;
  one("[data-about-title]").textContent = product ? product.title : "";
};

const drawChosen = () => {
  const bar = one(".compare-bar");
  const count = state.chosen.size;
  bar.hidden = count === 0;
  one("[data-compare-words]").textContent = count === 1 ? "1 chosen; choose one more" : `${count} chosen`;
  one('[data-act="compare-go"]').disabled = count < 2;
  for (const button of all('[data-act="compare"]')) {
    button.setAttribute("aria-pressed", String(state.chosen.has(productOf(button)?.id)));
  }
};

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"];

const compareWords = () => {
  const last = all(".slate").pop();
  const places = last ? all(".card", last).map((card) => card.dataset.product) : [];
  const chosen = [...state.chosen.values()];
  const found = chosen.map((product) => places.indexOf(product.id)).sort((a, b) => a - b);
  const names = found.every((place) => place >= 0)
    ? found.map((place) => `the ${ORDINALS[place]}`)
    : chosen.map((product) => `“${product.title}”`);
  return `Compare ${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
};

const record = (kind, product) =>
  call("record", { kind, product_id: product.id, decision_id: product.decision, position: product.position });

const drawCart = (reply) => {
  if (reply.ok) {
    drawSlots(reply.html);
    drawCount(reply.count);
  } else toast(reply.message);
  return reply.ok;
};

const resume = (button, work) => {
  button.setAttribute("aria-busy", "true");
  return work().finally(() => button.removeAttribute("aria-busy"));
};

/* ---------- actions by name ---------- */

const acts = {
  say: (button) => send(button.dataset.text),
  stop: () => state.busy && call("stop", { message_id: state.busy }),
  again: (button) => {
    const turn = button.closest(".turn");
    if (state.busy || !turn) return;
    one(".after", turn).replaceChildren();
    submit(turn, one(".bubble", turn).textContent);
  },
  open: async (button) => {
    const product = productOf(button);
    put(slot("details"), "");
    slot("details").append(one("template[data-loading]").content.cloneNode(true));
    sheet.showModal();
    record("click", product);
    const reply = await call("product", { product_id: product.id });
    if (!reply.ok) {
      sheet.close();
      toast(reply.message);
      return;
    }
    drawSlots(reply.html);
    const details = one(".details", sheet);
    if (product.decision) {
      details.dataset.decision = product.decision;
      details.dataset.position = product.position;
    }
    one("#details-title").focus();
  },
  add: (button) => {
    const product = productOf(button);
    const variant = one("[data-variant]", button.closest(".buy")).value;
    return resume(button, async () => {
      const reply = await call("add", { variant_id: variant, quantity: 1, decision_id: product.decision });
      if (drawCart(reply)) toast(`Added: ${product.title}`, true);
    });
  },
  compare: (button) => {
    const product = productOf(button);
    if (state.chosen.has(product.id)) state.chosen.delete(product.id);
    else if (state.chosen.size < 4) state.chosen.set(product.id, product);
    else toast("Four products can be compared at once.");
    drawChosen();
  },
  "compare-go": () => {
    if (state.chosen.size > 1 && send(compareWords())) acts["compare-clear"]();
  },
  "compare-clear": () => {
    state.chosen.clear();
    drawChosen();
  },
  like: (button) => {
    const product = productOf(button);
    sheet.close();
    send(`More like “${product.title}”`, product.id);
  },
  ask: (button) => {
    setAbout(productOf(button));
    sheet.close();
    box.focus();
  },
  "about-clear": () => {
    setAbout(null);
    box.focus();
  },
  dismiss: (button) => {
    const product = productOf(button);
    const card = product.holder;
    record("dismiss", product);
    card.classList.add("dismissed");
    card.replaceChildren(one("template[data-dismissed]").content.cloneNode(true));
    card.tabIndex = -1;
    card.focus();
  },
  unwish: (button) => withoutWish(button),
  relax: (button) => withoutWish(button),
  cart: async () => {
    if (!drawer.open) drawer.showModal();
    sheet.close();
    drawCart(await call("cart"));
  },
  quantity: (button) => {
    const line = button.closest("[data-variant-id]");
    const id = line.dataset.variantId;
    const name = button.getAttribute("aria-label");
    return resume(button, async () => {
      if (!drawCart(await call("quantity", { variant_id: id, quantity: Number(button.dataset.quantity) }))) return;
      const now = all(".cart-line", drawer).find((node) => node.dataset.variantId === id);
      (now ? all("button", now).find((b) => b.getAttribute("aria-label") === name) || one("button", now) : one("button", drawer)).focus();
    });
  },
  undo: (button) =>
    resume(button, async () => {
      if (drawCart(await call("quantity", { variant_id: button.dataset.variantId, quantity: Number(button.dataset.quantity) }))) {
        button.disabled = true;
        toast("Undone.", true);
      }
    }),
  confirm: (button) => decide(button, "confirm"),
  decline: (button) => decide(button, "decline"),
  close: (button) => button.closest("dialog").close(),
  new: async () => {
    if (state.busy) await call("stop", { message_id: state.busy });
    const reply = await call("new");
    if (!reply.ok) return toast(reply.message);
    await restart();
  },
  "sign-in": (button) => changeWho("/session/sign-in", { customer_id: button.dataset.customer }),
  "sign-out": () => changeWho("/session/sign-out", {}),
};

const withoutWish = async (button) => {
  if (state.busy) return;
  const reply = await call("unwish", { key: button.dataset.key, label: button.dataset.label });
  if (!reply.ok) return toast(reply.message);
  drawSlots(reply.html);
  send(reply.say);
  box.focus();
};

const decide = (button, action) => {
  const card = button.closest("[data-proposal]");
  for (const each of all("button", card)) each.disabled = true;
  return resume(button, async () => {
    const reply = await call(action, { proposal_id: card.dataset.proposal });
    if (!reply.ok) {
      for (const each of all("button", card)) each.disabled = false;
      return toast(reply.message);
    }
    const block = card.parentElement;
    put(block, reply.html.proposal);
    one(".outcome", block)?.setAttribute("tabindex", "-1");
    one(".outcome", block)?.focus();
  });
};

root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button && root.contains(button)) {
    const act = acts[button.dataset.act];
    if (act) act(button);
    return;
  }
  if (event.target === drawer || event.target === sheet) event.target.close();
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
root.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of all("details.menu[open]")) {
    menu.open = false;
    one("summary", menu).focus();
  }
});
root.addEventListener("error", (event) => {
  if (event.target.tagName === "IMG" && event.target.closest(".picture")) event.target.remove();
}, true);

/* ---------- beginning ---------- */

const post = async (path, body) => {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  return { status: answer.status, ...(await answer.json().catch(() => ({ ok: false }))) };
};

const begin = () => post("/session", {});

const changeWho = async (path, body) => {
  for (const menu of all("details.menu[open]")) menu.open = false;
  const reply = await post(path, body).catch(() => ({ ok: false }));
  if (!reply.ok) return toast(reply.message || "That did not work. Please try again.");
  await restart();
};

const restart = async () => {
  forget();
  turns.replaceChildren();
  acts["compare-clear"]();
  setAbout(null);
  setBusy(null);
  await open();
  box.focus();
};

const open = async () => {
  const reply = await call("open");
  if (!reply.ok) {
    one(".opening span:last-child").textContent = reply.message;
    one(".opening").hidden = false;
    return false;
  }
  const { history, ...rest } = reply.html;
  if (history !== undefined) drawHistory(history);
  drawSlots(rest);
  drawCount(reply.count);
  if (reply.floor) beginListening(reply);
  one(".opening").hidden = true;
  one(".welcome").hidden = turns.children.length > 0;
  clearTimeout(waitUntilReady.timer);
  if (rest.loading) waitUntilReady.timer = setTimeout(waitUntilReady, 1500, Boolean(reply.opening));
  return true;
};

/* What was said before; a message that was written while the shop opened stays below it. */
const drawHistory = (html) => {
  const earlier = document.createElement("ol");
  put(earlier, html);
  for (const turn of [...earlier.children]) if (turn.dataset.mid && turnOf(turn.dataset.mid)) turn.remove();
  turns.prepend(...earlier.children);
  if (!state.busy) {
    for (const turn of all(".turn.current")) turn.classList.remove("current");
    all(".turn", turns).at(-1)?.classList.add("current");
    talk.scrollTop = talk.scrollHeight;
  }
  restoreKept();
};

const waitUntilReady = async (wasOpening) => {
  const reply = await call("ready");
  if (reply.ok && wasOpening && !reply.opening) return open();
  if (reply.ok && reply.html.loading !== slot("loading").innerHTML) put(slot("loading"), reply.html.loading);
  if (!reply.ok || reply.html.loading) waitUntilReady.timer = setTimeout(waitUntilReady, 1500, wasOpening);
};

document.getElementById("aisle-splash")?.remove();
document.documentElement.classList.add("aisle-ready");
begin().then(open).then(() => box.focus({ preventScroll: true })).catch(() => open());
