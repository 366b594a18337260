/* Calls to the HTTP API of this frame's own origin. The token is the only key to a visit: it stays in this frame's
   storage, which browsers keep apart for each site that shows the frame, and is told to nobody. */

const BASE = "/api/v1";
const KEY = "aisle:token";
const CALL_MS = 20000;

/* What went wrong: `code` "connection" where no answer came, else the server's; `message` is a sentence for people. */
export class Trouble extends Error {
  constructor(code, message, status = 0) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

let memory = null;
export const keeps = { storage: true };

const token = () => {
  try {
    return localStorage.getItem(KEY) || memory;
  } catch (error) {
    keeps.storage = false;
    return memory;
  }
};

export const keepToken = (value) => {
  memory = value;
  try {
    if (value) localStorage.setItem(KEY, value);
    else localStorage.removeItem(KEY);
  } catch (error) {
    keeps.storage = false;
  }
};

/* How far somebody has read, "CONVERSATION SEQ": no secret, and no harm where it is lost. */
const SEEN = "aisle:seen";
export const keepSeen = (conversation, seq) => {
  try {
    localStorage.setItem(SEEN, `${conversation} ${seq}`);
  } catch (error) {
    keeps.storage = false;
  }
};
export const seenOf = (conversation) => {
  try {
    const [id, seq] = (localStorage.getItem(SEEN) || "").split(" ");
    return id === conversation ? Number(seq) : 0;
  } catch (error) {
    return 0;
  }
};
export const hasToken = () => Boolean(token());

const request = async (method, path, body, signal, more = {}) => {
  const headers = { ...more };
  if (token()) headers.authorization = `Bearer ${token()}`;
  if (body !== undefined) headers["content-type"] = "application/json";
  let answer;
  try {
    answer = await fetch(BASE + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal, credentials: "omit", cache: "no-store", redirect: "error" });
  } catch (error) {
    throw new Trouble("connection", String(error));
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  const problem = told.error || {};
  throw new Trouble(problem.code || (answer.status >= 500 ? "connection" : "refused"), problem.message || "", answer.status);
};

export const call = async (method, path, body) => {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), CALL_MS);
  try {
    const answer = await request(method, path, body, stop.signal);
    return answer.status === 204 ? null : await answer.json();
  } catch (error) {
    throw error instanceof Trouble ? error : new Trouble("connection", String(error));
  } finally {
    clearTimeout(timer);
  }
};

/* Read server-sent events of a response: calls `heard({event, data, id})` for each, `beat()` for anything that comes. */
const readEvents = async (answer, heard, beat) => {
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let waiting = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    beat();
    waiting += decoder.decode(value, { stream: true });
    const blocks = waiting.split(/\r?\n\r?\n/);
    waiting = blocks.pop();
    for (const block of blocks) {
      const event = { event: "message", data: "", id: null };
      for (const line of block.split(/\r?\n/)) {
        const [, field, text] = /^(\w+): ?(.*)$/.exec(line) || [];
        if (field === "data") event.data += (event.data ? "\n" : "") + text;
        else if (field) event[field] = text;
      }
      if (event.data) heard({ ...event, data: JSON.parse(event.data) });
    }
  }
};

/* Stream a request; ends when the server ends it. Raises Trouble where the connection breaks. */
export const stream = async (method, path, body, { heard, beat = () => {}, signal, lastId } = {}) => {
  const answer = await request(method, path, body, signal, lastId ? { "last-event-id": lastId } : {});
  try {
    await readEvents(answer, heard, beat);
  } catch (error) {
    throw new Trouble("connection", String(error));
  }
};
