'use strict';

// The page shows entries, each one explained class of a picture or a failure. All texts come from
// files of strangers: they are set by setText and never parsed as HTML.

const $ = (id) => document.getElementById(id);
const head = JSON.parse($('head').textContent);
const states = new Map(head.states.map((state, gravity) => [state.key, {...state, gravity}]));

// ---- Small helpers

// Marks that turn around what stands behind them are shown by their codes: a file "\u202egnp.exe"
// would read as another one.
const visible = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g,
  (mark) => `\\u${mark.charCodeAt(0).toString(16)}`);

function setText(made, text) {
  made.textContent = visible(text);
}

// With the text as tooltip, too, where there is no room for all of it.
function setLongText(made, text) {
  setText(made, text);
  made.title = made.textContent;
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) setText(made, text);
  return made;
}

function percent(probability) {
  if (probability === null) return 'not a number';
  const value = probability * 100;
  if (value > 0 && value < 0.1) return '< 0.1 %';
  return `${value.toFixed(1)} %`;
}

const plural = (count, word) => `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
const byText = new Intl.Collator('en', {numeric: true}).compare;

// ---- Classes: [label, index, ...]. Labels may be shared: ImageNet has two classes "crane".

let shared = new Set();  // names of several classes

const plainName = ([label, index]) => label || `class ${index}`;

function className(one) {
  const name = plainName(one);
  return shared.has(name) ? `${name} (class ${one[1]})` : name;
}

const classKey = ([label, index]) => `${index} ${label}`;

function takeClasses(classes) {
  const indices = new Map();
  shared = new Set();
  for (const one of classes) {
    const name = plainName(one);
    if ((indices.get(name) ?? one[1]) !== one[1]) shared.add(name);
    indices.set(name, one[1]);
  }
}

const classesOf = (entry) => [entry.class, ...entry.top, entry.truth].filter(Boolean);

// ---- Parts: the HTML files among which results are divided where one would be too large. Each holds
// entries with their pictures; every one shows them all and asks the others for what they hold.

const own = {number: head.page, entries: JSON.parse($('entries').textContent)};
let parts = [];  // by number; the others are known when the index has been read
let key = '';    // by which parts of the same results know each other: strangers cannot know it

parts[own.number] = own;
for (const entry of own.entries) entry.part = own.number;

const isAsked = location.hash === '#part';  // by another part, in a frame that nobody sees

// Another part is opened in a frame, which answers questions: 'entries', or the number of a picture.
const mostFrames = 4;  // a part takes its 50 MB of memory
const patience = 10_000;  // milliseconds; a file that is no part never answers

function ask(part, question) {
  if (part.isLost || part.questions.has(question)) return;
  part.questions.add(question);
  if (part.isLoaded) {
    post(part, question);
  } else {
    openFrames();
  }
}

const post = (part, question) => part.frame.contentWindow.postMessage({key, question}, '*');

// Of as many parts as there is room for. One that has answered everything makes room for another.
function openFrames() {
  const open = parts.filter((part) => part.frame);
  for (const part of parts.filter((one) => one.questions?.size && !one.frame)) {
    if (open.length === mostFrames) {
      const idle = open.findIndex((one) => !one.questions.size);
      if (idle < 0) return;
      closeFrame(open.splice(idle, 1)[0]);
    }
    openFrame(part);
    open.push(part);
  }
}

function openFrame(part) {
  part.frame = element('iframe');
  part.frame.hidden = true;
  part.frame.src = addressOf(part, 'part');
  part.frame.addEventListener('load', () => {
    part.isLoaded = true;
    part.timer = setTimeout(() => giveUp(part), patience);
    for (const question of part.questions) post(part, question);
  }, {once: true});
  document.body.append(part.frame);
}

function closeFrame(part) {
  part.frame.remove();
  part.frame = null;
  part.isLoaded = false;
}

function giveUp(part) {
  part.isLost = true;
  part.questions.clear();
  closeFrame(part);
  openFrames();
}

const addressOf = (part, hash) => `./${encodeURIComponent(part.file)}#${hash}`;

