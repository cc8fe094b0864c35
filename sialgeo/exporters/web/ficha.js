/* The ficha of a concentration: verdict, number and caution first; the statistics folded beneath. */
import { button, byId, called, calm, columnOf, copy, data, el, inLang, number, pValue, percent, say, sourceOf, state, t, withUnit } from './app.js';
import { remember } from './link.js';
import { toggleCompared } from './list.js';
import { fitArea, markOnMap, shapes, show } from './mapview.js';
import { known } from './text.js';

export function openFicha(id, { move = true, focus = true } = {}) {
  const area = data.areas.find((one) => String(one.id) === String(id));
  if (!area) return;
  state.open = area.id;
  renderFicha();
  markOpen();
  const box = byId('ficha');
  if (move && shapes.has(area.id)) fitArea(area);
  if (focus) byId('ficha-name').focus({ preventScroll: true });
  box.scrollIntoView({ block: 'start', behavior: calm() ? 'auto' : 'smooth' });
  say(t('ficha_open', { name: called(area) }));
  remember();
}
export function closeFicha() {
  const back = document.querySelector(`#table tr[data-id="${CSS.escape(String(state.open))}"] button`);
  state.open = null;
  byId('ficha').hidden = true;
  markOpen();
  if (back) back.focus();
  say(t('ficha_closed'));
  remember();
}
export function markOpen() {
  markOnMap([state.open]);
  document.querySelectorAll('#table tbody tr, #chart .mark').forEach((one) => {
    one.classList.toggle('open', one.getAttribute('data-id') === String(state.open));
  });
}
export function renderFicha() {
  const box = byId('ficha');
  const at = data.areas.findIndex((one) => one.id === state.open);
  box.hidden = at < 0;
  if (at < 0) return;
  const area = data.areas[at];
  const wasOpen = box.querySelector('details') ? box.querySelector('details').open : false;
  const [verdict, one, caution] = area.said[state.lang];
  const step = (key, to) => button(t(key), () => openFicha(data.areas[to].id), { disabled: !data.areas[to] });
  const compared = state.compared.includes(area.id);
  box.replaceChildren(
    el('div', { class: 'ficha-head' }, el('h2', { id: 'ficha-name', tabindex: '-1' }, called(area)),
      button('×', closeFicha, { id: 'ficha-close', 'aria-label': t('close'), title: t('close') })),
    el('p', { class: 'verdict' }, verdict), el('p', { class: 'big' }, one), el('p', { class: 'caution' }, caution),
    againstRest(area),
    el('details', { open: wasOpen }, el('summary', {}, t('statistics')), facts(area), chainMix(area), ...indicatorFacts(area)),
    el('p', { class: 'actions' }, button(t('see_on_map'), () => seeOnMap(area)), step('previous', at - 1), step('next', at + 1),
      button(t(compared ? 'compared' : 'compare_add'), () => {
        toggleCompared(area.id, !compared);
        renderFicha();
        byId('ficha-compare').focus();
      }, { id: 'ficha-compare', 'aria-pressed': String(compared) }),
      button(t('copy_link'), () => copy(location.href, 'link_copied'))));
}

/* How it stands among the others: its place in the order of size, density, strength. */
const AMONG = ['n', 'density_km2', 'relative_risk'];
function againstRest(area) {
  const rows = AMONG.map(columnOf).filter((meta) => meta && known(area.values[meta.column])).map((meta) => {
    const value = area.values[meta.column];
    const others = data.areas.filter((one) => one !== area).map((one) => one.values[meta.column]).filter(known).sort((a, b) => a - b);
    if (!others.length) return null;
    const half = (others.length - 1) / 2;
    const median = (others[Math.floor(half)] + others[Math.ceil(half)]) / 2;
    const place = 1 + others.filter((one) => one > value).length;
    return el('tr', {}, el('th', { scope: 'row' }, inLang(meta.label)), el('td', { class: 'figure' }, withUnit(value, meta.digits, meta.unit)),
      el('td', { class: 'figure' }, withUnit(median, meta.digits, meta.unit)), el('td', { class: 'figure' }, t('place_of', { place, all: others.length + 1 })));
  }).filter(Boolean);
  if (!rows.length) return null;
  const head = ['figure', 'this_one', 'median_rest', 'place'].map((key) => el('th', { scope: 'col', class: key === 'figure' ? null : 'figure' }, t(key)));
  return el('table', { class: 'among' }, el('caption', {}, t('among')), el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...rows));
}

