'use strict';

// The page shows entries, each one explained class of a picture or a failure. All texts come from
// files of strangers: they are set as textContent and never parsed as HTML.

const $ = (id) => document.getElementById(id);
const head = JSON.parse($('head').textContent);
const entries = JSON.parse($('entries').textContent);
const states = new Map(head.states.map((state, gravity) => [state.key, {...state, gravity}]));

// ---- Small helpers

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function percent(probability) {
  if (probability === null) return 'not a number';
  const value = probability * 100;
  if (value > 0 && value < 0.1) return '< 0.1 %';
  return `${value.toFixed(1)} %`;
}

const className = ([label, index]) => label || `class ${index}`;
const plural = (count, word) => `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
const byText = new Intl.Collator('en', {numeric: true}).compare;

// ---- Pictures: JSON arrays of URLs, unpacked when the first of them is needed. At the first paint
// those at the end of the document may not have arrived.

const unpacked = new Map();

function pictureUrl(number) {
  const group = Math.floor(number / head.picturesTogether);
  if (!unpacked.has(group)) {
    const source = $(`pictures-${group}`);
    // Without a neighbour behind it the element may still be loading.
    if (!source || (document.readyState === 'loading' && !source.nextElementSibling)) return '';
    unpacked.set(group, JSON.parse(source.textContent));
  }
  return unpacked.get(group)[number % head.picturesTogether];
}

function image(number, className) {
  const made = element('img', className);
  made.alt = '';
  made.decoding = 'async';
  const url = pictureUrl(number);
  if (url) {
    made.src = url;
  } else {
    made.dataset.waiting = number;
  }
  return made;
}

document.addEventListener('DOMContentLoaded', () => {
  readIndex();
  for (const waiting of document.querySelectorAll('img[data-waiting]')) {
    waiting.src = pictureUrl(Number(waiting.dataset.waiting));
    delete waiting.dataset.waiting;
  }
});

// A picture and the map over it, in a box of their shape.
function tile(entry, [picture, map], name) {
  const made = element('span', 'tile');
  if (picture < 0 && map < 0) {
    made.append(element('span', 'none', `no ${name[0].toLowerCase()}${name.slice(1)}`));
    return made;
  }
  const stack = element('span', 'stack');
  stack.style.setProperty('--ratio', entry.ratio);
  if (picture >= 0) stack.append(image(picture, 'picture'));
  if (map >= 0) stack.append(mapImage(entry.seen, map));
  made.append(stack);
  // A map alone does not tell whose it is.
  if (!hasOverlays) made.append(element('span', 'tag', name));
  return made;
}

// Only the part that the network saw.
function mapImage(seen, number) {
  const made = image(number, 'map');
  if (!seen) return made;
  const [left, top, width, height] = seen.map((fraction) => fraction * 100);
  if (head.wholeMaps) {
    made.style.clipPath = `inset(${top}% ${100 - left - width}% ${100 - top - height}% ${left}%)`;
  } else {
    Object.assign(made.style, {left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%`});
  }
  return made;
}

// Of a pair, the first tile is left out.
const tiles = (entry) => entry.maps[mapNumber()].tiles.map((pair, i) =>
  tile(entry, pair, tileName(entry, i))).slice(entry.pair ? 1 : 0);

const tileName = (entry, i) => entry.maps[mapNumber()].tiles[i][2] ?? head.tiles[i];

// ---- What is shown, and in which order

const orders = {
  ...(head.order && {given: [head.order, () => 0]}),
  file: ['File', (a, b) => byText(a.file, b.file)],
  surest: ['Probability, highest first', (a, b) => probability(b) - probability(a)],
  unsurest: ['Probability, lowest first', (a, b) => probability(a, 2) - probability(b, 2)],
  state: ['Status, problems first', (a, b) => gravity(b) - gravity(a)],
};

const probability = (entry, otherwise = -1) => entry.class?.[2] ?? otherwise;
const gravity = (entry) => states.get(entry.state).gravity;

// Whether there are maps over pictures, which the opacity is for; a comparison has none.
const hasOverlays = entries.some((entry) =>
  entry.maps.some((map) => map.tiles.some(([picture, over]) => picture >= 0 && over >= 0)));

const hasTruth = entries.some((entry) => entry.truth);

// Whether the most probable class is the true one.
const answer = (entry) => (entry.truth ? (entry.right ? 'right' : 'wrong') : 'unknown');

// What search and filters look at, of this page and of the others.
const record = (file, name, others, state, answer) =>
  ({file, name, state, answer, text: [file, name, ...others].join('\n').toLowerCase()});