function takeAnswer({source, data}) {
  const part = parts.find((one) => one?.frame?.contentWindow === source);
  if (!part || data?.key !== key) return;
  clearTimeout(part.timer);
  part.questions.delete(data.question);
  if (data.question === 'entries') {
    takeEntries(part, data.answer);
  } else {
    showPicture(part, data.question, data.answer);
  }
  openFrames();
}

function answer({source, data}) {
  if (source !== window.parent || !key || data?.key !== key) return;
  const {question} = data;
  source.postMessage(
    {key, question, answer: question === 'entries' ? own.entries : pictureUrl(question)}, '*');
}

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

function image(entry, number, className) {
  const made = element('img', className);
  made.alt = '';
  made.decoding = 'async';
  const url = entry.part === own.number ? pictureUrl(number) : '';
  if (url) {
    made.src = url;
  } else {
    made.dataset.waiting = `${entry.part} ${number}`;
  }
  return made;
}

// Those of other parts that `shown` waits for.
function askForPictures(shown) {
  for (const waiting of shown.querySelectorAll('img[data-waiting]')) {
    const [part, number] = waiting.dataset.waiting.split(' ').map(Number);
    if (part !== own.number) ask(parts[part], number);
  }
}

function showPicture(part, number, url) {
  for (const waiting of document.querySelectorAll(`img[data-waiting="${part.number} ${number}"]`)) {
    waiting.src = url;
    delete waiting.dataset.waiting;
  }
}

// What had not arrived at the first paint.
function showOwnPictures() {
  const waiting = [...document.querySelectorAll(`img[data-waiting^="${own.number} "]`)];
  for (const number of new Set(waiting.map((one) => Number(one.dataset.waiting.split(' ')[1])))) {
    showPicture(own, number, pictureUrl(number));
  }
}

// A picture and the map over it, in a box of their shape.
function tile(entry, [picture, map], name) {
  const made = element('span', 'tile');
  if (picture < 0 && map < 0) {
    made.append(element('span', 'none', `no ${lowerFirst(name)}`));
    return made;
  }
  const stack = element('span', 'stack');
  stack.style.setProperty('--ratio', entry.ratio);
  if (picture >= 0) stack.append(image(entry, picture, 'picture'));
  if (map >= 0) stack.append(mapImage(entry, map));
  made.append(stack);
  // A map alone does not tell whose it is.
  if (!hasOverlays) made.append(element('span', 'tag', name));
  return made;
}