function seeOnMap(area) {
  show(() => fitArea(area));
}
/* Active collective efficiency: said of every classified place, the figure or that there is none. */
const EFFICIENCY = ['share_of_members', 'functional_actions', 'joint_sales'];
function facts(area) {
  const list = el('dl', { class: 'facts' });
  const v = area.values;
  const add = (label, ...value) => list.append(el('dt', {}, label), el('dd', {}, ...value));
  const plainly = (name) => {
    const meta = columnOf(name);
    if (meta && !known(v[name]) && EFFICIENCY.includes(name)) add(inLang(meta.label), t('not_told'));
    if (!meta || !known(v[name])) return;
    const word = (value) => inLang((data.words[name] || {})[value]) || String(value);
    const text = Array.isArray(v[name]) ? v[name].map(word).join('; ') : word(v[name]);
    if (text) add(inLang(meta.label), typeof v[name] === 'number' ? withUnit(v[name], meta.digits, meta.unit) : text);
  };
  const between = (name, remark) => {
    const [low, high] = [v[`${name}_low`], v[`${name}_high`]];
    if (!known(v[name])) return;
    const interval = known(low) && known(high) ? `${t('interval')}: ${number(low, 2)} – ${number(high, 2)}` : '';
    add(inLang(columnOf(name).label), number(v[name], 2), interval && el('small', {}, interval + (remark ? ` (${remark})` : '')));
  };
  ['n', 'expected_n', 'pool_n', 'share_of_producers'].forEach(plainly);
  between('relative_risk', t('ignores'));
  between('relative_risk_held_out', t('held_out'));
  ['grade', 'stability_band', 'stability', 'agreement', 'radius_m', 'radii_km'].forEach(plainly);
  if (known(v.p_value)) add(t('adjusted'), pValue(v.p_value));
  ['false_discovery_rate', 'statistic', 'area_km2', 'density_km2', 'main_chain', 'chain_entropy'].forEach(plainly);
  between('location_quotient', v.main_chain || '');
  ['employment', 'output', 'share_of_output', 'territories'].forEach(plainly);
  ['stars', 'spatial_evidence', 'activation', 'activation_evidence', 'coordination', ...EFFICIENCY, 'specific_resources', 'threats', 'declustering_risk', 'declustering_reasons', 'links_present',
    'links_missing', 'chain_completeness', 'criteria_unmet', 'criteria_not_evaluable', 'exposure', 'exposure_activation', 'income_effect',
    ...data.columns.map((one) => one.column).filter((name) => /^suppl(iers|y)_within__/.test(name)),
    'supplier_access', 'plants_at_edge', 'catchment_n', 'catchment_volume', 'catchment_km', 'local_content', 'backward_share', 'forward_share', 'sold_outside',
    'change', 'before', 'n_before', 'n_change', 'declustering_since', 'priority', 'priority_rank', 'priority_rank_low',
    'priority_rank_high', 'priority_p_top'].forEach(plainly);
  return list;
}
function chainMix(area) {
  const all = data.chains
    .map((chain) => ({ ...chain, n: area.values[`chain_n__${chain.name}`], lq: area.values[`chain_lq__${chain.name}`],
      low: area.values[`chain_lq_low__${chain.name}`], high: area.values[`chain_lq_high__${chain.name}`] }))
    .filter((chain) => chain.n !== undefined);
  const rows = all.filter((chain) => chain.n > 0).sort((a, b) => b.n - a.n);
  const withheld = all.filter((chain) => chain.n === null).map((chain) => chain.name);
  if (!rows.length && !withheld.length) return null;
  const total = area.values.n || rows.reduce((sum, chain) => sum + chain.n, 0);
  const lines = rows.map((chain) => {
    const fill = el('i');
    fill.style.width = `${(100 * chain.n) / total}%`;
    fill.style.background = chain.colour;
    const lq = known(chain.lq) ? ` · LQ ${number(chain.lq, 2)}` : '';
    const interval = lq && known(chain.low) && known(chain.high) ? ` (${number(chain.low, 2)} – ${number(chain.high, 2)})` : '';
    return el('li', {}, `${chain.name}: ${number(chain.n, 0)} (${percent(chain.n / total)})${lq}${interval}`, el('div', { class: 'bar', 'aria-hidden': 'true' }, fill));
  });
  if (withheld.length) lines.push(el('li', {}, `${withheld.join(', ')}: ${t('withheld_count')}`));
  return el('div', {}, el('h3', {}, t('chains')), el('ul', { class: 'mix' }, ...lines),
    rows.some((chain) => known(chain.lq)) ? el('p', { class: 'note' }, t('lq_note')) : null);
}
function indicatorFacts(area) {
  if (!data.indicators.length) return [];
  const parts = data.indicators.map((indicator) => {
    const name = indicator.column;
    const [value, covered, units, share, low, high, from, to] = ['', '__covered', '__units', '__units_known', '__low', '__high', '__units__low', '__units__high'].map((end) => area.values[name + end]);
    const shown = (figure) => withUnit(figure, indicator.digits, indicator.unit);
    const lines = [];
    if (known(low) && known(high)) lines.push(`${t('interval')}: ${shown(low)} – ${shown(high)}`);
    const between = known(from) && known(to) ? ` [${shown(from)} – ${shown(to)}]` : '';
    if (known(units)) lines.push(`${t('own_units')}: ${shown(units)}${between}${known(share) ? ` (${t('own_known')}: ${percent(share)})` : ''}`);
    if (known(covered)) lines.push(`${t('covered')}: ${percent(covered)}`);
    return el('div', { class: 'indicator' },
      el('p', {}, `${inLang(indicator.label)}: `, el('strong', {}, shown(value)),
        known(indicator.overall) ? ` · ${t('all_territories')}: ${shown(indicator.overall)}` : ''),
      strip(area, indicator), ...lines.map((line) => el('p', {}, el('small', {}, line))), el('p', {}, el('small', {}, sourceOf(indicator))));
  });
  const key = (name, text) => el('span', { class: name }, text);
  return [el('h3', {}, t('indicators')),
    el('p', { class: 'strip-key', 'aria-hidden': 'true' }, key('this', t('this_one')), key('mean', t('all_territories')), key('rest', t('other_concentrations'))),
    ...parts, el('p', { class: 'note' }, t('ecological'))];
}
function strip(area, indicator) {
  const value = area.values[indicator.column];
  if (!known(value)) return null;
  const others = data.areas.map((one) => one.values[indicator.column]).filter(known);
  const all = [...others, ...(indicator.range || []), ...(known(indicator.overall) ? [indicator.overall] : [])];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  if (!(high > low)) return null;
  const mark = (kind, figure) => {
    const node = el('i', { class: kind });
    node.style.left = `${(100 * (figure - low)) / (high - low)}%`;
    return node;
  };
  return el('div', { class: 'strip', 'aria-hidden': 'true' }, ...others.map((one) => mark('', one)),
    known(indicator.overall) ? mark('mean', indicator.overall) : null, mark('this', value));
}

