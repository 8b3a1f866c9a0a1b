// The control that fits the question: one question, one control, one main button. Free text is always possible beside
// it, because nobody looks for the right button when it is urgent.

import { clear, h } from "./dom.js";
import { timer } from "./timer.js";
import { t } from "./words.js";

// More values than this are offered in equal steps; an exact one can still be written.
const MOST_CELLS = 11;

// prompt: see the protocol. question: its text, as the name of the group. answer({text} | {option, label}).
// Returns {control, main}: what to press, and the main button of the row (null where pressing is already answering).
export function promptControl(prompt, question, answer) {
  switch (prompt.kind) {
    case "scale":
      return scale(prompt, question, answer);
    case "list":
      return list(prompt, question, answer);
    case "timer":
      return timed(prompt, answer);
    case "picture":
      return picture(prompt, answer);
    default:
      return { control: (prompt.options || []).length ? options(prompt, question, answer) : null, main: null };
  }
}

function options(prompt, question, answer) {
  const wide = prompt.kind === "menu" || prompt.options.some((option) => option.why || option.label.length > 22);
  return h("div", { class: wide ? "options wide" : "options", role: "group", "aria-label": question },
    prompt.options.map((option) =>
      h("button", {
        class: "btn", type: "button", "data-testid": "option-" + option.id,
        onclick: () => answer({ option: option.id, label: option.label }),
      }, h("span", null, option.label), option.why ? h("small", null, option.why) : null)));
}

function problemLine() {
  return h("p", { class: "problem", role: "alert" });
}

function mainButton(onclick) {
  return h("button", { class: "btn main", type: "button", "data-testid": "continue", onclick }, t("continue"));
}

function scale(prompt, question, answer) {
  const step = Math.max(1, Math.ceil((prompt.max - prompt.min) / (MOST_CELLS - 1)));
  const problem = problemLine();
  const cells = [];
  for (let value = prompt.min; value <= prompt.max; value += step) {
    cells.push(h("label", { class: "cell" },
      h("input", { type: "radio", name: "scale", value: String(value), "data-testid": "scale-" + value, "aria-label": cellName(prompt, value) }),
      h("span", { "aria-hidden": "true" }, String(value))));
  }
  const group = h("fieldset", { class: "scale plain-fieldset" },
    h("legend", { class: "sr" }, question),
    h("div", { class: cells.length > 6 ? "cells" : "cells few" }, cells),
    h("div", { class: "ends" }, h("small", null, end(prompt.min, prompt.low)), h("small", null, end(prompt.max, prompt.high))),
    problem);
  const main = mainButton(() => {
    const chosen = group.querySelector("input:checked");
    if (chosen) answer({ text: chosen.value });
    else clear(problem, t("scale_pick"));
  });
  return { control: group, main };
}

function end(value, label) {
  return label ? value + " · " + label : String(value);
}

// The ends say what they mean; the numbers between them are numbers.
function cellName(prompt, value) {
  const label = value === prompt.min ? prompt.low : value === prompt.max ? prompt.high : "";
  return label ? value + ", " + label : String(value);
}

function list(prompt, question, answer) {
  const most = prompt.max_items || 5;
  const problem = problemLine();
  const rows = h("ol", { class: "list-rows" });
  const more = h("button", { class: "btn plain", type: "button", "data-testid": "list-more", onclick: () => add().focus() }, t("list_more"));
  function add() {
    const number = rows.children.length + 1;
    const field = h("input", { class: "field", type: "text", "aria-label": t("list_item", { number }), "data-testid": "list-item-" + number, autocomplete: "off" });
    rows.appendChild(h("li", null, field));
    more.hidden = number >= most;
    return field;
  }
  for (let number = 0; number < Math.min(most, Math.max(prompt.min_items || 1, 1)); number += 1) add();
  const main = mainButton(() => {
    const said = Array.from(rows.querySelectorAll("input")).map((field) => field.value.trim()).filter(Boolean);
    if (said.length) answer({ text: said.join("\n") });
    else {
      clear(problem, t("list_empty"));
      rows.querySelector("input").focus();
    }
  });
  return { control: h("div", { role: "group", "aria-label": question }, rows, more, problem), main };
}

function timed(prompt, answer) {
  const main = mainButton(() => answer(doneAnswer(prompt)));
  main.hidden = true;
  const control = timer({
    seconds: prompt.seconds || 60,
    breath: prompt.picture === "breathing",
    onDone: () => {
      main.hidden = false;
      main.focus();
    },
  });
  return { control, main };
}

function picture(prompt, answer) {
  const folder = document.getElementById("data").dataset.static;
  const image = prompt.picture ? h("img", { class: "picture", src: folder + "/" + prompt.picture + ".svg", alt: "" }) : null;
  return { control: image, main: mainButton(() => answer(doneAnswer(prompt))) };
}

// What "I have done it" is called on the server, if the step names it; else the word itself.
function doneAnswer(prompt) {
  const [first] = prompt.options || [];
  return first ? { option: first.id, label: first.label } : { text: t("done") };
}