// Only the part that the network saw.
function mapImage(entry, number) {
  const made = image(entry, number, 'map');
  if (!entry.seen) return made;
  const [left, top, width, height] = entry.seen.map((fraction) => fraction * 100);
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

// Each tile of a pair has a class of its own.
function tileName(entry, i) {
  const name = head.tiles[i];
  const of = entry.pair && entry.top.find(([, , , side]) => side === lowerFirst(name));
  return of ? `${name}: ${className(of)}` : name;
}

// ---- What is shown, and in which order

const orders = {
  ...(head.order && {given: [head.order, () => 0]}),
  file: ['File', (a, b) => a.rank - b.rank],
  surest: ['Probability, highest first', (a, b) => (b.probability ?? -1) - (a.probability ?? -1)],
  unsurest: ['Probability, lowest first', (a, b) => (a.probability ?? 2) - (b.probability ?? 2)],
  state: ['Status, problems first', (a, b) => gravity(b) - gravity(a)],
};

const gravity = (record) => states.get(record.state).gravity;

// For the search, which finds what is seen.
const comparable = (text) => visible(text).toLowerCase();

// What is known of an entry of any part: what search, filters and orders look at.
const record = (part, number, {others, ...known}) => ({part, number, ...known,
  name: known.class ? className(known.class) : '',
  key: known.class ? classKey(known.class) : '',
  text: comparable([known.file, ...[known.class, ...others].filter(Boolean).map(className)].join('\n'))});

const ownRecord = (entry, number) => record(own.number, number, {
  file: entry.file,
  class: entry.class,
  state: entry.state,
  probability: entry.class?.[2] ?? null,
  // Whether the most probable class is the true one.
  answer: entry.truth ? (entry.right ? 'right' : 'wrong') : 'unknown',
  others: classesOf(entry),
});

let records = [];  // of all parts; only of this one until the index has been read
let hasTruth = false;
let hasOverlays = false;  // maps over pictures, which the opacity is for; a comparison has none

function takeRecords(found) {
  records = found;
  [...records].sort((a, b) => byText(a.file, b.file)).forEach((one, rank) => { one.rank = rank; });
  hasTruth = records.some((one) => one.answer !== 'unknown');
}

function lookForOverlays(entries) {
  hasOverlays ||= entries.some((entry) =>
    entry.maps.some((map) => map.tiles.some(([picture, over]) => picture >= 0 && over >= 0)));
  $('opacity-field').hidden = !hasOverlays;
  $('detail-opacity').hidden = !hasOverlays;
}

// The index of all parts stands at the end of each.
function readIndex() {
  const source = $('index');
  if (!source) return;
  const {key: found, classes, pages} = JSON.parse(source.textContent);
  key = found;
  parts = pages.map(({file}, number) =>
    number === own.number ? own : {number, file, questions: new Set()});
  takeClasses(classes);
  takeRecords(pages.flatMap(({entries}, part) => entries.map(
    ([file, state, explained, probability, answer, others], number) => record(part, number, {
      file,
      class: classes[explained],
      state: head.states[state].key,
      probability,
      answer: ['wrong', 'right'][answer] ?? 'unknown',
      others: others.map((place) => classes[place]),
    }))));
}

function takeEntries(part, entries) {
  part.entries = entries;
  lookForOverlays(entries);
  const hadFocus = sheet.contains(document.activeElement);
  for (const place of [...cards.keys()].filter((one) => shown[one].part === part.number)) dropCard(place);
  layOut();
  if (hadFocus) cards.get(current)?.querySelector('.tiles').focus({preventScroll: true});
  if ($('detail').open) fillDetail();
}

const entryOf = (record) => parts[record.part].entries?.[record.number];

// The entry at a place; what is known of it as long as its part has not told it.
function entryAt(place) {
  const wanted = shown[place];
  const entry = entryOf(wanted);
  if (entry) return entry;
  const part = parts[wanted.part];
  ask(part, 'entries');
  return {file: wanted.file, state: wanted.state, top: [], maps: [], elsewhere: part,
          ...(wanted.class && {class: [...wanted.class.slice(0, 2), wanted.probability]})};
}

const filters = ['search', 'class', 'state', 'answer'];  // ids of controls

function wanted() {
  const [search, key, state, answer] = filters.map((id) => $(id).value);
  return {words: comparable(search).split(/\s+/).filter(Boolean), key, state, answer};
}

function fits(record, {words, key, state, answer}) {
  if (key && record.key !== key) return false;
  if (state === '*problem' && !states.get(record.state).problem) return false;
  if (states.has(state) && record.state !== state) return false;
  if (answer && record.answer !== answer) return false;
  return words.every((word) => record.text.includes(word));
}

let found = [];  // records in their order
let shown = [];  // as many of them as a browser has room for

function select() {
  const asked = wanted();
  found = records.filter((one) => fits(one, asked)).sort(orders[$('sort').value][1]);
  $('empty').hidden = found.length > 0;
  current = 0;
  forgetCards();
  layOut();
}

function tellCount() {
  const pictures = new Set(found.map((one) => one.file)).size;
  const all = found.length === records.length ? '' : ` of ${records.length.toLocaleString('en')}`;
  const several = pictures === found.length ? '' : `${plural(found.length, 'map')} of `;
  const first = shown.length === found.length ? '' :
    `; the first ${shown.length.toLocaleString('en')} are shown`;
  $('count').textContent = several + plural(pictures, 'picture') + (several ? '' : all) + first;
}

// The search that a link from another part brought along.
function takeSearch() {
  for (const [id, value] of new URLSearchParams(location.hash.slice(1))) {
    const control = [...filters, 'sort', 'map'].includes(id) ? $(id) : null;
    if (!control) continue;
    const before = control.value;
    control.value = value;
    if (control.value !== value) control.value = before;
  }
}

function linkTo(part) {
  const made = element('a', '', part.file);
  made.href = addressOf(part, new URLSearchParams([...filters, 'sort', 'map']
    .map((id) => [id, $(id).value]).filter(([, value]) => value)));
  return made;
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
  const entry = entryAt(place);
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
    button.append(entry.elsewhere ? element('p', 'elsewhere', `in ${entry.elsewhere.file}`) :
      element('p', 'problem', entry.error));
  }
  button.setAttribute('aria-label',
    visible(`${entry.file}: ${name} ${value} ${entry.class ? stateNote(entry) : ''}`));
  button.addEventListener('click', () => openDetail(place));
  button.addEventListener('focus', () => moveTo(place));
  setLongText(part('.class .name'), name);
  setText(part('.class .value'), value);
  setLongText(part('.file'), entry.file);
  const note = entry.class ? stateNote(entry) : '';
  setText(part('.truth'), truthNote(entry) || '\u00a0');
  part('.truth').hidden = !hasTruth;
  part('.truth').classList.toggle('problem', entry.right === false);
  setText(part('.badge'), note);
  part('.badge').hidden = !note;
  part('.top').append(...topRows(entry).slice(0, 5));
  setText(part('.hint'), hintOf(entry));
  made.setAttribute('aria-setsize', shown.length);
  made.setAttribute('aria-posinset', place + 1);
  return made;
}

