/* Search: concentrations, places, territories, and producers where their names were published. */
import { button, byId, called, calm, data, el, say, t } from './app.js';
import { openFicha } from './ficha.js';
import { fromWorld } from './points.js';
import { map, points, show, tellPoint, territories, territoryPopup } from './mapview.js';
import { fold, known } from './text.js';

const MOST = 8;
const places = [];
let producers = null; // folded names, made when first searched

export function gatherPlaces() {
  data.areas.forEach((area) => places.push({ kind: 'concentration', name: called(area), go: () => openFicha(area.id) }));
  (data.places || []).forEach((place) => places.push({ kind: 'places', name: place.name, go: () => show(() => map.setView(place.at, 12, { animate: !calm() })) }));
  territories.forEach((layer, i) => places.push({ kind: 'territories', name: data.territories.names[i], go: () => show(() => {
    map.fitBounds(layer.getBounds().pad(0.3), { maxZoom: 12, animate: false });
    territoryPopup(i, layer.getCenter());
  }) }));
  places.forEach((one) => { one.folded = fold(one.name); });
}

/* Producers by name: a column of texts that differ from one to the next, where there is one. */
function foundProducers(wanted, room) {
  if (!points || room < 1) return [];
  if (!points.columns) { // not read yet: the search is made again when they are
    points.learn().then(search);
    return [];
  }
  const index = points.columns.findIndex((column) => !column.values);
  if (index < 0) return [];
  producers = producers || points.values(index).map((name) => fold(known(name) ? String(name) : ''));
  const found = [];
  for (let i = 0; i < producers.length && found.length < room; i += 1) {
    if (producers[i].includes(wanted)) found.push({ kind: 'producer', name: String(points.values(index)[i]), go: () => goToProducer(i) });
  }
  return found;
}
function goToProducer(i) {
  const at = points.placeOf(i);
  const group = points.groups.find((one) => i >= one.start && i < one.start + one.n);
  show(() => {
    map.setView(fromWorld(map, at), Math.max(14, points.dotsFrom), { animate: false });
    tellPoint({ group, place: i - group.start, x: at[0], y: at[1] });
  });
}

export function search() {
  const wanted = fold(byId('query').value.trim());
  const box = byId('results');
  const near = wanted ? places.filter((one) => one.folded.includes(wanted)) : [];
  const found = [...near, ...(wanted.length > 2 ? foundProducers(wanted, MOST - near.length) : [])];
  const pick = (one) => () => {
    byId('query').value = '';
    search();
    one.go();
  };
  box.replaceChildren(...found.slice(0, MOST).map((one) => {
    const line = button(one.name, pick(one));
    line.append(el('small', {}, t(one.kind)));
    return el('li', {}, line);
  }));
  if (wanted && !found.length) box.append(el('li', {}, button(t('no_results'), () => {}, { disabled: true })));
  box.hidden = !wanted;
  if (wanted) say(found.length ? t('results', { n: found.length }) : t('no_results'));
}
