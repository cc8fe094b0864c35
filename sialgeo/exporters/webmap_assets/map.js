/* The page of sialgeo's web map. No framework, no build step, no request.
   Texts and figures come from #sialgeo-data; shapes from the #shapes-… blocks. Whatever comes from
   the data is written with textContent, never as markup. */
(() => {
  'use strict';

  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId('sialgeo-data').textContent);
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const small = window.matchMedia('(max-width: 800px)');
  const LOCALE = { es: 'es-PE', en: 'en-US' }; // 1,234.5 in both, as the legend's classes are written
  const mapped = data.indicators.filter((indicator) => indicator.classes.length);
  const startIndicator = mapped.length && !data.grid ? mapped[0].column : '';
  const state = {
    lang: data.lang,
    open: null,
    indicator: startIndicator,
    hidden: new Set(),
    sort: null,
  };

  /* ---- words and numbers ---- */
  const t = (key, values = {}) =>
    data.texts[key][state.lang].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  const inLang = (texts) => (texts ? texts[state.lang] : '');
  const known = (value) => value !== null && value !== undefined;
  const number = (value, digits) => {
    if (!known(value)) return t('no_data');
    const options = known(digits)
      ? { minimumFractionDigits: digits, maximumFractionDigits: digits }
      : { maximumSignificantDigits: 4 };
    return value.toLocaleString(LOCALE[state.lang], options);
  };
  const withUnit = (value, digits, unit) => number(value, digits) + (known(value) && unit ? `\u00a0${unit}` : '');
  const pValue = (p) => (known(p) && p < 0.001 ? '< 0.001' : number(p, 3));
  const percent = (share) => (known(share) ? `${number(100 * share, 0)} %` : t('no_data'));
  const fold = (text) => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/\s+/g, ' ').toLowerCase();
  const called = (area) => `${area.id}.\u00a0${area.name}`;
  const column = (name) => data.columns.find((one) => one.column === name);

  /* Build an element: attributes, then children (texts or elements). */
  function el(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === 'onclick') node.addEventListener('click', value);
      else if (value === true) node.setAttribute(name, '');
      else if (value !== false && known(value)) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
    return node;
  }

  function swatch(style) {
    const ns = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(ns, 'svg');
    const rect = document.createElementNS(ns, 'rect');
    const set = (node, values) => Object.entries(values).forEach(([k, v]) => node.setAttribute(k, v));
    set(svg, { class: 'swatch', viewBox: '0 0 24 15', 'aria-hidden': 'true' });
    set(rect, {
      x: 1.5, y: 1.5, width: 21, height: 12, fill: style.fill, 'fill-opacity': style.opacity,
      stroke: style.line, 'stroke-width': Math.max(1, style.width), 'stroke-dasharray': style.dash || 'none',
    });
    svg.append(rect);
    return svg;
  }
  const colourSwatch = (colour) => swatch({ fill: colour, opacity: 1, line: '#6b6b6b', width: 1, dash: '' });

  /* ---- shapes: base64 of zigzag varints of differences (sialgeo/exporters/basemap.py) ---- */
  function reader(id) {
    const block = byId(`shapes-${id}`);
    const text = block ? atob(block.textContent.trim()) : '';
    let at = 0;
    const next = () => {
      let value = 0;
      let shift = 1;
      for (;;) {
        const byte = text.charCodeAt(at++);
        value += (byte & 127) * shift;
        if (byte < 128) return value;
        shift *= 128;
      }
    };
    const step = () => {
      const value = next();
      return value % 2 ? -(value + 1) / 2 : value / 2;
    };
    return { next, step, more: () => at < text.length };
  }

  function shapesOf(id, digits) {
    const read = reader(id);
    const unit = 10 ** digits;
    const list = (make) => Array.from({ length: read.next() }, make);
    let x = 0;
    let y = 0;
    const point = () => {
      x += read.step();
      y += read.step();
      return [y / unit, x / unit];
    };
    const shapes = [];
    while (read.more()) shapes.push(list(() => list(() => list(point))));
    return shapes;
  }

  /* ---- the map ---- */
  const map = L.map('map', {
    zoomControl: false, attributionControl: false, minZoom: 3, maxZoom: 16, zoomSnap: 0.5,
    zoomAnimation: !calm, fadeAnimation: !calm, markerZoomAnimation: !calm, inertia: !calm,
  });
  const panes = { ground: 200, territories: 350, grid: 360, concentrations: 410, dots: 420, names: 450 };
  for (const [name, z] of Object.entries(panes)) map.createPane(name).style.zIndex = z;
  map.getPane('ground').style.pointerEvents = 'none';
  map.getPane('dots').style.pointerEvents = 'none';
  map.getPane('names').style.pointerEvents = 'none';

  function drawGround() {
    const { land, line, sea, digits } = data.basemap;
    const renderer = L.canvas({ pane: 'ground', padding: 0.5 });
    byId('map').style.background = sea;
    const fill = { renderer, pane: 'ground', interactive: false, stroke: true, weight: 0.5, color: land, fillColor: land, fillOpacity: 1 };
    const stroke = (weight, color, dashArray) => ({ renderer, pane: 'ground', interactive: false, weight, color, dashArray });
    for (const name of ['backdrop', 'land']) {
      for (const shape of shapesOf(name, digits[name])) L.polygon(shape, fill).addTo(map);
    }
    const lines = (name, style) =>
      shapesOf(name, digits[name]).forEach((shape) => shape.forEach((part) => L.polyline(part, style).addTo(map)));
    lines('provinces', stroke(0.8, line, null));
    lines('borders', stroke(1.6, '#8d8778', null));
  }

  const classOf = (value, classes) => {
    if (!known(value) || !classes.length || value < classes[0].lower) return null;
    return classes.find((one) => value <= one.upper) || null;
  };

  /* Territories: one canvas, coloured by the chosen indicator. */
  const territories = [];
  function drawTerritories() {
    if (!data.territories) return;
    const renderer = L.canvas({ pane: 'territories', padding: 0.3 });
    shapesOf('territories', data.digits.territories).forEach((shape, i) => {
      const layer = L.polygon(shape, { renderer, pane: 'territories', weight: 0.7 });
      layer.bindTooltip(() => territoryLine(i), { sticky: true });
      layer.on('click', (event) => territoryPopup(i, event.latlng));
      territories.push(layer.addTo(map));
    });
  }
  function styleTerritories() {
    const indicator = data.indicators.find((one) => one.column === state.indicator);
    const { territory, no_data: bare } = data.style;
    territories.forEach((layer, i) => {
      const value = indicator ? data.territories.values[indicator.column][i] : null;
      const found = indicator ? classOf(value, indicator.classes) : null;
      const fillColor = found ? found.colour : indicator ? bare.fill : territory.fill;
      layer.setStyle({ color: territory.line, weight: 0.7, fillColor, fillOpacity: indicator ? 0.8 : 0.05 });
    });
  }
  function territoryLine(i) {
    const indicator = data.indicators.find((one) => one.column === state.indicator);
    const text = indicator
      ? `${data.territories.names[i]}: ${withUnit(data.territories.values[indicator.column][i], indicator.digits, indicator.unit)}`
      : data.territories.names[i];
    return el('span', {}, text);
  }
  function territoryPopup(i, at) {
    const { values } = data.territories;
    const rows = mapped.map((one) => [inLang(one.label), withUnit(values[one.column][i], one.digits, one.unit)]);
    if (values.n) rows.unshift([t('producers'), known(values.n[i]) ? number(values.n[i], 0) : t('withheld_count')]);
    const facts = pairs(rows);
    const popup = L.popup({ maxWidth: 300 }).setLatLng(at).setContent(el('div', {}, el('h3', {}, data.territories.names[i]), facts));
    popup.openOn(map);
    const close = popup.getElement().querySelector('.leaflet-popup-close-button');
    if (close) close.setAttribute('aria-label', t('close'));
  }

  const grid = L.layerGroup();
  function drawGrid() {
    if (!data.grid) return;
    const renderer = L.canvas({ pane: 'grid' });
    shapesOf('grid', data.digits.grid).forEach((shape, i) => {
      const found = classOf(data.grid.counts[i], data.grid.classes);
      const fillColor = found ? found.colour : data.style.no_data.fill;
      L.polygon(shape, { renderer, pane: 'grid', weight: 0.5, color: '#5b7fa6', fillColor, fillOpacity: 0.75 })
        .bindTooltip(() => el('span', {}, `${t('producers')}: ${number(data.grid.counts[i], 0)}`), { sticky: true })
        .addTo(grid);
    });
    grid.addTo(map);
  }

  /* Producers: dots drawn tile by tile, so that many cost little. */
  const Dots = L.GridLayer.extend({
    createTile(coords) {
      const size = this.getTileSize();
      const ratio = window.devicePixelRatio || 1;
      const tile = L.DomUtil.create('canvas', 'leaflet-tile');
      tile.width = size.x * ratio;
      tile.height = size.y * ratio;
      const pen = tile.getContext('2d');
      const scale = 2 ** coords.z;
      const radius = coords.z < 8 ? 2 : coords.z < 11 ? 3 : 4;
      const edge = (radius + 1) / size.x;
      pen.scale(ratio, ratio);
      pen.lineWidth = 0.8;
      pen.strokeStyle = '#ffffff';
      for (const group of this.options.groups) {
        if (state.hidden.has(`chain:${group.chain}`)) continue;
        pen.fillStyle = group.colour;
        for (let i = 0; i < group.x.length; i += 1) {
          const x = group.x[i] * scale - coords.x;
          const y = group.y[i] * scale - coords.y;
          if (x < -edge || y < -edge || x > 1 + edge || y > 1 + edge) continue;
          pen.beginPath();
          pen.arc(x * size.x, y * size.y, radius, 0, 2 * Math.PI);
          pen.fill();
          pen.stroke();
        }
      }
      return tile;
    },
  });
  let dots = null;
  function drawDots() {
    if (!data.points) return;
    const read = reader('points');
    const unit = 10 ** data.digits.points;
    let x = 0;
    let y = 0;
    const groups = data.points.groups.map((group) => {
      const across = new Float64Array(group.n);
      const down = new Float64Array(group.n);
      for (let i = 0; i < group.n; i += 1) {
        x += read.step();
        y += read.step();
        const world = map.options.crs.latLngToPoint(L.latLng(y / unit, x / unit), 0); // a world of 256
        across[i] = world.x / 256;
        down[i] = world.y / 256;
      }
      return { ...group, x: across, y: down };
    });
    dots = new Dots({ pane: 'dots', groups, maxZoom: 16, keepBuffer: 1 }).addTo(map);
  }

  const shapes = new Map(); // id → polygon of a concentration, above a pale casing that sets it off
  const concentrations = L.layerGroup().addTo(map);
  function drawConcentrations() {
    const renderer = L.svg({ pane: 'concentrations', padding: 0.3 });
    shapesOf('areas', data.digits.areas).forEach((shape, i) => {
      const area = data.areas[i];
      const casing = { renderer, pane: 'concentrations', interactive: false, fill: false, color: '#ffffff', weight: data.evidence[area.evidence].width + 4, opacity: 0.9 };
      L.polygon(shape, casing).addTo(concentrations);
      const layer = L.polygon(shape, { renderer, pane: 'concentrations', ...pathStyle(area, false) });
      layer.bindTooltip(() => el('span', {}, called(area)), { sticky: true });
      layer.on('click', (event) => {
        L.DomEvent.stop(event);
        openFicha(area.id, { move: false });
      });
      shapes.set(area.id, layer.addTo(concentrations));
    });
  }
  function pathStyle(area, chosen) {
    const style = data.evidence[area.evidence];
    return {
      color: chosen ? '#000000' : style.line,
      weight: chosen ? style.width + 2 : style.width,
      dashArray: style.dash || null,
      fillColor: style.fill,
      fillOpacity: chosen ? Math.min(0.7, style.opacity + 0.15) : style.opacity,
    };
  }

  /* Names, the more important first: it stays where two would overlap. */
  const names = [];
  function drawNames() {
    const add = (kind, from, text, at) => {
      const span = el('span', {}, text);
      const icon = L.divIcon({ className: `map-name ${kind}`, html: span, iconSize: [0, 0] });
      const marker = L.marker(at, { icon, pane: 'names', interactive: false, keyboard: false, alt: '' }).addTo(map);
      names.push({ kind, from, marker, span, text: fold(text), at: L.latLng(at) });
    };
    data.areas.forEach((area) => add('concentration', 0, called(area), area.at));
    (data.places || []).forEach((place) => add('place', 7, place.name, place.at));
    data.basemap.countries.forEach(([name, x, y]) => add('country', 4, name, [y, x]));
    data.basemap.names.forEach(([name, x, y]) => add('province', 6, name, [y, x]));
    territories.forEach((layer, i) => add('territory', 10, data.territories.names[i], layer.getCenter()));
    names.forEach((one) => one.marker.getElement().setAttribute('aria-hidden', 'true'));
    map.on('moveend zoomend resize viewreset', spaceNames);
  }
  const layerOfName = { concentration: 'concentrations', place: 'places', country: 'basemap', province: 'basemap', territory: 'basemap' };
  function spaceNames() {
    const zoom = map.getZoom();
    const view = map.getSize();
    const taken = [];
    for (const one of names) {
      const shown = zoom >= one.from && !state.hidden.has(layerOfName[one.kind]);
      const spot = map.latLngToContainerPoint(one.at);
      const near = spot.x > -100 && spot.y > -30 && spot.x < view.x + 100 && spot.y < view.y + 30;
      let free = shown && near;
      if (free) {
        one.width = one.width || one.span.offsetWidth;
        const left = one.kind === 'place' ? spot.x - 6 : spot.x - one.width / 2;
        const box = [left - 2, spot.y - 9, left + one.width + (one.kind === 'place' ? 16 : 2), spot.y + 9];
        free = !taken.some(([b, text]) => (box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3])
          || (one.kind === 'territory' && text === one.text && Math.hypot(b[0] - box[0], b[1] - box[1]) < 200));
        if (free) taken.push([box, one.text]);
      }
      one.marker.getElement().classList.toggle('crowded', !free);
    }
  }

  const controls = [];
  function drawControls() {
    controls.splice(0).forEach((control) => control.remove());
    const zoom = L.control({ position: 'topleft' });
    zoom.onAdd = () => {
      const sign = (text, key, action) =>
        el('button', { type: 'button', title: t(key), 'aria-label': t(key), onclick: action }, text);
      const box = el('div', { class: 'leaflet-bar leaflet-control-zoom' },
        sign('+', 'zoom_in', () => map.zoomIn()), sign('−', 'zoom_out', () => map.zoomOut()), sign('⌂', 'home', home));
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    const scale = L.control.scale({ imperial: false, maxWidth: 140 });
    const credit = L.control.attribution({ prefix: false }).addAttribution(t('basemap'));
    controls.push(zoom, scale, credit);
    controls.forEach((control) => control.addTo(map));
  }
  /* Show a part of the map beside the legend, not beneath it. */
  function fit(bounds, options) {
    const legend = byId('legend');
    const covered = legend.open && !small.matches ? legend.offsetWidth + 20 : 0;
    const room = map.getSize().x - covered > 300;
    map.fitBounds(bounds, { paddingTopLeft: [10, 10], paddingBottomRight: [room ? covered : 10, 10], ...options });
  }
  function home() {
    fit(data.bounds, { animate: !calm });
  }

  /* ---- layers and legend ---- */
  function renderLegend() {
    const box = byId('layers');
    const check = (key, label, change) => {
      const input = el('input', { type: 'checkbox' });
      input.checked = !state.hidden.has(key);
      input.addEventListener('change', () => {
        state.hidden[input.checked ? 'delete' : 'add'](key);
        change(input.checked);
        spaceNames();
      });
      return el('label', {}, input, label);
    };
    const show = (layer) => (on) => (on ? layer.addTo(map) : layer.remove());
    const parts = [];
    parts.push(el('fieldset', {},
      el('legend', { class: 'unseen' }, t('concentrations')),
      check('concentrations', el('strong', {}, t('concentrations')), show(concentrations)),
      el('ul', {}, ...Object.values(data.evidence).map((style) => el('li', {}, swatch(style), inLang(style.label))))));
    if (mapped.length) parts.push(indicatorLegend());
    if (data.points) {
      parts.push(el('fieldset', {}, el('legend', {}, t('points')),
        ...data.points.groups.map((group) => check(`chain:${group.chain}`,
          el('span', { class: 'kind' }, colourSwatch(group.colour), `${group.chain || t('without_chain')} (${number(group.n, 0)})`),
          () => dots.redraw()))));
    }
    if (data.grid) {
      parts.push(el('fieldset', {}, el('legend', { class: 'unseen' }, t('grid')), check('grid', el('strong', {}, t('grid')), show(grid)),
        el('ul', {}, ...data.grid.classes.map((one) => el('li', {}, colourSwatch(one.colour), one.label)))));
    }
    const rest = el('fieldset', {}, el('legend', { class: 'unseen' }, t('layers')));
    if (data.places) rest.append(check('places', t('places'), () => {}));
    rest.append(check('basemap', t('basemap_layer'), () => {}));
    parts.push(rest);
    box.replaceChildren(...parts);
  }
  function indicatorLegend() {
    const select = el('select', { id: 'indicator' }, el('option', { value: '' }, t('none')),
      ...mapped.map((one) => el('option', { value: one.column }, inLang(one.label))));
    select.value = state.indicator;
    select.addEventListener('change', () => {
      state.indicator = select.value;
      styleTerritories();
      renderLegend();
      byId('indicator').focus();
      remember();
    });
    const part = el('fieldset', {}, el('legend', { class: 'unseen' }, t('territories')),
      el('label', { class: 'over', for: 'indicator' }, t('coloured')), select);
    const chosen = mapped.find((one) => one.column === state.indicator);
    if (chosen) {
      const bare = data.territories.values[chosen.column].some((value) => !known(value));
      const rows = chosen.classes.map((one) => el('li', {}, colourSwatch(one.colour), one.label));
      if (bare) rows.push(el('li', {}, colourSwatch(data.style.no_data.fill), inLang(data.style.no_data.label)));
      part.append(el('ul', {}, ...rows), el('small', {}, sourceOf(chosen)));
    }
    return part;
  }
  const sourceOf = (indicator) =>
    (indicator.source ? `${t('source')}: ${indicator.source}` : '');

  /* ---- the list: the accessible map ---- */
  const listColumns = () => [
    { name: 'name', label: t('concentration') },
    { name: 'n', label: t('producers'), figure: (v) => number(v, 0) },
    { name: 'relative_risk', label: t('rr'), figure: (v) => number(v, 2) },
    { name: 'p_value', label: t('adjusted'), figure: pValue },
  ].filter((one) => column(one.name) && (!one.figure || data.areas.some((area) => known(area.values[one.name]))));

  function sorted() {
    if (!state.sort) return data.areas;
    const { name, up } = state.sort;
    const value = (area) => (name === 'name' ? fold(area.name) : area.values[name]);
    return [...data.areas].sort((a, b) => {
      const [p, q] = [value(a), value(b)];
      if (!known(p) || !known(q)) return known(q) - known(p);
      return (p < q ? -1 : p > q ? 1 : 0) * (up ? 1 : -1);
    });
  }
  function renderTable() {
    byId('table-actions').hidden = !data.areas.length;
    if (!data.areas.length) {
      byId('table').replaceChildren(el('p', {}, t('none_found')));
      return;
    }
    const columns = listColumns();
    const head = columns.map((one) => {
      const mine = state.sort && state.sort.name === one.name;
      const sort = mine ? (state.sort.up ? 'ascending' : 'descending') : null;
      const button = el('button', { type: 'button', title: t('sort'), 'data-sort': one.name, onclick: () => {
        state.sort = { name: one.name, up: mine ? !state.sort.up : !one.figure };
        renderTable();
        document.querySelector(`[data-sort="${one.name}"]`).focus();
      } }, one.label);
      return el('th', { scope: 'col', 'aria-sort': sort, class: one.figure ? 'figure' : null }, button);
    });
    const rows = sorted().map((area) => el('tr', { class: area.id === state.open ? 'open' : null, 'data-id': area.id },
      ...columns.map((one) => cell(area, one))));
    const table = el('table', { 'aria-labelledby': 'list-title' }, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...rows));
    byId('table').replaceChildren(table);
  }
  function cell(area, one) {
    if (one.figure) {
      const value = area.values[one.name];
      return el('td', { class: known(value) ? 'figure' : 'figure bare' }, one.figure(value));
    }
    const style = data.evidence[area.evidence];
    const open = () => openFicha(area.id);
    const name = el('button', { type: 'button', 'aria-label': t('open_ficha', { name: called(area) }), onclick: open }, called(area));
    return el('th', { scope: 'row' }, name, el('small', { class: 'kind' }, swatch(style), inLang(style.label).split(':')[0]));
  }

  /* ---- the ficha ---- */
  function openFicha(id, { move = true, focus = true } = {}) {
    const area = data.areas.find((one) => String(one.id) === String(id));
    if (!area) return;
    state.open = area.id;
    renderFicha();
    markOpen();
    const box = byId('ficha');
    if (move && shapes.has(area.id)) fit(shapes.get(area.id).getBounds().pad(1.2), { maxZoom: 12, animate: !calm });
    if (focus) byId('ficha-name').focus({ preventScroll: true });
    box.scrollIntoView({ block: 'start', behavior: calm ? 'auto' : 'smooth' });
    byId('live').textContent = t('ficha_open', { name: called(area) });
    remember();
  }
  function closeFicha() {
    const back = document.querySelector(`#table tr[data-id="${CSS.escape(String(state.open))}"] button`);
    state.open = null;
    byId('ficha').hidden = true;
    markOpen();
    if (back) back.focus();
    byId('live').textContent = t('ficha_closed');
    remember();
  }
  function markOpen() {
    data.areas.forEach((area) => {
      const layer = shapes.get(area.id);
      if (layer) layer.setStyle(pathStyle(area, area.id === state.open));
    });
    if (shapes.has(state.open) && map.hasLayer(shapes.get(state.open))) shapes.get(state.open).bringToFront();
    document.querySelectorAll('#table tbody tr').forEach((row) => {
      row.classList.toggle('open', row.getAttribute('data-id') === String(state.open));
    });
  }
  function renderFicha() {
    const box = byId('ficha');
    const at = data.areas.findIndex((one) => one.id === state.open);
    box.hidden = at < 0;
    if (at < 0) return;
    const area = data.areas[at];
    const wasOpen = box.querySelector('details') ? box.querySelector('details').open : false;
    const [verdict, one, caution] = area.said[state.lang];
    const step = (key, to) => el('button', { type: 'button', disabled: !data.areas[to], onclick: () => openFicha(data.areas[to].id) }, t(key));
    box.replaceChildren(
      el('div', { class: 'ficha-head' }, el('h2', { id: 'ficha-name', tabindex: '-1' }, called(area)),
        el('button', { type: 'button', id: 'ficha-close', 'aria-label': t('close'), title: t('close'), onclick: closeFicha }, '×')),
      el('p', { class: 'verdict' }, verdict), el('p', { class: 'big' }, one), el('p', { class: 'caution' }, caution),
      el('details', { open: wasOpen }, el('summary', {}, t('statistics')), facts(area), chainMix(area), ...indicatorFacts(area)),
      el('p', { class: 'actions' }, el('button', { type: 'button', onclick: () => seeOnMap(area) }, t('see_on_map')), step('previous', at - 1), step('next', at + 1),
        el('button', { type: 'button', onclick: () => copy(location.href, 'link_copied') }, t('copy_link'))));
  }

  function seeOnMap(area) {
    show(() => fit(shapes.get(area.id).getBounds().pad(1.2), { maxZoom: 12, animate: !calm }));
  }
  function facts(area) {
    const list = el('dl', { class: 'facts' });
    const v = area.values;
    const add = (label, ...value) => list.append(el('dt', {}, label), el('dd', {}, ...value));
    const plainly = (name) => {
      const meta = column(name);
      if (!meta || !known(v[name])) return;
      const word = (value) => inLang((data.words[name] || {})[value]) || String(value);
      const text = Array.isArray(v[name]) ? v[name].map(word).join('; ') : word(v[name]);
      if (text) add(inLang(meta.label), typeof v[name] === 'number' ? withUnit(v[name], meta.digits, meta.unit) : text);
    };
    const between = (name, remark) => {
      const [low, high] = [v[`${name}_low`], v[`${name}_high`]];
      if (!known(v[name])) return;
      const interval = known(low) && known(high) ? `${t('interval')}: ${number(low, 2)} – ${number(high, 2)}` : '';
      add(inLang(column(name).label), number(v[name], 2), interval && el('small', {}, interval + (remark ? ` (${remark})` : '')));
    };
    ['n', 'expected_n', 'pool_n', 'share_of_producers'].forEach(plainly);
    between('relative_risk', t('ignores'));
    between('relative_risk_held_out', t('held_out'));
    ['grade', 'stability_band', 'stability', 'radius_m', 'radii_km'].forEach(plainly);
    if (known(v.p_value)) add(t('adjusted'), pValue(v.p_value));
    ['statistic', 'area_km2', 'density_km2', 'main_chain'].forEach(plainly);
    between('location_quotient', v.main_chain || '');
    ['output', 'share_of_output', 'territories'].forEach(plainly);
    ['spatial_evidence', 'activation', 'activation_evidence', 'coordination', 'declustering_risk', 'declustering_reasons', 'links_present',
      'chain_completeness', 'share_of_members', 'criteria_unmet', 'criteria_not_evaluable', 'exposure', 'exposure_activation', 'income_effect'].forEach(plainly);
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
      const [value, covered, units, share] = ['', '__covered', '__units', '__units_known'].map((end) => area.values[name + end]);
      const shown = (figure) => withUnit(figure, indicator.digits, indicator.unit);
      const lines = [];
      if (known(units)) lines.push(`${t('own_units')}: ${shown(units)}${known(share) ? ` (${t('own_known')}: ${percent(share)})` : ''}`);
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

  /* ---- data, sources and method ---- */
  function renderAbout() {
    const about = data.about;
    const list = el('dl', { class: 'facts' });
    const add = (label, value) => value && list.append(el('dt', {}, label), el('dd', {}, value));
    add(t('date'), about.date);
    add(t('total'), number(about.total, 0));
    add(t('reference'), inLang(about.reference));
    const bullets = (items) => el('ul', {}, ...items.map((item) => el('li', {}, item)));
    const folded = (label, ...content) => el('details', {}, el('summary', {}, label), ...content);
    const parts = [list];
    const sources = [...about.sources, ...data.indicators.filter((one) => one.source).map((one) => `${inLang(one.label)}: ${one.source}`)];
    if (sources.length) parts.push(el('h3', {}, t('sources')), bullets([...new Set(sources)]));
    if (!data.points) parts.push(el('p', { class: 'note' }, t('none_published')));
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
  function pairs(rows) {
    const list = el('dl', { class: 'facts' });
    rows.filter(([, value]) => known(value) && value !== '').forEach(([label, value]) => list.append(el('dt', {}, label), el('dd', {}, value)));
    return list;
  }
  const testFacts = (test) => el('div', {}, el('h3', {}, `${t('test')}: ${inLang(test.name)}`), pairs([[t('adjusted'), pValue(test.p)],
    [t('null'), inLang(test.null)], [t('replicates'), number(test.replicates, 0)], [t('seed'), String(test.seed)]]));
  const stepFacts = (step) => el('div', {}, el('h3', {}, inLang(step.verb)), pairs([...step.parameters, [t('crs'), step.crs],
    [t('seed'), known(step.seed) ? String(step.seed) : ''], [t('versions'), step.versions.map(([name, value]) => `${name} ${value}`).join(', ')]]));

  /* ---- search ---- */
  const places = [];
  function gatherPlaces() {
    data.areas.forEach((area) => places.push({ kind: 'concentration', name: called(area), go: () => openFicha(area.id) }));
    (data.places || []).forEach((place) => places.push({ kind: 'places', name: place.name, go: () => show(() => map.setView(place.at, 12, { animate: !calm })) }));
    territories.forEach((layer, i) => places.push({ kind: 'territories', name: data.territories.names[i], go: () => show(() => {
      map.fitBounds(layer.getBounds().pad(0.3), { maxZoom: 12, animate: false });
      territoryPopup(i, layer.getCenter());
    }) }));
    places.forEach((one) => { one.folded = fold(one.name); });
  }
  function show(move) {
    if (small.matches) byId('map').scrollIntoView({ block: 'start' });
    move();
  }
  function search() {
    const wanted = fold(byId('query').value.trim());
    const box = byId('results');
    const found = wanted ? places.filter((one) => one.folded.includes(wanted)) : [];
    const pick = (one) => () => {
      byId('query').value = '';
      search();
      one.go();
    };
    box.replaceChildren(...found.slice(0, 8).map((one) =>
      el('li', {}, el('button', { type: 'button', onclick: pick(one) }, one.name, el('small', {}, t(one.kind))))));
    if (wanted && !found.length) box.append(el('li', {}, el('button', { type: 'button', disabled: true }, t('no_results'))));
    box.hidden = !wanted;
    if (wanted) byId('live').textContent = found.length ? t('results', { n: found.length }) : t('no_results');
  }

  /* ---- the table as CSV ---- */
  function table(separator) {
    const quote = (value, spoken) => {
      let text = known(value) ? String(value) : '';
      if (spoken && /^[=+\-@\t\r]/.test(text)) text = `'${text}`; // text, never a formula
      if (separator === '\t') return text.replace(/[\t\r\n]+/g, ' ');
      return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
    };
    const head = ['id', ...data.columns.map((one) => (one.unit ? `${inLang(one.label)} (${one.unit})` : inLang(one.label)))];
    const rows = data.areas.map((area) => [String(area.id), ...data.columns.map((one) => {
      const value = area.values[one.column];
      if (one.texts && known(value)) return quote([value].flat().map((code) => inLang(one.texts[code]) || code).join('; '), true);
      return quote(Array.isArray(value) ? value.join('; ') : value, typeof value !== 'number');
    })]);
    return [head.map((text) => quote(text, true)), ...rows].map((row) => row.join(separator)).join('\r\n') + '\r\n';
  }
  function download() {
    const blob = new Blob(['\ufeff', table(',')], { type: 'text/csv;charset=utf-8' });
    const link = el('a', { href: URL.createObjectURL(blob), download: `${t('concentrations').toLowerCase()}.csv` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
  async function copy(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      byId('live').textContent = t(done);
    } catch (refused) {
      byId('manual').hidden = false;
      byId('manual-text').value = text;
      byId('manual-text').focus();
      byId('manual-text').select();
    }
  }

  /* ---- language, link, print ---- */
  function remember() {
    const parts = new URLSearchParams();
    if (state.open !== null) parts.set('c', state.open);
    if (state.indicator !== startIndicator) parts.set('i', state.indicator || '-');
    if (state.lang !== data.lang) parts.set('lang', state.lang);
    const hash = `#${parts}`;
    if (hash !== location.hash && !(hash === '#' && !location.hash)) history.replaceState(null, '', hash);
  }
  function recall() {
    const parts = new URLSearchParams(location.hash.slice(1));
    if (['es', 'en'].includes(parts.get('lang'))) state.lang = parts.get('lang');
    if (parts.get('i') === '-') state.indicator = '';
    else if (mapped.some((one) => one.column === parts.get('i'))) state.indicator = parts.get('i');
    return parts.get('c');
  }
  function renderAll() {
    document.documentElement.lang = state.lang;
    document.title = inLang(data.title);
    byId('title').textContent = inLang(data.title);
    byId('subtitle').textContent = [inLang(data.about.reference) && `${t('reference')}: ${inLang(data.about.reference)}`, data.about.date].filter(Boolean).join(' · ');
    if (data.synthetic) byId('synthetic').textContent = inLang(data.synthetic);
    for (const key of ['verdict', 'number', 'caution']) byId(key).textContent = data.summary[state.lang][key];
    document.querySelectorAll('[data-t]').forEach((node) => { node.textContent = t(node.dataset.t); });
    document.querySelectorAll('[data-t-label]').forEach((node) => node.setAttribute('aria-label', t(node.dataset.tLabel)));
    document.querySelectorAll('[data-t-placeholder]').forEach((node) => { node.placeholder = t(node.dataset.tPlaceholder); });
    document.querySelectorAll('[data-lang]').forEach((node) => node.setAttribute('aria-pressed', String(node.dataset.lang === state.lang)));
    drawControls();
    renderLegend();
    renderTable();
    renderFicha();
    renderAbout();
    search();
    markOpen();
    map.closePopup();
  }

  byId('main').hidden = false;
  byId('languages').hidden = false;
  if (small.matches) byId('legend').open = false;
  const wanted = recall();
  map.fitBounds(data.bounds, { animate: false }); // again below, once the legend has its size
  drawGround();
  drawTerritories();
  drawGrid();
  drawDots();
  drawConcentrations();
  drawNames();
  styleTerritories();
  gatherPlaces();
  renderAll();
  fit(data.bounds, { animate: false });
  spaceNames();
  if (wanted) openFicha(wanted, { focus: false });

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
  byId('copy').addEventListener('click', () => copy(table('\t'), 'copied'));
  byId('skip').addEventListener('click', (event) => { // the hash is the permalink's
    event.preventDefault();
    byId('list').focus();
    byId('list').scrollIntoView();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && state.open !== null) closeFicha();
  });
  window.addEventListener('hashchange', () => {
    const id = recall();
    renderAll();
    styleTerritories();
    if (id) openFicha(id);
  });

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
})();
