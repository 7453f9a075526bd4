// The button that a council's page gets from one line of HTML. It opens the chat page in a panel at the corner.
// NIGHT_DESK holds the words; the server puts it in front of this script.
/* global NIGHT_DESK */

const origin = new URL(document.currentScript.src).origin;

const STYLES = `
:host { all: initial; }
* { box-sizing: border-box; font-family: system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
button { font-size: 1.0625rem; font-weight: 700; line-height: 1.25; cursor: pointer; }
.open { position: fixed; right: 16px; bottom: 16px; z-index: 2147483000; min-height: 48px; max-width: calc(100vw - 32px);
  padding: 12px 20px; border: 2px solid #fff; border-radius: 26px; background: #0b5c55; color: #fff;
  box-shadow: 0 2px 10px rgb(0 0 0 / 35%); }
.open:hover { background: #0b4a45; }
.open:focus-visible, .close:focus-visible { outline: 3px solid #0b0c0c; outline-offset: 0; background: #fd0; color: #0b0c0c; }
.open[hidden] { display: none; }
dialog { position: fixed; inset: auto 16px 16px auto; z-index: 2147483000; width: min(26.5rem, calc(100vw - 32px));
  height: min(44rem, calc(100vh - 32px)); max-width: none; max-height: none; margin: 0; padding: 0; overflow: hidden;
  border: 2px solid #0b4a45; border-radius: 8px; background: #f4f7f6; color: #17211f; box-shadow: 0 6px 30px rgb(0 0 0 / 30%); }
dialog[open] { display: flex; flex-direction: column; }
dialog:focus { outline: none; }
.bar { display: flex; align-items: center; justify-content: space-between; gap: 12px; padding: 8px 8px 8px 16px;
  background: #0b4a45; color: #fff; }
h2 { margin: 0; font-size: 1.0625rem; line-height: 1.3; }
.close { flex: none; min-height: 44px; padding: 8px 14px; border: 2px solid #fff; border-radius: 6px; background: none; color: #fff; }
iframe { flex: 1; display: block; width: 100%; min-height: 0; border: 0; }
@media (max-width: 40em), (max-height: 30em) {
  dialog { inset: 0; width: 100%; height: 100%; height: 100dvh; border: 0; border-radius: 0; }
}
@media (forced-colors: active) { .bar, .open, .close { border: 2px solid ButtonText; } }
`;
const SMALL = window.matchMedia("(max-width: 40em), (max-height: 30em)");

class Panel {
  constructor() {
    this.host = document.createElement("div");
    this.host.id = "night-desk";
    const root = this.host.attachShadow({ mode: "open" });
    const styles = new CSSStyleSheet();
    styles.replaceSync(STYLES);
    root.adoptedStyleSheets = [styles];
    this.opener = button("open", NIGHT_DESK.open);
    this.opener.setAttribute("aria-haspopup", "dialog");
    this.dialog = document.createElement("dialog");
    this.dialog.setAttribute("aria-labelledby", "title");
    this.dialog.tabIndex = -1;
    const bar = document.createElement("div");
    bar.className = "bar";
    const title = document.createElement("h2");
    title.id = "title";
    title.textContent = NIGHT_DESK.title;
    this.closer = button("close", NIGHT_DESK.close);
    bar.append(title, this.closer);
    this.dialog.append(bar);
    root.append(this.opener, this.dialog);
    this.listen();
    document.body.append(this.host);
  }

  listen() {
    this.opener.addEventListener("click", () => this.open());
    this.closer.addEventListener("click", () => this.close());
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    // Escape pressed inside the chat page.
    window.addEventListener("message", (event) => {
      const ours = event.origin === origin && this.frame && event.source === this.frame.contentWindow;
      if (ours && event.data && event.data.nightDesk === "close") this.close();
    });
    SMALL.addEventListener("change", () => {
      if (this.dialog.open) {
        this.dialog.close();
        this.show();
      }
    });
  }

  open() {
    if (!this.frame) {
      this.frame = document.createElement("iframe");
      this.frame.title = NIGHT_DESK.title;
      this.frame.allow = "geolocation";
      this.frame.src = `${origin}/chat`;
      this.dialog.append(this.frame);
    }
    this.show();
    this.opener.hidden = true;
  }

  // On a small screen it covers the page, so the page behind it rests; else both can be used.
  show() {
    if (SMALL.matches) this.dialog.showModal();
    else this.dialog.show();
    this.dialog.focus();
  }

  close() {
    if (!this.dialog.open) return;
    this.dialog.close();
    this.opener.hidden = false;
    this.opener.focus();
  }
}

function button(name, text) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = name;
  made.textContent = text;
  return made;
}

// An old browser keeps the page's own link to the chat.
if ("adoptedStyleSheets" in Document.prototype && "showModal" in HTMLDialogElement.prototype) new Panel();
