// One upload on the page: its bar, its figures, its buttons. Says aloud what matters and no more.
import { percentText, size, timeLeft, word } from "./words.js";

const ANNOUNCED = [25, 50, 75]; // percent
const LISTED = 50; // files with a line of their own

export class Card {
  #said = new Map(); // what was announced, so that nothing is said twice
  #drawn = 0;

  constructor(transfer, { say, ask, leave }) {
    const template = document.getElementById("upload-card");
    this.transfer = transfer;
    this.say = say;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.#part("name").textContent = `${transfer.roleName}: ${transfer.label}`;
    this.#part("bar").setAttribute("aria-label", this.#part("name").textContent);
    for (const name of ["pause", "resume", "cancel", "dismiss"]) this.#describe(name);
    this.#part("pause").addEventListener("click", () => this.#switch(() => transfer.pause()));
    this.#part("resume").addEventListener("click", () => this.#switch(() => transfer.resume()));
    this.#part("cancel").addEventListener("click", () => ask(transfer));
    this.#part("dismiss").addEventListener("click", () => { this.element.remove(); leave(); });
    this.#listFiles();
    transfer.addEventListener("changed", () => this.#soon());
    this.draw();
  }

  draw() {
    const { transfer } = this;
    const focused = document.activeElement; // before: a button that goes away has lost it
    const percent = transfer.total ? Math.floor((100 * transfer.done) / transfer.total) : 100;
    this.element.dataset.state = transfer.trouble || (transfer.paused ? "paused" : transfer.state);
    this.#part("bar").value = transfer.state === "done" ? 100 : percent;
    this.#part("state").textContent = this.#stateText();
    this.#part("figures").textContent = this.#figures(percent);
    this.#part("pause").hidden = !["reading", "sending"].includes(transfer.state) || transfer.paused || Boolean(transfer.trouble);
    this.#part("resume").hidden = transfer.ended || transfer.state === "cancelling" || !(transfer.paused || transfer.trouble);
    this.#part("cancel").hidden = transfer.ended;
    this.#part("dismiss").hidden = !transfer.ended;
    this.#keepFocus(focused);
    for (const line of this.#part("files").children) this.#drawFile(line);
    this.#announce(percent);
    this.#drawReason();
  }

  // At most ten times a second: bytes arrive more often than anybody reads.
  #soon() {
    const wait = this.transfer.ended ? 0 : Math.max(0, this.#drawn + 100 - performance.now());
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.#drawn = performance.now(); this.draw(); }, wait);
  }

  #stateText() {
    const { transfer } = this;
    if (transfer.ended) return word(`end-${transfer.state}`);
    if (transfer.trouble) return word(`trouble-${transfer.trouble}`);
    if (transfer.paused && transfer.state !== "cancelling") return word("paused");
    if (transfer.state === "checking" && transfer.checked) return word("checking-files", { checked: transfer.checked.done, files: transfer.checked.total });
    if (transfer.state === "sending" && transfer.resumed) return word("sending-on", { bytes: transfer.resumed });
    return word(transfer.state);
  }

  // In the page's language where it has a text for the code; otherwise as the portal says it: the protocol speaks English.
  #drawReason() {
    const { refusal } = this.transfer;
    if (!refusal || !this.#part("reason").hidden) return;
    const known = word(`code-${refusal.code}`, { bytes: refusal.extra?.limit ?? 0 });
    const told = [refusal.where, refusal.detail, refusal.hint].filter(Boolean).join(" ");
    const isKnown = known !== `code-${refusal.code}`;
    this.#part("reason").textContent = isKnown ? known : told;
    if (!isKnown && !refusal.fromPage) this.#part("reason").lang = "en";
    this.#part("reason").hidden = false;
    this.say(`${this.#stateText()} ${this.#part("reason").textContent}`);
  }

  #figures(percent) {
    const { transfer } = this;
    if (transfer.ended && transfer.state !== "done") return "";
    const texts = [word("amount", { done: transfer.done, total: transfer.total, percent: percentText(percent) })];
    const speed = transfer.state === "sending" && !transfer.paused && !transfer.trouble ? transfer.speed.bytesPerSecond : null;
    if (speed) texts.push(`${size(speed)}/s`, timeLeft((transfer.total - transfer.done) / speed));
    return texts.join(" · ");
  }

  #announce(percent) {
    const { transfer } = this;
    const name = transfer.label;
    const mark = transfer.state === "sending" ? ANNOUNCED.findLast((step) => percent >= step) : undefined;
    if (mark && !transfer.trouble) this.#once("mark", mark, () => word("said-percent", { name, percent: mark }));
    const state = this.element.dataset.state;
    this.#once("state", state, () => `${name}: ${this.#stateText()}`);
  }

  #once(kind, value, text) {
    if (this.#said.get(kind) === value) return;
    this.#said.set(kind, value);
    this.say(text());
  }

  #listFiles() {
    const { files } = this.transfer;
    this.#part("count").textContent = word("files", { files: files.length });
    const lines = files.slice(0, LISTED).map(({ path }) => {
      const line = document.createElement("li");
      const [name, state] = [document.createElement("span"), document.createElement("span")];
      name.textContent = path;
      line.append(name, " ", state);
      return line;
    });
    this.#part("files").append(...lines);
    this.#part("more").hidden = files.length <= LISTED;
    this.#part("more").textContent = word("more", { files: files.length - LISTED });
  }

  #drawFile(line) {
    const entry = this.transfer.files[[...line.parentNode.children].indexOf(line)];
    const done = this.transfer.upload ? this.transfer.doneOf(entry) : 0;
    const text = word(done === entry.file.size && this.transfer.upload ? "file-there" : "file-amount", { done, total: entry.file.size });
    if (line.lastElementChild.textContent !== text) line.lastElementChild.textContent = text;
  }

  #switch(act) {
    act();
    this.draw();
  }

  // A button that goes away hands its focus to the one that comes in its place.
  #keepFocus(focused) {
    if (!focused.hidden || !this.element.contains(focused)) return;
    ["resume", "pause", "dismiss", "cancel"].map((name) => this.#part(name)).find((button) => !button.hidden)?.focus();
  }

  #describe(name) {
    const label = document.createElement("span");
    label.className = "sr-only";
    label.textContent = ` ${this.transfer.label}`;
    this.#part(name).append(label);
  }

  #part(name) {
    return this.element.querySelector(`[data-part="${name}"]`);
  }
}
