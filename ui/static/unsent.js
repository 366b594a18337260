/* Follows shopper.js in the same script. */

/* A message is kept in this tab until its answer has ended: where the connection breaks, Gradio reloads the page as
   soon as the shop can be reached again, and what had not arrived there would be gone. */
const KEPT = "aisle-unsent";

const keep = (turn, words) => {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ id: turn.dataset.mid, words, about: turn.dataset.about || "" }));
  } catch (error) { /* A browser that keeps nothing for us; the message stands on the page. */ }
};

const kept = () => {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch (error) {
    return null;
  }
};

const forget = (id = null) => {
  if (id && kept()?.id !== id) return;
  try {
    sessionStorage.removeItem(KEPT);
  } catch (error) { /* as above */ }
};

const restoreKept = () => {
  const unsent = kept();
  if (!unsent || state.busy) return;
  if (turnOf(unsent.id)) {
    if (!one('[data-act="again"]', turnOf(unsent.id))) forget();
    return;
  }
  const turn = newTurn(unsent.id, unsent.words);
  turn.dataset.about = unsent.about;
  lose(unsent.id);
};