const records = entries.map((entry) =>
  record(entry.file, entry.class ? className(entry.class) : '',
    [...entry.top, ...(entry.truth ? [entry.truth] : [])].map(className), entry.state, answer(entry)));

let pages = [{file: '', records}];  // of the same results; only this one until the index is read

const filters = ['search', 'class', 'state', 'answer'];  // ids of controls

function wanted() {
  const [search, name, state, answer] = filters.map((id) => $(id).value);
  return {words: search.toLowerCase().split(/\s+/).filter(Boolean), name, state, answer};
}

function fits(record, {words, name, state, answer}) {
  if (name && record.name !== name) return false;
  if (state === '*problem' && !states.get(record.state).problem) return false;
  if (states.has(state) && record.state !== state) return false;
  if (answer && record.answer !== answer) return false;
  return words.every((word) => record.text.includes(word));
}

let shown = [];  // numbers of entries

function select() {
  const asked = wanted();
  shown = [...entries.keys()].filter((number) => fits(records[number], asked));
  const compare = orders[$('sort').value][1];
  shown.sort((a, b) => compare(entries[a], entries[b]) || a - b);
  tellCount();
  linkPages();
  $('empty').hidden = shown.length > 0;
  current = 0;
  forgetCards();
  layOut();
}

function tellCount() {
  const pictures = new Set(shown.map((number) => entries[number].file)).size;
  const all = shown.length === entries.length ? '' : ` of ${entries.length.toLocaleString('en')}`;
  const several = pictures === shown.length ? '' : `${plural(shown.length, 'map')} of `;
  $('count').textContent = several + plural(pictures, 'picture') + (several ? '' : all) +
    (pages.length > 1 ? ' on this page' : '');
}

// ---- The other pages of the same results. What they hold stands at the end of the document.

function readIndex() {
  const source = $('index');
  if (!source) return;
  const {labels, pages: found} = JSON.parse(source.textContent);
  pages = found.map((page) => ({file: page.file, records: page.entries.map(
    ([file, state, explained, answer, others]) =>
      record(file, labels[explained] ?? '', others.map((number) => labels[number]),
        head.states[state].key, ['wrong', 'right'][answer] ?? 'unknown'))}));
  pages[head.page].records = records;
  fillFilters();
  tellCount();
  linkPages();
}

// Links to all pages which take the search along, with how much it finds there.
function linkPages() {
  if (pages.length < 2) return;
  const asked = wanted();
  const isAsked = filters.some((id) => $(id).value);
  $('pages').replaceChildren('Pages', ...pages.map(({file, records}, number) => {
    const found = isAsked ? records.filter((record) => fits(record, asked)).length : records.length;
    const text = String(number + 1);
    const isHere = number === head.page;
    const link = element(isHere ? 'span' : 'a', found ? '' : 'nothing', text);
    if (isHere) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.href = `./${encodeURIComponent(file)}#${new URLSearchParams(
        [...filters, 'sort', 'map'].map((id) => [id, $(id).value]).filter(([, value]) => value))}`;
    }
    link.title = `${records[0]?.file ?? ''} … ${records.at(-1)?.file ?? ''}`;
    if (isAsked) link.append(element('small', '', found.toLocaleString('en')));
    return link;
  }));
}

// The search that a link from another page brought along.
function takeSearch() {
  for (const [id, value] of new URLSearchParams(location.hash.slice(1))) {
    const control = [...filters, 'sort', 'map'].includes(id) ? $(id) : null;
    if (!control) continue;
    const before = control.value;
    control.value = value;
    if (control.value !== value) control.value = before;
  }
}

// ---- The contact sheet: only the cards near the view exist

const sheet = $('sheet');
const cards = new Map();  // place in `shown` -> card
const gap = 20;
const narrowest = 300;
let columns = 1;
let cardWidth = 0;
let rowHeight = 0;
let current = 0;  // place of the card that the keyboard is at

