// Where a person answers: the control of the question, skip and stop, "…", and the field for their own words.

import { byId, clear, focusOn, h } from "./dom.js";
import { moreItems, moreMenu } from "./more.js";
import { promptControl } from "./prompt.js";
import { t } from "./words.js";

// Part of the window's height that the field may grow to before it scrolls.
const FIELD_SHARE = 0.3;

// say({text} | {option, label}); limit(): characters allowed; lastSaid(): what to read aloud; steady(change): changes the
// height of this region without moving what is read; on: what "…" leads to.
export function createReply({ say, limit, lastSaid, steady, on }) {
  const answer = byId("answer");
  const field = byId("composer");
  const problem = byId("composer-problem");
  let asked = null;
  let hint = "hint_write";

  const menu = moreMenu({
    button: byId("more"),
    panel: byId("more-panel"),
    items: () => moreItems({ can: asked ? asked.prompt.can || [] : [], hasPrompt: Boolean(asked), lastSaid: lastSaid(), on: { ...on, command } }),
  });

  function command(id) {
    say({ option: id, label: t(id) });
  }

  // Shows the control for a message with a prompt; null when nothing is asked.
  function ask(message) {
    asked = message;
    steady(draw);
  }

  function draw() {
    const prompt = asked ? asked.prompt : null;
    const can = prompt ? prompt.can || [] : [];
    const inside = answer.contains(document.activeElement);
    const place = byId("answer-main");
    byId("answer-row").querySelectorAll("[data-command]").forEach((button) => {
      button.hidden = can.indexOf(button.dataset.command) < 0;
    });
    const { control, main } = prompt ? promptControl(prompt, asked.text, say) : { control: null, main: null };
    clear(answer, prompt && prompt.title ? h("p", { class: "soft progress", "data-number": prompt.number }, progress(prompt)) : null, control);
    clear(place, main);
    answer.dataset.kind = prompt ? prompt.kind : "";
    byId("answer-row").hidden = !main && !can.some((id) => id === "skip" || id === "stop");
    // Own words are the main answer to a question of words, and to whether somebody is in danger.
    const written = !prompt || prompt.kind === "text" || prompt.kind === "question";
    byId("send").className = written ? "btn main" : "btn";
    byId("composer-label").textContent = prompt && prompt.kind === "text" ? t("composer_answer") : t("composer_label");
    field.placeholder = prompt ? t(prompt.kind === "text" ? "hint_answer" : "hint_instead") : t(hint);
    if (inside) focusOn(answer);
  }

  function progress(prompt) {
    return prompt.of > 1 ? t("progress", { title: prompt.title, number: prompt.number, of: prompt.of }) : prompt.title;
  }

  function submit(event) {
    event.preventDefault();
    clear(problem);
    const text = field.value;
    if (!text.trim()) return;
    if (text.length > limit()) {
      clear(problem, t("error_too_long", { limit: limit() }));
      return;
    }
    field.value = "";
    grow();
    say({ text });
  }

  // With a keyboard Enter sends and Shift+Enter makes a line; under a finger Enter makes a line. Who has no pointer at all
  // has a keyboard.
  function onKey(event) {
    const finger = window.matchMedia("(pointer: coarse)").matches;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !finger) submit(event);
  }

  function grow() {
    steady(() => {
      field.style.height = "";
      // An empty field is one line, whatever its hint would take.
      if (field.value) field.style.height = Math.min(field.scrollHeight + 2, window.innerHeight * FIELD_SHARE) + "px";
    });
  }

  byId("composer-form").onsubmit = submit;
  field.oninput = grow;
  field.onkeydown = onKey;
  byId("answer-row").querySelectorAll("[data-command]").forEach((button) => {
    button.onclick = () => command(button.dataset.command);
  });

  return {
    ask,
    draw: () => steady(draw),
    writing: () => Boolean(field.value),
    // Words that could not be taken go back to whoever wrote them, with the reason.
    giveBack(text, reason) {
      if (text && !field.value) field.value = text;
      grow();
      clear(problem, reason);
    },
    keepWriting() {
      hint = "hint_go_on";
      draw();
      field.focus();
    },
    inviteWriting() {
      hint = "hint_go_on";
      steady(draw);
    },
    stop() {
      menu.close(false);
      clear(answer);
      clear(problem);
      field.value = "";
    },
  };
}