// The state of the map that is shown, else of the whole entry, by the name of the map that it comes
// from; nothing if all is well.
function stateNote(entry) {
  const ofMaps = entry.maps.map((map) => states.get(map.state));
  const ofShown = ofMaps[mapNumber()];
  if (ofShown?.problem) return ofShown.name;
  const state = states.get(entry.state);
  if (!state.problem) return '';
  const other = ofMaps.indexOf(state);
  return other < 0 ? state.name : `${head.maps[other]}: ${lowerFirst(state.name)}`;
}

// "Map changed" inside a sentence; "NaN" stays.
const lowerFirst = (text) => text.replace(/^[A-Z][a-z]*\b/, (word) => word.toLowerCase());

const hintOf = (entry) => [entry.maps[mapNumber()]?.summary, entry.hint].filter(Boolean).join('. ');

function truthNote(entry) {
  if (!entry.truth) return '';
  return entry.right ? 'right' : `wrong: it is ${className(entry.truth)}, ${percent(entry.truth[2])}`;
}

function rowName(entry, prediction) {
  const side = prediction[3];
  if (!side) return className(prediction);
  return entry.pair ? `${side}: ${className(prediction)}` : side;
}

function topRows(entry) {
  // Of two sides the last one is the current one.
  const explained = entry.top.findLast((prediction) => prediction[1] === entry.class?.[1]);
  return entry.top.map((prediction) => {
    const row = element('li', prediction === explained ? 'explained' : '');
    const bar = element('span', 'bar');
    const filled = element('i');
    filled.style.width = `${Math.max(0, Math.min(1, prediction[2] ?? 0)) * 100}%`;
    bar.append(filled);
    const name = element('span', 'name');
    setLongText(name, rowName(entry, prediction));
    row.append(name, bar, element('span', 'value', percent(prediction[2])));
    return row;
  });
}

function dropCard(place) {
  cards.get(place).remove();
  cards.delete(place);
}

const forgetCards = () => [...cards.keys()].forEach(dropCard);

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

// Of a sheet: 17 million pixels are what Firefox can place.
const mostPixels = 15_000_000;

