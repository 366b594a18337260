/* Aisle's widget on a shop page: a button, and from the first click on a panel in a frame of Aisle's own origin.
   Touches nothing of the page but one element that it adds; keeps no secret; any trouble of its own stays quiet. */
(() => {
  "use strict";
  const tag = document.currentScript;
  const WORDS = {
    en: { open: "Open the shopping assistant", close: "Close the shopping assistant", title: "Shopping assistant", opening: "Opening …", again: "Try again",
      trouble: "The assistant cannot be reached just now. The page works without it." },
    de: { open: "Einkaufsassistent öffnen", close: "Einkaufsassistent schließen", title: "Einkaufsassistent", opening: "Wird geöffnet …", again: "Noch einmal versuchen",
      trouble: "Der Assistent ist gerade nicht erreichbar. Die Seite funktioniert auch ohne ihn." },
  };
  const CSS = `
    :host { all: initial; }
    * { box-sizing: border-box; }
    button { font: inherit; cursor: pointer; }
    .box { --ground: #fff; --ink: #1b1d1c; --line: #dfe0dc; --gap: 16px; font: 400 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--ink); }
    .box.dark { --ground: #1b1e1d; --ink: #eceeec; --line: #303534; }
    .button, .panel { position: fixed; z-index: 2147483000; right: var(--gap); }
    .left :is(.button, .panel) { right: auto; left: var(--gap); }
    .button { bottom: var(--up); display: grid; place-items: center; width: 56px; height: 56px; padding: 0; border: 0; border-radius: 50%; background: var(--accent); color: var(--on-accent); box-shadow: 0 2px 6px rgb(20 25 22 / 16%), 0 8px 24px rgb(20 25 22 / 20%); }
    .button:focus-visible, .panel button:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
    .button:hover { filter: brightness(.92); }
    svg { display: block; }
    .badge { position: absolute; top: -4px; inset-inline-end: -4px; min-width: 22px; padding: 0 6px; border-radius: 11px; background: #a3271b; color: #fff; font-size: 13px; font-weight: 650; line-height: 22px; }
    [hidden] { display: none !important; }
    .panel { bottom: calc(var(--up) + 68px); width: min(380px, calc(100vw - 2 * var(--gap))); height: min(720px, calc(100vh - var(--up) - 84px)); overflow: hidden; border: 1px solid var(--line); border-radius: 12px; background: var(--ground); box-shadow: 0 2px 6px rgb(20 25 22 / 8%), 0 12px 32px rgb(20 25 22 / 18%); }
    iframe { display: block; width: 100%; height: 100%; border: 0; background: var(--ground); color-scheme: normal; }
    .waiting iframe { position: absolute; visibility: hidden; }
    .note { display: grid; place-content: center; justify-items: center; gap: 16px; height: 100%; padding: 32px; text-align: center; }
    .note p { margin: 0; }
    .note .again { min-height: 40px; padding: 8px 16px; border: 1px solid var(--accent); border-radius: 10px; background: var(--accent); color: var(--on-accent); font-weight: 550; }
    .note .close { position: absolute; top: 8px; inset-inline-end: 8px; display: grid; place-items: center; width: 40px; height: 40px; border: 0; border-radius: 10px; background: none; color: inherit; }
    @media (max-width: 480px) {
      .left .panel, .panel { inset: 0; width: 100%; height: 100vh; height: 100dvh; border: 0; border-radius: 0; }
      .open .button { display: none; }
    }
    @media print { .box { display: none; } }
    @media (prefers-reduced-motion: no-preference) { .panel { animation: rise 140ms ease-out; } @keyframes rise { from { opacity: 0; translate: 0 8px; } } }`;
  const ICONS = { talk: "M5 5h14a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-7l-4.5 4v-4H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM8 9.5h8M8 12.5h5", close: "M6 6l12 12M18 6 6 18" };
  const GAP = 16, SIZE = 56, LONGEST_ID = 300, ANSWER_MS = 4000;
  const OPEN = "aisle:open", WAITING = "aisle:waiting";

  const safe = (work) => (...given) => {
    try {
      return work(...given);
    } catch (error) {
      console.warn("The shopping assistant had a problem; the page is not affected.", error);
    }
  };

  /* A shop page may forbid storage; then nothing is remembered over page changes. */
  const kept = {
    get: (key) => { try { return sessionStorage.getItem(key) === "1"; } catch (error) { return false; } },
    set: (key, on) => { try { on ? sessionStorage.setItem(key, "1") : sessionStorage.removeItem(key); } catch (error) { /* not kept */ } },
  };

  /* ---------- what the page says of itself ---------- */

  const text = (value) => (typeof value === "string" || typeof value === "number") && String(value).length <= LONGEST_ID ? String(value).trim() || null : null;

  const productIn = (thing) => {
    if (Array.isArray(thing)) return thing.map(productIn).find(Boolean) || null;
    if (!thing || typeof thing !== "object") return null;
    if ([].concat(thing["@type"]).some((type) => type === "Product" || type === "ProductGroup")) return text(thing.sku) || text(thing.productGroupID) || text(thing.productID);
    return productIn(thing["@graph"]) || productIn(thing.mainEntity);
  };

  const productOnPage = () => {
    const stated = text(tag.dataset.productId) || text(document.querySelector('meta[name="aisle:product"]')?.content);
    if (stated) return stated;
    for (const script of document.querySelectorAll('script[type="application/ld+json"]')) {
      try {
        const found = script.textContent.length < 200000 && productIn(JSON.parse(script.textContent));
        if (found) return found;
      } catch (error) { /* not ours to mend */ }
    }
    return null;
  };

  const colour = (value) => (/^#[0-9a-f]{6}$/i.test(value || "") ? value.toLowerCase() : null);
  const accent = colour(tag.dataset.accent) || "#0b6650";
  const light = (hex) => {
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18;
  };
  const narrow = matchMedia("(max-width: 480px)");
  const night = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => {
    if (["light", "dark"].includes(tag.dataset.theme)) return tag.dataset.theme;
    const scheme = getComputedStyle(document.documentElement).colorScheme || "";
    return scheme.includes("dark") && (night.matches || !scheme.includes("light")) ? "dark" : "light";
  };
  const direction = () => getComputedStyle(document.documentElement).direction;
  const onLeft = () => (["left", "right"].includes(tag.dataset.position) ? tag.dataset.position === "left" : direction() === "rtl");
  const lang = () => text(tag.dataset.lang) || text(document.documentElement.lang) || "en";
  const words = () => WORDS[lang().slice(0, 2).toLowerCase()] || WORDS.en;

  const start = safe(() => {
    if (!tag || !tag.src || document.querySelector("[data-aisle-widget]")) return;
    const origin = new URL(tag.src).origin;
    const host = document.createElement("div");
    host.dataset.aisleWidget = "";
    const shadow = host.attachShadow({ mode: "closed" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    shadow.adoptedStyleSheets = [sheet];

    const make = (name, className, ...children) => {
      const node = document.createElement(name);
      node.className = className;
      node.append(...children);
      return node;
    };
    const icon = (name, size) => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", ICONS[name]);
      const style = { width: size, height: size, viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": 1.75, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" };
      for (const [key, value] of Object.entries(style)) svg.setAttribute(key, value);
      svg.append(path);
      return svg;
    };

    const badge = make("span", "badge");
    badge.hidden = true;
    const signs = { open: icon("close", 24), closed: icon("talk", 28) };
    const button = make("button", "button", signs.closed, badge);
    const said = make("p", "");
    said.setAttribute("role", "status");
    const again = make("button", "again");
    const leave = make("button", "close", icon("close", 20));
    const note = make("div", "note", leave, said, again);
    const panel = make("div", "panel waiting", note);
    panel.hidden = true;
    panel.setAttribute("role", "dialog");
    const box = make("div", "box", panel, button);
    for (const each of [button, again, leave]) each.type = "button";
    box.style.setProperty("--accent", accent);
    box.style.setProperty("--on-accent", light(accent) ? "#000" : "#fff");
    box.style.setProperty("--up", `${GAP}px`);
    shadow.append(box);

    let frame = null, ready = false, timer = 0, unread = 0;

    /* ---------- the frame ---------- */

    const tell = (n) => {
      if (!frame || !frame.contentWindow) return;
      const page = { aisle: 1, type: "page", n: n || 0, product: productOnPage(), productUrl: text(tag.dataset.productUrl), lang: lang(),
        dir: direction(), accent, theme: theme(), shown: !panel.hidden, sheet: narrow.matches };
      frame.contentWindow.postMessage(page, origin);
    };

    const showNote = (trouble) => {
      panel.classList.add("waiting");
      note.hidden = false;
      said.textContent = trouble ? words().trouble : words().opening;
      again.textContent = words().again;
      again.hidden = !trouble;
    };

    const load = () => {
      clearTimeout(timer);
      if (frame) frame.remove();
      ready = false;
      showNote(false);
      frame = document.createElement("iframe");
      frame.title = words().title;
      frame.referrerPolicy = "origin";
      frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation");
      frame.addEventListener("load", safe(() => tell()));
      frame.src = `${origin}/widget/frame.html`;
      timer = setTimeout(safe(() => showNote(true)), ANSWER_MS);
      panel.append(frame);
    };

    const heard = {
      ready: () => {
        ready = true;
        clearTimeout(timer);
        note.hidden = true;
        panel.classList.remove("waiting");
        if (!panel.hidden) frame.focus();
        tell();
      },
      close: () => close(true),
      page: (message) => tell(message.n),
      state: (message) => {
        unread = Number.isInteger(message.unread) && message.unread > 0 ? message.unread : 0;
        kept.set(WAITING, message.waiting === true);
        draw();
      },
    };
    addEventListener("message", safe((event) => {
      if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return;
      const message = event.data;
      if (message && message.aisle === 1 && Object.prototype.hasOwnProperty.call(heard, message.type)) heard[message.type](message);
    }));

    /* ---------- open and close ---------- */

    const draw = () => {
      const open = !panel.hidden;
      const label = open ? words().close : words().open;
      box.classList.toggle("open", open);
      box.classList.toggle("dark", theme() === "dark");
      box.classList.toggle("left", onLeft());
      button.replaceChild(open ? signs.open : signs.closed, button.firstChild);
      button.setAttribute("aria-expanded", String(open));
      button.setAttribute("aria-label", unread && !open ? `${label} (${unread})` : label);
      panel.setAttribute("aria-label", words().title);
      panel.setAttribute("aria-modal", String(narrow.matches));
      leave.setAttribute("aria-label", words().close);
      badge.hidden = open || !unread;
      badge.textContent = unread > 9 ? "9+" : unread;
    };
    const open = (byHand) => {
      panel.hidden = false;
      kept.set(OPEN, true);
      if (!frame) load();
      else tell();
      draw();
      if (byHand) (ready ? frame : leave).focus();
    };
    const close = (byHand) => {
      panel.hidden = true;
      kept.set(OPEN, false);
      draw();
      tell();
      if (byHand) button.focus();
    };
    button.addEventListener("click", safe(() => (panel.hidden ? open(true) : close(true))));
    leave.addEventListener("click", safe(() => close(true)));
    again.addEventListener("click", safe(() => { load(); leave.focus(); }));
    panel.addEventListener("keydown", safe((event) => event.key === "Escape" && close(true)));

    /* ---------- the page around ---------- */

    /* Rises above what the page itself has fixed in that corner: a basket bar, a cookie notice, a way back to the top. */
    const place = safe(() => {
      if (!panel.hidden) return;
      let up = GAP;
      const x = onLeft() ? GAP + SIZE / 2 : document.documentElement.clientWidth - GAP - SIZE / 2;
      for (let step = 0; step < 4; step += 1) {
        const tops = [0.05, 0.5, 0.95].flatMap((part) => [-0.45, 0, 0.45].flatMap((side) => fixedAt(x + side * SIZE, innerHeight - up - part * SIZE)));
        if (!tops.length) break;
        up = innerHeight - Math.min(...tops) + 8;
      }
      box.style.setProperty("--up", `${up > innerHeight / 2 ? GAP : up}px`);
    });
    const fixedAt = (x, y) => {
      const tops = [];
      for (let node of document.elementsFromPoint(x, y)) {
        for (; node && node !== host && node !== document.documentElement; node = node.parentElement) {
          if (!["fixed", "sticky"].includes(getComputedStyle(node).position)) continue;
          const area = node.getBoundingClientRect();
          if (area.height < innerHeight * 0.45 && area.bottom > innerHeight - 160) tops.push(area.top);
        }
      }
      return tops;
    };
    const soon = (work, ms) => {
      let waiting = 0;
      return () => { clearTimeout(waiting); waiting = setTimeout(work, ms); };
    };
    const placeSoon = soon(place, 200);
    addEventListener("resize", placeSoon, { passive: true });
    addEventListener("scroll", placeSoon, { passive: true });
    const changed = safe(() => { draw(); tell(); });
    narrow.addEventListener("change", changed);
    night.addEventListener("change", changed);

    /* A page that changes itself changes its address or what it says of its product. */
    const moved = soon(safe(() => { tell(); place(); }), 150);
    if (window.navigation) navigation.addEventListener("currententrychange", moved);
    addEventListener("popstate", moved);
    addEventListener("hashchange", moved);
    const looker = new MutationObserver(moved);
    looker.observe(tag, { attributeFilter: ["data-product-id"] });
    looker.observe(document.head, { childList: true, subtree: true, characterData: true, attributeFilter: ["content"] });
    looker.observe(document.documentElement, { attributeFilter: ["lang", "dir", "class", "style"] });

    document.body.append(host);
    draw();
    place();
    setTimeout(place, 1500);
    if (kept.get(OPEN) && !narrow.matches) open(false);
    else if (kept.get(WAITING)) load();
  });

  if (document.body) start();
  else addEventListener("DOMContentLoaded", start, { once: true });
})();
