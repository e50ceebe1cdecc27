// Texts come from the page: this module has no language of its own.
const number = new Intl.NumberFormat("en");

export function filled(template, values) {
  return template.replace(/\{(\w+)\}/g, (_whole, name) => values[name] ?? "");
}

// "step 1,200: Training loss 3.214; Validation loss 3.3": what a cursor or the slider stands on.
export function reading(template, none, { x, labels, values }) {
  const parts = labels.map((label, n) => [label, values[n]]).filter(([, value]) => value !== null && value !== undefined);
  const said = parts.map(([label, value]) => `${label} ${Number(value.toPrecision(6))}`).join("; ");
  return filled(template, { x: number.format(Math.round(x)), values: said || none });
}
