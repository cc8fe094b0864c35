import assert from 'node:assert/strict';
import test from 'node:test';
import { classOf, contains, delimited, filled, fold, formatted, fromHash, listed, passes, sortedBy, ticks, toHash, unlisted } from '../../sialgeo/exporters/web/text.js';

test('search sees neither accents, capitals nor double spaces', () => {
  assert.equal(fold('  CELENDÍN   ñandú'), ' celendin nandu');
});

test('numbers are written as in the country', () => {
  const [point, comma] = [['.', ','], [',', '.']];
  assert.deepEqual([point, comma].map((marks) => formatted(1234567.25, 1, marks)), ['1,234,567.3', '1.234.567,3']);
  assert.deepEqual([0, 999, 1000, -1234, -0.04, 0.5].map((v) => formatted(v, 0, comma)), ['0', '999', '1.000', '-1.234', '0', '1']);
  assert.deepEqual([12345.678, 0.123456, 20, 1e-8, 0].map((v) => formatted(v, undefined, point)), ['12,350', '0.1235', '20', '0.00000001', '0']);
});

test('words are filled in, and unknown ones left alone', () => {
  assert.equal(filled('{n} of {all} {other}', { n: 2, all: 3 }), '2 of 3 {other}');
});

test('a cell that begins like a formula becomes text; a negative number stays a number', () => {
  assert.equal(delimited([['=HYPERLINK("x")', -5, '+1', '@a', '-b', null, 'a,b']], ','),
    '"\'=HYPERLINK(""x"")",-5,\'+1,\'@a,\'-b,,"a,b"\r\n');
  assert.equal(delimited([['a\tb\r\nc', 1]], '\t'), 'a b c\t1\r\n');
});

test('a class holds its upper bound, the first its lower one too', () => {
  const classes = [{ lower: 0, upper: 10, c: 'a' }, { lower: 10, upper: 20, c: 'b' }];
  assert.deepEqual([0, 10, 10.1, 20].map((v) => classOf(v, classes).c), ['a', 'a', 'b', 'b']);
  assert.deepEqual([-1, 21, null].map((v) => classOf(v, classes)), [null, null, null]);
});

test('the filter takes the main chain or any producer of it, and withheld counts only without a least size', () => {
  const values = { n: 12, main_chain: 'fresco', 'chain_n__andino': 3, 'chain_n__suizo': 0 };
  const held = (chain, least) => passes(values, { chain, least });
  assert.deepEqual([held('', 0), held('fresco', 12), held('andino', 0), held('suizo', 0), held('', 13)], [true, true, true, false, false]);
  assert.deepEqual([passes({ n: null }, { chain: '', least: 0 }), passes({ n: null }, { chain: '', least: 1 })], [true, false]);
});

test('unknown values sort last both ways', () => {
  const rows = [3, null, 1, 2];
  assert.deepEqual(sortedBy(rows, (v) => v, true), [1, 2, 3, null]);
  assert.deepEqual(sortedBy(rows, (v) => v, false), [3, 2, 1, null]);
});

test('a point in a hole is outside', () => {
  const square = (a, b) => [[a, a], [a, b], [b, b], [b, a]];
  const shape = [[square(0, 10), square(4, 6)], [square(20, 30)]];
  assert.deepEqual([[1, 1], [5, 5], [25, 25], [15, 15]].map((at) => contains(shape, at)), [true, false, true, false]);
});

test('axes have round steps', () => {
  assert.deepEqual(ticks(12, 57), [20, 40]);
  assert.deepEqual(ticks(0, 4), [0, 1, 2, 3, 4]);
  assert.deepEqual(ticks(8, 130, true), [10, 20, 50, 100]);
});

test('an address goes both ways, and leaves out what is empty', () => {
  const hash = toHash({ c: 2, i: 'idh×n', chain: '', min: null, vs: '1,2' });
  assert.deepEqual(fromHash(hash), { c: '2', i: 'idh×n', vs: '1,2' });
  assert.equal(toHash({ c: null }), '#');
});

test('one choice of layers is one link, whatever the order and the names', () => {
  assert.equal(listed(new Set(['places', 'grid'])), 'grid,places');
  const names = ['chain:leche, queso', 'chain:50% panela', 'chain:%2C', 'grid'];
  assert.deepEqual(unlisted(fromHash(toHash({ off: listed(names) })).off), [...names].sort());
  assert.deepEqual(unlisted(undefined), []);
  assert.equal(listed([]), '');
});
