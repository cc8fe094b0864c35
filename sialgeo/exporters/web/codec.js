/* Blobs of base64(zlib): a header in JSON, then blocks of bytes (sialgeo/exporters/coding.py writes). */

export function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text.trim());
  const raw = atob(text.trim());
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/* Inflate (RFC 1951) for browsers without DecompressionStream; `data` is a zlib stream (RFC 1950). */
const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCES = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function huffman(lengths) {
  const count = new Uint16Array(16);
  lengths.forEach((length) => { count[length] += 1; });
  count[0] = 0;
  const at = new Uint16Array(16);
  for (let i = 1; i < 16; i += 1) at[i] = at[i - 1] + count[i - 1];
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((length, symbol) => { if (length) symbols[at[length]++] = symbol; });
  return { count, symbols };
}

export function inflate(data) {
  let out = new Uint8Array(Math.max(1024, data.length * 4));
  let size = 0;
  let at = 2; // past the two bytes of zlib's header
  let held = 0;
  let bits = 0;
  const take = (n) => {
    while (bits < n) {
      held |= data[at++] << bits;
      bits += 8;
    }
    const value = held & ((1 << n) - 1);
    held >>>= n;
    bits -= n;
    return value;
  };
  const symbol = ({ count, symbols }) => {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length < 16; length += 1) {
      code |= take(1);
      if (code - first < count[length]) return symbols[index + code - first];
      index += count[length];
      first = (first + count[length]) << 1;
      code <<= 1;
    }
    throw new Error('inflate: no such code');
  };
  const room = (n) => {
    if (size + n <= out.length) return;
    const larger = new Uint8Array(Math.max(out.length * 2, size + n));
    larger.set(out);
    out = larger;
  };
  const tables = () => {
    const [literals, distances, lengths] = [take(5) + 257, take(5) + 1, take(4) + 4];
    const order = new Array(19).fill(0);
    for (let i = 0; i < lengths; i += 1) order[ORDER[i]] = take(3);
    const lengthOf = huffman(order);
    const all = [];
    while (all.length < literals + distances) {
      const one = symbol(lengthOf);
      if (one < 16) all.push(one);
      else {
        const [value, times] = one === 16 ? [all[all.length - 1], 3 + take(2)] : [0, one === 17 ? 3 + take(3) : 11 + take(7)];
        for (let i = 0; i < times; i += 1) all.push(value);
      }
    }
    return [huffman(all.slice(0, literals)), huffman(all.slice(literals))];
  };
  const fixed = () => [
    huffman(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))),
    huffman(new Array(30).fill(5)),
  ];
  for (let last = 0; !last;) {
    last = take(1);
    const kind = take(2);
    if (kind === 0) { // stored: whole bytes
      at -= bits >> 3;
      held = 0;
      bits = 0;
      const length = data[at] | (data[at + 1] << 8);
      room(length);
      out.set(data.subarray(at + 4, at + 4 + length), size);
      size += length;
      at += 4 + length;
      continue;
    }
    const [literal, distance] = kind === 1 ? fixed() : tables();
    for (let one = symbol(literal); one !== 256; one = symbol(literal)) {
      if (one < 256) {
        room(1);
        out[size++] = one;
      } else {
        const length = LENGTHS[one - 257] + take(LENGTH_BITS[one - 257]);
        const back = symbol(distance);
        const from = size - DISTANCES[back] - take(back < 2 ? 0 : (back >> 1) - 1);
        room(length);
        for (let i = 0; i < length; i += 1) out[size + i] = out[from + i];
        size += length;
      }
    }
  }
  return out.subarray(0, size);
}

export async function decompress(bytes) {
  if (typeof DecompressionStream === 'undefined') return inflate(bytes);
  const stream = new DecompressionStream('deflate');
  const writer = stream.writable.getWriter(); // not from a Blob, which asks another process
  const said = Promise.all([writer.write(bytes), writer.close()]);
  const [made] = await Promise.all([new Response(stream.readable).arrayBuffer(), said]);
  return new Uint8Array(made);
}

/* One blob: its header, and `block(name)` → the bytes of a block. */
export async function unpack(text) {
  const bytes = await decompress(fromBase64(text));
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const { header, blocks } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const block = (name) => {
    const [at, size] = blocks[name] || [0, 0];
    return bytes.subarray(4 + length + at, 4 + length + at + size);
  };
  return { header, block };
}

/* Varints: seven bits a byte, low bits first. Many are read at once, in one plain loop, which the browser
   compiles while it runs. */
export function reader(bytes) {
  let at = 0;
  const several = (n) => {
    const numbers = new Float64Array(n);
    let place = at;
    for (let i = 0; i < n; i += 1) {
      let byte = bytes[place++];
      let value = byte & 127;
      for (let shift = 128; byte > 127; shift *= 128) {
        byte = bytes[place++];
        value += (byte & 127) * shift;
      }
      numbers[i] = value;
    }
    at = place;
    return numbers;
  };
  return { several, next: () => several(1)[0], more: () => at < bytes.length };
}
export const unzigzag = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);

/* Shapes as Leaflet takes them: parts of rings of [latitude, longitude]. */
export function shapesOf(bytes, digits) {
  const read = reader(bytes);
  const unit = 10 ** digits;
  const list = (make) => {
    const made = [];
    for (let left = read.next(); left > 0; left -= 1) made.push(make());
    return made;
  };
  let x = 0;
  let y = 0;
  const ring = () => {
    const steps = read.several(2 * read.next());
    const places = [];
    for (let i = 0; i < steps.length; i += 2) {
      x += unzigzag(steps[i]);
      y += unzigzag(steps[i + 1]);
      places.push([y / unit, x / unit]);
    }
    return places;
  };
  const shapes = [];
  while (read.more()) shapes.push(list(() => list(ring)));
  return shapes;
}