// Measures cards of the present width, those with most text: all are equally high.
function layOut() {
  const width = sheet.clientWidth;
  columns = Math.max(1, Math.floor((width + gap) / (narrowest + gap)));
  cardWidth = (width - gap * (columns - 1)) / columns;
  shown = found;
  if (shown.length) {
    const heights = [(entry) => Math.min(5, entry.top.length), (entry) => hintOf(entry).length]
      .map((size) => heightOf(largest(shown.map(entryOf).map((entry) => (entry ? size(entry) : 0)))));
    rowHeight = Math.max(...heights) + gap;
    shown = found.slice(0, Math.floor(mostPixels / rowHeight) * columns);
  }
  tellCount();
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
    if ((place < first || place >= last) && !made.contains(document.activeElement)) dropCard(place);
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
  askForPictures(made);
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
  showDialog('detail');
}

// With the focus on its last button, which closes it.
function showDialog(id) {
  if ($(id).open) return;
  $(id).showModal();
  $(`${id}-close`).focus();
}

function fillDetail() {
  const entry = entryAt(opened);
  setText($('detail-title'), entry.class ?
    `${className(entry.class)} ${percent(entry.class[2])}` : states.get(entry.state).name);
  setText($('detail-file'), entry.file);
  $('detail-previous').disabled = opened === 0;
  $('detail-next').disabled = opened === shown.length - 1;
  const body = $('detail-body');
  body.replaceChildren();
  if (entry.error) body.append(element('p', 'problem', entry.error));
  if (entry.elsewhere) body.append(list('p', '', ['The rest stands in ', linkTo(entry.elsewhere), '.']));
  if (entry.hint) body.append(element('p', '', entry.hint));
  for (const note of entry.notes ?? []) body.append(element('p', 'problem', note));
  if (!entry.maps.length) return;
  body.append(largeTiles(entry));
  askForPictures(body);
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

function fillFilters() {
  const names = new Map(records.filter((one) => one.class).map((one) => [one.key, one.name]));
  const members = counted(records.map((one) => one.key));
  fill('class', [['', 'All'], ...[...names].sort((a, b) => byText(a[1], b[1]))
    .map(([key, name]) => [key, `${name} (${members.get(key)})`])]);
  const counts = counted(records.map((one) => one.state));
  const problems = records.filter((one) => states.get(one.state).problem).length;
  fill('state', [['', 'All'], ['*problem', `All problems (${problems})`],
    ...[...states.values()].filter((state) => counts.has(state.key))
      .map((state) => [state.key, `${state.name} (${counts.get(state.key)})`])]);
  const answers = counted(records.map((one) => one.answer));
  fill('answer', [['', 'All'],
    ...[['wrong', 'Wrong'], ['right', 'Right'], ['unknown', 'Not known']]
      .filter(([key]) => answers.has(key))
      .map(([key, name]) => [key, `${name} (${answers.get(key)})`])]);
  $('answer-field').hidden = !hasTruth;
}

function fillControls() {
  fillFilters();
  fill('sort', Object.entries(orders).map(([key, [name]]) => [key, name]));
  fill('map', head.maps.map((name, i) => [i, name]));
  $('map-field').hidden = head.maps.length < 2;
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

$('help-button').addEventListener('click', () => showDialog('help'));
$('help-close').addEventListener('click', () => $('help').close());

function nextMap() {
  $('map').value = (mapNumber() + 1) % head.maps.length;
  showMap();
}

const keys = {
  '/': () => $('search').focus(),
  '?': () => showDialog('help'),
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

function start() {
  for (const [name, value] of head.facts) {
    const pair = element('div');
    pair.append(element('dt', '', name), element('dd', '', value));
    $('facts').append(pair);
  }
  $('notes').append(...head.notes.map((note) => element('li', '', note)));
  setTheme(theme);
  takeClasses(own.entries.flatMap(classesOf));
  takeRecords(own.entries.map(ownRecord));
  lookForOverlays(own.entries);
  fillControls();
  // Another part than the first begins with what the first holds.
  if (own.number === 0) select();
  window.addEventListener('message', takeAnswer);
  document.addEventListener('DOMContentLoaded', () => {
    readIndex();
    if (parts.length > 1) {
      fillFilters();
      takeSearch();
      select();
    }
    showOwnPictures();
  });
}

if (isAsked) {
  document.addEventListener('DOMContentLoaded', readIndex);
  window.addEventListener('message', answer);
} else {
  start();
}
