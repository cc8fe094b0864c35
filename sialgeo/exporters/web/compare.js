/* Concentrations side by side. */
import { byId, button, called, columnOf, data, el, inLang, number, pValue, state, t, withUnit } from './app.js';
import { openFicha } from './ficha.js';
import { toggleCompared } from './list.js';
import { known } from './text.js';

const FIGURES = ['n', 'expected_n', 'relative_risk', 'p_value', 'stability', 'share_of_producers', 'area_km2', 'density_km2', 'main_chain', 'location_quotient', 'output', 'share_of_output'];

export function compareBox(area) {
  const input = el('input', { type: 'checkbox', 'aria-label': t('compare_one', { name: called(area) }), 'data-compare': area.id });
  input.checked = state.compared.includes(area.id);
  input.addEventListener('change', () => {
    toggleCompared(area.id, input.checked);
    document.querySelector(`[data-compare="${CSS.escape(String(area.id))}"]`).focus();
  });
  return input;
}

export function renderComparison() {
  const chosen = state.compared.map((id) => data.areas.find((area) => area.id === id)).filter(Boolean);
  const box = byId('comparison');
  box.hidden = chosen.length < 2;
  if (box.hidden) return;
  const head = chosen.map((area) => el('th', { scope: 'col' }, button(called(area), () => openFicha(area.id), { class: 'link' })));
  const line = (label, shown, figures, marked = true) => {
    const numbers = marked ? figures.filter((value) => typeof value === 'number') : [];
    const most = numbers.length > 1 ? Math.max(...numbers) : null;
    return el('tr', {}, el('th', { scope: 'row' }, label), ...figures.map((value) =>
      el('td', { class: 'figure' }, known(value) && value === most ? el('strong', {}, shown(value)) : shown(value))));
  };
  const rows = FIGURES.map(columnOf).filter((meta) => meta && chosen.some((area) => known(area.values[meta.column]))).map((meta) =>
    line(meta.unit ? `${inLang(meta.label)} (${meta.unit})` : inLang(meta.label),
      (value) => (meta.column === 'p_value' ? pValue(value) : typeof value === 'string' ? value : number(value, meta.digits)),
      chosen.map((area) => area.values[meta.column]), meta.column !== 'p_value'));
  const indicators = data.indicators.map((one) => line(inLang(one.label), (value) => withUnit(value, one.digits, one.unit), chosen.map((area) => area.values[one.column])));
  byId('comparison-table').replaceChildren(el('table', { 'aria-labelledby': 'comparison-title' },
    el('thead', {}, el('tr', {}, el('td', {}), ...head)), el('tbody', {}, ...rows, ...indicators)));
}
