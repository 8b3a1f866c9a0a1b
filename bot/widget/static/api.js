// Requests to the gateway. Nothing else on the network is ever asked.

// Longest wait for an answer that ought to take milliseconds, on the slowest line we mean to serve.
const ANSWER_WAIT_MS = 20000;
// Bytes a 50 kbit/s line takes in a millisecond: a long message is given the time it needs.
const SLOW_LINE_BYTES_PER_MS = 6;

// A refusal of the gateway: `status` is its HTTP status, `code` names its words (texts widget.error_<code>).
export class Refused extends Error {
  constructor(status, error) {
    super(error.code);
    this.status = status;
    this.code = error.code;
    this.limit = error.limit;
  }
}

async function request(path, options, body, read) {
  const controller = new AbortController();
  const wait = ANSWER_WAIT_MS + (body ? body.length / SLOW_LINE_BYTES_PER_MS : 0);
  let timer = setTimeout(() => controller.abort(), wait);
  const stillComing = () => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(), ANSWER_WAIT_MS);
  };
  try {
    const response = await fetch(path, { ...options, body, credentials: "same-origin", signal: controller.signal });
    if (!response.ok) throw new Refused(response.status, await errorOf(response));
    return await read(response, stillComing);
  } finally {
    clearTimeout(timer);
  }
}

async function errorOf(response) {
  const answer = await response.json().catch(() => null);
  return answer && answer.error && answer.error.code ? answer.error : { code: "fault" };
}

const HEADERS = { "Content-Type": "application/json", "X-Interlude": "1" };

export function get(path) {
  return request(path, { headers: { "X-Interlude": "1" }, cache: "no-store" }, undefined, (r) => r.json());
}

export function post(path, content) {
  return request(path, { method: "POST", headers: HEADERS }, JSON.stringify(content), (r) => r.json());
}

// Posts and hands over each line of the answer when it comes: the safety card is on the first and does not wait.
export function postLines(path, content, onLine) {
  return request(path, { method: "POST", headers: HEADERS }, JSON.stringify(content), async (response, stillComing) => {
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      stillComing();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const parts = rest.split("\n");
      rest = done ? "" : parts.pop();
      parts.filter((part) => part.trim()).forEach((part) => onLine(JSON.parse(part)));
      if (done) return;
    }
  });
}
