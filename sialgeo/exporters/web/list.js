/* The filter and the list of concentrations: the accessible map. */
import { button, byId, called, columnOf, copy, data, el, inLang, number, pValue, say, state, swatch, t } from './app.js';
import { renderChart } from './chart.js';
import { compareBox, renderComparison } from './compare.js';
import { openFicha } from './ficha.js';
import { remember } from './link.js';
import { filterConcentrations, redrawPoints, spaceNames } from './mapview.js';
import { delimited, fold, known, passes, sortedBy } from './text.js';

export const shownAreas = () => data.areas.filter((area) => passes(area.values, state.filter));

/* ---- filter by chain and size ---- */
export function renderFilter() {
  const most = Math.max(0, ...data.areas.map((area) => area.values.n || 0));
  const chains = data.chains.map((chain) => chain.name);
  byId('filter').hidden = data.areas.length < 2 && !chains.length;
  const select = el('select', { id: 'chain' }, el('option', { value: '' }, t('all_chains')), ...chains.map((name) => el('option', { value: name }, name)));
  select.value = state.filter.chain;
  select.addEventListener('change', () => applyFilter({ chain: select.value }));
  const said = el('output', { id: 'least-said', for: 'least' }, number(state.filter.least, 0));
  const slider = el('input', { type: 'range', id: 'least', min: 0, max: most, step: 1 });
  slider.value = state.filter.least;
  slider.addEventListener('input', () => {
    said.textContent = number(Number(slider.value), 0);
    applyFilter({ least: Number(slider.value) });
  });
  byId('filter-fields').replaceChildren(
    chains.length > 1 ? el('div', {}, el('label', { for: 'chain' }, t('chain')), select) : '',
    el('div', {}, el('label', { for: 'least' }, t('least'), ' ', said), slider));
}
export function applyFilter(change) {
  Object.assign(state.filter, change);
  filterConcentrations();
  redrawPoints();
  spaceNames();
  renderTable();
  renderChart();
  say(t('shown', { n: shownAreas().length, all: data.areas.length }));
  remember();
}

/* ---- the list ---- */
const listColumns = () => [
  { name: 'name', label: t('concentration') },
  { name: 'n', label: t('producers'), figure: (v) => number(v, 0) },
  { name: 'relative_risk', label: t('rr'), figure: (v) => number(v, 2) },
  { name: 'p_value', label: t('adjusted'), figure: pValue },
].filter((one) => columnOf(one.name) && (!one.figure || data.areas.some((area) => known(area.values[one.name]))));

function sorted() {
  if (!state.sort) return shownAreas();
  const { name, up } = state.sort;
  return sortedBy(shownAreas(), (area) => (name === 'name' ? fold(area.name) : area.values[name]), up);
}
export function renderTable() {
  byId('table-actions').hidden = !data.areas.length;
  if (!data.areas.length) {
    byId('table').replaceChildren(el('p', {}, t('none_found')));
    return;
  }
  const columns = listColumns();
  const rows = sorted().map((area) => el('tr', { class: area.id === state.open ? 'open' : null, 'data-id': area.id },
    el('td', { class: 'pick' }, compareBox(area)), ...columns.map((one) => cell(area, one))));
  const head = el('tr', {}, el('th', { scope: 'col', class: 'pick' }, el('span', { class: 'unseen' }, t('compare'))), ...columns.map(heading));
  const counted = t('shown', { n: rows.length, all: data.areas.length });
  byId('table').replaceChildren(el('p', { class: 'counted' }, rows.length < data.areas.length ? counted : ''),
    el('table', { 'aria-labelledby': 'list-title' }, el('thead', {}, head), el('tbody', {}, ...rows)));
}
function heading(one) {
  const mine = state.sort && state.sort.name === one.name;
  const sort = mine ? (state.sort.up ? 'ascending' : 'descending') : null;
  const sorter = button(one.label, () => {
    state.sort = { name: one.name, up: mine ? !state.sort.up : !one.figure };
    renderTable();
    document.querySelector(`[data-sort="${one.name}"]`).focus();
  }, { title: t('sort'), 'data-sort': one.name });
  return el('th', { scope: 'col', 'aria-sort': sort, class: one.figure ? 'figure' : null }, sorter);
}
function cell(area, one) {
  if (one.figure) {
    const value = area.values[one.name];
    return el('td', { class: known(value) ? 'figure' : 'figure bare' }, one.figure(value));
  }
  const style = data.evidence[area.evidence];
  const name = button(called(area), () => openFicha(area.id), { 'aria-label': t('open_ficha', { name: called(area) }) });
  return el('th', { scope: 'row' }, name, el('small', { class: 'kind' }, swatch(style), inLang(style.label).split(':')[0]));
}
export function toggleCompared(id, on) {
  state.compared = on ? [...state.compared.filter((one) => one !== id), id] : state.compared.filter((one) => one !== id);
  renderTable();
  renderComparison();
  remember();
}

/* ---- the table as CSV ---- */
export function tableText(separator) {
  const head = ['id', ...data.columns.map((one) => (one.unit ? `${inLang(one.label)} (${one.unit})` : inLang(one.label)))];
  const rows = shownAreas().map((area) => [area.id, ...data.columns.map((one) => {
    const value = area.values[one.column];
    if (one.texts && known(value)) return [value].flat().map((code) => inLang(one.texts[code]) || code).join('; ');
    return Array.isArray(value) ? value.join('; ') : value;
  })]);
  return delimited([head, ...rows], separator);
}
export function download() {
  const blob = new Blob(['\ufeff', tableText(',')], { type: 'text/csv;charset=utf-8' });
  const link = el('a', { href: URL.createObjectURL(blob), download: `${t('concentrations').toLowerCase()}.csv` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
export const copyTable = () => copy(tableText('\t'), 'copied');
