// "Get help now": in reach on every screen, before sign-in and consent, and with no connection: all it shows is in the
// page already. The gateway is asked as well, because it may know more (the client's own country, hours, plan).

import { post } from "./api.js";
import { byId, clear } from "./dom.js";
import { showGrounding } from "./grounding.js";
import { lineList } from "./lines.js";
import { back, show } from "./screens.js";
import { language, lines, t } from "./words.js";

export function bindHelp() {
  byId("help-open").addEventListener("click", (event) => {
    event.preventDefault();
    openHelp();
  });
  byId("help-back").addEventListener("click", back);
}

// Puts the words of the chosen language in. The lines the server rendered are the same ones.
export function fillHelp() {
  clear(byId("help-lines"), lineList(lines()));
  showGrounding();
}

export function openHelp() {
  fillHelp();
  clear(byId("help-truth"), t("help_truth"));
  show("help");
  post("/api/help?language=" + language(), {})
    .then((card) => {
      if (card.text) clear(byId("help-truth"), card.text);
      if (card.lines.length) clear(byId("help-lines"), lineList(card.lines));
    })
    .catch(() => {
      // Offline, or the gateway is down: what is shown came with the page and is complete.
    });
}