function card(place) {
  const entry = entries[shown[place]];
  const made = $('card').content.cloneNode(true).firstElementChild;
  const part = (name) => made.querySelector(name);
  const button = part('.tiles');
  const name = entry.class ? className(entry.class) : states.get(entry.state).name;
  const value = entry.class ? percent(entry.class[2]) : '';
  if (entry.maps.length) {
    button.classList.toggle('pair', Boolean(entry.pair));
    button.append(...tiles(entry));
  } else {
    button.classList.add('failed');
    button.append(element('p', 'problem', entry.error));
  }
  button.setAttribute('aria-label', `${entry.file}: ${name} ${value} ${entry.class ? stateNote(entry) : ''}`);
  button.addEventListener('click', () => openDetail(place));
  button.addEventListener('focus', () => moveTo(place));
  part('.class .name').textContent = name;
  part('.class .name').title = name;
  part('.class .value').textContent = value;
  part('.file').textContent = entry.file;
  part('.file').title = entry.file;
  const note = entry.maps.length ? stateNote(entry) : '';
  part('.truth').textContent = truthNote(entry) || '\u00a0';
  part('.truth').hidden = !hasTruth;
  part('.truth').classList.toggle('problem', entry.right === false);
  part('.badge').textContent = note;
  part('.badge').hidden = !note;
  part('.top').append(...topRows(entry).slice(0, 5));
  part('.hint').textContent = entry.hint ?? '';
  made.setAttribute('aria-setsize', shown.length);
  made.setAttribute('aria-posinset', place + 1);
  return made;
}

// The state of the map that is shown, else of the whole entry; nothing if all is well.
function stateNote(entry) {
  const ofMap = entry.maps.length ? states.get(entry.maps[mapNumber()].state) : null;
  const state = ofMap?.problem ? ofMap : states.get(entry.state);
  return state.problem ? state.name : '';
}

function truthNote(entry) {
  if (!entry.truth) return '';
  return entry.right ? 'right' : `wrong: it is ${className(entry.truth)}, ${percent(entry.truth[2])}`;
}

function topRows(entry) {
  return entry.top.map((prediction) => {
    const row = element('li', entry.class && prediction[1] === entry.class[1] ? 'explained' : '');
    const bar = element('span', 'bar');
    const filled = element('i');
    filled.style.width = `${Math.max(0, Math.min(1, prediction[2] ?? 0)) * 100}%`;
    bar.append(filled);
    const name = element('span', 'name', className(prediction));
    name.title = name.textContent;
    row.append(name, bar, element('span', 'value', percent(prediction[2])));
    return row;
  });
}

function forgetCards() {
  for (const old of cards.values()) old.remove();
  cards.clear();
}

const largest = (sizes) => sizes.reduce((best, size, i) => (size > sizes[best] ? i : best), 0);

function heightOf(place) {
  const probe = card(place);
  probe.style.width = `${cardWidth}px`;
  probe.style.visibility = 'hidden';
  sheet.append(probe);
  const height = probe.offsetHeight;
  probe.remove();
  return height;
}

// Measures cards of the present width, those with most text: all are equally high.
function layOut() {
  const width = sheet.clientWidth;
  columns = Math.max(1, Math.floor((width + gap) / (narrowest + gap)));
  cardWidth = (width - gap * (columns - 1)) / columns;
  if (shown.length) {
    const heights = [(entry) => Math.min(5, entry.top.length), (entry) => entry.hint?.length ?? 0]
      .map((size) => heightOf(largest(shown.map((number) => size(entries[number])))));
    rowHeight = Math.max(...heights) + gap;
  }
  sheet.style.height = `${Math.max(0, Math.ceil(shown.length / columns) * rowHeight - gap)}px`;
  for (const [place, made] of cards) setPlace(made, place);
  showNearby();
}

function setPlace(made, place) {
  const x = (place % columns) * (cardWidth + gap);
  const y = Math.floor(place / columns) * rowHeight;
  made.style.width = `${cardWidth}px`;
  made.style.height = `${rowHeight - gap}px`;
  made.style.transform = `translate(${x}px, ${y}px)`;
}

function showNearby() {
  const top = -sheet.getBoundingClientRect().top;
  const margin = window.innerHeight;
  const first = Math.max(0, Math.floor((top - margin) / rowHeight)) * columns;
  const last = Math.min(shown.length, Math.ceil((top + window.innerHeight + margin) / rowHeight) * columns);
  for (const [place, made] of cards) {
    if ((place < first || place >= last) && !made.contains(document.activeElement)) {
      made.remove();
      cards.delete(place);
    }
  }
  for (let place = first; place < last; ++place) addCard(place);
  makeReachable();
}

// In the order of the places, which is that of the tab key and of screen readers.
function addCard(place) {
  if (cards.has(place)) return;
  const made = card(place);
  setPlace(made, place);
  const next = [...cards.keys()].filter((other) => other > place);
  sheet.insertBefore(made, next.length ? cards.get(Math.min(...next)) : null);
  cards.set(place, made);
}

// One card is a stop of the tab key: the current one, or the first there is.
function makeReachable() {
  const places = [...cards.keys()];
  const reachable = cards.has(current) ? current : Math.min(...places);
  for (const [place, made] of cards) {
    made.querySelector('.tiles').tabIndex = place === reachable ? 0 : -1;
  }
}

