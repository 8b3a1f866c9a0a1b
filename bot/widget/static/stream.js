// Follows the conversation's events. Read by fetch and not by EventSource, because only so are the keep-alive lines
// seen: without them a dead line looks like a quiet one, and during an alert the difference matters.

import { Refused } from "./api.js";

// The gateway says something every 10 s. After two such silences the line counts as lost.
export const LOST_AFTER_MS = 20000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30000;

// onEvent(content), onLost(), onLive(), onRefused(Refused). Begins after event `after`; returns {wake, stop}.
export function follow({ after, onEvent, onLost, onLive, onRefused }) {
  let last = after;
  let wait = FIRST_WAIT_MS;
  let stopped = false;
  let lost = false;
  let heardAt = Date.now();
  let controller = null;
  let timer = null;

  function heard() {
    heardAt = Date.now();
    wait = FIRST_WAIT_MS;
    if (lost) {
      lost = false;
      onLive();
    }
  }

  function look() {
    if (Date.now() - heardAt < LOST_AFTER_MS) return;
    if (!lost) {
      lost = true;
      onLost(new Date(heardAt).toISOString());
    }
    // A line that is silent but not closed is given up, so that a new one can be tried.
    if (controller) controller.abort();
  }

  async function read() {
    controller = new AbortController();
    const response = await fetch("/api/events", {
      headers: { "X-Interlude": "1", "Last-Event-ID": String(last), Accept: "text/event-stream" },
      credentials: "same-origin",
      cache: "no-store",
      signal: controller.signal,
    });
    if (!response.ok) {
      const answer = await response.json().catch(() => ({}));
      throw new Refused(response.status, answer.error || { code: "fault" });
    }
    heard();
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      rest += decoder.decode(value, { stream: true });
      const blocks = rest.split("\n\n");
      rest = blocks.pop();
      blocks.forEach(take);
    }
  }

  function take(block) {
    let id = null;
    let data = "";
    block.split("\n").forEach((line) => {
      if (line.slice(0, 3) === "id:") id = Number(line.slice(3));
      if (line.slice(0, 5) === "data:") data += line.slice(5).trim();
    });
    if (data) onEvent(JSON.parse(data));
    // After it was shown and not before: an event whose showing failed is asked for again.
    if (id) last = id;
  }

  async function run() {
    timer = null;
    try {
      await read();
    } catch (error) {
      if (error instanceof Refused && error.status < 500 && error.status !== 429) {
        stop();
        onRefused(error);
        return;
      }
      // Anything else is a line that broke; it is tried again below.
    }
    controller = null;
    if (stopped) return;
    timer = setTimeout(run, wait * (0.8 + Math.random() * 0.4));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }

  // Tries at once: the phone is back online, or the page is looked at again after sleep.
  function wake() {
    look();
    if (timer !== null && !stopped) {
      clearTimeout(timer);
      wait = FIRST_WAIT_MS;
      run();
    }
  }

  const watch = setInterval(look, 1000);
  function stop() {
    stopped = true;
    clearInterval(watch);
    clearTimeout(timer);
    window.removeEventListener("online", wake);
    document.removeEventListener("visibilitychange", wake);
    if (controller) controller.abort();
  }
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  run();
  return { wake, stop };
}
