// A summary as the client sees it before anybody else does: each line can be left out; sharing is a button of its own.

import { get, post, Refused } from "./api.js";
import { announce, clear, focusOn, h } from "./dom.js";
import { moodView } from "./trend.js";
import { clock, day, errorText, t } from "./words.js";

// summary: {id, at, body, shared_at, shared_lines}. Returns an element that shows its state and changes it.
export function summaryView(summary, therapist) {
  const root = h("section", { class: "summary", "data-testid": "summary", "data-summary": summary.id, "aria-live": "off" });
  let now = summary;
  let kept = false;
  draw();

  function draw() {
    const { title, lines, finished } = now.body;
    const head = [
      h("h2", { tabindex: "-1" }, t("summary_title", { title })),
      h("p", { class: "soft" }, day(now.at) + (finished ? "" : " · " + t("summary_unfinished"))),
    ];
    clear(root, head, now.shared_at ? sharedView(now.shared_lines) : choiceView(lines));
  }

  function sharedView(lines) {
    return [
      h("p", { class: "shared-note" }, t("summary_shared", { therapist, time: clock(now.shared_at) })),
      h("dl", null, lines.map((line) => [h("dt", null, line.label), h("dd", { class: line.kind }, line.text)])),
      h("button", { class: "btn plain", type: "button", "data-testid": "unshare", onclick: () => change("unshare", {}) }, t("summary_unshare")),
    ];
  }

  function choiceView(lines) {
    const boxes = lines.map((line) =>
      h("input", { type: "checkbox", checked: true, id: now.id + "-" + line.id, "data-testid": "line-" + line.id, value: line.id }));
    const share = h("button", {
      class: "btn main", type: "button", "data-testid": "share",
      onclick: () => change("share", { remove: boxes.filter((box) => !box.checked).map((box) => box.value) }),
    }, t("summary_share", { therapist }));
    const keep = h("button", { class: "btn", type: "button", "data-testid": "keep", onclick: keepIt }, t("summary_keep"));
    return [
      h("p", null, t("summary_choose", { therapist })),
      h("ul", { class: "summary-lines" }, lines.map((line, number) =>
        h("li", { class: "tick" }, boxes[number],
          h("label", { for: boxes[number].id }, h("span", { class: "soft" }, line.label), h("span", { class: "said " + line.kind }, line.text))))),
      h("p", { class: "problem", role: "alert" }),
      h("p", { class: "note", hidden: !kept }, t("summary_kept")),
      h("div", { class: "row" }, share, kept ? null : keep),
    ];
  }

  function keepIt() {
    kept = true;
    draw();
    announce(t("summary_kept"));
    focusOn(root.querySelector(".note"));
  }

  async function change(verb, content) {
    root.querySelectorAll("button").forEach((button) => {
      button.disabled = true;
    });
    try {
      update(await post("/api/summaries/" + now.id + "/" + verb, content));
      announce(verb === "share" ? t("summary_shared", { therapist, time: clock(now.shared_at) }) : t("summary_unshared"));
      focusOn(root.querySelector("h2"));
    } catch (error) {
      root.querySelectorAll("button").forEach((button) => {
        button.disabled = false;
      });
      clear(root.querySelector(".problem") || h("p"), error instanceof Refused ? errorText(error) : t("error_connection"));
    }
  }

  // Redrawn only when its sharing changed: what somebody has just ticked off stays ticked off.
  function update(next) {
    const changed = next.shared_at !== now.shared_at;
    now = next;
    if (changed) draw();
  }

  return { root, update };
}

// All of the client's summaries, newest first, on a sheet of their own, under the course of their mood.
export async function summariesSheet(therapist) {
  const { summaries } = await get("/api/summaries");
  return [
    h("h1", { tabindex: "-1" }, t("summaries_title")),
    moodView(summaries),
    summaries.length ? summaries.map((summary) => summaryView(summary, therapist).root) : h("p", null, t("summaries_none")),
  ];
}
