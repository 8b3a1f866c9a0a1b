// The safety card. It never waits: the words come with the answer to the message, or were in the page already. It says
// what was noticed, how to reach a person, and the truth about who knows, and changes as that changes.

import { post } from "./api.js";
import { announce, clear, focusOn, h, paragraphs } from "./dom.js";
import { lineCalls, lineList, lineRest } from "./lines.js";
import { clock, t } from "./words.js";

// Several cards can stand in one conversation; each title needs an id of its own.
let made = 0;

// hooks: onGrounding(), onJustWrite(), onPlan(), busy() -> whether the person is in the middle of typing.
export function createCard(hooks) {
  made += 1;
  const titleId = "card-title-" + made;
  const root = h("section", {
    class: "card", "data-testid": "safety-card", "aria-labelledby": titleId, "aria-live": "off",
  });
  const title = h("h2", { id: titleId, tabindex: "-1" });
  const words = h("div");
  const truth = h("div");
  const calls = h("div", { class: "calls" });
  const people = h("ol", { class: "people", "data-testid": "card-people" });
  const lineLost = h("p", { class: "card-lost", hidden: true, "data-testid": "card-line-lost" });
  const consequence = h("div");
  const actions = h("div", { class: "row" });
  const quiet = h("div", { class: "row" });
  const others = h("div");
  root.append(title, words, calls, truth, people, lineLost, actions, consequence, others, quiet);
  let now = null;
  let shownLines = "";

  function update(card) {
    const first = now === null;
    const before = first ? [] : now.people;
    // A further message in the same alert starts again as "noticed", before it is joined to the alert: who is being
    // told already stays on the card.
    const next = !card.people.length && before.length && card.state === "noticed" ? { ...card, people: before, episode_id: now.episode_id } : card;
    now = next;
    root.dataset.state = next.state;
    if (next.episode_id) root.dataset.episode = next.episode_id;
    clear(title, next.title);
    // What was noticed, then the ways to reach a person, then who knows: a small screen shows the first two at once.
    const [noticed, ...rest] = paragraphs(next.text);
    clear(words, noticed);
    clear(truth, rest);
    clear(people, next.people.map(personLine));
    people.hidden = !next.people.length;
    clear(consequence, paragraphs(next.consequence, { class: "consequence" }), next.why ? h("p", { class: "soft" }, next.why) : null);
    if (JSON.stringify(next.lines) !== shownLines) {
      shownLines = JSON.stringify(next.lines);
      clear(calls, lineCalls(next.lines));
      clear(others, lineRest(next.lines, t("card_other_lines")));
    }
    if (first || String(actions.dataset.ids) !== ids(next)) showActions(next);
    if (first) arrive(next);
    else tellChange(next, before);
  }

  function personLine(person) {
    return h("li", null,
      h("span", { class: "when" }, person.at ? clock(person.at) : ""),
      h("span", null, said(person)));
  }

  function ids(card) {
    return card.actions.map((action) => action.id).join(" ");
  }

  function showActions(card) {
    actions.dataset.ids = ids(card);
    const button = (action, style) =>
      h("button", { class: style, type: "button", "data-testid": "card-" + action.id, onclick: () => act(action.id) }, action.label);
    const big = card.actions.filter((action) => action.id !== "not_meant" && action.id !== "call");
    clear(actions, big.map((action) => button(action, "btn")));
    clear(quiet, card.actions.filter((action) => action.id === "not_meant").map((action) => button(action, "btn plain")));
  }

  function act(id) {
    if (id === "grounding") hooks.onGrounding();
    if (id === "just_write") hooks.onJustWrite();
    if (id === "plan") hooks.onPlan();
    if (id === "not_meant") notMeant();
  }

  function notMeant() {
    if (!now.episode_id) return;
    const said = h("p", { role: "status" });
    clear(quiet, said);
    post("/api/not-meant", { episode_id: now.episode_id })
      .then(() => clear(said, t("card_not_meant_noted")))
      .catch(() => {
        showActions(now);
        announce(t("error_connection"));
      });
  }

  // Focus goes to the card unless the person is writing: then it is spoken, and their words stay under their fingers.
  function arrive(card) {
    if (hooks.busy()) announce(card.title + " " + card.text, true);
    else setTimeout(() => focusOn(title), 0);
  }

  function tellChange(card, before) {
    const known = before.map(said);
    const fresh = card.people.map(said).filter((text) => known.indexOf(text) < 0);
    if (fresh.length) announce(fresh.join(" "), true);
    else if (card.state === "not_stored" || card.state === "nobody") announce(card.title + " " + card.text, true);
  }

  // The stream has been silent: what the card says may be old, and it says so.
  function setLost(since) {
    lineLost.hidden = !since;
    if (!since) {
      clear(lineLost);
      return;
    }
    clear(lineLost, t("card_line_lost", { time: clock(since) }));
    announce(lineLost.textContent, true);
  }

  return {
    root,
    update,
    setLost,
    isOpen: () => now !== null && now.state !== "closed",
    episode: () => (now ? now.episode_id : null),
    message: () => (now ? now.message_id : null),
  };
}

function said(person) {
  return person.text.indexOf(person.name) >= 0 ? person.text : person.name + ": " + person.text;
}

// Shown when something was written without a connection. Nobody can read it yet, so nobody can judge it: help is
// simply put beside it.
export function offlineCard(lines) {
  return h("section", { class: "card", "data-testid": "offline-card", "aria-labelledby": "offline-title", "aria-live": "off" },
    h("h2", { id: "offline-title" }, t("offline_title")),
    paragraphs(t("offline_text")),
    h("div", { class: "calls" }, lineList(lines)));
}
