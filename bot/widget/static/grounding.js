// Grounding and breathing that need no connection, no sign-in and no consent. Nothing done here is sent or kept.

import { byId, clear, focusOn, h } from "./dom.js";
import { timer } from "./timer.js";
import { t } from "./words.js";

const STEPS = ["ground_see", "ground_feel", "ground_hear", "ground_smell", "ground_taste", "ground_end"];
const BREATH_S = 60;

// Shows the choice of the two in the place that the page has for it.
export function showGrounding() {
  const place = byId("grounding");
  const buttons = h(
    "div",
    { class: "row" },
    h("button", { class: "btn", type: "button", "data-testid": "ground-senses", onclick: () => senses(place, 0) }, t("ground_senses")),
    h("button", { class: "btn", type: "button", "data-testid": "ground-breath", onclick: () => breath(place) }, t("ground_breath"))
  );
  clear(place, h("h2", null, t("ground_title")), h("p", null, t("ground_intro")), buttons);
}

function senses(place, number) {
  const last = number === STEPS.length - 1;
  const words = h("p", { class: "ground-step" }, t(STEPS[number]));
  const next = h("button", { class: "btn", type: "button", "data-testid": "ground-next", onclick: () => (last ? showAgain() : senses(place, number + 1)) }, t(last ? "ground_again" : "ground_next"));
  const stop = h("button", { class: "btn plain", type: "button", onclick: showAgain }, t("stop"));
  clear(place, h("h2", null, t("ground_title")), words, h("div", { class: "row" }, next, last ? null : stop));
  focusOn(words);
}

function breath(place) {
  const note = h("p", { class: "soft" }, t("breath_note"));
  const picture = timer({ seconds: BREATH_S, breath: true, onDone: () => undefined });
  const stop = h("button", { class: "btn plain", type: "button", onclick: showAgain }, t("stop"));
  clear(place, h("h2", { tabindex: "-1" }, t("ground_breath")), note, picture, h("div", { class: "row" }, stop));
  focusOn(place.querySelector("h2"));
}

function showAgain() {
  showGrounding();
  byId("grounding").querySelector("button").focus();
}
