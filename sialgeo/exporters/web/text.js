/* Words, numbers and tables: no document, no map. */

export const known = (value) => value !== null && value !== undefined;

/* A text as it is searched: without accents, capitals and double spaces. */
export const fold = (text) =>
  text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/\s+/g, ' ').toLowerCase();

/* A number as it is written in a country: `marks` are those of decimals and of thousands. Without digits
   four of them count. (Intl takes longer to load its data than the page to draw its map.) */
export function formatted(value, digits, [decimal, thousands]) {
  const plain = known(digits) ? value.toFixed(digits) : String(Number(value.toPrecision(4)));
  const found = /^(-?)(\d+)\.?(\d*)$/.exec(/e-/.test(plain) ? value.toFixed(12).replace(/0+$/, '') : plain);
  if (!found) return plain;
  const [, sign, whole, rest] = found;
  const zero = !/[1-9]/.test(whole + rest);
  return (zero ? '' : sign) + whole.replace(/\B(?=(\d{3})+$)/g, thousands) + (rest ? decimal + rest : '');
}

export const filled = (text, values) =>
  text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));

/* Rows of cells as CSV (separator ',') or as text to paste (separator tab). A cell of text that begins
   like a formula gets an apostrophe: no spreadsheet runs it. */
export function delimited(rows, separator) {
  const quote = (value) => {
    let text = known(value) ? String(value) : '';
    if (typeof value !== 'number' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
    if (separator === '\t') return text.replace(/[\t\r\n]+/g, ' ');
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return `${rows.map((row) => row.map(quote).join(separator)).join('\r\n')}\r\n`;
}

/* The class that holds a value (lower < value ≤ upper; the first holds its lower bound too), or null. */
export const classOf = (value, classes) => {
  if (!known(value) || !classes.length || value < classes[0].lower) return null;
  return classes.find((one) => value <= one.upper) || null;
};

/* Whether a concentration passes the filter: chain ('' for all) and least number of producers. A count
   that is withheld passes only while no least number is asked for. */
export function passes(values, { chain, least }) {
  if (chain && values.main_chain !== chain && !(values[`chain_n__${chain}`] > 0)) return false;
  return !least || (known(values.n) && values.n >= least);
}

/* Rows sorted by a value; unknown ones stand last both ways. */
export function sortedBy(rows, valueOf, up) {
  return [...rows].sort((a, b) => {
    const [p, q] = [valueOf(a), valueOf(b)];
    if (!known(p) || !known(q)) return known(q) - known(p);
    return (p < q ? -1 : p > q ? 1 : 0) * (up ? 1 : -1);
  });
}

/* Whether [latitude, longitude] lies in a shape (parts of rings), by the even-odd rule. */
export function contains(shape, [lat, lng]) {
  return shape.some((rings) => rings.reduce((inside, ring) => {
    let within = inside;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [[a, b], [c, d]] = [ring[i], ring[j]];
      if ((a > lat) !== (c > lat) && lng < ((d - b) * (lat - a)) / (c - a) + b) within = !within;
    }
    return within;
  }, false));
}

/* Round steps for an axis from `low` to `high`, linear or logarithmic (1, 2, 5, 10 …). */
export function ticks(low, high, log = false) {
  if (log) {
    const found = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
      for (const times of [1, 2, 5]) if (times * 10 ** power >= low && times * 10 ** power <= high) found.push(times * 10 ** power);
    }
    return found;
  }
  const raw = (high - low) / 4 || 1;
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((times) => times * unit).find((one) => one >= raw);
  const count = Math.floor(high / step + 1e-9) - Math.ceil(low / step - 1e-9) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => (Math.ceil(low / step - 1e-9) + i) * step);
}

/* What an address keeps, and back. */
export function toHash(values) {
  const parts = new URLSearchParams();
  Object.entries(values).forEach(([key, value]) => { if (known(value) && value !== '') parts.set(key, value); });
  return `#${parts}`;
}
/* Several names as one value of an address, sorted so that one choice is one link; a comma in a name is written as %2C. */
export const listed = (names) => [...names].sort().map((name) => name.replace(/%/g, '%25').replace(/,/g, '%2C')).join(',');
export const unlisted = (text) => (text || '').split(',').filter(Boolean).map((name) => name.replace(/%2C/g, ',').replace(/%25/g, '%'));
export const fromHash = (hash) => Object.fromEntries(new URLSearchParams(hash.replace(/^#/, '')));
