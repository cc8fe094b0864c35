/* What the parts of the page share: the data, the state, words in the chosen language, elements.
   Whatever comes from the data is written with textContent, never as markup. */
import { filled, formatted, known } from './text.js';

/* eslint-disable import/no-mutable-exports */
export let data = null;
export let block = null; // name → bytes of a layer
export let mapped = []; // the indicators that the territories have
export let startIndicator = '';
export const state = {
  lang: 'es',
  open: null, // id of the concentration whose ficha is open
  indicator: '', // what colours the territories
  areas: '', // the words that colour the concentrations; '' is their evidence
  hidden: new Set(['earlier']), // layers and chains that are switched off
  sort: null,
  filter: { chain: '', least: 0 },
  compared: [], // ids
};

export function begin(blob) {
  data = blob.header;
  block = blob.block;
  mapped = data.indicators.filter((indicator) => indicator.classes.length);
  startIndicator = mapped.length ? mapped[0].column : '';
  state.lang = data.lang;
  state.indicator = startIndicator;
}

/* What may be switched off: layers, and `chain:` with the name of one; the footprints of an earlier date are off at first. */
const LAYERS = ['basemap', 'concentrations', 'flows', 'grid', 'places', 'terroirs'];
export const shownAtFirst = (key) => LAYERS.includes(key) || key === 'chain:undefined' || data.chains.some(({ name }) => key === `chain:${name}`);

export const byId = (id) => document.getElementById(id);
export const calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;
export const isSmall = () => window.matchMedia('(max-width: 800px)').matches;
export const isDark = () => window.matchMedia('(prefers-color-scheme: dark)').matches;

export const t = (key, values = {}) => filled(data.texts[key][state.lang], values);
export const inLang = (texts) => (texts ? texts[state.lang] : '');
export const number = (value, digits) => (known(value) ? formatted(value, digits, data.marks[state.lang]) : t('no_data'));
export const withUnit = (value, digits, unit) => number(value, digits) + (known(value) && unit ? `\u00a0${unit}` : '');
export const pValue = (p) => (known(p) && p < 0.001 ? `< ${number(0.001, 3)}` : number(p, 3));
export const percent = (share) => (known(share) ? `${number(100 * share, 0)} %` : t('no_data'));
export const called = (area) => `${area.id}.\u00a0${area.name}`;
export const columnOf = (name) => data.columns.find((one) => one.column === name);
export const sourceOf = (indicator) => (indicator.source ? `${t('source')}: ${indicator.source}` : '');
export const say = (text) => { byId('live').textContent = text; };

/* Build an element: attributes, then children (texts or elements). */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && known(value)) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
  return node;
}
export const button = (text, onclick, attributes = {}) => el('button', { type: 'button', onclick, ...attributes }, text);

export function swatch(style) {
  return svg('svg', { class: 'swatch', viewBox: '0 0 24 15', 'aria-hidden': 'true' }, svg('rect', {
    x: 1.5, y: 1.5, width: 21, height: 12, fill: style.fill, 'fill-opacity': style.opacity,
    stroke: style.line, 'stroke-width': Math.max(1, style.width), 'stroke-dasharray': style.dash || 'none',
  }));
}
export const colourSwatch = (colour) => swatch({ fill: colour, opacity: 1, line: '#6b6b6b', width: 1, dash: '' });

/* A list of labels and values; those without a value are left out. */
export function pairs(rows) {
  const list = el('dl', { class: 'facts' });
  rows.filter(([, value]) => known(value) && value !== '').forEach(([label, value]) => list.append(el('dt', {}, label), el('dd', {}, value)));
  return list;
}

export async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    say(t(done));
  } catch (refused) {
    byId('manual').hidden = false;
    byId('manual-text').value = text;
    byId('manual-text').focus();
    byId('manual-text').select();
  }
}
