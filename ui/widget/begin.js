/* What a conversation may begin with: questions on an empty panel, and now and then one line of invitation above it.
   Which ones is the server's choice; asking for the line counts as showing it, so it is asked for by an open panel only. */

import { call } from "./api.js";
import { button, el, icon, words } from "./dom.js";
import { page } from "./page.js";
import { t } from "./words.js";

/* `frame` lends send(text), empty() and alone(): whether no person has the floor or is waited for. */
export const beginningsOf = (ui, frame) => {
  const over = () => { ui.starters.hidden = ui.banner.hidden = true; };
  const follow = (text) => frame.send(text);
  const putAway = () => {
    ui.banner.hidden = true;
    ui.box.focus();
    call("DELETE", "/banner").catch(() => {});
  };
  return {
    over,
    /* A panel without a banner is whole: no trouble of its own is told. */
    invited: () => (page.shown && frame.alone() ? call("GET", "/banner").then((found) => found.banner, () => null) : null),
    draw: (starters, banner) => {
      ui.starters.hidden = !frame.empty() || !starters.length;
      ui.starters.replaceChildren(el("p", { class: "muted", text: t("starters") }), el("div", { class: "answers" }, starters.map((each) => button({ class: "answer", onclick: () => follow(each) }, words(each)))));
      ui.banner.hidden = !banner;
      if (banner) ui.banner.replaceChildren(button({ class: "banner-line", onclick: () => follow(banner.say) }, icon("spark", 16), words(banner.line, "span")), button({ class: "icon-button", "aria-label": t("banner_away"), onclick: putAway }, icon("close", 16)));
    },
  };
};
