/* Size against poverty: each concentration a mark, linked with the map and the list. */
import { byId, called, data, el, inLang, number, state, svg, t, withUnit } from './app.js';
import { openFicha } from './ficha.js';
import { shownAreas } from './list.js';
import { markOnMap } from './mapview.js';
import { known, ticks } from './text.js';

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [400, 260, 46, 40, 12, 14];

/* The indicator across: the one that colours the map, else poverty, else the first that areas have. */
function indicatorOf() {
  const usable = data.indicators.filter((one) => data.areas.some((area) => known(area.values[one.column]) && known(area.values.n)));
  return usable.find((one) => one.column === state.chart) || usable.find((one) => one.family === 'monetary') || usable[0];
}

export function renderChart() {
  const indicator = indicatorOf();
  byId('chart').hidden = !indicator;
  if (!indicator) return;
  const usable = data.indicators.filter((one) => data.areas.some((area) => known(area.values[one.column])));
  const select = el('select', { id: 'chart-indicator' }, ...usable.map((one) => el('option', { value: one.column }, inLang(one.label))));
  select.value = indicator.column;
  select.addEventListener('change', () => {
    state.chart = select.value;
    renderChart();
    byId('chart-indicator').focus();
  });
  const drawn = shownAreas().filter((area) => known(area.values[indicator.column]) && area.values.n > 0);
  const missing = shownAreas().length - drawn.length;
  byId('chart-body').replaceChildren(el('label', { for: 'chart-indicator' }, t('across')), select, picture(indicator, drawn),
    el('p', { class: 'note' }, `${t('chart_note')}${missing ? ` ${t('not_drawn', { n: missing })}` : ''}`));
}

function scale(values, from, to, log) {
  const spread = (values.length ? Math.max(...values) - Math.min(...values) : 0) || 1;
  const [low, high] = log
    ? [Math.min(...values) / 1.4, Math.max(...values) * 1.4]
    : [Math.min(...values) - 0.08 * spread, Math.max(...values) + 0.08 * spread];
  const f = log ? Math.log : (v) => v;
  return { low, high, at: (v) => from + ((f(v) - f(low)) / (f(high) - f(low))) * (to - from) };
}

function picture(indicator, drawn) {
  const overall = known(indicator.overall) ? [indicator.overall] : [];
  const all = data.areas.filter((area) => known(area.values[indicator.column]) && area.values.n > 0); // the axes stay while filtering
  const x = scale([...all.map((area) => area.values[indicator.column]), ...overall], LEFT, WIDTH - RIGHT);
  const y = scale(all.map((area) => area.values.n), HEIGHT - BOTTOM, TOP, true);
  const parts = [];
  ticks(x.low, x.high).forEach((v) => parts.push(svg('line', { class: 'rule', x1: x.at(v), x2: x.at(v), y1: TOP, y2: HEIGHT - BOTTOM }),
    svg('text', { x: x.at(v), y: HEIGHT - BOTTOM + 14, 'text-anchor': 'middle' }, number(v))));
  ticks(y.low, y.high, true).forEach((v) => parts.push(svg('line', { class: 'rule', x1: LEFT, x2: WIDTH - RIGHT, y1: y.at(v), y2: y.at(v) }),
    svg('text', { x: LEFT - 6, y: y.at(v) + 4, 'text-anchor': 'end' }, number(v))));
  overall.forEach((v) => parts.push(svg('line', { class: 'mean', x1: x.at(v), x2: x.at(v), y1: TOP, y2: HEIGHT - BOTTOM })));
  parts.push(svg('text', { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 6, 'text-anchor': 'middle' }, `${inLang(indicator.label)}${indicator.unit ? ` (${indicator.unit})` : ''} →`),
    svg('text', { transform: `translate(12 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)`, 'text-anchor': 'middle' }, `${t('producers')} →`));
  [...drawn].sort((a, b) => b.values.n - a.values.n).forEach((area) => parts.push(mark(area, indicator, x, y)));
  return svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'group', 'aria-labelledby': 'chart-title', class: 'chart' }, ...parts);
}

function mark(area, indicator, x, y) {
  const style = data.evidence[area.evidence];
  const [left, top] = [x.at(area.values[indicator.column]), y.at(area.values.n)];
  const said = `${called(area)}: ${number(area.values.n, 0)} ${t('producers').toLowerCase()}, ${inLang(indicator.label)} ${withUnit(area.values[indicator.column], indicator.digits, indicator.unit)}`;
  const open = (event) => {
    if (event.type === 'keydown' && event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    openFicha(area.id);
  };
  const light = (on) => () => markOnMap(on ? [area.id, state.open] : [state.open]);
  return svg('g', {
    role: 'button', tabindex: 0, 'aria-label': said, 'data-id': area.id, class: area.id === state.open ? 'mark open' : 'mark',
    onclick: open, onkeydown: open, onmouseenter: light(true), onmouseleave: light(false), onfocus: light(true), onblur: light(false),
  }, svg('title', {}, said), svg('circle', { cx: left, cy: top, r: 9, fill: style.fill, stroke: style.line, 'stroke-dasharray': style.dash ? '3 2' : null }),
  svg('text', { x: left, y: top - 12, 'text-anchor': 'middle' }, String(area.id)));
}
