/* The point layer for any Leaflet map, as sialgeo's folium layers use it: window.sialgeoPoints(text, known, words, options). */
import { lazyPoints } from './points.js';

const told = (words) => (found) => {
  const box = document.createElement('div');
  const line = (text) => {
    const row = document.createElement('div');
    row.textContent = text;
    box.append(row);
  };
  if (found.n > 1) line(`${words.producers}: ${found.n}`);
  if (found.chain) line(found.chain);
  found.values.forEach(({ label, value }) => value !== null && value !== undefined && line(`${label}: ${value}`));
  if (!box.childElementCount) line(words.producers);
  return box;
};
window.sialgeoPoints = (text, known, words, options) => lazyPoints(window.L, text, known, { say: told(words), ...options });
