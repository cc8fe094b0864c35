/* The map: ground, territories, grid, producers, concentrations, names, controls. */
import { block, button, byId, called, calm, data, el, inLang, isSmall, mapped, number, pairs, state, t, withUnit } from './app.js';
import { shapesOf } from './codec.js';
import { openFicha } from './ficha.js';
import { PointSet, fromWorld, pick, pointLayers } from './points.js';
import { renderLegend } from './legend.js';
import { classOf, contains, fold, known, passes } from './text.js';

export let map = null;
export let points = null; // PointSet, once its blob is read
export const territories = []; // one polygon each
export const shapes = new Map(); // id → polygon of a concentration, above a pale casing that sets it off
export const layers = {}; // grid, dots, concentrations
let flat = null; // the canvas of territories and grid
const names = [];
const controls = [];
const PANES = { ground: 200, territories: 350, terroirs: 380, concentrations: 410, earlier: 412, flows: 415, dots: 420, names: 450 };

export function makeMap() {
  const still = calm();
  map = L.map('map', {
    zoomControl: false, attributionControl: false, minZoom: 3, maxZoom: 18, zoomSnap: 0.5,
    zoomAnimation: !still, fadeAnimation: false, markerZoomAnimation: !still, inertia: !still, // tiles are drawn at once
  });
  for (const [name, z] of Object.entries(PANES)) map.createPane(name).style.zIndex = z;
  ['ground', 'dots', 'names'].forEach((name) => { map.getPane(name).style.pointerEvents = 'none'; });
  map.on('click', (event) => pickAt(event.latlng));
  map.getContainer().addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.target === map.getContainer()) tellMiddle();
  });
}

/* ---- territories: one canvas, coloured by the chosen indicator, or by two variables at once ---- */
export const bivariateOf = (key) => data.bivariate.find((one) => one.key === key);

export function drawTerritories() {
  flat = L.canvas({ pane: 'territories', padding: 0.3 });
  if (!data.territories) return;
  shapesOf(block('territories'), data.digits.territories).forEach((shape, i) => {
    const layer = L.polygon(shape, { renderer: flat, pane: 'territories', weight: 0.7 });
    layer.bindTooltip(() => el('span', {}, territoryLine(i)), { sticky: true });
    layer.on('click', (event) => {
      L.DomEvent.stop(event);
      if (!pickAt(event.latlng)) territoryPopup(i, event.latlng);
    });
    layer.shape = shape;
    territories.push(layer.addTo(map));
  });
}
export function styleTerritories() {
  const { territory, no_data: bare } = data.style;
  const indicator = mapped.find((one) => one.column === state.indicator);
  const two = bivariateOf(state.indicator);
  territories.forEach((layer, i) => {
    const style = { color: territory.line, weight: 0.7, dashArray: null, fillColor: territory.fill, fillOpacity: 0.05 };
    if (indicator) {
      const found = classOf(data.territories.values[indicator.column][i], indicator.classes);
      Object.assign(style, { fillColor: found ? found.colour : bare.fill, fillOpacity: 0.8 });
    } else if (two && two.classes[i] >= 0) Object.assign(style, { fillColor: two.colours[two.classes[i]], fillOpacity: 0.85 });
    else if (two) style.dashArray = two.classes[i] === -2 ? '3 3' : null; // no data and withheld: not coloured
    layer.setStyle(style);
  });
}
const valueIn = (indicator, i) => withUnit(data.territories.values[indicator.column][i], indicator.digits, indicator.unit);
function territoryLine(i) {
  const indicator = mapped.find((one) => one.column === state.indicator);
  const two = bivariateOf(state.indicator);
  const name = data.territories.names[i];
  if (two) return `${name}: ${two.classes[i] < 0 ? t(two.classes[i] === -2 ? 'withheld_count' : 'no_data') : inLang(two.said[two.classes[i]])}`;
  return indicator ? `${name}: ${valueIn(indicator, i)}` : name;
}
export function territoryPopup(i, at) {
  const { values } = data.territories;
  const rows = mapped.map((one) => [inLang(one.label), valueIn(one, i)]);
  if (values.n) rows.unshift([t('producers'), known(values.n[i]) ? number(values.n[i], 0) : t('withheld_count')]);
  popup(at, el('div', {}, el('h3', {}, data.territories.names[i]), pairs(rows)));
}
export function popup(at, content) {
  const opened = L.popup({ maxWidth: 300 }).setLatLng(at).setContent(content).openOn(map);
  const close = opened.getElement().querySelector('.leaflet-popup-close-button');
  if (close) close.setAttribute('aria-label', t('close'));
}

