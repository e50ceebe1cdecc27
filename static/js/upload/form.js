// Choosing: by buttons or by dropping, with everything that will not be sent named before a byte has left.
import { chosen, dropped, objection, objectionToAll } from "./choose.js";
import { inOrder } from "./digests.js";
import { size, word } from "./words.js";

const LISTED = 50;

export class Choice {
  #files = []; // {path, file, why}
  #expected = null; // the upload that is to go on: {digest, label, part_size}

  constructor(section, { rules, say, start }) {
    Object.assign(this, { section, rules, say, start });
    this.role = section.querySelector("select"); // none once the hand-in is sealed: then only `again` is possible
    for (const input of section.querySelectorAll("[data-input]")) {
      input.webkitdirectory = input.dataset.input === "folder";
      input.addEventListener("change", () => { this.#add(chosen(input)); input.value = ""; });
    }
    addEventListener("dragover", (event) => event.preventDefault()); // a file beside the zone must not replace the page
    addEventListener("drop", (event) => event.preventDefault());
    if (this.role) this.#listen();
  }

  // Goes on with an upload that was begun before: its files are chosen again, nothing else is asked.
  again(upload) {
    this.#clear();
    this.#expected = upload;
    if (this.role && upload.role) this.role.value = upload.role;
    this.#open(upload.folder ? "folder" : "files");
  }

  #listen() {
    const { section } = this;
    for (const button of section.querySelectorAll("[data-choose]")) {
      button.addEventListener("click", () => { this.#expected = null; this.#open(button.dataset.choose); });
    }
    section.querySelector("[data-start]").addEventListener("click", () => this.#begin());
    section.querySelector("[data-clear]").addEventListener("click", () => this.#clear());
    this.role.addEventListener("change", () => this.#draw());
    const zone = section.querySelector("[data-drop]");
    for (const kind of ["dragenter", "dragover"]) zone.addEventListener(kind, () => zone.classList.add("over"));
    for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
    zone.addEventListener("drop", async (event) => this.#add(await dropped(event.dataTransfer)));
  }

  #open(kind) {
    this.section.querySelector(`[data-input="${kind}"]`).click();
  }

  async #add(files) {
    const checked = await Promise.all(files.map(async (item) => ({ ...item, why: await objection(item, this.rules) })));
    const paths = new Set(checked.map(({ path }) => path));
    this.#files = inOrder([...this.#files.filter(({ path }) => !paths.has(path)), ...checked]);
    this.#draw();
    const [good, bad] = [this.#good, this.#files.filter(({ why }) => why)];
    this.say([word("chosen", { files: good.length, bytes: bytesOf(good) }), bad.length ? word("left-out", { files: bad.length }) : ""].join(" "));
    if (this.#expected && good.length && !this.#objection) this.#begin();
  }

  get #good() {
    return this.#files.filter(({ why }) => !why);
  }

  get #objection() {
    return objectionToAll(this.#good, this.#roleNow, this.rules);
  }

  get #roleNow() {
    return this.#expected?.role || this.role?.value || "";
  }

  #begin() {
    const files = this.#good.map(({ path, file }) => ({ path, file }));
    const label = files.length === 1 ? files[0].path : word("label", { name: files[0].path, files: files.length - 1 });
    const roleName = this.role?.selectedOptions[0].textContent.trim() ?? this.#expected.role_name;
    const { label: known, digest: expected = "", part_size: partSize = this.rules.part_size } = this.#expected ?? {};
    this.start({ files, role: this.#roleNow, roleName, label: known || [...label].slice(0, 200).join(""), expected, partSize });
    this.#clear();
  }

  #clear() {
    this.#files = [];
    this.#expected = null;
    this.#draw();
  }

  #draw() {
    if (!this.role) return;
    const { section } = this;
    const [good, wrong] = [this.#good, this.#files.length ? this.#objection : null];
    const lines = [...this.#files.filter(({ why }) => why), ...good].slice(0, LISTED).map(lineOf);
    if (this.#files.length > LISTED) lines.push(textLine(word("more", { files: this.#files.length - LISTED })));
    section.querySelector("[data-list]").replaceChildren(...lines);
    section.querySelector("[data-chosen]").hidden = !this.#files.length;
    section.querySelector("[data-sum]").textContent = word("chosen", { files: good.length, bytes: bytesOf(good) });
    const objection = section.querySelector("[data-objection]");
    objection.hidden = !wrong;
    objection.textContent = wrong ? word(`wrong-${wrong[0]}`, wrong[1]) : "";
    section.querySelector("[data-start]").disabled = !good.length || Boolean(wrong);
  }
}

const bytesOf = (files) => files.reduce((sum, { file }) => sum + file.size, 0);

function lineOf({ path, file, why }) {
  return textLine(`${path} (${size(file.size)})`, why && word(`why-${why}`));
}

function textLine(text, why = "") {
  const line = document.createElement("li");
  line.textContent = text;
  if (!why) return line;
  const reason = document.createElement("strong");
  reason.textContent = why;
  line.append(" ", reason);
  return line;
}
