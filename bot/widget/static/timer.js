// A minute that passes: plain, or as breathing with a picture. Nothing moves before the person says so.

import { clear, h } from "./dom.js";
import { t } from "./words.js";

const IN_S = 4;
const OUT_S = 6;

// A timer of `seconds`. `breath` shows the picture that grows and shrinks (it stays still with reduced motion, and the
// words alone change). onDone() is called once, when the time is over or the person ends it.
export function timer({ seconds, breath, onDone }) {
  const words = h("p", { class: "timer-words", "aria-live": "polite" }, breath ? t("breath_ready") : t("timer_ready"));
  const left = h("p", { class: "soft timer-left", "aria-hidden": "true" }, remaining(seconds));
  const circle = breath ? h("div", { class: "breath", "aria-hidden": "true" }, h("div", { class: "breath-in" })) : null;
  const start = h("button", { class: "btn main", type: "button", "data-testid": "timer-start", onclick: begin }, t("timer_start"));
  const end = h("button", { class: "btn", type: "button", hidden: true, "data-testid": "timer-end", onclick: finish }, t("timer_end"));
  const root = h("div", { class: "timer" }, circle, words, left, h("div", { class: "row center" }, start, end));
  let startedAt = 0;
  let ticking = null;
  let phase = "";

  function begin() {
    startedAt = Date.now();
    start.hidden = true;
    end.hidden = false;
    end.focus();
    clear(words, breath ? "" : t("timer_runs"));
    ticking = setInterval(tick, 250);
    tick();
  }

  function tick() {
    // The frame was taken away (stop, another step): nothing is left to count for.
    if (!root.isConnected) {
      clearInterval(ticking);
      return;
    }
    const passed = (Date.now() - startedAt) / 1000;
    if (passed >= seconds) {
      finish();
      return;
    }
    clear(left, remaining(Math.ceil(seconds - passed)));
    if (breath) breathe(passed % (IN_S + OUT_S) < IN_S ? "in" : "out");
  }

  function breathe(next) {
    if (next === phase) return;
    phase = next;
    circle.className = "breath " + next;
    clear(words, t(next === "in" ? "breath_in" : "breath_out"));
  }

  function finish() {
    clearInterval(ticking);
    end.hidden = true;
    if (circle) circle.className = "breath";
    clear(words, t("timer_over"));
    clear(left);
    onDone();
  }

  return root;
}

function remaining(seconds) {
  return t("timer_left", { seconds });
}