/* Counts by cell: outlines, and a circle in the middle as large as the count; they cover no colour beneath,
   and lie on the canvas of the territories, so that those can still be pointed at. */
const between = ([least, most]) => (least === most ? number(least, 0) : `${number(least, 0)}–${number(most, 0)}`);
export function drawGrid() {
  if (!data.grid) return;
  const { cell } = data.style;
  layers.grid = L.layerGroup().addTo(map);
  shapesOf(block('grid'), data.digits.grid).forEach((shape, i) => {
    const outline = L.polygon(shape, { renderer: flat, interactive: false, weight: 1, color: cell.fill, opacity: 0.5, fill: false }).addTo(layers.grid);
    L.circleMarker(outline.getBounds().getCenter(), {
      renderer: flat, radius: cellRadius(data.grid.classed[i]), weight: 1, color: cell.line, fillColor: cell.fill, fillOpacity: cell.opacity,
    }).bindTooltip(() => el('span', {}, `${t('producers')}: ${between(data.grid.between[i])}`), { sticky: true }).addTo(layers.grid);
  });
}
export const cellRadius = (place) => (4 / 3) * data.grid.radii[place]; // points to pixels

/* ---- flows out of concentrations (and from plant to plant, which have no volume), and territories given by the user: few lines, drawn as they are ---- */
export function drawLines() {
  const drawn = (name, style, items, shape) => {
    if (!items.length) return;
    const renderer = L.svg({ pane: name, padding: 0.3 });
    const look = { renderer, pane: name, color: style.line, opacity: 0.85, dashArray: style.dash || null };
    layers[name] = L.layerGroup();
    items.forEach((one) => shape(one, look).forEach((layer) => layer.addTo(layers[name])));
    layers[name].addTo(map);
  };
  drawn('terroirs', data.style.terroir, data.terroirs, (one, look) => [
    L.polygon(one.rings, { ...look, weight: data.style.terroir.width, fill: false }).bindTooltip(() => el('span', {}, one.name), { sticky: true })]);
  drawn('flows', data.style.flow, data.flows, (one, look) => [
    L.polyline(one.line, { ...look, weight: one.width }), L.circleMarker(one.line[1], { ...look, radius: one.width / 2 + 3, weight: 1, fillColor: look.color, fillOpacity: 0.9 }),
  ].map((layer) => layer.bindTooltip(() => el('span', {}, flowLine(one)), { sticky: true })));
}
function flowLine(one) {
  if (!known(one.volume)) return [t('flow_of_plants'), one.product].filter(Boolean).join(': ');
  const product = one.product ? `${one.product}, ` : '';
  return `${one.name} → ${one.destination}: ${product}${withUnit(one.volume, 1, one.volume_unit)} (${t('producers')}: ${number(one.n, 0)})`;
}

/* ---- producers ---- */
export const shownGroups = () => points.groups.filter((group) =>
  !state.hidden.has(`chain:${group.chain}`) && (!state.filter.chain || group.chain === state.filter.chain));

export function readPoints(blob, known) {
  points = new PointSet(blob, known);
}
export function drawPoints() {
  layers.dots = pointLayers(L, points, { pane: 'dots', shown: shownGroups });
  layers.dots.addTo(map);
  map.on('zoomend', renderLegend); // the density's classes are those of the zoom
}
export const redrawPoints = () => layers.dots && layers.dots.eachLayer((layer) => layer.redraw());

function pickAt(latlng) {
  const found = points && pick(map, points, latlng, 8, shownGroups());
  if (found) tellPoint(found);
  return Boolean(found);
}
export async function tellPoint(place) {
  await points.learn();
  const found = points.about(place);
  const rows = [[t('chain'), found.chain]];
  if (points.counted) rows.unshift([t('producers'), number(found.n, 0)]);
  let area = null;
  found.values.forEach(({ name, label, value }) => {
    if (name === 'concentration') area = data.areas.find((one) => one.id === value);
    else rows.push([inLang(label), known(value) ? String(value) : '']);
  });
  popup(fromWorld(map, found.at), el('div', {}, el('h3', {}, t(points.counted ? 'cell' : 'producer')), pairs(rows),
    area ? button(called(area), () => openFicha(area.id), { class: 'link' }) : null));
}

