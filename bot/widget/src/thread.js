// The conversation on the page: replies by their number, each once, and the resident's own messages as they are sent.
import { announce, clockTime, newId } from "./say.js";

const byId = (id) => document.getElementById(id);
const NEAR_END = 160;

// Parts in the page's own language are read out as one.
function joined(parts, part) {
  const last = parts[parts.length - 1];
  if (!last || last.lang || part.lang) return [...parts, part];
  return [...parts.slice(0, -1), { text: `${last.text}\n${part.text}` }];
}

export class Thread {
  constructor(words) {
    this.words = words;
    this.log = byId("log");
    this.last = Number(this.log.dataset.last);
    this.seen = new Set(Array.from(this.log.querySelectorAll("[data-seq]"), (line) => Number(line.dataset.seq)));
    this.working = 0;
  }

  has(seq) {
    return this.seen.has(seq);
  }

  // Show the resident's message before the server has it. Returns its element.
  addMine(display, picture) {
    const line = byId("mine-template").content.firstElementChild.cloneNode(true);
    line.querySelector(".nd-text").innerText = display;
    const time = line.querySelector("time");
    const now = new Date();
    time.dateTime = now.toISOString();
    time.textContent = clockTime(now);
    if (picture) {
      const image = line.querySelector(".nd-photo");
      image.hidden = false;
      image.src = picture;
      image.addEventListener("error", () => (image.hidden = true));
    }
    this.closeChoices();
    this.log.append(line);
    this.scrollToEnd();
    return line;
  }

  note(line, text, failed = false) {
    const note = line.querySelector(".nd-note");
    note.textContent = text;
    note.hidden = !text;
    note.classList.toggle("nd-note--failed", failed);
  }

  // Show replies that are not here yet, in order, and read them out.
  addReplies(replies) {
    const fresh = replies.filter((reply) => !this.seen.has(reply.seq));
    if (!fresh.length) return;
    const follow = this.isAtEnd();
    const lines = fresh.map((reply) => this.addReply(reply));
    fresh.flatMap((reply, place) => this.spoken(reply, lines[place])).reduce(joined, []).forEach(announce);
    if (follow) this.follow(lines[0]);
  }

  addReply(reply) {
    if (reply.reply_to) this.answered(reply.reply_to);
    const line = byId("reply-template").content.firstElementChild.cloneNode(true);
    line.id = `m${reply.seq}`;
    line.dataset.seq = reply.seq;
    line.classList.add(`nd-message--${reply.kind}`);
    // Made and escaped by the server's own renderer.
    const text = line.querySelector(".nd-text");
    text.innerHTML = reply.html;
    if (reply.lang) Object.assign(text, { lang: reply.lang, dir: reply.dir });
    const time = line.querySelector("time");
    time.dateTime = reply.at;
    time.textContent = reply.time;
    if (reply.kind === "emergency") {
      line.querySelector(".nd-who").prepend(byId("emergency-template").content.cloneNode(true));
    }
    this.place(line, reply.seq);
    this.seen.add(reply.seq);
    this.last = Math.max(this.last, reply.seq);
    if (reply.choices.length || reply.wants) this.open(line, reply);
    return line;
  }

  // Give the resident's own line its number.
  number(line, seq) {
    line.dataset.seq = seq;
    line.id = `m${seq}`;
    this.seen.add(seq);
  }

  // A reply to a message: that is now on the server, and waits no longer. Messages go one by one, the oldest first.
  answered(seq) {
    const [sent] = this.log.querySelectorAll(".nd-message--mine:not([data-seq], [data-failed])");
    if (!this.seen.has(seq) && sent) this.number(sent, seq);
    const line = byId(`m${seq}`);
    const note = line && line.querySelector(".nd-note");
    if (note) note.hidden = true;
  }

  // Replies are in order of their numbers; messages that are not sent yet come after them.
  place(line, seq) {
    const lines = Array.from(this.log.querySelectorAll("[data-seq], .nd-message--mine"));
    const next = lines.find((other) => !other.dataset.seq || Number(other.dataset.seq) > seq);
    if (next) next.before(line);
    else this.log.append(line);
  }

  open(line, reply) {
    this.closeChoices();
    byId("photo-form").hidden = reply.wants !== "photo";
    byId("location").hidden = reply.wants !== "location";
    if (!reply.choices.length) return;
    const form = byId("choices-template").content.firstElementChild.cloneNode(true);
    form.elements.id.value = newId();
    const list = form.querySelector(".nd-choices__list");
    for (const choice of reply.choices) {
      const button = document.createElement("button");
      button.className = "nd-choice";
      button.name = "choice";
      button.value = choice.id;
      button.textContent = choice.title;
      list.append(button);
    }
    line.append(form);
  }

  // What was offered before becomes words; what a question asked for goes away.
  closeChoices() {
    byId("photo-form").hidden = true;
    byId("location").hidden = true;
    for (const form of this.log.querySelectorAll(".nd-choices")) {
      const offered = document.createElement("details");
      offered.className = "nd-offered";
      const lead = document.createElement("summary");
      lead.textContent = this.words.offered;
      const list = document.createElement("ul");
      list.className = "nd-offered__list";
      for (const button of form.querySelectorAll(".nd-choice")) {
        const item = document.createElement("li");
        item.textContent = button.textContent.trim();
        list.append(item);
      }
      offered.append(lead, list);
      // A field of the form is called id too.
      if (form.getAttribute("id") === "examples") form.remove();
      else form.replaceWith(offered);
    }
  }

  // What is read out of a reply, each part in its language.
  spoken(reply, line) {
    const who = line.querySelector(".nd-who__name").textContent;
    const label = reply.kind === "emergency" ? `${this.words.emergency}. ` : "";
    const text = line.querySelector(".nd-text").innerText;
    const choices = reply.choices.map((choice) => choice.title).join(", ");
    const said = reply.lang ? [{ text: `${who}: ${label}` }, { text, lang: reply.lang }] : [{ text: `${who}: ${label}${text}` }];
    return choices ? [...said, { text: choices }] : said;
  }

  // Count the turns under way; while there are any, the page says so. It is read out when it takes a while.
  busy(change) {
    this.working += change;
    const status = byId("status");
    const text = byId("status-text");
    const follow = this.isAtEnd();
    status.hidden = this.working === 0;
    text.textContent = this.working ? this.words.working : "";
    clearTimeout(this.telling);
    if (this.working) {
      this.telling = setTimeout(() => announce(this.words.working), 2500);
      if (follow) this.scrollToEnd();
    }
  }

  isAtEnd() {
    const page = document.documentElement;
    return page.scrollHeight - window.innerHeight - window.scrollY < NEAR_END;
  }

  // Go to the end, but not past the start of what is new.
  follow(line) {
    const top = line.getBoundingClientRect().top + window.scrollY - 16;
    const end = document.documentElement.scrollHeight - window.innerHeight;
    this.scrollTo(Math.min(top, end));
  }

  scrollToEnd(atOnce = false) {
    this.scrollTo(document.documentElement.scrollHeight, atOnce);
  }

  scrollTo(top, atOnce = false) {
    const still = atOnce || window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    window.scrollTo({ top, behavior: still ? "instant" : "smooth" });
  }
}
