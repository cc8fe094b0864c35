/* Points as sorted Morton codes: a map tile, a cell of the density and the surroundings of a click are
   all ranges of the sequence, found by the same binary search. A code has up to 52 bits, which a number
   holds exactly; bit operations work on halves of 26. */
import { reader } from './codec.js';

const HALF = 2 ** 26;

const spread13 = (value) => {
  let v = value;
  v = (v | (v << 8)) & 0x00ff00ff;
  v = (v | (v << 4)) & 0x0f0f0f0f;
  v = (v | (v << 2)) & 0x33333333;
  return (v | (v << 1)) & 0x55555555;
};
const gather13 = (value) => {
  let v = value & 0x55555555;
  v = (v | (v >>> 1)) & 0x33333333;
  v = (v | (v >>> 2)) & 0x0f0f0f0f;
  v = (v | (v >>> 4)) & 0x00ff00ff;
  return (v | (v >>> 8)) & 0x0000ffff;
};

export const encode = (x, y) =>
  (spread13(x >>> 13) + 2 * spread13(y >>> 13)) * HALF + spread13(x & 8191) + 2 * spread13(y & 8191);

export function decode(code) {
  const high = Math.floor(code / HALF);
  const low = code - high * HALF;
  return [(gather13(high) << 13) | gather13(low), (gather13(high >>> 1) << 13) | gather13(low >>> 1)];
}

/* The first place in codes[from … to) that is not below `code`. */
export function lowerBound(codes, code, from = 0, to = codes.length) {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (codes[middle] < code) low = middle + 1;
    else high = middle;
  }
  return low;
}

/* The same where that place is not far behind `from`: in steps that double. */
export function nextBound(codes, code, from, to = codes.length) {
  let step = 1;
  while (from + step < to && codes[from + step] < code) step *= 2;
  return lowerBound(codes, code, from + (step >>> 1), Math.min(from + step, to));
}

/* Groups of a point blob: { chain, colour, n, codes, sums } and where each begins among the columns;
   `sums[i]` counts the points before place i (absent where every code is one point). */
export function readGroups({ header, block }) {
  let start = 0;
  return header.groups.map((group) => {
    const codes = reader(block(`gaps${group.block}`)).several(group.cells);
    for (let i = 1; i < codes.length; i += 1) codes[i] += codes[i - 1];
    let sums = null;
    if (header.counts) {
      const counts = reader(block(`counts${group.block}`)).several(group.cells);
      sums = new Float64Array(group.cells + 1);
      for (let i = 0; i < counts.length; i += 1) sums[i + 1] = sums[i] + counts[i] + 1;
    }
    const read = { ...group, codes, sums, start };
    start += group.n;
    return read;
  });
}

export const countIn = (group, from, to) => (group.sums ? group.sums[to] - group.sums[from] : to - from);

/* The points of a square cell: `level` bits of each axis, cell (x, y) → [from, to). */
export function rangeOf(group, bits, level, x, y, from = 0, to = group.codes.length) {
  const width = 4 ** (bits - level);
  const first = encode(x, y) * width;
  const begin = lowerBound(group.codes, first, from, to);
  return [begin, lowerBound(group.codes, first + width, begin, to)];
}

/* The points of a rectangle in shares of the world (0…1), as ranges; `visit(from, to)` may get a few
   points outside it: cells that the edge cuts are not divided below `finest` levels. */
export function visitRect(group, bits, [x0, y0, x1, y1], finest, visit) {
  const down = (level, x, y, from, to) => {
    const size = 2 ** -level;
    if (x * size > x1 || y * size > y1 || (x + 1) * size < x0 || (y + 1) * size < y0) return;
    const [begin, end] = rangeOf(group, bits, level, x, y, from, to);
    if (begin === end) return;
    const inside = x * size >= x0 && y * size >= y0 && (x + 1) * size <= x1 && (y + 1) * size <= y1;
    if (inside || level >= finest || level >= bits) {
      visit(begin, end);
      return;
    }
    for (let part = 0; part < 4; part += 1) down(level + 1, 2 * x + (part & 1), 2 * y + (part >> 1), begin, end);
  };
  down(0, 0, 0, 0, group.codes.length);
}

/* The nearest point to (x, y), in shares of the world, within `reach`; null where there is none. */
export function nearest(groups, bits, x, y, reach) {
  let best = null;
  const scale = 2 ** -bits;
  groups.forEach((group) => {
    visitRect(group, bits, [x - reach, y - reach, x + reach, y + reach], bits, (from, to) => {
      for (let i = from; i < to; i += 1) {
        const [px, py] = decode(group.codes[i]);
        const distance = Math.hypot((px + 0.5) * scale - x, (py + 0.5) * scale - y);
        if (distance <= reach && (!best || distance < best.distance)) {
          best = { group, place: i, x: (px + 0.5) * scale, y: (py + 0.5) * scale, distance };
        }
      }
    });
  });
  return best;
}

/* Counts by cell of a tile: `cells`² cells, row by row, and which of them are not empty. */
export function density(groups, bits, z, x, y, cells) {
  const inner = Math.min(Math.round(Math.log2(cells)), Math.max(0, bits - z));
  const side = 2 ** inner;
  const counts = new Uint32Array(side * side);
  const filled = [];
  groups.forEach((group) => {
    const [begin, end] = rangeOf(group, bits, z, x, y);
    const width = 4 ** (bits - z - inner);
    const base = encode(x, y) * 4 ** (bits - z);
    for (let from = begin; from < end;) {
      const cell = Math.floor((group.codes[from] - base) / width);
      const to = nextBound(group.codes, base + (cell + 1) * width, from, end);
      const [cx, cy] = decode(cell);
      const at = cy * side + cx;
      if (!counts[at]) filled.push(at);
      counts[at] += countIn(group, from, to);
      from = to;
    }
  });
  return { counts, side, filled };
}
