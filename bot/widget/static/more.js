// What stands behind "…": going back, hearing a question again, one's own settings. Skip and stop never do.

import { clear, focusOn, h } from "./dom.js";
import { address, language, t } from "./words.js";

// A voice that is on the device. Others send the text to a company's server to be spoken.
function localVoice() {
  if (!("speechSynthesis" in window)) return null;
  return window.speechSynthesis.getVoices().filter((voice) => voice.localService && voice.lang.slice(0, 2) === language())[0] || null;
}

export function readAloud(text) {
  const speech = new SpeechSynthesisUtterance(text);
  speech.voice = localVoice();
  speech.lang = speech.voice.lang;
  window.speechSynthesis.cancel();
  window.speechSynthesis.speak(speech);
}

// items(): [{id, words, run}] for the moment of opening. Closes on Escape, on a choice, and when focus goes elsewhere.
export function moreMenu({ button, panel, items }) {
  button.addEventListener("click", () => (panel.hidden ? open() : close(true)));
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close(true);
    }
  });

  function open() {
    clear(panel, items().map((item) =>
      h("button", {
        class: "btn plain", type: "button", "data-testid": item.id,
        onclick: () => {
          close(true);
          item.run();
        },
      }, item.words)));
    panel.hidden = false;
    // The choices take the place of the question's own control, so that they have the room.
    panel.parentNode.classList.add("more-open");
    button.setAttribute("aria-expanded", "true");
    focusOn(panel.querySelector("button"));
  }

  function close(refocus) {
    panel.hidden = true;
    panel.parentNode.classList.remove("more-open");
    button.setAttribute("aria-expanded", "false");
    if (refocus) button.focus();
  }

  return { close };
}

// The choices of the moment. can: what the present question allows; on: what to call.
export function moreItems({ can, hasPrompt, lastSaid, on }) {
  const items = [];
  const add = (id, words, run) => items.push({ id, words, run });
  if (can.indexOf("back") >= 0) add("back", t("back"), () => on.command("back"));
  if (hasPrompt) add("repeat", t("repeat"), () => on.command("repeat"));
  if (!hasPrompt) add("menu", t("menu"), () => on.command("menu"));
  if (lastSaid && localVoice()) add("read-aloud", t("read_aloud"), () => readAloud(lastSaid));
  add("summaries", t("summaries_title"), on.summaries);
  add("consent-again", t("consent_again"), on.consent);
  add("data", t("data_title"), on.data);
  if (language() !== "en") add("language-en", "English", () => on.language("en"));
  if (language() !== "es") add("language-es", "Español", () => on.language("es"));
  if (language() === "es") add("address", t(address() === "tu" ? "address_usted" : "address_tu"), () => on.address(address() === "tu" ? "usted" : "tu"));
  add("about-exit", t("about_exit"), on.aboutExit);
  add("sign-out", t("sign_out"), on.signOut);
  return items;
}