/* ---- concentrations ---- */
export function drawConcentrations() {
  layers.concentrations = L.layerGroup().addTo(map);
  const renderer = L.svg({ pane: 'concentrations', padding: 0.3 });
  shapesOf(block('areas'), data.digits.areas).forEach((shape, i) => {
    const area = data.areas[i];
    const casing = { renderer, pane: 'concentrations', interactive: false, fill: false, color: '#ffffff', weight: data.evidence[area.evidence].width + 4, opacity: 0.9 };
    const layer = L.polygon(shape, { renderer, pane: 'concentrations', ...pathStyle(area, false) });
    layer.casing = L.polygon(shape, casing);
    layer.shape = shape;
    layer.bindTooltip(() => el('span', {}, called(area)), { sticky: true });
    layer.on('click', (event) => {
      L.DomEvent.stop(event);
      if (!pickAt(event.latlng)) openFicha(area.id, { move: false });
    });
    shapes.set(area.id, layer);
  });
  filterConcentrations();
  drawEarlier();
}
/* Footprints of the earlier date: outlines only, so that they cover nothing. */
function drawEarlier() {
  if (!data.earlier) return;
  const { line, width, dash } = data.style.earlier;
  const look = { renderer: L.svg({ pane: 'earlier', padding: 0.3 }), pane: 'earlier', color: line, weight: width + 1, dashArray: dash, fill: false };
  const casing = { ...look, color: '#ffffff', weight: width + 3, dashArray: null, opacity: 0.8, interactive: false };
  layers.earlier = L.layerGroup(shapesOf(block('earlier'), data.digits.earlier).flatMap((shape, i) => [L.polygon(shape, casing), L.polygon(shape, look)
    .bindTooltip(() => el('span', {}, `${data.earlier.names[i]} (${inLang(data.earlier.dates[0])})`), { sticky: true })]));
}
/* Put on the map what is not switched off. */
export function showLayers() {
  Object.keys(layers).filter((name) => name !== 'dots').forEach((name) => layers[name][state.hidden.has(name) ? 'removeFrom' : 'addTo'](map));
}
export function filterConcentrations() {
  layers.concentrations.clearLayers();
  data.areas.filter((area) => passes(area.values, state.filter)).forEach((area) => {
    const layer = shapes.get(area.id);
    layer.casing.addTo(layers.concentrations);
    layer.addTo(layers.concentrations);
  });
}
function pathStyle(area, chosen) {
  const style = data.evidence[area.evidence];
  return {
    color: chosen ? '#000000' : style.line,
    weight: chosen ? style.width + 2 : style.width,
    dashArray: style.dash || null,
    ...areaFill(area, style, chosen),
  };
}
/* The fill tells the evidence, or the words of the column that was chosen; the line is always the evidence. */
export const coloursOf = (column) => data.area_colours.find((one) => one.column === column);
function areaFill(area, style, chosen) {
  const words = coloursOf(state.areas);
  if (words) return { fillColor: words.colours[area.values[words.column]] || data.style.no_data.fill, fillOpacity: chosen ? 0.95 : 0.8 };
  return { fillColor: style.fill, fillOpacity: chosen ? Math.min(0.7, style.opacity + 0.15) : style.opacity };
}
export function markOnMap(ids) {
  data.areas.forEach((area) => {
    const layer = shapes.get(area.id);
    if (!layer) return;
    layer.setStyle(pathStyle(area, ids.includes(area.id)));
    if (ids.includes(area.id) && map.hasLayer(layer)) layer.bringToFront();
  });
}

/* What is in the middle of the map, for those who move it with the keyboard. */
function tellMiddle() {
  const middle = map.getCenter();
  const at = [middle.lat, middle.lng];
  if (pickAt(middle)) return;
  const area = data.areas.find((one) => passes(one.values, state.filter) && contains(shapes.get(one.id).shape, at));
  const i = territories.findIndex((layer) => contains(layer.shape, at));
  if (area) openFicha(area.id, { move: false });
  else if (i >= 0) territoryPopup(i, middle);
}

/* Names, the more important first: it stays where two would overlap. A name gets its element when it is
   first shown, and is measured on a canvas: neither makes the browser lay the page out again. */
