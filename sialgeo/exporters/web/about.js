/* Data, sources and method. */
import { byId, data, el, inLang, number, pValue, pairs, t } from './app.js';
import { known } from './text.js';

export function renderAbout() {
  const about = data.about;
  const list = el('dl', { class: 'facts' });
  const add = (label, value) => value && list.append(el('dt', {}, label), el('dd', {}, value));
  add(t('date'), inLang(about.date));
  add(t('total'), number(about.total, 0));
  add(t('reference'), inLang(about.reference));
  const bullets = (items) => el('ul', {}, ...items.map((item) => el('li', {}, item)));
  const folded = (label, ...content) => el('details', {}, el('summary', {}, label), ...content);
  const parts = [list];
  const sources = [...about.sources, ...data.indicators.filter((one) => one.source).map((one) => `${inLang(one.label)}: ${one.source}`)];
  if (sources.length) parts.push(el('h3', {}, t('sources')), bullets([...new Set(sources)]));
  parts.push(el('p', { class: 'note' }, data.points_note ? inLang(data.points_note) : t(data.masked ? 'points_masked' : data.points ? 'points_exact' : 'none_published')));
  const associations = inLang(about.associations);
  if (associations.length) parts.push(el('h3', {}, t('association')), bullets(associations));
  const notes = inLang(about.notes);
  if (notes.length) parts.push(folded(t('notes'), bullets(notes)));
  const withheld = inLang(about.withheld);
  if (withheld.length) parts.push(folded(t('withheld'), bullets(withheld)));
  parts.push(folded(t('method'), ...about.tests.map(testFacts), ...about.steps.map(stepFacts)));
  parts.push(el('p', { class: 'note' }, `${t('basemap')}. ${t('made_with')}`));
  const open = [...byId('about-text').querySelectorAll('details')].map((one) => one.open);
  byId('about-text').replaceChildren(...parts);
  byId('about-text').querySelectorAll('details').forEach((one, i) => { one.open = open[i] || false; });
}
const testFacts = (test) => el('div', {}, el('h3', {}, `${t('test')}: ${inLang(test.name)}`), pairs([[t('adjusted'), pValue(test.p)],
  [t('null'), inLang(test.null)], [t('replicates'), number(test.replicates, 0)], [t('seed'), String(test.seed)]]));
/* The versions are told where they change: those of most steps are the same. */
const versionsOf = (step) => (step ? step.versions.map(([name, value]) => `${name} ${value}`).join(', ') : '');
const stepFacts = (step, i, all) => el('div', {}, el('h3', {}, inLang(step.verb)), pairs([...step.parameters, [t('crs'), step.crs],
  [t('seed'), known(step.seed) ? String(step.seed) : ''], [t('versions'), versionsOf(step) === versionsOf(all[i - 1]) ? '' : versionsOf(step)]]));

