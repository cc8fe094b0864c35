/* Layers and legend: what is drawn, and what colours the territories. */
import { byId, colourSwatch, data, el, inLang, mapped, number, sourceOf, state, svg, swatch, t } from './app.js';
import { remember } from './link.js';
import { bivariateOf, cellRadius, coloursOf, map, markOnMap, points, redrawPoints, showLayers, spaceNames, styleTerritories } from './mapview.js';
import { densityClasses } from './points.js';
import { known } from './text.js';

export function renderLegend() {
  const parts = [concentrationLegend()];
  if (mapped.length) parts.push(territoryLegend());
  if (points) parts.push(pointLegend());
  if (data.grid) {
    parts.push(el('fieldset', {}, el('legend', { class: 'unseen' }, t('grid')), check('grid', el('strong', {}, t('grid'))),
      el('ul', {}, ...data.grid.classes.map((one, i) => el('li', {}, circle(cellRadius(i)), inLang(one.label)))), el('small', {}, t('grid_note'))));
  }
  if (data.flows.length) {
    parts.push(el('fieldset', {}, el('legend', { class: 'unseen' }, t('flows')),
      check('flows', el('span', { class: 'kind' }, colourSwatch(data.style.flow.line), el('strong', {}, t('flows')))), el('small', {}, t(data.flows.every((flow) => known(flow.volume)) ? 'flows_note' : 'flows_of_plants'))));
  }
  const rest = el('fieldset', {}, el('legend', { class: 'unseen' }, t('layers')));
  if (data.places) rest.append(check('places', t('places')));
  if (data.terroirs.length) rest.append(check('terroirs', t('terroirs')));
  rest.append(check('basemap', t('basemap_layer')));
  byId('layers').replaceChildren(...parts, rest);
  setDates();
}

function check(key, label, change = showLayers) {
  const input = el('input', { type: 'checkbox' });
  input.checked = !state.hidden.has(key);
  input.addEventListener('change', () => {
    state.hidden[input.checked ? 'delete' : 'add'](key);
    change();
    spaceNames();
    if (['concentrations', 'earlier'].includes(key)) setDates();
    remember();
  });
  return el('label', {}, input, label);
}
const circle = (r) => svg('svg', { class: 'swatch round', viewBox: '0 0 24 20', 'aria-hidden': 'true' },
  svg('circle', { cx: 12, cy: 10, r, fill: data.style.cell.fill, 'fill-opacity': data.style.cell.opacity, stroke: data.style.cell.line }));
const classList = (classes) => el('ul', {}, ...classes.map((one) => el('li', {}, colourSwatch(one.colour), inLang(one.label))));

const concentrationLegend = () => el('fieldset', {},
  el('legend', { class: 'unseen' }, t('concentrations')),
  check('concentrations', el('strong', {}, t('concentrations'))),
  ...dates(),
  ...areaColours(),
  el('ul', {}, ...Object.values(data.evidence).map((style) => el('li', {}, swatch(coloursOf(state.areas) ? { ...style, opacity: 0 } : style), inLang(style.label)))));

/* Two dates: the footprints of the earlier one are a layer, and the slider goes from one date over both to the other. */
const DATES = [['concentrations'], [], ['earlier']]; // what is switched off at each place of the slider
const dateAt = (place) => [inLang(data.earlier.dates[0]), t('both_dates'), inLang(data.earlier.dates[1])][place];
function dates() {
  if (!data.earlier) return [];
  const slider = el('input', { type: 'range', id: 'dates', min: 0, max: 2, step: 1 });
  slider.addEventListener('input', () => {
    const off = DATES[Number(slider.value)];
    ['concentrations', 'earlier'].forEach((key) => state.hidden[off.includes(key) ? 'add' : 'delete'](key));
    showLayers();
    spaceNames();
    renderLegend();
    byId('dates').focus();
    remember();
  });
  const [earlier] = data.earlier.dates;
  return [el('label', { class: 'over', for: 'dates', id: 'dates-label' }), slider,
    check('earlier', el('span', { class: 'kind' }, swatch(data.style.earlier), t('earlier', { date: inLang(earlier) })))];
}
/* Put the slider where the two layers are. */
function setDates() {
  if (!data.earlier) return;
  const place = DATES.findIndex((off) => ['concentrations', 'earlier'].every((key) => off.includes(key) === state.hidden.has(key)));
  const slider = byId('dates');
  slider.value = place < 0 ? 2 : place;
  slider.setAttribute('aria-valuetext', dateAt(Number(slider.value)));
  byId('dates-label').textContent = `${t('dates')}: ${place < 0 ? t('none_shown') : dateAt(place)}`;
}