const NAMES = { // kind → layer that switches it, lowest zoom, font as in map.css
  concentration: ['concentrations', 0, '700 14.4px'], country: ['basemap', 4, '600 15px'], province: ['basemap', 6, '400 13px'],
  place: ['places', 7, '600 12.5px'], territory: ['basemap', 10, '400 11.5px'],
};
export function drawNames() {
  const pen = document.createElement('canvas').getContext('2d');
  const add = (kind, text, at, allowed = () => true) => {
    const [layer, from, font] = NAMES[kind];
    names.push({ kind, layer, from, font, allowed, name: text, text: fold(text), at: L.latLng(at), marker: null, width: 0 });
  };
  data.areas.forEach((area) => add('concentration', called(area), area.at, () => passes(area.values, state.filter)));
  (data.places || []).forEach((place) => add('place', place.name, place.at));
  data.basemap.countries.forEach(([name, x, y]) => add('country', name.toUpperCase(), [y, x]));
  data.basemap.names.forEach(([name, x, y]) => add('province', name, [y, x]));
  territories.forEach((layer, i) => add('territory', data.territories.names[i], layer.getBounds().getCenter()));
  names.measure = (one) => {
    pen.font = `${one.font} system-ui, sans-serif`;
    return pen.measureText(one.name).width * (one.kind === 'country' ? 1.25 : 1.05);
  };
  map.on('moveend zoomend resize viewreset', spaceNames);
}
function showName(one) {
  const span = el('span', {}, one.name);
  const icon = L.divIcon({ className: `map-name ${one.kind}`, html: span, iconSize: [0, 0] });
  one.marker = L.marker(one.at, { icon, pane: 'names', interactive: false, keyboard: false, alt: '' }).addTo(map);
  one.marker.getElement().setAttribute('aria-hidden', 'true');
}
export function spaceNames() {
  const zoom = map.getZoom();
  const view = map.getSize();
  const taken = [];
  for (const one of names) {
    let free = zoom >= one.from && !state.hidden.has(one.layer) && one.allowed();
    const spot = free && map.latLngToContainerPoint(one.at);
    free = free && spot.x > -100 && spot.y > -30 && spot.x < view.x + 100 && spot.y < view.y + 30;
    if (free) {
      one.width = one.width || names.measure(one);
      const left = one.kind === 'place' ? spot.x - 6 : spot.x - one.width / 2;
      const box = [left - 2, spot.y - 9, left + one.width + (one.kind === 'place' ? 16 : 2), spot.y + 9];
      free = !taken.some(([b, text]) => (box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3])
        || (one.kind === 'territory' && text === one.text && Math.hypot(b[0] - box[0], b[1] - box[1]) < 200));
      if (free) taken.push([box, one.text]);
    }
    if (free && !one.marker) showName(one);
    if (one.marker) one.marker.getElement().classList.toggle('crowded', !free);
  }
}

export function drawControls() {
  controls.splice(0).forEach((control) => control.remove());
  const zoom = L.control({ position: 'topleft' });
  zoom.onAdd = () => {
    const sign = (text, key, action) => button(text, action, { title: t(key), 'aria-label': t(key) });
    const box = el('div', { class: 'leaflet-bar leaflet-control-zoom' },
      sign('+', 'zoom_in', () => map.zoomIn()), sign('−', 'zoom_out', () => map.zoomOut()), sign('⌂', 'home', home));
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  const scale = L.control.scale({ imperial: false, maxWidth: 140 });
  const credit = L.control.attribution({ prefix: false }).addAttribution(t('basemap'));
  controls.push(zoom, scale, credit);
  controls.forEach((control) => control.addTo(map));
}
/* Show a part of the map beside the legend, not beneath it. */
export function fit(bounds, options) {
  const legend = byId('legend');
  const covered = legend.open && !isSmall() ? legend.offsetWidth + 20 : 0;
  const room = map.getSize().x - covered > 300;
  map.fitBounds(bounds, { paddingTopLeft: [10, 10], paddingBottomRight: [room ? covered : 10, 10], ...options });
}
export const fitArea = (area) => fit(shapes.get(area.id).getBounds().pad(1.2), { maxZoom: 12, animate: !calm() });
export function home() {
  fit(data.bounds, { animate: !calm() });
}
/* Move the map; on a phone scroll to it first. */
export function show(move) {
  if (isSmall()) byId('map').scrollIntoView({ block: 'start' });
  move();
}
