// Consent before anything is stored: the text in sections, each purpose a box of its own, none ticked beforehand.

import { get, post, Refused } from "./api.js";
import { byId, clear, focusOn, h, paragraphs } from "./dom.js";
import { show } from "./screens.js";
import { errorText, t } from "./words.js";

// Shows the current text; onAgreed() once it is recorded. given: what was agreed to before, when somebody looks again.
export async function showConsent({ onAgreed, given }) {
  const text = await get("/api/consent");
  const boxes = text.purposes.map((purpose) => ({ purpose, box: checkbox(purpose, Boolean(given && given[purpose.id])) }));
  const problem = h("p", { class: "problem", role: "alert" });
  const agree = h("button", { class: "btn main", type: "submit", "data-testid": "consent-agree" }, t("consent_agree"));
  const later = h("button", { class: "btn plain", type: "button", "data-testid": "consent-later", onclick: notNow }, t("consent_later"));
  const form = h(
    "form",
    { class: "stack", novalidate: true, onsubmit: submit },
    h("fieldset", { class: "plain-fieldset stack tight" },
      h("legend", { class: "h2" }, t("consent_choose")),
      h("p", { class: "soft" }, t("consent_hint")),
      boxes.map(({ purpose, box }) => row(purpose, box))),
    problem,
    h("div", { class: "row" }, agree, later)
  );

  async function submit(event) {
    event.preventDefault();
    clear(problem);
    const missing = boxes.filter(({ purpose, box }) => purpose.required && !box.checked);
    if (missing.length) {
      clear(problem, t("consent_missing", { purpose: missing[0].purpose.label }));
      missing[0].box.focus();
      return;
    }
    agree.disabled = true;
    const purposes = {};
    boxes.forEach(({ purpose, box }) => {
      purposes[purpose.id] = box.checked;
    });
    try {
      await post("/api/consent", { version: text.version, purposes });
      onAgreed();
    } catch (error) {
      agree.disabled = false;
      if (error instanceof Refused && error.code === "consent_changed") {
        await showConsent({ onAgreed, given });
        return;
      }
      clear(problem, error instanceof Refused ? errorText(error) : t("error_connection"));
    }
  }

  function notNow() {
    clear(problem, t("consent_declined"));
    focusOn(problem);
  }

  clear(
    byId("consent"),
    h("h1", { tabindex: "-1" }, t("consent_title")),
    h("p", { class: "lead" }, t("consent_intro")),
    text.sections.map((section) =>
      h("section", { class: "reading" }, h("h2", null, section.title), paragraphs(section.text))),
    form
  );
  show("consent", { again: true });
}

function checkbox(purpose, checked) {
  return h("input", {
    type: "checkbox", checked, id: "purpose-" + purpose.id, "data-testid": "consent-" + purpose.id,
    "aria-describedby": "purpose-text-" + purpose.id,
  });
}

function row(purpose, box) {
  const needed = t(purpose.required ? "consent_required" : "consent_optional");
  return h("div", { class: "tick" },
    box,
    h("div", null,
      h("label", { for: box.id }, purpose.label),
      h("p", { class: "soft", id: "purpose-text-" + purpose.id }, purpose.text, " ", h("strong", null, needed))));
}
