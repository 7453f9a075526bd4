// The chat page without reloads. The page works without this script; everything here is made of the page's own parts.
import { announce, readWords } from "./say.js";
import { Thread } from "./thread.js";
import { Outbox } from "./outbox.js";
import { poll } from "./poll.js";
import { setUpLocation, setUpPhoto } from "./extras.js";

const byId = (id) => document.getElementById(id);
const DRAFT = "night-desk-draft";

function embed() {
  if (window.self === window.top) return;
  document.documentElement.classList.add("nd-embedded");
  // The panel is the council's page's to close. Nothing secret is said, so any parent may hear it.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") window.parent.postMessage({ nightDesk: "close" }, "*");
  });
}

function forget() {
  try {
    sessionStorage.removeItem(DRAFT);
    sessionStorage.removeItem(Outbox.KEY);
  } catch {
    // Storage is switched off: then nothing was kept.
  }
}

function setUpDraft(text) {
  try {
    if (!text.value) text.value = sessionStorage.getItem(DRAFT) || "";
    text.addEventListener("input", () => sessionStorage.setItem(DRAFT, text.value));
  } catch {
    // Without storage, typed words live as long as the page.
  }
}

function showError(input, message) {
  const error = byId(`${input.id}-error`);
  error.textContent = message;
  error.hidden = !message;
  input.closest(".govuk-form-group").classList.toggle("govuk-form-group--error", Boolean(message));
  input.classList.toggle(`govuk-${input.id === "text" ? "textarea" : "file-upload"}--error`, Boolean(message));
  if (message) announce(message);
}

function setUpComposer(words, outbox, text) {
  const composer = byId("composer");
  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!text.value.trim()) {
      showError(text, words.empty);
    } else {
      showError(text, "");
      outbox.send({ text: text.value }, text.value.trim());
      text.value = "";
      text.dispatchEvent(new Event("input"));
    }
    text.focus();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    composer.requestSubmit();
  });
  byId("keys-hint").hidden = !window.matchMedia("(hover: hover)").matches;
}

// Choices, examples and "start again" are forms with one button that says what is sent.
function setUpForms(outbox, text) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches(".nd-choices, #restart")) return;
    event.preventDefault();
    const pressed = event.submitter;
    if (pressed && pressed.name === "choice") outbox.send({ choice: pressed.value }, pressed.textContent.trim());
    else if (pressed && pressed.name === "text") outbox.send({ text: pressed.value }, pressed.value);
    else outbox.send({ text: form.elements.text.value }, form.elements.text.value);
    text.focus();
  });
}

// A link may bring a code behind its "#", where no server and no log sees it. It is used by pressing the button, not by itself.
function fillInCode(box) {
  const [, code] = window.location.hash.match(/^#([0-9A-Za-z]+(?:-[0-9A-Za-z]+)+)$/) || [];
  if (!code) return;
  box.value = code;
  history.replaceState(null, "", window.location.pathname);
}

function start() {
  embed();
  if (document.querySelector("[data-deleted]")) return forget();
  if (byId("code")) return fillInCode(byId("code"));
  if (!byId("log")) return;
  const words = readWords();
  const text = byId("text");
  const thread = new Thread(words);
  const refuse = (typed, message) => {
    if (typed && !text.value) text.value = typed;
    showError(text, message);
  };
  const outbox = new Outbox(words, thread, refuse);
  setUpDraft(text);
  setUpComposer(words, outbox, text);
  setUpForms(outbox, text);
  setUpPhoto(words, outbox, showError);
  setUpLocation(words, outbox);
  outbox.resume();
  poll(thread, () => thread.last > 0 || outbox.used);
  if (thread.last > 0) {
    thread.scrollToEnd(true);
    // Photos make the page longer when they come.
    window.addEventListener("load", () => thread.scrollToEnd(true), { once: true });
  }
}

start();
