import assert from 'node:assert/strict';
import test from 'node:test';
import { projected, trace } from '../../sialgeo/exporters/web/ground.js';

test('a ring is projected to shares of the world, as tiles are', () => {
  const { xy, box } = projected(Float64Array.from([0, 0, 180, 0, -180, 85.05112878]));
  assert.deepEqual([...xy.slice(0, 4)], [0.5, 0.5, 1, 0.5]);
  assert.ok(Math.abs(xy[5]) < 1e-4); // the north of Web Mercator
  assert.deepEqual([box[0], box[2], box[3]], [0, 1, 0.5]);
});

test('what is out of view is not traced, and vertices of one pixel are one', () => {
  const drawn = [];
  const pen = { moveTo: (x, y) => drawn.push([x, y]), lineTo: (x, y) => drawn.push([x, y]) };
  const ring = { xy: Float64Array.from([0.1, 0.1, 0.1001, 0.1, 0.2, 0.1, 0.2001, 0.1]), box: [0.1, 0.1, 0.2001, 0.1] };
  trace(pen, ring, [0.5, 0.5, 1, 1], 1000, [0, 0]);
  assert.deepEqual(drawn, []);
  trace(pen, ring, [0, 0, 1, 1], 1000, [-100, 0]);
  assert.deepEqual(drawn.map((at) => at.map(Math.round)), [[0, 100], [100, 100], [100, 100]]); // its last one stays
});
