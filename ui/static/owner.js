/* The owner's script. Gradio calls it with `element`, `server` and the rest. It draws finished HTML that the server has
   escaped, and never builds HTML from words itself. Where one is stands in the address, behind "#". */
const root = element.querySelector(".owner");
const one = (selector, from = root) => from.querySelector(selector);
const all = (selector, from = root) => [...from.querySelectorAll(selector)];
const page = one('[data-slot="page"]');
const asking = one("dialog.asking");
const SECTIONS = ["funnel", "experiments", "models", "rules", "sponsored", "slates", "health"];
const state = { asked: 0, from: null };

const call = async (action, payload = null) => {
  try {
    const reply = await server.call({ action, payload });
    one("[data-lost]").hidden = true;
    if (reply.code === "session") ended(reply.message);
    return reply;
  } catch (error) {
    // The guard before the page answers without a session, and to who is no admin any more.
    const answer = await fetch("/owner/", { redirect: "manual" }).catch(() => null);
    if (answer && (answer.type === "opaqueredirect" || answer.status === 403)) {
      const message = "Your session has ended.";
      ended(message);
      return { ok: false, code: "session", message };
    }
    one("[data-lost]").hidden = false;
    return { ok: false, code: "connection", message: "The server cannot be reached just now." };
  }
};

const ended = (words) => {
  one("[data-ended]").textContent = words;
  one(".ended a").hash = location.hash;
  if (!one(".ended").open) one(".ended").showModal();
};

const toast = (words) => {
  one("[data-toast]").textContent = words;
  one(".toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { one(".toast").hidden = true; }, 6000);
};

/* ---------- where one is ---------- */

const place = () => {
  const [path, options] = location.hash.slice(1).split("?");
  const [section, ...about] = path.split("/");
  return {
    section: SECTIONS.includes(section) ? section : "funnel",
    about: about.map(decodeURIComponent).join("/"),
    options: Object.fromEntries(new URLSearchParams(options || "")),
  };
};

const writeTimes = (node) => {
  const language = navigator.language || "en";
  for (const time of all("time[datetime]", node)) {
    const moment = new Date(time.dateTime);
    if (isNaN(moment)) continue;
    const year = moment.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
    const hours = time.hasAttribute("data-day") ? {} : { hour: "2-digit", minute: "2-digit" };
    time.textContent = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", ...year, ...hours }).format(moment);
  }
};

const show = async ({ keep = false } = {}) => {
  const here = place();
  const number = ++state.asked;
  for (const link of all(".tabs a")) {
    if (link.hash === `#${here.section}`) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else link.removeAttribute("aria-current");
  }
  page.setAttribute("aria-busy", "true");
  const reply = await call("view", here);
  if (number !== state.asked) return;
  page.removeAttribute("aria-busy");
  if (!reply.ok) {
    const sorry = document.createElement("p");
    sorry.className = "empty";
    sorry.textContent = reply.message;
    page.replaceChildren(sorry);
    if (here.about) {
      const back = one(`.tabs a[href="#${here.section}"]`).cloneNode(true);
      back.removeAttribute("aria-current");
      back.prepend("‹ ");
      page.prepend(back);
    }
    return;
  }
  const focused = keep ? document.activeElement?.getAttribute?.("name") : null;
  page.innerHTML = reply.html;
  writeTimes(page);
  all("[data-changes]").forEach(follow);
  one("[data-me]").textContent = reply.me;
  one("[data-alarm]").hidden = !reply.alarm;
  one("[data-off]").hidden = !reply.off || here.section === "health";
  document.title = `${reply.title} · Owner`;
  if (focused) one(`[name="${CSS.escape(focused)}"]`, page)?.focus();
  if (!keep) {
    one("#owner-page").scrollTop = 0;
    if (state.from !== null) one("#owner-page").focus({ preventScroll: true });
  }
  state.from = location.hash;
};

const go = (hash) => {
  if (location.hash === `#${hash}`) show();
  else location.hash = hash;
};

/* ---------- forms ---------- */

const values = (form) => Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));

/* Fields that belong to one choice only are shown with it, and sent with it. */
const follow = (choice) => {
  for (const node of all("[data-for]", choice.form)) {
    const meant = node.dataset.for.split(" ").includes(choice.value);
    node.hidden = !meant;
    for (const field of all("input, select", node)) field.disabled = !meant;
  }
};

const say = (form, words) => {
  const wrong = one("[data-wrong]", form);
  wrong.textContent = words || "";
  wrong.hidden = !words;
};

const busy = async (button, work) => {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  await work();
  button.removeAttribute("aria-busy");
};

