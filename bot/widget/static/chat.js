// The conversation: what came, what is on its way, the safety card, and the question of the moment.

import { get, Refused } from "./api.js";
import { createCard, offlineCard } from "./card.js";
import { announce, byId, clear, uuid } from "./dom.js";
import { createLog } from "./log.js";
import { createOutbox } from "./outbox.js";
import { createReply } from "./reply.js";
import { follow } from "./stream.js";
import { summaryView } from "./summary.js";
import { errorText, lines, t } from "./words.js";

const PAGE = 50;

// me: /api/me. open: /api/open. on: {grounding, summaries, consent, data, language, address, signOut, aboutExit, shut}.
export function createChat({ me, open, on }) {
  const log = createLog(clear(byId("log")));
  const therapist = me.therapist.name;
  const summaries = new Map();
  let prompt = null; // the message that carries the question of the moment
  let lastSaid = "";
  let card = null;
  let offline = null;
  let stream = null;
  let mode = me.conversation.mode;

  const outbox = createOutbox({ conversation: me.conversation.id, key: open.key, onState, onCard: showCard, onShut: on.shut });
  const reply = createReply({ say, limit: () => open.max_chars, lastSaid: () => lastSaid, steady: log.steady, on });

  async function start() {
    relabel();
    const history = await get("/api/history?limit=" + PAGE);
    log.prepend(history.messages);
    history.messages.forEach(note);
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
    if (content.type === "summary") takeSummary(content.summary);
    if (content.type === "mode") {
      mode = content.mode;
      showMode();
    }
  }

  function onMessage(message) {
    const fresh = !log.has(message.id);
    log.put({ ...message, sealed: false });
    if (message.role === "client") outbox.stored(message.id);
    if (!fresh) return;
    note(message);
    showPrompt();
    if (message.summary_id) showSummary(message).then(() => beginAtSummary(message));
  }

  function say({ text, option, label }) {
    const message = { id: uuid(), text, option };
    if (prompt) {
      message.step = prompt.prompt.step || undefined;
      message.reflection_id = prompt.prompt.reflection_id || undefined;
    }
    log.put({ id: message.id, role: "client", kind: option ? "option" : "text", text: text || label, at: new Date().toISOString() });
    log.toEnd();
    prompt = null;
    showPrompt();
    outbox.send(message);
  }

  function onState(id, state, detail) {
    if (state === "refused") {
      log.remove(id);
      reply.giveBack(detail.text, errorText(detail.error));
      return;
    }
    const unsent = state === "offline" || state === "waiting";
    const words = unsent ? t(detail && !detail.onShelf ? "state_waiting_open" : "state_" + state) : t("state_" + state);
    log.setState(id, state, words);
    if (state === "sending") return;
    if (state === "sent") {
      if (offline) takeOfflineAway();
      return;
    }
    announce(words);
    // Nobody has judged what was written: help is put beside it, whatever it was.
    if (unsent && !offline && !(card && card.isOpen())) {
      offline = offlineCard(lines());
      log.attach(offline, id);
      log.reveal(offline);
    }
  }

  function takeOfflineAway() {
    const gone = offline;
    offline = null;
    log.steady(() => gone.remove());
    if (!(card && card.isOpen())) log.letGo();
    announce(t("state_sent"));
  }

  function showCard(content, fromHistory) {
    const isNew = !card || (!card.isOpen() && content.episode_id !== card.episode());
    // A message that is tried again is noticed again: the card says already what became of it.
    if (!isNew && content.state === "noticed" && content.message_id === card.message()) return;
    if (isNew) {
      card = createCard({
        onGrounding: on.grounding,
        onJustWrite: reply.keepWriting,
        onPlan: () => say({ option: "plan", label: t("plan") }),
        busy: () => reply.writing() || fromHistory === true,
      });
      reply.inviteWriting();
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

  function onLost(since) {
    log.steady(() => {
      clear(byId("line"), t("line_lost"));
      byId("line").hidden = false;
    });
    if (card && card.isOpen()) card.setLost(since);
  }

  function onLive() {
    byId("line").hidden = true;
    announce(t("line_back"));
    if (card) card.setLost(null);
    outbox.flush();
  }

  function showPrompt() {
    reply.ask(mode === "bot" ? prompt : null);
  }

  function showMode() {
    const words = { person: t("mode_person"), paused: t("mode_paused", { therapist }) }[mode] || "";
    clear(byId("mode"), words);
    byId("mode").hidden = !words;
    showPrompt();
  }

  async function showSummary(message) {
    try {
      takeSummary(await get("/api/summaries/" + message.summary_id), message.id);
    } catch (error) {
      // The message itself is there; the summary is under "My summaries" when the line is back.
      if (!(error instanceof Refused)) announce(t("error_connection"));
    }
  }

  // A summary is read from its beginning, unless the person has gone on meanwhile.
  function beginAtSummary(message) {
    const view = summaries.get(message.summary_id);
    if (view && prompt && prompt.id === message.id) log.reveal(view.root);
  }

  // A summary's event may come before or after its message; the message knows where it belongs and fetches it.
  function takeSummary(summary, messageId) {
    const known = summaries.get(summary.id);
    if (known) {
      log.steady(() => known.update(summary));
    } else if (messageId) {
      const view = summaryView(summary, therapist);
      summaries.set(summary.id, view);
      log.attach(view.root, messageId);
    }
  }

  function showEarlier(more) {
    const button = byId("earlier");
    button.hidden = !more;
    button.onclick = async () => {
      const { messages } = await get("/api/history?limit=" + PAGE + "&before=" + log.oldest());
      log.prepend(messages);
      button.hidden = messages.length < PAGE;
    };
  }

  function relabel() {
    clear(byId("coverage"), open.coverage.text);
    showMode();
    log.renderAll();
  }

  function stop() {
    if (stream) stream.stop();
    outbox.stop();
    reply.stop();
    clear(byId("log"));
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
