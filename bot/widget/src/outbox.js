// Messages on their way. Each keeps its id until the server has answered, so it may be sent again and is taken once.
import { announce, newId } from "./say.js";

const LONGEST_WAIT = 30;

export class Outbox {
  static KEY = "night-desk-outbox";

  constructor(words, thread, refuse) {
    this.words = words;
    this.thread = thread;
    this.refuse = refuse;
    this.queue = [];
    this.used = false;
    this.sending = false;
    window.addEventListener("online", () => this.wake && this.wake());
  }

  // Send {text}, {choice}, {location} or {photo: File}; `display` is what the resident sees of it.
  send(content, display) {
    const picture = content.photo ? URL.createObjectURL(content.photo) : null;
    const line = this.thread.addMine(display, picture);
    this.queue.push({ id: newId(), content, display, line });
    this.used = true;
    this.keep();
    this.run();
  }

  // Carry on with what was under way when the page went. It is shown only once we know that the server lacks it.
  resume() {
    let kept = [];
    try {
      kept = JSON.parse(sessionStorage.getItem(Outbox.KEY) || "[]");
    } catch {
      // Storage is off, or what is in it is not ours.
    }
    for (const item of kept) this.queue.push({ ...item, line: null });
    this.used = this.queue.length > 0;
    this.run();
  }

  keep() {
    const lasting = this.queue.filter((item) => !item.content.photo);
    try {
      sessionStorage.setItem(Outbox.KEY, JSON.stringify(lasting.map(({ id, content, display }) => ({ id, content, display }))));
    } catch {
      // Then the messages live as long as the page.
    }
  }

  async run() {
    if (this.sending) return;
    this.sending = true;
    while (this.queue.length) {
      const item = this.queue[0];
      this.thread.busy(1);
      try {
        await this.deliver(item);
      } finally {
        this.thread.busy(-1);
        this.queue.shift();
        this.keep();
      }
    }
    this.sending = false;
  }

  // Try until the server has said yes or no.
  async deliver(item) {
    for (let tries = 0; ; tries++) {
      let response = null;
      try {
        response = await fetch(...request(item));
      } catch {
        // No connection: the same id goes again.
      }
      if (response && response.status < 500) return this.settle(item, response);
      if (!item.line) item.line = this.thread.addMine(item.display);
      if (tries === 0) announce(this.words.unsent);
      this.thread.note(item.line, this.words.unsent);
      await this.pause(Math.min(2 ** tries, LONGEST_WAIT));
    }
  }

  async settle(item, response) {
    let body = {};
    try {
      body = await response.json();
    } catch {
      // An answer from something between us and the server.
    }
    if (!response.ok) return this.fail(item, (body.error && body.error.message) || "");
    if (body.kept && !item.line) return this.reload();
    const seq = body.replies.length ? body.replies[0].reply_to : null;
    if (!item.line && !this.thread.has(seq)) item.line = this.thread.addMine(item.display);
    if (item.line) {
      if (seq) this.thread.number(item.line, seq);
      this.thread.note(item.line, body.kept ? body.message : "");
      if (body.kept) announce(body.message);
    }
    this.thread.addReplies(body.replies);
  }

  fail(item, why) {
    const message = this.words.failed.replace("{why}", why);
    if (!item.line) item.line = this.thread.addMine(item.display);
    item.line.dataset.failed = "";
    this.thread.note(item.line, message, true);
    this.refuse(item.content.text || "", why);
  }

  // The message was stored before this page was made, so the page is reread without it in the outbox.
  reload() {
    this.queue.shift();
    this.keep();
    window.location.reload();
    return new Promise(() => {});
  }

  pause(seconds) {
    return new Promise((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, seconds * 1000);
    });
  }
}

function request({ id, content }) {
  const headers = { Accept: "application/json" };
  if (content.photo) {
    const body = new FormData();
    body.append("id", id);
    body.append("photo", content.photo);
    return ["/chat/photos", { method: "POST", headers, body }];
  }
  headers["Content-Type"] = "application/json";
  return ["/chat/messages", { method: "POST", headers, body: JSON.stringify({ id, ...content }) }];
}