const send = async (form) => {
  const asked = values(form);
  delete asked.query;
  const reply = await call(form.dataset.send, asked);
  say(form, reply.ok ? "" : reply.message);
  if (!reply.ok) return;
  toast(reply.message);
  if (reply.go) go(reply.go);
  else await show();
};

const plan = async () => {
  const form = one("[data-plans]");
  const asked = { metric: form.elements.metric.value, lift: one("[data-lift]").value || "10", traffic: form.elements.traffic.value || "100" };
  const reply = await call("plan", asked);
  if (!reply.ok) return;
  one("[data-plan]").innerHTML = reply.html;
  form.dataset.units = reply.units || "";
};

const preview = async (button) => {
  const form = button.form;
  if (!form.reportValidity()) return;
  const reply = await call("preview_rule", values(form));
  say(form, reply.ok ? "" : reply.message);
  if (reply.ok) one("[data-preview]").innerHTML = reply.html;
};

const previewWithout = async (form) => {
  const reply = await call("preview_without", { rule_id: form.dataset.without, query: values(form).query });
  say(form.parentElement, reply.ok ? "" : reply.message);
  if (reply.ok) one("[data-preview]", form.parentElement).innerHTML = reply.html;
};

const findItems = (field) => {
  clearTimeout(findItems.timer);
  findItems.timer = setTimeout(async () => {
    const reply = await call("find_items", { text: field.value });
    if (reply.ok) one(`#${field.getAttribute("list")}`).innerHTML = reply.html;
  }, 250);
};

/* ---------- asking before something is done ---------- */

const ask = (button) => {
  const { title, words, yes, reason } = button.dataset;
  asking.button = button;
  one("[data-asking-title]").textContent = title;
  one("[data-asking-words]").textContent = words;
  one("[data-asking-yes]").textContent = yes;
  one("[data-asking-yes]").classList.toggle("danger", button.classList.contains("danger"));
  one("[data-asking-yes]").classList.toggle("primary", !button.classList.contains("danger"));
  one("[data-asking-reason]").hidden = reason === "none";
  const field = one("textarea", asking);
  field.value = "";
  field.required = reason === "required";
  one("[data-asking-wrong]").hidden = true;
  asking.showModal();
  if (reason === "none") one('[data-act="close"]', asking).focus();
  else field.focus();
};

const carryOut = async () => {
  const { action, payload, reason } = asking.button.dataset;
  const asked = JSON.parse(payload);
  if (reason !== "none") asked.reason = one("textarea", asking).value;
  const reply = await call(action, asked);
  const wrong = one("[data-asking-wrong]");
  wrong.hidden = reply.ok;
  if (!reply.ok) {
    wrong.textContent = reply.message;
    return;
  }
  asking.close();
  toast(reply.message);
  await show({ keep: true });
  one("#owner-page").focus({ preventScroll: true });
};

const acts = {
  ask,
  preview: (button) => busy(button, () => preview(button)),
  "take-plan": () => {
    const form = one("[data-plans]");
    if (form.dataset.units) form.elements.planned_units.value = form.dataset.units;
    form.elements.planned_units.focus();
  },
  close: (button) => button.closest("dialog").close(),
};

root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button && root.contains(button)) acts[button.dataset.act]?.(button);
  else if (event.target === asking) asking.close();
  else if (event.target.closest("[data-skip]")) {
    event.preventDefault();
    one("#owner-page").focus();
  }
});

root.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "post") return;
  event.preventDefault();
  const button = event.submitter || one("[type=submit]", form);
  if (form.hasAttribute("data-asking")) busy(button, carryOut);
  else if (form.hasAttribute("data-find")) go(`slates/${encodeURIComponent(values(form).id.trim())}`);
  else if (form.dataset.without) busy(button, () => previewWithout(form));
  else if (form.dataset.send) busy(button, () => send(form));
});

root.addEventListener("change", (event) => {
  const options = event.target.closest("[data-options]");
  if (options) {
    const chosen = Object.entries(values(options)).filter(([, value]) => value);
    history.replaceState(null, "", `#${place().section}?${new URLSearchParams(chosen)}`);
    show({ keep: true });
    return;
  }
  if (event.target.matches("[data-changes]")) follow(event.target);
  if (event.target.matches("[data-lift]") || (event.target.closest("[data-plans]") && ["metric", "traffic"].includes(event.target.name))) plan();
});

root.addEventListener("input", (event) => event.target.matches("[data-items]") && findItems(event.target));
window.addEventListener("hashchange", () => root.isConnected && show());
document.documentElement.classList.add("aisle-ready");
show();
