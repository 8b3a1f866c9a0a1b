// The conversation: what came, what is on its way, the question of the moment and its control.

import { get, Refused } from "./api.js";
import { createCard, offlineCard } from "./card.js";
import { announce, byId, clear, focusOn, h, uuid } from "./dom.js";
import { createLog } from "./log.js";
import { moreItems, moreMenu } from "./more.js";
import { createOutbox } from "./outbox.js";
import { promptControl } from "./prompt.js";
import { follow } from "./stream.js";
import { summaryView } from "./summary.js";
import { errorText, lines, t } from "./words.js";

const PAGE = 50;

// me: /api/me. open: /api/open. on: {help, grounding, summaries, consent, language, address, signOut, aboutExit, shut}.
// Returns {start, stop, relabel}.
export function createChat({ me, open, on }) {
  const log = createLog(clear(byId("log")));
  const answer = byId("answer");
  const field = byId("composer");
  const therapist = me.therapist.name;
  const summaries = new Map();
  let prompt = null; // the message that carries the question of the moment
  let lastSaid = "";
  let card = null;
  let offline = null;
  let stream = null;
  let mode = me.conversation.mode;

  const outbox = createOutbox({ conversation: me.conversation.id, key: open.key, onState, onCard: showCard, onShut: on.shut });
  const menu = moreMenu({
    button: byId("more"),
    panel: byId("more-panel"),
    items: () => moreItems({
      can: prompt ? prompt.prompt.can || [] : [],
      hasPrompt: Boolean(prompt),
      lastSaid,
      on: { ...on, command: (id) => send({ option: id, label: t(id) }) },
    }),
  });

  async function start() {
    bind();
    relabel();
    const history = await get("/api/history?limit=" + PAGE);
    log.prepend(history.messages);
    for (const message of history.messages) note(message);
    showEarlier(history.messages.length === PAGE);
    if (history.card) showCard(history.card, true);
    await Promise.all(history.messages.filter((message) => message.summary_id).map(showSummary));
    (await outbox.resume()).forEach(({ id, at }) => {
      log.put({ id, role: "client", kind: "text", text: "", at, sealed: true });
    });
    showPrompt();
    log.toEnd();
    stream = follow({ after: me.conversation.last_event, onEvent, onLost, onLive, onRefused: on.shut });
    outbox.flush();
  }

  // What a message means for the question of the moment: the last question stands until the client says something.
  function note(message) {
    if (message.role === "client") prompt = null;
    else if (message.prompt) prompt = message;
    if (message.role === "bot") lastSaid = message.text;
  }

  function onEvent(content) {
    if (content.type === "message") onMessage(content.message);
    if (content.type === "card") showCard(content.card);
    if (content.type === "mode") {
      mode = content.mode;
      showMode();
    }
    if (content.type === "summary") takeSummary(content.summary);
  }

  function onMessage(message) {
    const fresh = !log.has(message.id);
    log.put({ ...message, sealed: false });
    if (message.role === "client") outbox.stored(message.id);
    if (!fresh) return;
    note(message);
    showPrompt();
    if (message.summary_id) showSummary(message);
  }

  // ---- sending

  function send({ text, option, label }) {
    const message = { id: uuid(), text, option };
    if (prompt) {
      message.step = prompt.prompt.step || undefined;
      message.reflection_id = prompt.prompt.reflection_id || undefined;
    }
    const focusInside = answer.contains(document.activeElement);
    log.put({ id: message.id, role: "client", kind: option ? "option" : "text", text: text || label, at: new Date().toISOString() });
    log.toEnd();
    prompt = null;
    showPrompt();
    if (focusInside) focusOn(answer);
    outbox.send(message);
  }

  function sendWritten(event) {
    if (event) event.preventDefault();
    const text = field.value;
    clear(byId("composer-problem"));
    if (!text.trim()) return;
    if (text.length > open.max_chars) {
      clear(byId("composer-problem"), t("error_too_long", { limit: open.max_chars }));
      return;
    }
    field.value = "";
    grow();
    send({ text });
  }

  function onState(id, state, detail) {
    if (state === "refused") {
      giveBack(id, detail);
      return;
    }
    let words = null;
    if (state === "offline" || state === "waiting") words = t(detail && !detail.onShelf ? "state_waiting_open" : "state_" + state);
    log.setState(id, state, words);
    if (state === "sent" || state === "sending") {
      if (offline && state === "sent") {
        const gone = offline;
        log.steady(() => gone.remove());
        offline = null;
        announce(t("state_sent"));
      }
      return;
    }
    announce(words || t("state_" + state));
    if (state !== "not_stored" && !offline && !(card && card.isOpen())) {
      offline = offlineCard(lines());
      log.attach(offline, id);
      log.reveal(offline);
    }
  }

  // A message that the gateway will never take (too long, damaged): its words go back to whoever wrote them.
  function giveBack(id, { error, text }) {
    log.remove(id);
    if (text && !field.value) field.value = text;
    grow();
    clear(byId("composer-problem"), errorText(error));
  }

  // ---- safety card

  function showCard(content, fromHistory) {
    const isNew = !card || (!card.isOpen() && content.episode_id !== card.episode());
    if (isNew) {
      card = createCard({
        onGrounding: on.grounding,
        onJustWrite: () => {
          field.placeholder = t("just_write_hint");
          field.focus();
        },
        onPlan: () => send({ option: "plan", label: t("plan") }),
        busy: () => Boolean(field.value) || fromHistory === true,
      });
    }
    const here = content.message_id && log.has(content.message_id);
    if (isNew || (content.state === "noticed" && here)) {
      log.attach(card.root, here ? content.message_id : null);
      card.update(content);
      log.reveal(card.root);
    } else {
      log.steady(() => card.update(content));
    }
  }

  // ---- the line to the gateway

  function onLost(since) {
    clear(byId("line"), t("line_lost"));
    byId("line").hidden = false;
    if (card && card.isOpen()) card.setLost(since);
  }

  function onLive() {
    byId("line").hidden = true;
    clear(byId("line"));
    announce(t("line_back"));
    if (card) card.setLost(null);
    outbox.flush();
  }

  // ---- the question of the moment

  function showPrompt() {
    const row = byId("answer-row");
    const shown = prompt && mode === "bot" ? prompt : null;
    log.steady(() => {
      clear(answer);
      clear(byId("answer-main"));
      const can = shown ? shown.prompt.can || [] : [];
      row.querySelectorAll("[data-command]").forEach((button) => {
        button.hidden = can.indexOf(button.dataset.command) < 0;
      });
      byId("composer-label").textContent = shown && shown.prompt.kind === "text" ? t("composer_answer") : t("composer_label");
      field.placeholder = shown && shown.prompt.kind !== "text" ? t("composer_instead") : t("composer_label");
      byId("send").className = shown && !isWritten(shown) ? "btn" : "btn main";
      if (!shown) return;
      const { control, main } = promptControl(shown.prompt, shown.text, send);
      if (shown.prompt.title) {
        const progress = shown.prompt.of > 1 ? t("progress", { title: shown.prompt.title, number: shown.prompt.number, of: shown.prompt.of }) : shown.prompt.title;
        answer.appendChild(h("p", { class: "soft progress" }, progress));
      }
      if (control) answer.appendChild(control);
      if (main) byId("answer-main").appendChild(main);
    });
  }

  function isWritten(message) {
    return message.prompt.kind === "text" || message.prompt.kind === "question";
  }

  function showMode() {
    const words = { bot: "", person: t("mode_person"), paused: t("mode_paused", { therapist }) }[mode] || "";
    clear(byId("mode"), words);
    byId("mode").hidden = !words;
    showPrompt();
  }

  // ---- summaries

  async function showSummary(message) {
    try {
      takeSummary(await get("/api/summaries/" + message.summary_id), message.id);
    } catch (error) {
      if (!(error instanceof Refused)) announce(t("error_connection"));
      // The message itself is there; the summary is under "My summaries" when the line is back.
    }
  }

  function takeSummary(summary, messageId) {
    const known = summaries.get(summary.id);
    if (known) {
      log.steady(() => known.update(summary));
      return;
    }
    if (!messageId) return; // its message comes in an event of its own and fetches it
    const view = summaryView(summary, therapist);
    summaries.set(summary.id, view);
    log.attach(view.root, messageId);
  }

  // ---- earlier messages, the field, words

  function showEarlier(more) {
    const button = byId("earlier");
    button.hidden = !more;
    button.onclick = async () => {
      const { messages } = await get("/api/history?limit=" + PAGE + "&before=" + log.oldest());
      log.prepend(messages);
      button.hidden = messages.length < PAGE;
    };
  }

  function grow() {
    log.steady(() => {
      field.style.height = "auto";
      field.style.height = Math.min(field.scrollHeight + 2, window.innerHeight * 0.3) + "px";
    });
  }

  function onKey(event) {
    const finePointer = window.matchMedia("(hover: hover) and (pointer: fine)").matches;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && finePointer) sendWritten(event);
  }

  function bind() {
    byId("composer-form").onsubmit = sendWritten;
    field.oninput = grow;
    field.onkeydown = onKey;
    byId("answer-row").querySelectorAll("[data-command]").forEach((button) => {
      button.onclick = () => send({ option: button.dataset.command, label: t(button.dataset.command) });
    });
  }

  function relabel() {
    clear(byId("coverage"), open.coverage ? open.coverage.text : "");
    showMode();
    log.renderAll();
  }

  function stop() {
    if (stream) stream.stop();
    outbox.stop();
    menu.close(false);
    clear(byId("log"));
    clear(answer);
    field.value = "";
  }

  return {
    start,
    stop,
    useOpen(next) {
      open = next;
      relabel();
    },
  };
}

