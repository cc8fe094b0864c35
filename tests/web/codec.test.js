import assert from 'node:assert/strict';
import test from 'node:test';
import zlib from 'node:zlib';
import { decompress, fromBase64, inflate, reader, shapesOf, unpack, unzigzag } from '../../sialgeo/exporters/web/codec.js';

const blobOf = (header, block) => {
  const text = Buffer.from(JSON.stringify({ header, blocks: { b: [0, block.length] } }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return zlib.deflateSync(Buffer.concat([length, text, block])).toString('base64');
};

test('a blob gives back its header and its blocks', async () => {
  const { header, block } = await unpack(`\n${blobOf({ á: 'ñ' }, Buffer.from([1, 2, 3]))}\n`);
  assert.deepEqual(header, { á: 'ñ' });
  assert.deepEqual([...block('b')], [1, 2, 3]);
  assert.equal(block('none').length, 0);
});

test('our inflate reads what zlib writes: stored, fixed and dynamic codes', () => {
  let seed = 1;
  const noise = Buffer.from(Array.from({ length: 70000 }, () => { seed = (seed * 48271) % 2147483647; return seed & 255; }));
  const text = Buffer.from('quesería '.repeat(5000) + 'Cajamarca');
  for (const data of [Buffer.alloc(0), Buffer.from('a'), text, noise, Buffer.concat([text, noise, text])]) {
    for (const options of [{ level: 0 }, { level: 9 }, { strategy: zlib.constants.Z_FIXED }]) {
      assert.equal(Buffer.compare(Buffer.from(inflate(zlib.deflateSync(data, options))), data), 0);
    }
  }
});

test('the browser\'s own inflate and ours agree', async () => {
  const packed = zlib.deflateSync(Buffer.from('queso fresco '.repeat(99)));
  assert.deepEqual(await decompress(packed), new Uint8Array(inflate(packed)));
});

test('base64 is read without the browser\'s newest function', () => {
  assert.deepEqual([...fromBase64('AQL/')], [1, 2, 255]);
});

test('varints hold large numbers, zigzag ones negative', () => {
  const read = reader(Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x07, 0x01, 0x02]));
  assert.equal(read.next(), 2 ** 52 - 1);
  assert.deepEqual([...read.several(2)].map(unzigzag), [-1, 1]);
  assert.equal(read.more(), false);
});

test('a shape comes back as latitude and longitude', () => {
  // one part, one ring, three points: (1, 0) (+0, +1) (-1, +0), in tenths of a degree
  const bytes = Uint8Array.from([1, 1, 3, 20, 0, 0, 20, 19, 0]);
  assert.deepEqual(shapesOf(bytes, 1), [[[[[0, 1], [1, 1], [1, 0]]]]]);
});
