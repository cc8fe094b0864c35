/* Producers on the map: density at low zooms, dots above, drawn tile by tile from sorted codes. What is known
   of each producer is a blob of its own, read when somebody asks: the map need not wait for it. */
import { unpack, reader } from './codec.js';
import { countIn, decode, density, nearest, readGroups, visitRect } from './morton.js';

export const TILE = 256;
const CELL = 4; // pixels of a cell of the density
const WIDE = 2; // a tile of the density is as wide as four others: few canvases are shown sooner than many
const RAMP = ['#c6dbef', '#9ecae1', '#6baed6', '#3182bd', '#08519c']; // ColorBrewer Blues

export class PointSet {
  /* `known` gives a promise of the blob of the columns; null where none was published. */
  constructor(blob, known = null) {
    this.bits = blob.header.bits;
    this.counted = blob.header.counts;
    this.groups = readGroups(blob);
    this.known = known;
    this.columns = null; // until they were learnt
    this.read = new Map(); // columns are decoded when first asked for
    this.dotsFrom = blob.header.dots_from; // the first zoom at which dots are drawn, density before
    this.peaks = blob.header.peaks; // by zoom: the most points in a cell of the density
  }

  /* Read the columns, once: before it, `values` and `about` know of none. */
  learn() {
    this.learning = this.learning || Promise.resolve(this.known && this.known()).then((blob) => {
      this.columns = blob ? blob.header.columns : [];
      this.block = blob && blob.block;
    });
    return this.learning;
  }

  /* All values of a column, in the order of the points. */
  values(index) {
    if (!this.read.has(index)) {
      const bytes = this.block(`column${index}`);
      const { values } = this.columns[index];
      if (values) {
        const count = this.groups.reduce((sum, group) => sum + group.n, 0);
        this.read.set(index, Array.from(reader(bytes).several(count), (code) => values[code]));
      } else this.read.set(index, JSON.parse(new TextDecoder().decode(bytes)));
    }
    return this.read.get(index);
  }

  /* What is known of a point found: its chain, its attributes, how many points stand there. */
  about({ group, place, x, y }) {
    return {
      chain: group.chain,
      n: countIn(group, place, place + 1),
      at: [x, y],
      values: this.columns.map((column, i) => ({ ...column, value: this.values(i)[group.start + place] })),
    };
  }

  /* Where point number `index` of the columns lies, in shares of the world. */
  placeOf(index) {
    const group = this.groups.find((one) => index >= one.start && index < one.start + one.n);
    const [x, y] = decode(group.codes[index - group.start]);
    return [(x + 0.5) * 2 ** -this.bits, (y + 0.5) * 2 ** -this.bits];
  }
}

export const toWorld = (map, latlng) => {
  const point = map.options.crs.latLngToPoint(latlng, 0); // a world of 256
  return [point.x / TILE, point.y / TILE];
};
export const fromWorld = (map, [x, y]) => map.options.crs.pointToLatLng({ x: x * TILE, y: y * TILE }, 0);

const shade = (count, peak) => {
  const share = peak > 1 ? Math.log(count) / Math.log(peak) : 1;
  return Math.min(RAMP.length - 1, Math.floor(share * RAMP.length));
};

/* Bounds of the classes of the density at a zoom, for the legend: [{ from, colour }]. */
export function densityClasses(set, zoom) {
  const peak = set.peaks[zoom];
  const classes = RAMP.map((colour, i) => ({ from: Math.ceil(peak ** (i / RAMP.length)), colour }));
  return classes.filter((one, i) => i === classes.length - 1 || one.from < classes[i + 1].from);
}

const rgb = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
const PIXELS = RAMP.map((one) => new Uint32Array(Uint8Array.of(...rgb(one), 255).buffer)[0]); // four bytes at once: red first

/* An empty image for a tile: the browser shows it as large as the tile, whatever its own size. */
function imageFor(tile, size) {
  tile.width = size;
  tile.height = size;
  return tile.getContext('2d').createImageData(tile.width, tile.height);
}

/* Density of one wide tile, a pixel for each cell. */
export function drawDensity(tile, set, groups, { z, x, y }) {
  const found = density(groups, set.bits, z - WIDE, x, y, (TILE / CELL) * 2 ** WIDE);
  if (!found.filled.length) return;
  const image = imageFor(tile, found.side);
  const peak = set.peaks[z];
  const pixels = new Uint32Array(image.data.buffer);
  found.filled.forEach((at) => { pixels[at] = PIXELS[shade(found.counts[at], peak)]; });
  tile.getContext('2d').putImageData(image, 0, 0);
  tile.style.imageRendering = 'pixelated';
}

/* The dots of a group in one tile and in a margin around it, in pixels of the tile: of those that fall on
   one pixel the first. */
