/* Where the page begins. */
import { begin, byId, data, inLang, isSmall, startIndicator, state, t } from './app.js';
import { renderAbout } from './about.js';
import { renderChart } from './chart.js';
import { unpack } from './codec.js';
import { renderComparison } from './compare.js';
import { closeFicha, markOpen, openFicha, renderFicha } from './ficha.js';
import { drawGround } from './ground.js';
import { renderLegend } from './legend.js';
import { recall, remember } from './link.js';
import { copyTable, download, renderFilter, renderTable } from './list.js';
import { drawConcentrations, drawControls, drawGrid, drawLines, drawNames, drawPoints, drawTerritories, filterConcentrations, fit, makeMap, map, readPoints, redrawPoints, showLayers, spaceNames, styleTerritories } from './mapview.js';
import { gatherPlaces, search } from './search.js';

function renderWords() {
  document.documentElement.lang = state.lang;
  document.title = inLang(data.title);
  byId('title').textContent = inLang(data.title);
  byId('subtitle').textContent = [inLang(data.about.reference) && `${t('reference')}: ${inLang(data.about.reference)}`, inLang(data.about.date)].filter(Boolean).join(' · ');
  if (byId('synthetic')) byId('synthetic').textContent = inLang(data.synthetic);
  for (const key of ['verdict', 'number', 'caution']) byId(key).textContent = data.summary[state.lang][key];
  document.querySelectorAll('[data-t]').forEach((node) => { node.textContent = t(node.dataset.t); });
  document.querySelectorAll('[data-t-label]').forEach((node) => node.setAttribute('aria-label', t(node.dataset.tLabel)));
  document.querySelectorAll('[data-t-placeholder]').forEach((node) => { node.placeholder = t(node.dataset.tPlaceholder); });
  document.querySelectorAll('[data-lang]').forEach((node) => node.setAttribute('aria-pressed', String(node.dataset.lang === state.lang)));
}
function renderPanel() {
  renderWords();
  renderFilter();
  renderTable();
  renderComparison();
  renderChart();
  renderFicha();
  renderAbout();
  search();
}
function renderAll() {
  renderPanel();
  drawControls();
  renderLegend();
  markOpen();
  map.closePopup();
}

function listen() {
  document.querySelectorAll('[data-lang]').forEach((node) => node.addEventListener('click', () => {
    state.lang = node.dataset.lang;
    renderAll();
    remember();
  }));
  byId('query').addEventListener('input', search);
  byId('query').addEventListener('keydown', (event) => {
    const first = byId('results').querySelector('button:not(:disabled)');
    if (event.key === 'Enter' && first) first.click();
  });
  byId('download').addEventListener('click', download);
  byId('copy').addEventListener('click', copyTable);
  byId('skip').addEventListener('click', (event) => { // the hash is the permalink's
    event.preventDefault();
    byId('list').focus();
    byId('list').scrollIntoView();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && state.open !== null) closeFicha();
  });
  window.addEventListener('hashchange', restore);
  listenToPrint();
}
function restore() {
  state.indicator = startIndicator;
  const id = recall();
  renderAll();
  styleTerritories();
  filterConcentrations();
  showLayers();
  redrawPoints();
  spaceNames();
  if (id) openFicha(id);
}
function listenToPrint() {
  let folded = [];
  window.addEventListener('beforeprint', () => {
    folded = [...document.querySelectorAll('details:not([open])')];
    folded.forEach((one) => { one.open = true; });
    map.invalidateSize({ animate: false });
  });
  window.addEventListener('afterprint', () => {
    folded.forEach((one) => { one.open = false; });
    map.invalidateSize({ animate: false });
  });
}

const AT_ONCE = 2e6; // characters of a points' blob that is read before anything is shown: one layout, one frame

/* What is known of the producers stands behind the scripts: the map is drawn while the browser reads it. */
async function knownOfPoints() {
  if (document.readyState === 'loading') await new Promise((done) => { document.addEventListener('DOMContentLoaded', done); });
  return unpack(byId('sialgeo-known').textContent);
}

async function start() {
  const text = byId('sialgeo-points')?.textContent;
  const dots = text && unpack(text);
  begin(await unpack(byId('sialgeo-study').textContent));
  const known = data.known ? knownOfPoints : null;
  const atOnce = Boolean(text) && text.length < AT_ONCE;
  if (atOnce) readPoints(await dots, known);
  const wanted = recall();
  renderPanel(); // all words first: the page is laid out once, when the map asks for its size
  if (isSmall()) byId('legend').open = false;
  byId('main').hidden = false;
  byId('languages').hidden = false;
  makeMap();
  fit(data.bounds, { animate: false });
  renderLegend();
  if (atOnce) drawPoints(); // Leaflet lays the page out for it: before there is more to lay out
  drawControls();
  drawGround(map);
  drawTerritories();
  drawGrid();
  drawConcentrations();
  drawLines();
  showLayers();
  drawNames();
  styleTerritories();
  gatherPlaces();
  markOpen();
  spaceNames();
  if (wanted) openFicha(wanted, { focus: false });
  listen();
  if (dots && !atOnce) {
    readPoints(await dots, known);
    drawPoints();
    renderLegend();
  }
  document.documentElement.dataset.ready = 'yes';
}
start();
