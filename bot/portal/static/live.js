// Keeps the chat with a client current: asks for new messages every 2 s, which also says that this person is still there.
// Without this script the page works by its form and its link.

const EVERY_MS = 2000;
const log = document.getElementById("live");
const lost = document.getElementById("live-lost");

function lastOffset() {
  const shown = log.querySelectorAll("[data-offset]");
  return shown.length ? Number(shown[shown.length - 1].dataset.offset) : 0;
}

function element(name, content, kind) {
  const made = document.createElement(name);
  made.textContent = content;
  if (kind) made.className = kind;
  return made;
}

function name(message) {
  if (message.mine) return log.dataset.you;
  return { client: log.dataset.client, bot: log.dataset.program }[message.role] || log.dataset.colleague;
}

function show(message) {
  const line = document.createElement("p");
  line.className = message.mine ? "mine" : message.role;
  line.dataset.offset = message.offset;
  const at = new Date(message.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  line.append(element("b", name(message)), " ", element("span", at, "at"), document.createElement("br"), element("span", message.text, "words"));
  log.append(line);
  log.scrollTop = log.scrollHeight;
}

async function look() {
  try {
    const answer = await fetch(log.dataset.url + "?after=" + lastOffset(), { credentials: "same-origin", cache: "no-store" });
    if (answer.redirected || answer.status === 404 || answer.status === 409) {
      location.reload();
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    (await answer.json()).messages.forEach(show);
    lost.hidden = true;
  } catch (error) {
    // The line is down: the client is told after 30 s, and so is the person here, at once.
    lost.hidden = false;
  }
  setTimeout(look, EVERY_MS);
}

log.scrollTop = log.scrollHeight;
setTimeout(look, EVERY_MS);
