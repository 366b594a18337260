/* The desk's script. Gradio calls it with `element`, `server` and the rest. It draws finished HTML that the server has
   escaped, and never builds HTML from words itself. */
const root = element.querySelector(".desk");
const one = (selector, from = root) => from.querySelector(selector);
const all = (selector, from = root) => [...from.querySelectorAll(selector)];
const slot = (name) => one(`[data-slot="${name}"]`);
const inbox = one(".inbox");
const talk = one(".talk");
const list = one(".messages");
const box = one("#desk-say");
const LOOK_MS = 1500;
const state = { open: null, seq: 0, mine: false, marked: null, looking: false, drafts: new Map(), drawn: {}, skew: 0 };

const call = async (action, payload = null) => {
  try {
    const reply = await server.call({ action, payload });
    one("[data-lost]").hidden = true;
    if (reply.code === "session") ended(reply.message);
    return reply;
  } catch (error) {
    // The guard before the page answers without a session too; then the page is asked for anew.
    const page = await fetch("/desk/login", { redirect: "manual" }).catch(() => null);
    if (page && page.ok) ended("Your session has ended.");
    one("[data-lost]").hidden = false;
    return { ok: false, code: "connection", message: "The server cannot be reached just now." };
  }
};

const ended = (words) => {
  one("[data-ended]").textContent = words;
  if (!one(".ended").open) one(".ended").showModal();
};

/* ---------- drawing ---------- */

const put = (name, html) => {
  if (html === undefined || state.drawn[name] === html) return;
  state.drawn[name] = html;
  const focused = document.activeElement?.closest?.("[data-case], [data-act]");
  slot(name).innerHTML = html;
  writeTimes(slot(name));
  if (!focused || focused.isConnected) return;
  const again = focused.dataset.case ? rowOf(focused.dataset.case) : one(`[data-act="${focused.dataset.act}"]`, slot(name));
  again?.focus();
};

const writeTimes = (node) => {
  const language = navigator.language || "en";
  for (const time of all("time[datetime]", node)) {
    const moment = new Date(time.dateTime);
    if (isNaN(moment)) continue;
    const form = time.hasAttribute("data-day")
      ? moment.getFullYear() === new Date().getFullYear()
        ? { weekday: "short", day: "numeric", month: "short" }
        : { day: "numeric", month: "short", year: "numeric" }
      : { hour: "2-digit", minute: "2-digit" };
    time.textContent = new Intl.DateTimeFormat(language, form).format(moment);
  }
};