function moveTo(place) {
  current = place;
  makeReachable();
}

function focusCard(place) {
  current = Math.max(0, Math.min(shown.length - 1, place));
  const y = Math.floor(current / columns) * rowHeight + sheet.getBoundingClientRect().top;
  const above = $('tools').getBoundingClientRect().bottom;
  if (y < Math.max(0, above)) window.scrollBy(0, y - Math.max(0, above) - gap);
  if (y + rowHeight > window.innerHeight) window.scrollBy(0, y + rowHeight - window.innerHeight);
  showNearby();
  addCard(current);
  cards.get(current).querySelector('.tiles').focus({preventScroll: true});
}

let frame = 0;
function soon(work) {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(work);
}
window.addEventListener('scroll', () => soon(showNearby), {passive: true});
window.addEventListener('resize', () => soon(layOut));

// ---- One entry in full

let opened = 0;  // its place

function openDetail(place) {
  opened = Math.max(0, Math.min(shown.length - 1, place));
  fillDetail();
  if (!$('detail').open) $('detail').showModal();
}

function fillDetail() {
  const entry = entries[shown[opened]];
  $('detail-title').textContent = entry.class ?
    `${className(entry.class)} ${percent(entry.class[2])}` : states.get(entry.state).name;
  $('detail-file').textContent = entry.file;
  $('detail-previous').disabled = opened === 0;
  $('detail-next').disabled = opened === shown.length - 1;
  const body = $('detail-body');
  body.replaceChildren();
  if (entry.error) body.append(element('p', 'problem', entry.error));
  if (entry.hint) body.append(element('p', '', entry.hint));
  for (const note of entry.notes ?? []) body.append(element('p', 'problem', note));
  if (!entry.maps.length) return;
  body.append(largeTiles(entry));
  const columns = element('div', 'columns');
  columns.append(section(head.top, list('ol', 'top', topRows(entry))),
                 section('Details', facts(entry)));
  body.append(columns);
}

function largeTiles(entry) {
  const large = element('div', 'large');
  large.style.setProperty('--ratio', entry.ratio);
  large.classList.toggle('pair', Boolean(entry.pair));
  tiles(entry).forEach((made, place) => {
    const figure = element('figure');
    const point = entry.maps[mapNumber()].peak;
    if (point) made.querySelector('.stack')?.append(peak(point));
    figure.append(made, element('figcaption', '', tileName(entry, place + (entry.pair ? 1 : 0))));
    large.append(figure);
  });
  return large;
}

function peak([x, y]) {
  const made = element('span', 'peak');
  made.title = 'Peak of the map';
  made.style.left = `${x * 100}%`;
  made.style.top = `${y * 100}%`;
  return made;
}

function facts(entry) {
  const map = entry.maps[mapNumber()];
  const truth = entry.truth ?
    [['True class', `${className(entry.truth)}, ${percent(entry.truth[2])}`]] : [];
  const pairs = [...truth, ...(entry.facts ?? []),
                 [head.maps[mapNumber()], states.get(map.state).name], ...map.facts];
  return list('dl', 'facts', pairs.flatMap(([name, value]) =>
    [element('dt', '', name), element('dd', '', value)]));
}

function list(tag, className, items) {
  const made = element(tag, className);
  made.append(...items);
  return made;
}

function section(title, content) {
  const made = element('section');
  made.append(element('h3', '', title), content);
  return made;
}

$('detail-previous').addEventListener('click', () => openDetail(opened - 1));
$('detail-next').addEventListener('click', () => openDetail(opened + 1));
$('detail-close').addEventListener('click', () => $('detail').close());
$('detail').addEventListener('close', () => focusCard(opened));
$('detail').addEventListener('keydown', (event) => {
  if (event.target.matches('input')) return;
  if (event.key === 'ArrowLeft') openDetail(opened - 1);
  if (event.key === 'ArrowRight') openDetail(opened + 1);
});

// ---- Controls

const mapNumber = () => Number($('map').value);

function options(choices) {
  return choices.map(([value, text]) => {
    const made = element('option', '', text);
    made.value = value;
    return made;
  });
}

