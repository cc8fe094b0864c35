import assert from 'node:assert/strict';
import test from 'node:test';
import { boxed, trace } from '../../sialgeo/exporters/web/ground.js';

test('a ring has the box that holds it', () => {
  const { xy, box } = boxed(Float64Array.from([0.5, 0.5, 0.75, 0.25, 0.25, 0.5]));
  assert.equal(xy.length, 6);
  assert.deepEqual(box, [0.25, 0.25, 0.75, 0.5]);
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
