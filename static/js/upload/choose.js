// Files out of a chooser or a drop, under the names that they shall have, and what speaks against sending them.

const HEAD = 4096; // bytes that decide on the content
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
const encoder = new TextEncoder();

// A folder's files are named below it, as portal-upload names them: the same folder is the same bundle.
export function chosen(input) {
  return [...input.files].map((file) => ({ path: below(file.webkitRelativePath || file.name), file }));
}

function below(path) {
  const [, ...rest] = path.split("/");
  return (rest.join("/") || path).normalize("NFC");
}

// Folders of a drop are opened. The entries must be taken within the event, reading them takes longer.
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ path: file.name.normalize("NFC"), file }));
  const lists = await Promise.all(entries.map((entry) => (entry.isDirectory ? filesOf(entry, "") : fileOf(entry, ""))));
  return lists.flat();
}

async function filesOf(folder, prefix) {
  const reader = folder.createReader();
  const found = [];
  for (let batch = await read(reader); batch.length; batch = await read(reader)) {
    for (const entry of batch) {
      found.push(...(await (entry.isDirectory ? filesOf(entry, `${prefix}${entry.name}/`) : fileOf(entry, prefix))));
    }
  }
  return found;
}

const read = (reader) => new Promise((resolve, reject) => reader.readEntries(resolve, reject));

async function fileOf(entry, prefix) {
  const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
  return [{ path: `${prefix}${file.name}`.normalize("NFC"), file }];
}

// The key of the reason why one file is not sent, or "". `rules` come from the portal.
export async function objection({ path, file }, rules) {
  const kind = objectionToName(path, rules);
  if (kind) return kind;
  let head;
  try {
    head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  } catch {
    return "unreadable";
  }
  return objectionToContent(path, head, rules);
}

function objectionToName(path, rules) {
  const segments = path.split("/");
  const wrong = (segment) => !segment || segment !== segment.trim() || segment.endsWith(".") || encoder.encode(segment).length > 255;
  if (HIDDEN.test(path) || path.includes("\\") || /^[A-Za-z]:/.test(path) || segments.some(wrong)) return "name";
  if (encoder.encode(path).length > 512 || segments.length > 32) return "name";
  const suffix = suffixOf(path, rules);
  if (rules.weights.includes(suffix)) return "weights";
  if (isPackedCode(path, rules)) return "";
  if (rules.archives.includes(suffix)) return "archive";
  const known = rules.text.includes(suffix) || rules.other.includes(suffix) || suffix in rules.magic;
  return known || rules.bare.includes(segments.at(-1)) ? "" : "kind";
}

function objectionToContent(path, head, rules) {
  const starts = (digits) => digits.match(/../g).every((pair, n) => head[n] === parseInt(pair, 16));
  const suffix = suffixOf(path, rules);
  if (isPackedCode(path, rules)) return "";
  if (rules.signatures.some(starts)) return "content";
  if (suffix in rules.magic && !starts(rules.magic[suffix])) return "content";
  return rules.text.includes(suffix) && head.includes(0) ? "content" : "";
}

// Archives are taken as source code only; the portal reads them to their end.
function isPackedCode(path, rules) {
  const name = path.toLowerCase();
  return rules.packed_code.endings.some((ending) => name.endsWith(ending));
}

function suffixOf(path, rules) {
  const name = path.split("/").at(-1);
  if (name.startsWith(rules.events)) return ".tfevents";
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot).toLowerCase() : "";
}

// What speaks against the choice as a whole, as the key of a text and its figures; null if nothing does.
export function objectionToAll(files, role, rules) {
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  const seen = new Set();
  for (const { path } of files) {
    const folded = path.toLowerCase().normalize("NFC");
    if (seen.has(folded)) return ["twice", { name: path }];
    seen.add(folded);
  }
  const packed = role === rules.packed_code.role ? undefined : files.find(({ path }) => isPackedCode(path, rules));
  if (packed) return ["packed", { name: packed.path }];
  if (files.length > rules.max_files) return ["many", { files: rules.max_files }];
  if (bytes > rules.max_bytes) return ["large", { bytes: rules.max_bytes }];
  if (bytes > rules.room) return ["room", { bytes: rules.room }];
  const alone = rules.alone[role];
  const fits = alone === undefined || (files.length === 1 && files[0].file.size <= alone && files[0].path.endsWith(".json"));
  return fits ? null : ["alone", { bytes: alone }];
}