function counted(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function fill(id, choices) {
  const before = $(id).value;
  $(id).replaceChildren(...options(choices));
  $(id).value = before;
  if ($(id).selectedIndex < 0) $(id).selectedIndex = 0;
}

// Of all pages.
function fillFilters() {
  const all = pages.flatMap(({records}) => records);
  const names = counted(all.map((record) => record.name).filter(Boolean));
  fill('class', [['', 'All'], ...[...names].sort((a, b) => byText(a[0], b[0]))
    .map(([name, count]) => [name, `${name} (${count})`])]);
  const found = counted(all.map((record) => record.state));
  const problems = all.filter((record) => states.get(record.state).problem).length;
  fill('state', [['', 'All'], ['*problem', `All problems (${problems})`],
    ...[...states.values()].filter((state) => found.has(state.key))
      .map((state) => [state.key, `${state.name} (${found.get(state.key)})`])]);
  const answers = counted(all.map((record) => record.answer));
  fill('answer', [['', 'All'],
    ...[['wrong', 'Wrong'], ['right', 'Right'], ['unknown', 'Not known']]
      .filter(([key]) => answers.has(key))
      .map(([key, name]) => [key, `${name} (${answers.get(key)})`])]);
  $('answer-field').hidden = !answers.has('right') && !answers.has('wrong');
}

function fillControls() {
  fillFilters();
  fill('sort', Object.entries(orders).map(([key, [name]]) => [key, name]));
  fill('map', head.maps.map((name, i) => [i, name]));
  $('map-field').hidden = head.maps.length < 2;
  $('opacity-field').hidden = !hasOverlays;
  $('detail-opacity').hidden = !hasOverlays;
  setOpacity(Math.round(head.opacity * 100));
  takeSearch();
}

function setOpacity(value) {
  const bounded = Math.max(0, Math.min(100, value));
  for (const slider of document.querySelectorAll('.opacity')) slider.value = bounded;
  document.querySelector('output').textContent = `${bounded} %`;
  document.documentElement.style.setProperty('--opacity', bounded / 100);
}

function showMap() {
  forgetCards();
  layOut();
  if ($('detail').open) fillDetail();
}

$('tools').addEventListener('submit', (event) => event.preventDefault());
for (const id of ['class', 'state', 'answer', 'sort']) $(id).addEventListener('change', select);
$('search').addEventListener('input', select);
$('map').addEventListener('change', showMap);
for (const slider of document.querySelectorAll('.opacity')) {
  slider.addEventListener('input', () => setOpacity(Number(slider.value)));
}
$('reset').addEventListener('click', () => {
  for (const id of filters) $(id).value = '';
  select();
});

// ---- Theme: the system's unless another is chosen; remembered where the browser allows it

const themes = ['system', 'light', 'dark'];
let theme = 'system';
try {
  if (themes.includes(localStorage.getItem('gradcam-theme'))) theme = localStorage.getItem('gradcam-theme');
} catch {
  // A page opened as a file may have no storage.
}

function setTheme(wanted) {
  theme = wanted;
  document.documentElement.dataset.theme = theme;
  $('theme').textContent = `Theme: ${theme}`;
  try {
    localStorage.setItem('gradcam-theme', theme);
  } catch {
    // As above.
  }
}

const nextTheme = () => setTheme(themes[(themes.indexOf(theme) + 1) % themes.length]);
$('theme').addEventListener('click', nextTheme);

// ---- Keyboard

$('help-button').addEventListener('click', () => $('help').showModal());
$('help-close').addEventListener('click', () => $('help').close());

function nextMap() {
  $('map').value = (mapNumber() + 1) % head.maps.length;
  showMap();
}

const keys = {
  '/': () => $('search').focus(),
  '?': () => $('help').showModal(),
  '-': () => setOpacity(Number($('opacity').value) - 10),
  '+': () => setOpacity(Number($('opacity').value) + 10),
  m: nextMap,
  t: nextTheme,
};

const steps = {
  ArrowLeft: () => current - 1,
  ArrowRight: () => current + 1,
  ArrowUp: () => (current >= columns ? current - columns : current),
  ArrowDown: () => (current + columns < shown.length ? current + columns : shown.length - 1),
  Home: () => 0,
  End: () => shown.length - 1,
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const field = event.target.matches('input, select');
  if (event.key === 'Escape' && event.target === $('search')) $('search').blur();
  if (keys[event.key] && !field && !(event.key === '/' && document.querySelector('dialog[open]'))) {
    event.preventDefault();
    keys[event.key]();
  } else if (steps[event.key] && event.target.matches('.card .tiles')) {
    event.preventDefault();
    focusCard(steps[event.key]());
  }
});

// ---- Start

for (const [name, value] of head.facts) {
  const pair = element('div');
  pair.append(element('dt', '', name), element('dd', '', value));
  $('facts').append(pair);
}
$('notes').append(...head.notes.map((note) => element('li', '', note)));
setTheme(theme);
fillControls();
select();
