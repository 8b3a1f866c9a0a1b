// The conversation as a log (W3C ARIA23): new messages are read out politely, in order, by whom they are; the states
// of sending are shown and not read.

import { clear, h, paragraphs } from "./dom.js";
import { day, t } from "./words.js";

// Buttons whose words the server does not keep are stored under their id.
const COMMANDS = ["skip", "stop", "back", "repeat", "menu", "why", "help"];
// Closer to the end than this counts as reading the newest message.
const NEAR_END_PX = 120;

export function createLog(root) {
  const entries = new Map();
  let lastDay = "";
  // The safety card stays in sight although messages come after it, until the person moves the page themselves.
  let held = false;
  const letGo = () => {
    held = false;
  };
  ["wheel", "touchmove", "keydown"].forEach((moved) => root.addEventListener(moved, letGo, { passive: true }));

  function atEnd() {
    return !held && root.scrollHeight - root.scrollTop - root.clientHeight < NEAR_END_PX;
  }

  function toEnd() {
    letGo();
    root.scrollTop = root.scrollHeight;
  }

  // Keeps the newest message in sight while the space around it changes, if it was in sight before.
  function steady(change) {
    const follow = atEnd();
    change();
    if (follow) root.scrollTop = root.scrollHeight;
  }

  // A message of the server, or one of our own on its way ({pending: true}, no offset yet).
  function put(message) {
    const known = entries.get(message.id);
    if (known) {
      known.message = { ...known.message, ...message };
      renderInto(known, steady);
      settle(known);
      return known.element;
    }
    const entry = { message, element: h("div", { "data-id": message.id }), state: null };
    entries.set(message.id, entry);
    renderInto(entry, steady);
    steady(() => place(entry));
    return entry.element;
  }

  function place(entry) {
    const { message, element } = entry;
    const label = day(message.at);
    if (label !== lastDay && isNewest(message)) {
      lastDay = label;
      root.appendChild(h("p", { class: "day" }, label));
    }
    root.insertBefore(element, firstAfter(message.offset));
  }

  function isNewest(message) {
    return firstAfter(message.offset) === null;
  }

  // The element before which a message with this offset belongs; null for the end.
  function firstAfter(offset) {
    if (!offset) return null;
    let found = null;
    entries.forEach((other) => {
      const at = other.message.offset || (other.element.isConnected ? Infinity : 0);
      const best = found ? found.message.offset || Infinity : Infinity;
      if (other.element.isConnected && at > offset && (found === null || at < best)) found = other;
    });
    return found ? found.element : null;
  }

  // What was on its way has its place now; it moves only if something of others came between.
  function settle(entry) {
    const offset = entry.message.offset;
    if (!offset) return;
    const next = firstAfter(offset);
    const follows = next && entry.element.compareDocumentPosition(next) & Node.DOCUMENT_POSITION_PRECEDING;
    if (follows) root.insertBefore(entry.element, next);
  }

  // Older messages, above what is there, without moving what is being read and without reading them out.
  function prepend(messages) {
    root.setAttribute("aria-live", "off");
    const fromEnd = root.scrollHeight - root.scrollTop;
    const first = root.firstChild;
    let label = "";
    messages.filter((message) => !entries.has(message.id)).forEach((message) => {
      const entry = { message, element: h("div", { "data-id": message.id }), state: null };
      entries.set(message.id, entry);
      renderInto(entry, steady);
      if (day(message.at) !== label) {
        label = day(message.at);
        root.insertBefore(h("p", { class: "day" }, label), first);
      }
      root.insertBefore(entry.element, first);
    });
    if (!lastDay) lastDay = label;
    root.scrollTop = root.scrollHeight - fromEnd;
    setTimeout(() => root.setAttribute("aria-live", "polite"), 0);
  }

  function setState(id, state, words) {
    const entry = entries.get(id);
    if (!entry) return;
    entry.state = state;
    entry.stateWords = words;
    const place = entry.element.querySelector(".state");
    if (place) steady(() => showState(entry, place));
  }

  function renderAll() {
    root.setAttribute("aria-live", "off");
    entries.forEach((entry) => renderInto(entry, steady));
    setTimeout(() => root.setAttribute("aria-live", "polite"), 0);
  }

  // Puts something that is no message (the safety card, a summary) after a message, or at the end.
  function attach(element, messageId) {
    const entry = messageId ? entries.get(messageId) : null;
    steady(() => root.insertBefore(element, entry ? entry.element.nextSibling : null));
  }

  // Shows the beginning of something that may be taller than the screen.
  function reveal(element) {
    const top = element.offsetTop - root.offsetTop - 8;
    root.scrollTop = Math.min(top, root.scrollHeight - root.clientHeight);
    held = true;
  }

  return {
    put, prepend, setState, renderAll, attach, reveal, letGo, steady, toEnd,
    has: (id) => entries.has(id),
    stateOf: (id) => (entries.has(id) ? entries.get(id).state : null),
    remove: (id) => {
      const entry = entries.get(id);
      if (!entry) return;
      entries.delete(id);
      entry.element.remove();
    },
    oldest: () => Array.from(entries.values()).reduce((low, { message }) => Math.min(low, message.offset || Infinity), Infinity),
  };
}

function renderInto(entry, steady) {
  const { message, element } = entry;
  const mine = message.role === "client";
  element.className = mine ? "m me" : message.kind === "notice" ? "m notice" : message.role === "person" ? "m bot person" : "m bot";
  element.dataset.testid = "message-" + message.role;
  if (message.text_id) element.dataset.textId = message.text_id;
  const who = mine ? t("said_you") : message.role === "person" ? t("said_person", { name: message.by || "" }) : t("said_program");
  clear(
    element,
    message.role === "person" ? h("strong", { class: "by" }, message.by) : h("span", { class: "sr" }, who),
    textOf(message),
    mine ? h("small", { class: "state", "aria-live": "off", "data-testid": "state" }) : null,
    message.reason ? why(message.reason, steady) : null
  );
  const state = element.querySelector(".state");
  if (state) showState(entry, state);
}

function textOf(message) {
  const bubble = (...content) => h("div", { class: "bubble" }, content);
  if (message.role === "client" && COMMANDS.indexOf(message.text) >= 0 && message.kind === "option") return bubble(h("p", null, t(message.text)));
  if (message.sealed) return bubble(h("p", { class: "soft" }, t("sealed_message")));
  return bubble(paragraphs(message.text));
}

function showState(entry, place) {
  const state = entry.state || (entry.message.offset ? "sent" : "sending");
  place.dataset.state = state;
  clear(place, entry.stateWords || t("state_" + state));
}

// "Why am I seeing this?", on every message that the program says.
function why(reason, steady) {
  const words = h("p", { class: "reason", hidden: true }, reason);
  const button = h("button", {
    class: "why", type: "button", "aria-expanded": "false", "data-testid": "why",
    onclick: () => {
      steady(() => {
        words.hidden = !words.hidden;
      });
      button.setAttribute("aria-expanded", String(!words.hidden));
    },
  }, t("why"));
  return [button, words];
}
