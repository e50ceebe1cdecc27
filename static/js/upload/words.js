// Texts of the page, from its <template id="upload-words">, and figures as its language writes them.
const language = document.documentElement.lang;
const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const plain = new Intl.NumberFormat(language);
const percentage = new Intl.NumberFormat(language, { style: "percent" });
const UNITS = ["KB", "MB", "GB", "TB"];

export function word(key, figures = {}) {
  const found = document.getElementById("upload-words").content.querySelector(`[data-word="${key}"]`);
  return (found?.textContent ?? key).replace(/\{(\w+)\}/g, (_, name) => {
    const value = figures[name];
    if (name === "bytes" || name === "done" || name === "total") return size(value);
    return typeof value === "number" ? plain.format(value) : value;
  });
}

export function size(bytes) {
  if (bytes < 1024) return `${plain.format(Math.round(bytes))} B`;
  const power = Math.min(Math.floor(Math.log(bytes) / Math.log(1024)), UNITS.length);
  return `${number.format(bytes / 1024 ** power)} ${UNITS[power - 1]}`;
}

export function percentText(percent) {
  return percentage.format(percent / 100);
}

export function timeLeft(seconds) {
  if (seconds < 60) return word("left-seconds", { seconds: Math.ceil(seconds) });
  if (seconds < 3600) return word("left-minutes", { minutes: Math.ceil(seconds / 60) });
  return word("left-hours", { hours: Math.floor(seconds / 3600), minutes: Math.ceil((seconds % 3600) / 60) });
}