/* What fills the concentrations: their evidence, or the words of a column (activation, exposure, change). */
function areaColours() {
  if (!data.area_colours.length) return [];
  const select = el('select', { id: 'area-colour' }, el('option', { value: '' }, t('evidence')),
    ...data.area_colours.map((one) => el('option', { value: one.column }, inLang(one.label))));
  select.value = state.areas;
  select.addEventListener('change', () => {
    state.areas = select.value;
    markOnMap([state.open]);
    renderLegend();
    byId('area-colour').focus();
    remember();
  });
  const chosen = coloursOf(state.areas);
  const met = chosen ? Object.entries(chosen.colours).filter(([word]) => data.areas.some((area) => area.values[chosen.column] === word)) : [];
  return [el('label', { class: 'over', for: 'area-colour' }, t('area_coloured')), select,
    met.length ? el('ul', {}, ...met.map(([word, colour]) => el('li', {}, colourSwatch(colour), inLang(data.words[chosen.column][word])))) : null,
    chosen && chosen.note ? el('small', {}, inLang(chosen.note)) : null];
}

function pointLegend() {
  const part = el('fieldset', {}, el('legend', {}, t('points')), ...points.groups.map((group) => check(`chain:${group.chain}`,
    el('span', { class: 'kind' }, colourSwatch(group.colour), `${group.chain || t(points.groups.length > 1 ? 'without_chain' : 'points')} (${number(group.n, 0)})`), redrawPoints)));
  const zoom = Math.round(map.getZoom());
  if (zoom < points.dotsFrom) {
    const rows = densityClasses(points, zoom).map(({ from, colour }) => el('li', {}, colourSwatch(colour), `≥ ${number(from, 0)}`));
    part.append(el('small', {}, t('density')), el('ul', { class: 'across' }, ...rows));
  }
  if (data.points_note) part.append(el('small', {}, inLang(data.points_note)));
  return part;
}

function territoryLegend() {
  const select = el('select', { id: 'indicator' }, el('option', { value: '' }, t('none')),
    ...mapped.map((one) => el('option', { value: one.column }, inLang(one.label))),
    ...data.bivariate.map((one) => el('option', { value: one.key }, inLang(one.label))));
  select.value = state.indicator;
  select.addEventListener('change', () => paint(select.value, 'indicator'));
  const part = el('fieldset', {}, el('legend', { class: 'unseen' }, t('territories')),
    el('label', { class: 'over', for: 'indicator' }, t('coloured')), select);
  const chosen = mapped.find((one) => one.column === state.indicator);
  const two = bivariateOf(state.indicator);
  if (two) part.append(...bivariateLegend(two));
  if (!chosen) return part;
  const series = mapped.filter((one) => one.series === chosen.series && one.year).sort((a, b) => a.year - b.year);
  if (series.length > 1) part.append(...yearSlider(series, chosen));
  const list = classList(chosen.classes);
  if (data.territories.values[chosen.column].some((value) => !known(value))) {
    list.append(el('li', {}, colourSwatch(data.style.no_data.fill), inLang(data.style.no_data.label)));
  }
  part.append(list, el('small', {}, sourceOf(chosen)));
  return part;
}
function paint(key, focus) {
  state.indicator = key;
  styleTerritories();
  renderLegend();
  byId(focus).focus();
  remember();
}

/* The years of one indicator, with the same classes for all of them. */
function yearSlider(series, chosen) {
  const slider = el('input', { type: 'range', id: 'year', min: 0, max: series.length - 1, step: 1, 'aria-valuetext': String(chosen.year) });
  slider.value = series.indexOf(chosen);
  slider.addEventListener('input', () => paint(series[Number(slider.value)].column, 'year'));
  return [el('label', { class: 'over', for: 'year' }, `${t('year')}: ${chosen.year}`), slider];
}

/* Three by three squares: producers upwards, the poorer end to the right. */
function bivariateLegend(two) {
  const square = (i) => el('td', {}, el('span', { class: 'square' }, el('span', { class: 'unseen' }, inLang(two.said[i]))));
  const rows = [2, 1, 0].map((y) => el('tr', {}, el('th', { scope: 'row' }, inLang(two.y_labels)[y]), ...[0, 1, 2].map((x) => square(3 * x + y))));
  const table = el('table', { class: 'bivariate' }, el('caption', {}, `↑ ${inLang(two.y_label)}`), el('tbody', {}, ...rows),
    el('tfoot', {}, el('tr', {}, el('td', {}), ...inLang(two.x_labels).map((text) => el('th', { scope: 'col' }, text)))));
  rows.forEach((row, i) => row.querySelectorAll('.square').forEach((one, x) => { one.style.background = two.colours[3 * x + 2 - i]; }));
  return [table, el('small', {}, `→ ${inLang(two.x_label)}`), el('small', {}, inLang(two.note))];
}
