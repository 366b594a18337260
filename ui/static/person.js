/* Follows shopper.js in the same script: talking to a person. What an agent says and who has the floor come by
   themselves, one waiting request at a time. */
const ears = { seq: 0, floor: "assistant", agent: "", key: "", run: 0 };

const placeOf = (mid) => {
  const turn = (mid && turnOf(mid)) || turns.lastElementChild;
  if (turn) return turn;
  const empty = document.createElement("li");
  empty.className = "turn";
  turns.append(empty);
  one(".welcome").hidden = true;
  return empty;
};

const showLow = () => {
  if (talk.scrollHeight - talk.scrollTop - talk.clientHeight < 400) talk.scrollTop = talk.scrollHeight;
};

const note = (words) => {
  const line = document.createElement("p");
  line.className = "event";
  line.textContent = words;
  placeOf().append(line);
  one("[data-live]").textContent = words;
};

/* "… has this message" goes away with what is said next; words of a turn that was cut stay. */
const forgetPassed = (from) => {
  for (const passed of all(".passed", from)) {
    const message = passed.closest(".msg");
    passed.remove();
    if (!one(".words:not(:empty), .block", message)) message.remove();
  }
};

const drawMessage = (message) => {
  ears.seq = Math.max(ears.seq, message.seq);
  const known = message.mid && turnOf(message.mid);
  // What this page has sent, and the answer to it, are drawn already, unless the connection broke in between.
  if (known && (message.role === "shopper" || (known.dataset.own && !known.dataset.lost))) return false;
  const fresh = document.createElement("ol");
  put(fresh, message.html);
  if (message.role === "shopper") {
    one(".welcome").hidden = true;
    turns.append(...fresh.children);
    return true;
  }
  const place = placeOf(message.role === "assistant" ? message.mid : null);
  if (place.dataset.lost) {
    delete place.dataset.lost;
    one(".msg.assistant", place)?.remove();
  }
  forgetPassed(place);
  place.append(...all(".msg", fresh));
  const who = one(".who", place.lastElementChild).textContent;
  one("[data-live]").textContent = `${who}: ${one(".words", place.lastElementChild).innerText.trim()}`;
  return true;
};

const drawFloor = (reply) => {
  if (!reply.floor) return false;
  const { floor: before, agent, key } = ears;
  const first = key === "";
  ears.floor = reply.floor;
  ears.agent = reply.agent;
  ears.key = reply.floor_key;
  root.dataset.floor = reply.floor;
  drawSlots({ floor: reply.html.floor });
  if (first) return false;
  const joins = reply.floor === "agent" && reply.agent !== agent;
  const back = before === "agent" && reply.floor === "assistant";
  if (joins) note(`${reply.agent} has joined.`);
  if (back) {
    // What nobody has answered is not promised any more.
    forgetPassed(root);
    note("The assistant is back.");
  }
  return joins || back;
};

/* A person who joins is announced before their words, one who leaves after them. */
const hear = (reply) => {
  const drawn = [];
  if (reply.floor === "agent") drawn.push(drawFloor(reply));
  for (const message of reply.messages) drawn.push(drawMessage(message));
  if (reply.floor !== "agent") drawn.push(drawFloor(reply));
  if (drawn.some(Boolean)) showLow();
};

const listenOn = async () => {
  const run = ++ears.run;
  while (run === ears.run && root.isConnected) {
    const reply = await call("listen", { after: ears.seq, known: ears.key });
    if (run !== ears.run) return;
    if (reply.ok) hear(reply);
    else await new Promise((wake) => setTimeout(wake, 3000));
  }
};

const beginListening = (reply) => {
  Object.assign(ears, { seq: reply.seq, floor: "assistant", agent: "", key: "" });
  drawFloor({ ...reply.floor, html: { floor: reply.html.floor } });
  listenOn();
};

const ask = async (button, action, payload = null) => {
  button.setAttribute("aria-busy", "true");
  const reply = await call(action, payload);
  button.removeAttribute("aria-busy");
  if (!reply.ok) return toast(reply.message);
  drawFloor(reply);
};

acts.person = (button) => ask(button, "person", { reason: all(".bubble").at(-1)?.textContent.slice(0, 300) || "" });
acts.leave = (button) => ask(button, "leave").then(() => box.focus());
