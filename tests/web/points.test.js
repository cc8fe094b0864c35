import assert from 'node:assert/strict';
import test from 'node:test';
import { encode } from '../../sialgeo/exporters/web/morton.js';
import { PointSet, densityClasses, drawDensity, drawDots } from '../../sialgeo/exporters/web/points.js';

const varints = (values) => Uint8Array.from(values.flatMap((value) => {
  const bytes = [];
  let left = value;
  while (left > 127) { bytes.push((left % 128) + 128); left = Math.floor(left / 128); }
  return [...bytes, left];
}));
const setOf = (cells, bits, columns = [], blocks = {}) => {
  const codes = cells.map(([x, y]) => encode(x, y)).sort((a, b) => a - b);
  const gaps = codes.map((code, i) => code - (i ? codes[i - 1] : 0));
  const header = { bits, counts: false, columns, groups: [{ block: 0, n: cells.length, cells: cells.length, chain: 'a', colour: '#123456' }] };
  const held = { gaps0: varints(gaps), ...blocks };
  return new PointSet({ header, block: (name) => held[name] });
};
const pen = () => {
  const drawn = [];
  return { drawn, scale() {}, beginPath() {}, arc(x, y) { drawn.push([x, y]); }, fill() {}, stroke() {}, fillRect(...at) { drawn.push(at); } };
};

test('of the points on one pixel one is drawn, and those beside the tile reach into it', () => {
  const bits = 20;
  const at = 2 ** 19; // the tile (1, 1) of zoom 1 begins here
  const set = setOf([[at + 5, at + 5], [at + 5, at + 5], [at + 6, at + 5], [at - 2, at + 9], [at - 200000, at]], bits);
  const one = pen();
  drawDots(one, set, set.groups, { z: 1, x: 1, y: 1 }, 1);
  assert.equal(one.drawn.length, 1 + 0); // two thousandths of a pixel apart, all of them on one pixel
  const two = pen();
  drawDots(two, set, set.groups, { z: 14, x: 2 ** 13, y: 2 ** 13 }, 1);
  assert.equal(two.drawn.length, 2 + 0);
});

test('a few points are dots at every zoom; very many are density first', () => {
  assert.equal(setOf([[1, 1]], 10).dotsFrom, 0);
  const many = Array.from({ length: 40000 }, (_, i) => [(i * 7) % 1024, Math.floor(i / 40)]);
  const set = setOf(many, 16);
  assert.ok(set.dotsFrom > 0);
  const one = pen();
  drawDensity(one, set, set.groups, { z: 0, x: 0, y: 0 }, 1);
  assert.ok(one.drawn.length >= 1);
  const classes = densityClasses(set, 0);
  assert.ok(classes.every(({ from }, i) => !i || from > classes[i - 1].from));
});

test('a column of few values and one of many give what belongs to a point', () => {
  const columns = [{ name: 'c', values: [null, 'x', 'y'] }, { name: 'nombre' }];
  const blocks = { column0: varints([1, 0, 2]), column1: new TextEncoder().encode('["Ñ","B","C"]') };
  const set = setOf([[1, 1], [2, 2], [3, 3]], 10, columns, blocks);
  const about = set.about({ group: set.groups[0], place: 2, x: 0, y: 0 });
  assert.deepEqual(about.values.map(({ value }) => value), ['y', 'C']);
  assert.equal(about.n, 1);
  assert.deepEqual(set.values(0), ['x', null, 'y']);
  assert.deepEqual(set.placeOf(1), [2.5 / 1024, 2.5 / 1024]);
});
