/* Nodes, icons and words. Everything becomes a node by createElement and textContent; no HTML is ever parsed here, and
   the page's policy (trusted-types 'none') holds us to that. Knows nothing of products or turns. */

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  star: "m12 3 2.7 5.8 6.3.8-4.6 4.4 1.2 6.3L12 17.2l-5.6 3.1 1.2-6.3L3 9.6l6.3-.8z",
  met: "m5 12.5 4.5 4.5L19 7.5",
  not_met: "M6.5 6.5l11 11m0-11-11 11",
  not_stated: "M6 12h12",
  close: "M6 6l12 12M18 6 6 18",
  back: "m14 6-6 6 6 6",
  cart: "M3 4h2.2l2.1 11h10.4L20 7.5H6.1M9 18.1a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8M16.5 18.1a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8",
  person: "M12 4.4a3.6 3.6 0 1 0 0 7.2 3.6 3.6 0 0 0 0-7.2M4.8 20c.8-3.7 3.6-5.6 7.2-5.6s6.4 1.9 7.2 5.6",
  send: "M12 19V5.5M6 11l6-6 6 6",
  stop: "M8 6.5h8A1.5 1.5 0 0 1 17.5 8v8a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 16V8A1.5 1.5 0 0 1 8 6.5z",
  plus: "M12 5.5v13M5.5 12h13",
  minus: "M5.5 12h13",
  new: "M12 20H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1h14a1 1 0 0 1 1 1v7M18.5 15.5v6M15.5 18.5h6",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 11v5M12 8v.01",
  spark: "M12 4c.6 4.6 2.9 7 7.5 8-4.6 1-6.9 3.4-7.5 8-.6-4.6-2.9-7-7.5-8 4.6-1 6.9-3.4 7.5-8z",
  box: "m4 8 8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
  swap: "M5 8.5h13l-3-3M19 15.5H6l3 3",
  page: "M7 3.5h7l4 4v13H7zM10 12h5M10 16h5",
};
const SOLID = new Set(["star", "stop"]);

/* Make a node: properties by name, "on…" as listeners, data and aria and everything else as attributes. */
export const el = (name, given = {}, ...children) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.className = value;
    else if (key === "text") node.textContent = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return node;
};

export const icon = (name, size = 20) => {
  const svg = document.createElementNS(SVG, "svg");
  const paint = SOLID.has(name) ? { fill: "currentColor" } : { fill: "none", stroke: "currentColor", "stroke-width": 1.75, "stroke-linecap": "round", "stroke-linejoin": "round" };
  const all = { class: `icon i-${name}`, width: size, height: size, viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", ...paint };
  for (const [key, value] of Object.entries(all)) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
};

/* Somebody else's words: their direction is their own. */
export const words = (text, name = "bdi") => el(name, { text });
export const hidden = (text) => el("span", { class: "sr", text });
export const button = (given, ...children) => el("button", { type: "button", ...given }, ...children);

/* ---------- moments ---------- */

export const moment = (iso, lang, dayOnly = true) => {
  const at = new Date(iso);
  if (isNaN(at)) return null;
  const form = dayOnly ? { weekday: "short", day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" };
  return el("time", { datetime: iso, text: new Intl.DateTimeFormat(lang, form).format(at) });
};

/* ---------- the small Markdown subset of replies ---------- */

const INLINE = /`([^`\n]+)`|\*\*(\S(?:[^\n]*?\S)?)\*\*|(?<![\w*])\*([^\s*](?:[^*\n]*?[^\s*])?)\*(?![\w*])|\[([^[\]\n]{1,300})\]\(([^()\s]{1,2000})\)/;

const inline = (text, link) => {
  const nodes = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    nodes.push(rest.slice(0, found.index));
    const [all, code, strong, em, label, url] = found;
    if (code !== undefined) nodes.push(el("code", { text: code }));
    else if (strong !== undefined) nodes.push(el("strong", {}, inline(strong, link)));
    else if (em !== undefined) nodes.push(el("em", {}, inline(em, link)));
    else nodes.push(link(url, label) || label);
    rest = rest.slice(found.index + all.length);
  }
  nodes.push(rest);
  return nodes.filter((node) => node !== "");
};

const BULLET = /^\s*[-*•]\s+(.+)$/;
const NUMBERED = /^\s*\d{1,3}[.)]\s+(.+)$/;

/* Draw paragraphs, lists, bold, italics, code and links; `link(url, label)` gives a node, or null where it may not be one. */
export const markdown = (text, link) =>
  text.trim().split(/\n\s*\n/).filter((block) => block.trim()).flatMap((block) => {
    const parts = [];
    for (const line of block.split("\n")) {
      const item = BULLET.exec(line) || NUMBERED.exec(line);
      const kind = item ? (BULLET.test(line) ? "ul" : "ol") : "p";
      let last = parts[parts.length - 1];
      if (!last || last.localName !== kind) parts.push((last = el(kind)));
      else if (kind === "p") last.append(el("br"));
      if (item) last.append(el("li", {}, inline(item[1], link)));
      else last.append(...inline(line.trim(), link));
    }
    return parts;
  });

/* ---------- colours ---------- */

const parts = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const luminance = (rgb) => {
  const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
export const contrast = (one, other) => {
  const [low, high] = [luminance(parts(one)), luminance(parts(other))].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};
const mix = (hex, other, share) => {
  const [from, to] = [parts(hex), parts(other)];
  return `#${from.map((c, i) => Math.round(c + (to[i] - c) * share).toString(16).padStart(2, "0")).join("")}`;
};

/* The shop's colour, moved towards black or white until it can be read on every ground of the theme. */
export const readable = (hex, dark) => {
  const grounds = dark ? ["#121413", "#1b1e1d", "#242827"] : ["#f7f7f5", "#ffffff", "#efefec"];
  for (let share = 0; share < 1; share += 0.05) {
    const tried = mix(hex, dark ? "#ffffff" : "#000000", share);
    if (grounds.every((ground) => contrast(tried, ground) >= 4.5)) return tried;
  }
  return dark ? "#ffffff" : "#000000";
};
export const onColour = (hex) => (contrast(hex, "#ffffff") >= 4.5 ? "#ffffff" : "#000000");
