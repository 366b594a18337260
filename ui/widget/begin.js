/* What a conversation may begin with: questions on an empty panel, and now and then one line of invitation above them,
   below the notice that this is an AI. Which ones is the server's choice; asking for the line counts as showing it, so
   only an open panel with nothing said in it asks for it. */

import { call } from "./api.js";
import { button, el, icon, words } from "./dom.js";
import { t } from "./words.js";

/* `send` sends a message; `alone` tells whether the panel is seen, and no person has the floor or is waited for. */
export const beginningsOf = (ui, send, alone) => {
  const asks = (shape, text, line) => button({ class: shape, onclick: () => send(text) }, words(line));
  const putAway = () => {
    ui.banner.hidden = true;
    ui.box.focus();
    call("DELETE", "/banner").catch(() => {});
  };
  return {
    /* A panel without an invitation is whole: no trouble of its own is told. */
    invited: () => alone() && call("GET", "/banner").then((found) => found.banner, () => null),
    draw: (starters, banner, empty) => {
      ui.starters.hidden = !empty || !starters.length;
      ui.starters.replaceChildren(el("p", { class: "muted", text: t("starters") }), el("div", { class: "answers" }, starters.map((each) => asks("answer", each, each))));
      ui.banner.hidden = !banner;
      if (banner) ui.banner.replaceChildren(asks("link", banner.say, banner.line), button({ class: "icon-button", "aria-label": t("dismiss"), onclick: putAway }, icon("close", 16)));
    },
  };
};
