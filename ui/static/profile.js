/* Follows shopper.js in the same script: what the shop knows about the shopper, in a panel of its own and in cards of the
   conversation. The switch, the crosses and the buttons only ask; what is drawn is what the server then knows. */
const profileDrawer = one(".profile-drawer");

/* Cards of the conversation must not go on showing what is forgotten. */
const drawProfile = (html) => {
  put(slot("profile"), html);
  for (const card of all('.turns [data-profile="talk"]')) {
    if (!one(".switch", card)) continue;
    const block = card.parentElement;
    put(block, html);
    const fresh = one("[data-profile]", block);
    fresh.classList.add("panel");
    fresh.dataset.profile = "talk";
  }
};

/* Where the focus was: in the same card or panel, on what has the same name, else on the control after it. */
const keepPlace = (button) => {
  const holder = button.closest("[data-profile]").parentElement;
  const controls = () => all("button, input", holder).filter((node) => node.offsetParent !== null || node.type === "checkbox");
  const place = controls().indexOf(button);
  const name = button.dataset.act;
  return () => {
    const now = controls();
    const same = now.filter((node) => node.dataset.act === name);
    const next = name === "profile-remove" ? same[Math.min(place, same.length) - 1] || same[0] || now[0] : same[0] || now[0];
    if (next) next.focus();
  };
};

const changeProfile = (button, action, payload, words) => {
  const focus = keepPlace(button);
  return resume(button, async () => {
    const reply = await call(action, payload);
    if (!reply.ok) {
      if (button.type === "checkbox") button.checked = !button.checked;
      return toast(reply.message);
    }
    drawProfile(reply.html.profile);
    focus();
    if (words) toast(words);
  });
};

const sure = (button, asked) => {
  const end = button.closest("[data-erase]");
  end.dataset.erase = asked ? "asked" : "no";
  one(asked ? '[data-act="profile-erase-not"]' : '[data-act="profile-erase-ask"]', end).focus();
};

Object.assign(acts, {
  profile: async (button) => {
    const menu = button.closest("details");
    if (menu) menu.open = false;
    put(slot("profile"), "");
    slot("profile").append(one("template[data-loading]").content.cloneNode(true));
    one(".opening span:last-child", slot("profile")).textContent = "Looking it up …";
    profileDrawer.showModal();
    const reply = await call("profile");
    if (!reply.ok) {
      profileDrawer.close();
      return toast(reply.message);
    }
    drawProfile(reply.html.profile);
    one("#profile-title").focus();
  },
  "profile-keep": (box) => changeProfile(box, "profile-keep", { keep: box.checked }, box.checked ? "We remember what you like from now on." : "Switched off, and what was known is erased."),
  "profile-remove": (button) => changeProfile(button, "profile-remove", { entry_id: button.dataset.entry }),
  "profile-pause": (button) => changeProfile(button, "profile-pause", { paused: button.dataset.paused === "yes" }),
  "profile-erase-ask": (button) => sure(button, true),
  "profile-erase-not": (button) => sure(button, false),
  "profile-erase": (button) => changeProfile(button, "profile-erase", null, "Everything is forgotten."),
});

profileDrawer.addEventListener("click", (event) => {
  if (event.target === profileDrawer) profileDrawer.close();
});
