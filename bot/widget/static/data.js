// What is stored about the person: who looked at it, taking it away, having it erased.

import { get, post, Refused } from "./api.js";
import { clear, focusOn, h } from "./dom.js";
import { clock, day, errorText, t } from "./words.js";

const LOOKS = {
  read_brief: "look_read_brief",
  read_alert: "look_read_alert",
  read_episode: "look_read_episode",
  break_glass: "look_break_glass",
};
// What the person did themselves is no look of somebody else's.
const OWN = ["export", "erase_client", "erase_reflection", "erase_message"];

// onErased(words): everything is gone and this device is signed out.
export async function dataSheet(onErased) {
  const { kept, looks } = await get("/api/data");
  const others = looks.filter((look) => OWN.indexOf(look.what) < 0);
  return [
    h("h1", { tabindex: "-1" }, t("data_title")),
    h("p", null, t("data_take_text")),
    h("p", null, h("a", { class: "btn main", href: "/api/export", download: "my-data.zip", "data-testid": "take-away" }, t("data_take"))),
    h("h2", null, t("data_looked")),
    others.length ? h("ul", { "data-testid": "looks" }, others.reverse().map((look) => h("li", null, words(look)))) : h("p", null, t("data_nobody_looked")),
    erasing(kept, onErased),
  ];
}

function words(look) {
  const what = t(LOOKS[look.what] || "look_other");
  return t("data_look", { when: day(look.at) + ", " + clock(look.at), who: look.who, what });
}

// Two presses, because there is no way back.
function erasing(kept, onErased) {
  const problem = h("p", { class: "problem", role: "alert" });
  const sure = h("button", { class: "btn", type: "button", hidden: true, "data-testid": "erase-sure", onclick: erase }, t("data_erase_sure"));
  const first = h("button", { class: "btn", type: "button", "data-testid": "erase", onclick: ask }, t("data_erase"));

  function ask() {
    first.hidden = true;
    sure.hidden = false;
    focusOn(sure);
  }

  async function erase() {
    sure.disabled = true;
    try {
      const { erased } = await post("/api/erase", { kind: "all" });
      onErased(t("data_erased", erased));
    } catch (error) {
      sure.disabled = false;
      clear(problem, error instanceof Refused ? errorText(error) : t("error_connection"));
    }
  }

  return h("section", { class: "stack" }, h("h2", null, t("data_erase_title")), h("p", null, t("data_erase_text", kept)), h("div", { class: "row" }, first, sure), problem);
}
