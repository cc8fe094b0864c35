/* Producers on the map: density at low zooms, dots above, drawn tile by tile from sorted codes. */
import { unpack, reader } from './codec.js';
import { busiest, countIn, decode, density, nearest, readGroups, visitRect } from './morton.js';

const TILE = 256;
const CELL = 4; // pixels of a cell of the density
const CROWD = 15000; // points in a tile beyond which density is drawn
const RAMP = ['#c6dbef', '#9ecae1', '#6baed6', '#3182bd', '#08519c']; // ColorBrewer Blues

export class PointSet {
  constructor(blob) {
    this.bits = blob.header.bits;
    this.counted = blob.header.counts;
    this.columns = blob.header.columns;
    this.groups = readGroups(blob);
    this.block = blob.block;
    this.read = new Map(); // columns are decoded when first asked for
    let zoom = 0;
    const crowded = (z) => this.groups.reduce((sum, group) => sum + busiest(group, this.bits, z), 0) > CROWD;
    while (zoom < Math.min(14, this.bits - 6) && crowded(zoom)) zoom += 1;
    this.dotsFrom = zoom;
    this.peaks = new Map(); // zoom → most points in a cell of the density
  }

  static async from(text) {
    return new PointSet(await unpack(text));
  }

  peak(zoom) {
    if (!this.peaks.has(zoom)) {
      const level = Math.min(this.bits, zoom + Math.log2(TILE / CELL));
      this.peaks.set(zoom, this.groups.reduce((sum, group) => sum + busiest(group, this.bits, level), 0));
    }
    return this.peaks.get(zoom);
  }

  /* All values of a column, in the order of the points. */
  values(index) {
    if (!this.read.has(index)) {
      const bytes = this.block(`column${index}`);
      const { values } = this.columns[index];
      if (values) {
        const codes = reader(bytes);
        const all = [];
        while (codes.more()) all.push(values[codes.next()]);
        this.read.set(index, all);
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
  const peak = set.peak(zoom);
  const classes = RAMP.map((colour, i) => ({ from: Math.ceil(peak ** (i / RAMP.length)), colour }));
  return classes.filter((one, i) => i === classes.length - 1 || one.from < classes[i + 1].from);
}

function canvasOf(size, ratio) {
  const tile = document.createElement('canvas');
  tile.className = 'leaflet-tile';
  tile.width = size * ratio;
  tile.height = size * ratio;
  return tile;
}

export function drawDensity(pen, set, groups, { z, x, y }, ratio) {
  const found = density(groups, set.bits, z, x, y, TILE / CELL);
  if (!found) return;
  const size = (TILE * ratio) / found.side;
  const peak = set.peak(z);
  found.counts.forEach((count, i) => {
    if (!count) return;
    pen.fillStyle = RAMP[shade(count, peak)];
    pen.fillRect((i % found.side) * size, Math.floor(i / found.side) * size, size, size);
  });
}

/* Dots of one tile and of a margin around it; of those that fall on one pixel the first is drawn. */
export function drawDots(pen, set, groups, { z, x, y }, ratio) {
  const radius = z < 8 ? 2 : z < 11 ? 3 : 4;
  const margin = radius + 1;
  const scale = 2 ** z;
  const edge = margin / TILE;
  const rect = [(x - edge) / scale, (y - edge) / scale, (x + 1 + edge) / scale, (y + 1 + edge) / scale];
  const side = TILE + 2 * margin;
  const unit = 2 ** -set.bits;
  pen.scale(ratio, ratio);
  pen.lineWidth = 0.8;
  pen.strokeStyle = '#ffffff';
  groups.forEach((group) => {
    const taken = new Uint8Array(side * side);
    pen.fillStyle = group.colour;
    visitRect(group, set.bits, rect, z + 5, (from, to) => {
      for (let i = from; i < to; i += 1) {
        const [px, py] = decode(group.codes[i]);
        const left = ((px + 0.5) * unit * scale - x) * TILE;
        const top = ((py + 0.5) * unit * scale - y) * TILE;
        const column = Math.round(left) + margin;
        const row = Math.round(top) + margin;
        if (column < 0 || row < 0 || column >= side || row >= side || taken[row * side + column]) continue;
        taken[row * side + column] = 1;
        pen.beginPath();
        pen.arc(left, top, radius, 0, 2 * Math.PI);
        pen.fill();
        pen.stroke();
      }
    });
  });
}

/* The two layers of a set: add them to a map; `shown()` says which groups are drawn. */
export function pointLayers(L, set, { pane, maxZoom = 18, shown = () => set.groups } = {}) {
  const layer = (draw, options) => {
    const Tiles = L.GridLayer.extend({
      createTile(coords) {
        const ratio = window.devicePixelRatio || 1;
        const tile = canvasOf(TILE, ratio);
        draw(tile.getContext('2d'), set, shown(), coords, ratio);
        return tile;
      },
    });
    return new Tiles({ pane, maxZoom, keepBuffer: 1, noWrap: true, ...options });
  };
  const layers = [layer(drawDots, { minZoom: set.dotsFrom })];
  if (set.dotsFrom > 0) layers.push(layer(drawDensity, { maxZoom: set.dotsFrom - 1, opacity: 0.85 }));
  return L.layerGroup(layers);
}

/* The point nearest to a place on the map, within some pixels; null where density is drawn. */
export function pick(map, set, latlng, pixels = 8, groups = set.groups) {
  const zoom = map.getZoom();
  if (Math.round(zoom) < set.dotsFrom) return null; // as Leaflet chooses tiles
  const [x, y] = toWorld(map, latlng);
  const found = nearest(groups, set.bits, x, y, pixels / (TILE * 2 ** zoom));
  return found && set.about(found);
}

/* A layer for any Leaflet map: it is empty until its blob has been read. `say(about)` → an element. */
export function lazyPoints(L, text, { say, ...options }) {
  const group = L.layerGroup();
  let set = null;
  let map = null;
  const onClick = (event) => {
    const found = set && pick(map, set, event.latlng);
    if (found) L.popup({ maxWidth: 320 }).setLatLng(fromWorld(map, found.at)).setContent(say(found)).openOn(map);
  };
  group.on('add', (event) => {
    map = event.target._map; // Leaflet 1.9 has no public name for it
    map.on('click', onClick);
  });
  group.on('remove', () => map.off('click', onClick));
  group.ready = PointSet.from(text).then((made) => {
    set = made;
    pointLayers(L, set, { pane: 'overlayPane', ...options }).addTo(group);
  });
  return group;
}