export function visitDots(set, group, { z, x, y }, margin, visit) {
  const scale = 2 ** z;
  const edge = margin / TILE;
  const side = TILE + 2 * margin;
  const unit = 2 ** -set.bits;
  const taken = new Uint8Array(side * side);
  const rect = [(x - edge) / scale, (y - edge) / scale, (x + 1 + edge) / scale, (y + 1 + edge) / scale];
  visitRect(group, set.bits, rect, z + 5, (from, to) => {
    for (let i = from; i < to; i += 1) {
      const [px, py] = decode(group.codes[i]);
      const left = ((px + 0.5) * unit * scale - x) * TILE;
      const top = ((py + 0.5) * unit * scale - y) * TILE;
      const column = Math.round(left) + margin;
      const row = Math.round(top) + margin;
      if (column < 0 || row < 0 || column >= side || row >= side || taken[row * side + column]) continue;
      taken[row * side + column] = 1;
      visit(left, top);
    }
  });
}

/* A dot with a white edge as a square of pixels, { side, rgba }: `rgba` has four numbers a pixel. */
export function dotOf(colour, radius, ratio) {
  const [inner, outer] = [(radius - 0.4) * ratio, (radius + 0.4) * ratio];
  const half = Math.ceil(outer);
  const side = 2 * half + 1;
  const hue = rgb(colour);
  const rgba = new Uint8ClampedArray(4 * side * side);
  const covered = (edge, distance) => Math.min(1, Math.max(0, edge - distance + 0.5));
  for (let i = 0; i < side * side; i += 1) {
    const distance = Math.hypot((i % side) - half, Math.floor(i / side) - half);
    const alpha = covered(outer, distance);
    const share = alpha && covered(inner, distance) / alpha;
    rgba.set([...hue.map((one) => 255 + share * (one - 255)), 255 * alpha], 4 * i);
  }
  return { side, rgba };
}

/* Lay a dot over an image, its middle at (left, top). */
export function stamp({ data, width, height }, { side, rgba }, left, top) {
  const [x, y] = [Math.round(left) - (side >> 1), Math.round(top) - (side >> 1)];
  for (let row = Math.max(0, -y); row < side && y + row < height; row += 1) {
    for (let column = Math.max(0, -x); column < side && x + column < width; column += 1) {
      const from = 4 * (row * side + column);
      const to = 4 * ((y + row) * width + x + column);
      const alpha = rgba[from + 3] / 255;
      if (!alpha) continue;
      const beneath = (data[to + 3] / 255) * (1 - alpha);
      const total = alpha + beneath;
      for (let i = 0; i < 3; i += 1) data[to + i] = (rgba[from + i] * alpha + data[to + i] * beneath) / total;
      data[to + 3] = 255 * total;
    }
  }
}

/* Dots of one tile. They are laid into its pixels: a path of the canvas for each takes ten times as long. */
export function drawDots(tile, set, groups, coords) {
  const ratio = globalThis.devicePixelRatio || 1;
  const radius = coords.z < 8 ? 2 : coords.z < 11 ? 3 : 4;
  const image = imageFor(tile, TILE * ratio);
  groups.forEach((group) => {
    const dot = dotOf(group.colour, radius, ratio);
    visitDots(set, group, coords, radius + 1, (left, top) => stamp(image, dot, left * ratio, top * ratio));
  });
  tile.getContext('2d').putImageData(image, 0, 0);
}

/* The two layers of a set: add them to a map; `shown()` says which groups are drawn. */
export function pointLayers(L, set, { pane, maxZoom = 18, shown = () => set.groups } = {}) {
  const layer = (draw, options) => {
    const Tiles = L.GridLayer.extend({
      createTile(coords) {
        const tile = document.createElement('canvas');
        tile.className = 'leaflet-tile';
        draw(tile, set, shown(), coords);
        return tile;
      },
    });
    return new Tiles({ pane, maxZoom, keepBuffer: 1, noWrap: true, ...options });
  };
  const layers = [layer(drawDots, { minZoom: set.dotsFrom })];
  if (set.dotsFrom > 0) layers.push(layer(drawDensity, { tileSize: TILE * 2 ** WIDE, maxZoom: set.dotsFrom - 1, opacity: 0.85 }));
  return L.layerGroup(layers);
}

/* The point nearest to a place on the map, within some pixels; null where density is drawn. */
export function pick(map, set, latlng, pixels = 8, groups = set.groups) {
  const zoom = map.getZoom();
  if (Math.round(zoom) < set.dotsFrom) return null; // as Leaflet chooses tiles
  const [x, y] = toWorld(map, latlng);
  return nearest(groups, set.bits, x, y, pixels / (TILE * 2 ** zoom));
}

/* A layer for any Leaflet map: it is empty until its blobs have been read. `say(about)` → an element. */
export function lazyPoints(L, text, known, { say, ...options }) {
  const group = L.layerGroup();
  let set = null;
  let map = null;
  const onClick = (event) => {
    const found = set && pick(map, set, event.latlng);
    if (found) set.learn().then(() => L.popup({ maxWidth: 320 }).setLatLng(fromWorld(map, found.at)).setContent(say(set.about(found))).openOn(map));
  };
  group.on('add', (event) => {
    map = event.target._map; // Leaflet 1.9 has no public name for it
    map.on('click', onClick);
  });
  group.on('remove', () => map.off('click', onClick));
  group.ready = unpack(text).then((blob) => {
    set = new PointSet(blob, known ? () => unpack(known) : null);
    pointLayers(L, set, { pane: 'overlayPane', ...options }).addTo(group);
  });
  return group;
}
