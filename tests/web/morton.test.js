import assert from 'node:assert/strict';
import test from 'node:test';
import { decode, density, encode, lowerBound, nearest, nextBound, rangeOf, visitRect } from '../../sialgeo/exporters/web/morton.js';

const BITS = 12;
let seed = 7;
const random = (n) => {
  seed = (seed * 48271) % 2147483647;
  return seed % n;
};
const cells = Array.from({ length: 3000 }, () => [random(2 ** BITS), random(2 ** BITS)]);
const group = { codes: Float64Array.from(cells.map(([x, y]) => encode(x, y))).sort(), sums: null };
const inside = ([x0, y0, x1, y1]) => cells.filter(([x, y]) => {
  const [a, b] = [(x + 0.5) / 2 ** BITS, (y + 0.5) / 2 ** BITS];
  return a >= x0 && a <= x1 && b >= y0 && b <= y1;
}).length;

test('codes go both ways, up to 26 bits an axis', () => {
  for (const [x, y] of [[0, 0], [1, 0], [0, 1], [2 ** 26 - 1, 2 ** 26 - 1], [2 ** 25, 8191], [12345678, 7654321]]) {
    assert.deepEqual(decode(encode(x, y)), [x, y]);
  }
  assert.deepEqual([encode(1, 0), encode(0, 1), encode(2, 0), encode(2 ** 26 - 1, 2 ** 26 - 1)], [1, 2, 4, 2 ** 52 - 1]);
});

test('the lower bound is the first place that is not below', () => {
  const codes = Float64Array.from([1, 3, 3, 8]);
  assert.deepEqual([0, 3, 4, 9].map((code) => lowerBound(codes, code)), [0, 1, 3, 4]);
  for (let i = 0; i < 300; i += 1) {
    const [from, code] = [random(group.codes.length), random(4 ** BITS)];
    assert.equal(nextBound(group.codes, code, from), lowerBound(group.codes, code, from));
  }
});

test('a tile is one run that holds all of its points', () => {
  for (const [level, x, y] of [[0, 0, 0], [1, 1, 0], [3, 5, 2], [5, 17, 30]]) {
    const [from, to] = rangeOf(group, BITS, level, x, y);
    const s = 2 ** -level;
    assert.equal(to - from, inside([x * s, y * s, (x + 1) * s, (y + 1) * s]));
  }
});

test('a rectangle is visited whole, and nothing twice', () => {
  const rect = [0.21, 0.33, 0.57, 0.35];
  const seen = new Set();
  let exact = 0;
  visitRect(group, BITS, rect, BITS, (from, to) => {
    for (let i = from; i < to; i += 1) {
      assert.ok(!seen.has(i));
      seen.add(i);
      const [x, y] = decode(group.codes[i]).map((v) => (v + 0.5) / 2 ** BITS);
      if (x >= rect[0] && x <= rect[2] && y >= rect[1] && y <= rect[3]) exact += 1;
    }
  });
  assert.equal(exact, inside(rect));
});

test('the nearest point is the nearest of all', () => {
  for (let i = 0; i < 50; i += 1) {
    const [x, y] = [random(1000) / 1000, random(1000) / 1000];
    const best = Math.min(...cells.map(([a, b]) => Math.hypot((a + 0.5) / 2 ** BITS - x, (b + 0.5) / 2 ** BITS - y)));
    assert.ok(Math.abs(nearest([group], BITS, x, y, 0.2).distance - best) < 1e-12);
  }
  assert.equal(nearest([group], BITS, 3, 3, 0.001), null);
});

test('the density of a tile adds up, also where cells carry counts', () => {
  const { counts, side, filled } = density([group], BITS, 2, 1, 3, 64);
  assert.equal(side, 64);
  assert.deepEqual([...filled].sort((a, b) => a - b), [...counts.keys()].filter((i) => counts[i]));
  const [from, to] = rangeOf(group, BITS, 2, 1, 3);
  assert.equal(counts.reduce((a, b) => a + b), to - from);
  const counted = { codes: Float64Array.from([encode(5, 9), encode(6, 9)]), sums: Float64Array.from([0, 4, 10]) };
  const held = density([counted], 4, 0, 0, 0, 16);
  assert.deepEqual([held.counts[9 * 16 + 5], held.counts[9 * 16 + 6]], [4, 6]);
  assert.deepEqual(density([counted], 4, 1, 1, 1, 16).filled, []);
});