const inWords = (seconds) => {
  if (seconds < 60) return "just now";
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`;
};

const writeWaiting = () => {
  for (const node of all("[data-since]")) {
    const seconds = (Date.now() + state.skew - new Date(node.dataset.since)) / 1000;
    const waits = node.dataset.waiting === "yes" && seconds >= 60 ? "waits " : "";
    node.textContent = waits + inWords(seconds);
  }
};

const rowOf = (id) => all("[data-case]").find((row) => row.dataset.case === id);

const mark = () => {
  for (const row of all("[data-case]")) {
    row.setAttribute("aria-current", String(row.dataset.case === state.open));
    row.tabIndex = row.dataset.case === (state.marked || state.open) ? 0 : -1;
  }
  if (!one('[data-case][tabindex="0"]')) all("[data-case]")[0]?.setAttribute("tabindex", "0");
};

const step = (name) => { root.dataset.step = name; };

const drawCase = (reply) => {
  if (!reply.html || reply.conversation_id !== state.open) return;
  put("case-head", reply.html["case-head"]);
  put("person", reply.html.person);
  state.mine = reply.mine;
  root.dataset.mine = String(reply.mine);
  const low = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
  const fresh = document.createElement("ol");
  fresh.innerHTML = reply.messages;
  writeTimes(fresh);
  let said = "";
  for (const message of [...fresh.children]) {
    if (Number(message.dataset.seq) <= state.seq) continue;
    state.seq = Number(message.dataset.seq);
    list.append(message);
    if (message.classList.contains("shopper")) said = one(".bubble", message).textContent;
  }
  if (low) talk.scrollTop = talk.scrollHeight;
  if (said) one("[data-live]").textContent = `Shopper: ${said}`;
};

const toast = (words) => {
  const node = one(".toast");
  one("[data-toast]").textContent = words;
  node.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { node.hidden = true; }, 5000);
};

const look = async () => {
  if (state.looking || one(".ended").open) return;
  state.looking = true;
  const asked = state.open;
  const reply = await call("look", { conversation_id: asked, after: state.seq });
  state.looking = false;
  if (!reply.ok) return;
  if (reply.now) state.skew = new Date(reply.now) - Date.now();
  put("inbox", reply.html.inbox);
  mark();
  writeWaiting();
  one("[data-me]").textContent = reply.me;
  one("[data-owner]").hidden = !reply.owner;
  document.title = `${reply.waiting ? `(${reply.waiting}) ` : ""}Desk`;
  if (asked && asked === state.open) drawCase(reply);
};

/* ---------- what is done ---------- */

const open = async (id) => {
  if (state.open) state.drafts.set(state.open, box.value);
  state.open = id;
  state.marked = id;
  state.seq = 0;
  list.replaceChildren();
  box.value = state.drafts.get(id) || "";
  mark();
  const reply = await call("open", { conversation_id: id });
  if (state.open !== id) return;
  if (!reply.ok) {
    close();
    return toast(reply.message);
  }
  one(".case-top").hidden = false;
  one(".composer").hidden = false;
  step("case");
  drawCase(reply);
  talk.scrollTop = talk.scrollHeight;
  (state.mine ? box : talk).focus({ preventScroll: true });
};

const close = () => {
  if (state.open) state.drafts.set(state.open, box.value);
  state.marked = state.open;
  state.open = null;
  one(".case-top").hidden = true;
  one(".composer").hidden = true;
  list.replaceChildren();
  step("inbox");
  mark();
  (rowOf(state.marked) || inbox).focus();
};

const change = async (action) => {
  if (!state.open) return;
  const id = state.open;
  const reply = await call(action, { conversation_id: id });
  if (!reply.ok) toast(reply.message);
  await look();
  if (state.open !== id) return;
  if (state.mine) box.focus();
  else talk.focus({ preventScroll: true });
};

const send = async () => {
  const words = box.value.trim();
  if (!words || !state.mine || send.busy) return;
  send.busy = true;
  send.id = send.words === words ? send.id : crypto.randomUUID ? crypto.randomUUID() : String(Date.now()) + Math.random();
  send.words = words;
  const reply = await call("reply", { conversation_id: state.open, message_id: send.id, text: words });
  send.busy = false;
  if (!reply.ok) {
    toast(reply.message);
    return look();
  }
  send.words = null;
  box.value = "";
  state.drafts.delete(state.open);
  await look();
  talk.scrollTop = talk.scrollHeight;
};

const acts = {
  open: (button) => open(button.dataset.case),
  take: () => change("take"),
  relieve: () => change("relieve"),
  "give-back": () => change("give_back"),
  back: () => (root.dataset.step === "person" ? step("case") : close()),
  person: () => step("person"),
  keys: () => one(".keys").showModal(),
  close: (button) => button.closest("dialog").close(),
};

root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button && root.contains(button)) acts[button.dataset.act]?.(button);
  else if (event.target === one(".keys")) event.target.close();
});
one("form.say").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});

/* ---------- keys ---------- */

const moveInbox = (by) => {
  const rows = all("[data-case]");
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.dataset.case === (state.marked || state.open));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
  state.marked = next.dataset.case;
  mark();
  next.focus();
};

const keys = {
  j: () => moveInbox(1),
  ArrowDown: () => moveInbox(1),
  k: () => moveInbox(-1),
  ArrowUp: () => moveInbox(-1),
  t: () => one('[data-act="take"]')?.click(),
  g: () => one('[data-act="give-back"]')?.click(),
  r: () => state.mine && box.focus(),
  "?": () => one(".keys").showModal(),
  Escape: () => state.open && acts.back(),
};

document.addEventListener("keydown", (event) => {
  if (one("dialog[open]") || !root.isConnected) return;
  const typing = event.target === box;
  if (typing && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    return send();
  }
  if (typing) {
    if (event.key === "Escape") talk.focus({ preventScroll: true });
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  // Arrows scroll where one reads, and move where one chooses.
  if (event.key.startsWith("Arrow") && state.open && !event.target.closest(".inbox")) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
root.addEventListener("error", (event) => {
  if (event.target.tagName === "IMG" && event.target.closest(".picture")) event.target.remove();
}, true);

document.documentElement.classList.add("aisle-ready");
root.dataset.mine = "false";
const loop = async () => {
  await look();
  setTimeout(loop, document.hidden ? LOOK_MS * 4 : LOOK_MS);
};
loop().then(() => inbox.focus({ preventScroll: true }));
setInterval(writeWaiting, 10000);
