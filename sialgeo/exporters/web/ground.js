/* The ground: land, provinces and borders on one canvas. Each is one path, written by coding.py, which the
   browser reads and draws itself: no Leaflet object and no loop for its vertices. */
import { byId, data, isDark } from './app.js';
import { TILE } from './points.js';

export function drawGround(map) {
  const { land, line, sea, paths } = data.basemap;
  const [ground, water, edge, border] = isDark() ? ['#2c333b', '#161d25', '#59636e', '#8b95a1'] : [land, sea, line, '#8d8778'];
  const layers = [
    { name: 'backdrop', fill: ground, line: ground, width: 0.5 },
    { name: 'land', fill: ground, line: ground, width: 0.5 },
    { name: 'provinces', line: edge, width: 0.8 },
    { name: 'borders', line: border, width: 1.6 },
  ].map((layer) => ({ ...layer, path: new Path2D(paths[layer.name].path), unit: 10 ** -paths[layer.name].digits }));
  byId('map').style.background = water;
  const Ground = L.Canvas.extend({ // its methods of Leaflet 1.9.4: size, place and animation of the canvas
    _draw() {
      const origin = this._map.getPixelOrigin();
      const world = TILE * 2 ** this._map.getZoom(); // pixels
      const pen = this._ctx;
      layers.forEach(({ path, unit, fill, line: colour, width }) => {
        pen.save();
        pen.transform(world * unit, 0, 0, world * unit, -origin.x, -origin.y);
        pen.lineWidth = width / (world * unit);
        [pen.strokeStyle, pen.fillStyle] = [colour, fill || 'transparent'];
        if (fill) pen.fill(path, 'evenodd');
        pen.stroke(path);
        pen.restore();
      });
    },
  });
  new Ground({ pane: 'ground', padding: 0.1, interactive: false }).addTo(map);
}
