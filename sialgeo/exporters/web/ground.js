/* The ground: land, provinces and borders on one canvas, drawn from their vertices without a Leaflet object
   for each, so that the page stands sooner and zooms at ease. */
import { block, byId, data, isDark } from './app.js';
import { ringsOf } from './codec.js';
import { TILE } from './points.js';

/* A ring of x and y in turn, in shares of the world, with its box: { xy, box }. */
export function boxed(xy) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < xy.length; i += 2) {
    if (xy[i] < box[0]) box[0] = xy[i];
    if (xy[i + 1] < box[1]) box[1] = xy[i + 1];
    if (xy[i] > box[2]) box[2] = xy[i];
    if (xy[i + 1] > box[3]) box[3] = xy[i + 1];
  }
  return { xy, box };
}

/* Trace what of a ring is in view: `scale` pixels are the world, (left, top) is the pixel of its corner.
   Vertices less than a pixel from the last are left out. */
export function trace(pen, { xy, box }, view, scale, [left, top]) {
  if (box[0] > view[2] || box[1] > view[3] || box[2] < view[0] || box[3] < view[1]) return;
  let [px, py] = [Infinity, Infinity];
  for (let i = 0; i < xy.length; i += 2) {
    const x = xy[i] * scale + left;
    const y = xy[i + 1] * scale + top;
    const last = i + 2 === xy.length;
    if (!last && Math.abs(x - px) + Math.abs(y - py) < 1) continue;
    if (i) pen.lineTo(x, y);
    else pen.moveTo(x, y);
    [px, py] = [x, y];
  }
}

export function drawGround(map) {
  const { land, line, sea, digits } = data.basemap;
  const [ground, water, edge, border] = isDark() ? ['#2c333b', '#161d25', '#59636e', '#8b95a1'] : [land, sea, line, '#8d8778'];
  const read = (name) => ringsOf(block(name), digits[name]).flat().map((rings) => rings.map(boxed)); // parts of rings
  const layers = [
    { shapes: read('backdrop'), fill: ground, line: ground, width: 0.5 },
    { shapes: read('land'), fill: ground, line: ground, width: 0.5 },
    { shapes: [read('provinces').flat()], line: edge, width: 0.8 },
    { shapes: [read('borders').flat()], line: border, width: 1.6 },
  ];
  byId('map').style.background = water;
  const Ground = L.Canvas.extend({ // its methods of Leaflet 1.9.4: size, place and animation of the canvas
    _draw() {
      const scale = TILE * 2 ** this._map.getZoom();
      const origin = this._map.getPixelOrigin();
      const { min, max } = this._bounds;
      const view = [min.x + origin.x, min.y + origin.y, max.x + origin.x, max.y + origin.y].map((one) => one / scale);
      const pen = this._ctx;
      for (const layer of layers) {
        [pen.strokeStyle, pen.fillStyle, pen.lineWidth] = [layer.line, layer.fill || 'transparent', layer.width];
        for (const rings of layer.shapes) {
          pen.beginPath();
          rings.forEach((ring) => {
            trace(pen, ring, view, scale, [-origin.x, -origin.y]);
            if (layer.fill) pen.closePath();
          });
          if (layer.fill) pen.fill('evenodd');
          pen.stroke();
        }
      }
    },
  });
  new Ground({ pane: 'ground', padding: 0.1, interactive: false }).addTo(map);
}
