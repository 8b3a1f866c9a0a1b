// The first screen: says what this is, then lets a person in with the code that the practice gave them.

import { post, Refused } from "./api.js";
import { byId, clear, h } from "./dom.js";
import { errorText, t } from "./words.js";

// The invite's link carries the code behind the #, which no server sees. Opening the link uses nothing up.
function codeFromLink() {
  const code = decodeURIComponent(window.location.hash.slice(1));
  return /^[A-Za-z0-9 -]{8,40}$/.test(code) ? code : "";
}

// Shows the form; onJoined() once the code was taken. note: why the person is here again (signed out), or nothing.
export function showJoin({ onJoined, note }) {
  const place = byId("start-form");
  const linked = codeFromLink();
  const typed = byId("join-code") ? byId("join-code").value : ""; // kept through a change of language
  const problem = h("p", { class: "problem", role: "alert", id: "join-problem" });
  const field = h("input", {
    id: "join-code", class: "field", type: "text", "data-testid": "join-code", autocomplete: "off", autocapitalize: "characters",
    spellcheck: "false", "aria-describedby": "join-hint join-problem", value: linked || typed,
  });
  const begin = h("button", { class: "btn main wide", type: "submit", "data-testid": "begin" }, t("begin"));
  const form = h(
    "form",
    { class: "stack", novalidate: true, onsubmit: submit },
    note ? h("p", { class: "note" }, note) : null,
    linked ? h("p", null, t("join_linked")) : null,
    h("div", { class: "stack tight", hidden: Boolean(linked) },
      h("label", { for: "join-code" }, t("join_label")), field, h("p", { class: "soft", id: "join-hint" }, t("join_hint"))),
    problem,
    begin
  );

  async function submit(event) {
    event.preventDefault();
    clear(problem);
    if (!field.value.trim()) {
      refuse(t("join_empty"));
      return;
    }
    begin.disabled = true;
    try {
      await post("/api/join", { code: field.value, device: t(/Mobi/.test(navigator.userAgent) ? "device_phone" : "device_computer") });
      // The code is used up; the address bar and the history forget it too.
      window.history.replaceState(null, "", window.location.pathname === "/chat" ? "/chat" : "/");
      onJoined();
    } catch (error) {
      begin.disabled = false;
      refuse(error instanceof Refused ? errorText(error) : t("error_connection"));
    }
  }

  function refuse(words) {
    clear(problem, words);
    field.parentNode.hidden = false;
    field.setAttribute("aria-invalid", "true");
    field.focus();
  }

  clear(place, form);
}
