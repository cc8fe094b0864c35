import assert from 'node:assert/strict';
import test from 'node:test';
import { encode } from '../../sialgeo/exporters/web/morton.js';
import { PointSet, densityClasses, dotOf, drawDensity, drawDots, stamp, visitDots } from '../../sialgeo/exporters/web/points.js';

const varints = (values) => Uint8Array.from(values.flatMap((value) => {
  const bytes = [];
  let left = value;
  while (left > 127) { bytes.push((left % 128) + 128); left = Math.floor(left / 128); }
  return [...bytes, left];
}));
const setOf = (cells, bits, columns = [], held = {}, peaks = []) => {
  const codes = cells.map(([x, y]) => encode(x, y)).sort((a, b) => a - b);
  const gaps = codes.map((code, i) => code - (i ? codes[i - 1] : 0));
  const header = { bits, counts: false, dots_from: peaks.length, peaks, groups: [{ block: 0, n: cells.length, cells: cells.length, chain: 'a', colour: '#123456' }] };
  return new PointSet({ header, block: () => varints(gaps) }, async () => ({ header: { columns }, block: (name) => held[name] }));
};
const imageOf = (width, height) => ({ width, height, data: new Uint8ClampedArray(4 * width * height) });
const tileOf = () => { // a canvas that keeps the last image laid on it
  const tile = { style: {}, image: null };
  tile.getContext = () => ({ createImageData: imageOf, putImageData(image) { tile.image = image; } });
  return tile;
};
const pixel = ({ data, width }, x, y) => [...data.slice(4 * (y * width + x), 4 * (y * width + x) + 4)];

test('of the points on one pixel one is drawn, and those beside the tile reach into it', () => {
  const bits = 20;
  const at = 2 ** 19; // the tile (1, 1) of zoom 1 begins here
  const set = setOf([[at + 5, at + 5], [at + 5, at + 5], [at + 6, at + 5], [at - 2, at + 9], [at - 200000, at]], bits);
  const seen = (coords) => {
    const dots = [];
    visitDots(set, set.groups[0], coords, 3, (left, top) => dots.push([left, top]));
    return dots;
  };
  assert.equal(seen({ z: 1, x: 1, y: 1 }).length, 1); // two thousandths of a pixel apart, all of them on one pixel
  const near = seen({ z: 14, x: 2 ** 13, y: 2 ** 13 });
  assert.equal(near.length, 2);
  const tile = tileOf();
  drawDots(tile, set, set.groups, { z: 14, x: 2 ** 13, y: 2 ** 13 });
  const { image } = tile;
  assert.equal(image.width, 256);
  const [left, top] = near[1].map(Math.round); // it lies over the other
  assert.deepEqual(pixel(image, left, top), [0x12, 0x34, 0x56, 255]);
  assert.deepEqual(pixel(image, 200, 200), [0, 0, 0, 0]);
});

test('a dot is its colour inside, white at its edge, nothing around; it may hang over the edge of a tile', () => {
  const dot = dotOf('#ff0000', 3, 2);
  const middle = dot.side >> 1;
  assert.deepEqual([...dot.rgba.slice(4 * (middle * dot.side + middle)).slice(0, 4)], [255, 0, 0, 255]);
  assert.equal(dot.rgba[3], 0); // its corner
  const edge = 4 * (middle * dot.side + middle + 6);
  assert.deepEqual([...dot.rgba.slice(edge, edge + 4)], [255, 255, 255, 255]);
  const image = imageOf(20, 20);
  stamp(image, dot, 0, 0);
  stamp(image, dotOf('#0000ff', 3, 2), 19, 19);
  assert.deepEqual(pixel(image, 0, 0), [255, 0, 0, 255]);
  assert.deepEqual(pixel(image, 19, 19), [0, 0, 255, 255]);
  stamp(image, { side: 1, rgba: Uint8ClampedArray.from([0, 0, 255, 128]) }, 0, 0); // half of what is over it
  assert.deepEqual(pixel(image, 0, 0), [127, 0, 128, 255]);
});

test('very many points are density first', () => {
  const many = Array.from({ length: 40000 }, (_, i) => [(i * 7) % 1024, Math.floor(i / 40)]);
  const set = setOf(many, 16, [], {}, [40000]);
  assert.equal(set.dotsFrom, 1);
  const tile = tileOf();
  drawDensity(tile, set, set.groups, { z: 0, x: 0, y: 0 });
  assert.equal(tile.image.width, 256); // a pixel for each cell, four tiles wide
  const inked = tile.image.data.filter((value, i) => i % 4 === 3 && value === 255).length;
  assert.equal(inked, new Set(many.map(([x, y]) => `${x >> 10} ${y >> 10}`)).size);
  const classes = densityClasses(set, 0);
  assert.ok(classes.every(({ from }, i) => !i || from > classes[i - 1].from));
});

test('a column of few values and one of many give what belongs to a point, once they are read', async () => {
  const columns = [{ name: 'c', values: [null, 'x', 'y'] }, { name: 'nombre' }];
  const blocks = { column0: varints([1, 0, 2]), column1: new TextEncoder().encode('["Ñ","B","C"]') };
  const set = setOf([[1, 1], [2, 2], [3, 3]], 10, columns, blocks);
  assert.equal(set.columns, null);
  await set.learn();
  const about = set.about({ group: set.groups[0], place: 2, x: 0, y: 0 });
  assert.deepEqual(about.values.map(({ value }) => value), ['y', 'C']);
  assert.equal(about.n, 1);
  assert.deepEqual(set.values(0), ['x', null, 'y']);
  assert.deepEqual(set.placeOf(1), [2.5 / 1024, 2.5 / 1024]);
});
