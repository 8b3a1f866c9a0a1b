// Messages on their way: each is tried until the gateway says that it is stored, under the same id, so that trying
// again can never make it two. What waits is also kept on the device, sealed, and found again after a restart.

import { postLines, Refused } from "./api.js";
import { seal } from "./seal.js";
import { drop, keep, waiting } from "./shelf.js";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60000;
// Refusals that another try cannot change.
const FINAL = [400, 404, 409, 413];

// conversation: id. key: the gateway's public key. onState(id, state, detail): state is one of
// sending | sent | waiting | offline | not_stored | refused. onCard(card). onShut(Refused): signed out or no consent.
export function createOutbox({ conversation, key, onState, onCard, onShut }) {
  const items = new Map();

  function send(message) {
    const item = { message, at: Date.now(), tries: 0, busy: false, timer: null, kept: null };
    items.set(message.id, item);
    item.kept = keepSealed(item);
    attempt(item);
  }

  // Where sealing or storing is impossible (an old browser, a full disk) the message waits in memory alone.
  function keepSealed(item) {
    const { id, text, option, step, reflection_id } = item.message;
    return seal(key, id, option || text)
      .then((sealed) => {
        if (option) sealed.holds = "option";
        return keep({ id, conversation, at: item.at, sealed, step, reflection_id });
      })
      .then(() => true, () => false);
  }

  // Takes up what an earlier visit left behind. Returns [{id, at}], oldest first: their words cannot be read here.
  async function resume() {
    const rows = await waiting(conversation).catch(() => []);
    const found = rows.filter((row) => !items.has(row.id));
    found.forEach((row) => {
      const { id, sealed, step, reflection_id } = row;
      const message = { id, sealed, step, reflection_id };
      items.set(id, { message, at: row.at, tries: 0, busy: false, timer: null, kept: Promise.resolve(true) });
    });
    return found.map((row) => ({ id: row.id, at: new Date(row.at).toISOString() }));
  }

  function stored(id) {
    const item = items.get(id);
    if (!item) return;
    items.delete(id);
    clearTimeout(item.timer);
    onState(id, "sent");
    forget(item);
  }

  function forget(item) {
    item.kept.then((onShelf) => (onShelf ? drop(item.message.id) : null)).catch(() => {
      // The row stays until the next visit: it is sent once more then, and known by its id.
    });
  }

  async function attempt(item) {
    if (item.busy || !items.has(item.message.id)) return;
    clearTimeout(item.timer);
    item.busy = true;
    onState(item.message.id, "sending");
    let outcome = navigator.onLine === false ? "offline" : "waiting";
    try {
      await postLines("/api/messages", body(item.message), (line) => {
        if (line.type === "card") onCard(line.card);
        if (line.type === "ack") stored(line.id);
        if (line.type === "refused") throw new Refused(409, line.error);
        if (line.type === "not_stored") {
          outcome = "not_stored";
          if (line.card) onCard(line.card);
        }
      });
    } catch (error) {
      if (error instanceof Refused && (error.status === 401 || error.status === 403)) {
        item.busy = false;
        onState(item.message.id, "waiting");
        onShut(error);
        return;
      }
      if (error instanceof Refused && FINAL.indexOf(error.status) >= 0) {
        refused(item, error);
        return;
      }
      // A line that broke, a time-out, a server that restarts: tried again below.
    }
    item.busy = false;
    if (!items.has(item.message.id)) return;
    const onShelf = await item.kept;
    if (!items.has(item.message.id)) return;
    onState(item.message.id, outcome, { onShelf });
    item.timer = setTimeout(() => attempt(item), backOff(item));
  }

  function refused(item, error) {
    items.delete(item.message.id);
    forget(item);
    // The gateway has this id with other words in it: it was stored, by an earlier try or another tab.
    if (error.code === "same_id_other_body") onState(item.message.id, "sent");
    else onState(item.message.id, "refused", { error, text: item.message.text });
  }

  function backOff(item) {
    const wait = Math.min(FIRST_WAIT_MS * Math.pow(2, item.tries), LONGEST_WAIT_MS);
    item.tries += 1;
    return wait * (0.8 + Math.random() * 0.4);
  }

  // One after the other, oldest first, so that they arrive in the order in which they were written.
  async function flush() {
    const waitingItems = Array.from(items.values()).sort((a, b) => a.at - b.at);
    for (const item of waitingItems) {
      item.tries = 0;
      await attempt(item);
    }
  }

  function stop() {
    items.forEach((item) => clearTimeout(item.timer));
    items.clear();
    window.removeEventListener("online", flush);
  }

  window.addEventListener("online", flush);
  return { send, resume, stored, flush, stop };
}

function body(message) {
  const { id, text, option, sealed, step, reflection_id } = message;
  const content = sealed ? { id, sealed } : option ? { id, option } : { id, text };
  if (step) content.step = step;
  if (reflection_id) content.reflection_id = reflection_id;
  return content;
}
