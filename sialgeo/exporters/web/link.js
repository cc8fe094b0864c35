/* The address keeps what a reader chose, so that a link restores it, the open ficha first of all. */
import { data, mapped, shownAtFirst, startIndicator, state } from './app.js';
import { bivariateOf } from './mapview.js';
import { fromHash, listed, toHash, unlisted } from './text.js';

export function remember() {
  const hash = toHash({
    c: state.open,
    i: state.indicator !== startIndicator ? state.indicator || '-' : null,
    a: state.areas || null,
    chain: state.filter.chain,
    min: state.filter.least || null,
    vs: state.compared.join(','),
    off: listed([...state.hidden].filter(shownAtFirst)),
    on: data.earlier && !state.hidden.has('earlier') ? 'earlier' : null,
    lang: state.lang !== data.lang ? state.lang : null,
  });
  if (hash !== location.hash && !(hash === '#' && !location.hash)) history.replaceState(null, '', hash);
}

/* Take the state from the address; whatever it names that is not there is left out. Returns the ficha. */
export function recall() {
  const kept = fromHash(location.hash);
  if (['es', 'en'].includes(kept.lang)) state.lang = kept.lang;
  if (kept.i === '-') state.indicator = '';
  else if (mapped.some((one) => one.column === kept.i) || bivariateOf(kept.i)) state.indicator = kept.i;
  state.areas = data.area_colours.some((one) => one.column === kept.a) ? kept.a : '';
  state.filter.chain = data.chains.some((chain) => chain.name === kept.chain) ? kept.chain : '';
  state.filter.least = Math.max(0, Math.floor(Number(kept.min) || 0));
  const compared = (kept.vs || '').split(',');
  state.compared = data.areas.map((area) => area.id).filter((id) => compared.includes(String(id)));
  state.hidden = new Set(unlisted(kept.off).filter(shownAtFirst));
  if (kept.on !== 'earlier' || !data.earlier) state.hidden.add('earlier');
  return kept.c;
}
