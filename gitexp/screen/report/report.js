'use strict';
// The page: a table to sort and filter, and charts of the rows it shows. A chosen row stands out everywhere.
const data = JSON.parse(document.getElementById('data').textContent);
data.columns.forEach((column, index) => { column.index = index; column.best = new Set(column.best); });
data.rows.forEach((row, index) => { row.index = index; });
const view = { sort: null, down: false, words: [], all: false, chosen: new Set(), x: null, y: null, shade: null };
const parts = {}, PALE = '#8d96a0', MOST_HUES = 10;
const judged = data.columns.filter(column => column.kind === 'metrics' && column.number && column.differs);
let colours = new Map();
const colour = name => colours.get(name) || PALE;

// How good a row is in the column that gives the colours, 0 to 1; null where nobody knows.
function rank(row) {
  const column = data.columns[view.shade];
  if (!column || row.value[column.index] === null) return null;
  const part = column.scale.place(row.value[column.index]);
  return column.better === 'lowest' ? 1 - part : part;
}

function recolour() {
  const column = data.columns[view.shade];
  if (column && !column.scale) column.scale = scaleOf(data.rows.map(row => row.value[column.index]));
  colours = new Map(data.rows.map((row, i) => {
    const part = rank(row);
    if (column) return [row.name, part === null ? PALE : rampAt(part)];
    return [row.name, row.kind === 'baseline' ? PALE : colourAt(i)];
  }));
}

// The best are drawn last, over the others.
function fromWorst(rows) {
  return view.shade === null ? rows : [...rows].sort((one, other) => (rank(one) ?? -1) - (rank(other) ?? -1));
}

function legend() {
  const column = data.columns[view.shade];
  if (!column) return [];
  const known = data.rows.map(row => row.value[column.index]).filter(value => typeof value === 'number');
  const ends = [Math.min(...known), Math.max(...known)].map(short);
  if (column.better === 'lowest') ends.reverse();
  return [element('span', {}, ends[0]), element('span', { class: 'ramp', 'aria-hidden': 'true' }), element('span', {}, ends[1] + (column.better ? ' (best)' : ''))];
}

function shader() {
  const made = element('select', { 'aria-label': 'colour' }, element('option', { value: '' }, 'each its own'),
    ...judged.map(column => element('option', { value: column.index }, column.title)));
  made.value = view.shade ?? '';
  made.addEventListener('change', () => { view.shade = made.value === '' ? null : Number(made.value); recolour(); draw(); });
  return element('label', {}, 'colour ', made);
}

function visibleRows() {
  const found = data.rows.filter(row => {
    const text = [row.label, row.rev, row.state, ...row.text].join('\u0000').toLowerCase();
    return view.words.every(word => word.column ? holds(row, word) : text.includes(word.text));
  });
  if (view.sort === null) return found;
  const key = view.sort === -1 ? row => row.label : view.sort === -2 ? row => row.created : row => row.value[view.sort];
  return found.sort((one, other) => compare(key(one), key(other)));
}

function compare(one, other) {
  if (one === null || other === null) return (one === null) - (other === null);
  const order = typeof one === typeof other ? (one < other ? -1 : one > other ? 1 : 0) : typeof one === 'number' ? -1 : 1;
  return view.down ? -order : order;
}

// 'loss<0.3 arch=resnet otter': conditions on columns, other words anywhere in the row.
function parsed(text) {
  return text.toLowerCase().split(/\s+/).filter(Boolean).map(word => {
    const found = /^(.+?)(<=|>=|!=|=|<|>)(.+)$/.exec(word);
    const column = found && data.columns.find(one => one.title.toLowerCase() === found[1]);
    return column ? { column, sign: found[2], text: found[3] } : { text: word };
  });
}

function holds(row, word) {
  const value = row.value[word.column.index], number = Number(word.text);
  if (value === null) return word.sign === '!=';
  const [one, other] = typeof value === 'number' && !Number.isNaN(number) ? [value, number] : [String(value).toLowerCase(), word.text];
  return { '<': one < other, '>': one > other, '<=': one <= other, '>=': one >= other, '=': one === other, '!=': one !== other }[word.sign];
}

function shownColumns() {
  const differing = data.columns.filter(column => column.differs);
  return view.all || !differing.length ? data.columns : differing;
}

function header(title, kind, sort, number) {
  const arrow = view.sort === sort ? (view.down ? ' \u2193' : ' \u2191') : '';
  const made = element('th', { class: number ? 'number' : '', tabindex: 0, title }, element('small', {}, kind), title + arrow);
  made.setAttribute('aria-sort', view.sort === sort ? (view.down ? 'descending' : 'ascending') : 'none');
  const act = () => { view.down = view.sort === sort && !view.down; view.sort = sort; draw(); };
  made.addEventListener('click', act);
  made.addEventListener('keydown', event => { if (event.key === 'Enter') act(); });
  return made;
}

function tableRow(row, columns) {
  const swatch = element('span', { class: 'swatch' });
  swatch.style.background = colour(row.name);
  const cells = [
    element('td', { title: row.name }, swatch, row.label),
    element('td', {}, row.rev),
    element('td', {}, (row.created || '').replace('T', ' ').slice(0, 16)),
    element('td', { class: 'state' }, row.state),
    ...columns.map(column => {
      const best = column.best.has(row.index);
      return element('td', { class: (column.number ? 'number' : '') + (best ? ' best' : ''), title: row.text[column.index] + (best ? ' (best)' : '') },
        row.text[column.index]);
    }),
  ];
  const made = element('tr', { class: row.kind, tabindex: 0, 'data-row': row.name }, ...cells);
  const act = () => { view.chosen.delete(row.name) || view.chosen.add(row.name); highlight(); };
  made.addEventListener('click', act);
  made.addEventListener('keydown', event => { if (event.key === 'Enter') act(); });
  return made;
}

function drawTable(rows) {
  const columns = shownColumns();
  const head = element('tr', {}, header('Experiment', '', -1), element('th', {}, 'Commit'), header('Created', '', -2), element('th', {}, ''),
    ...columns.map(column => header(column.title, column.kind, column.index, column.number)));
  parts.table.replaceChildren(element('table', {}, element('thead', {}, head),
    element('tbody', {}, ...rows.map(row => tableRow(row, columns)))));
  parts.count.textContent = `${rows.length} of ${data.rows.length} rows`;
}

// An axis is worth its place when two rows differ on it; that one has no value is no difference.
function axes() {
  const differs = column => new Set(data.rows.map(row => row.value[column.index]).filter(value => value !== null)).size > 1;
  const useful = data.columns.filter(column => column.differs && differs(column));
  return [...useful.filter(column => column.kind === 'params'), ...useful.filter(column => column.kind === 'metrics')];
}

function chooser(name, columns, chosen) {
  const made = element('select', { 'aria-label': name }, ...columns.map(column => element('option', { value: column.index }, column.title)));
  made.value = chosen.index;
  made.addEventListener('change', () => { view[name] = Number(made.value); draw(); });
  return element('label', {}, `${name} `, made);
}

function drawCharts(found) {
  const columns = axes(), rows = fromWorst(found);
  parts.legend.replaceChildren(...legend());
  parts.parallel.replaceChildren();
  parts.scatter.replaceChildren();
  if (columns.length > 1) {
    parts.parallel.append(element('h3', {}, 'Parallel coordinates'), parallel(columns.slice(0, 16), rows, colour, rank));
    const x = data.columns[view.x] || columns.find(column => column.kind === 'params') || columns[0];
    const y = data.columns[view.y] || columns.find(column => column.kind === 'metrics') || columns[columns.length - 1];
    parts.scatter.append(element('h3', {}, `${y.title} over ${x.title}`), element('div', { class: 'bar' }, chooser('x', columns, x), chooser('y', columns, y)),
      scatter(x, y, rows, colour));
  }
  parts.parallel.hidden = parts.scatter.hidden = columns.length < 2;
}

function inOrder(plot, shown) {
  const found = plot.curves.filter(curve => shown.has(curve.name));
  const place = new Map([...shown].map((name, i) => [name, i]));
  return found.sort((one, other) => place.get(one.name) - place.get(other.name));
}

function plotOf(plot, shown) {
  const body = element('div', { class: 'chart' }, element('h3', {}, plot.title));
  if (plot.curves) body.append(curves({ ...plot, curves: inOrder(plot, shown) }, colour));
  if (plot.problem) body.append(element('p', { class: 'problem' }, plot.problem));
  if (plot.images) {
    const order = new Map(visibleRows().map((row, i) => [row.name, i]));
    body.classList.add('wide');
    body.append(...plot.images.filter(image => shown.has(image.name)).sort((one, other) => order.get(one.name) - order.get(other.name)).map(image => element('figure', { 'data-row': image.name },
      element('img', { src: image.url, alt: `${plot.title} of ${image.name}` }), element('figcaption', {}, image.name))));
  }
  return body;
}

function highlight() {
  for (const made of document.querySelectorAll('[data-row]')) {
    const on = view.chosen.has(made.dataset.row), drawn = made instanceof SVGElement;
    made.classList.toggle(drawn ? 'strong' : 'on', on);
    if (drawn) made.classList.toggle('dim', view.chosen.size > 0 && !on);
  }
}

function draw() {
  const rows = visibleRows(), shown = new Set(fromWorst(rows).map(row => row.name));
  drawTable(rows);
  drawCharts(rows);
  parts.plots.replaceChildren(...data.plots.map(plot => plotOf(plot, shown)));
  highlight();
}

// With many rows the page waits for the next key before it draws.
let waiting = 0;
function soon() {
  clearTimeout(waiting);
  if (data.rows.length <= 300) draw();
  else waiting = setTimeout(draw, 120);
}

function build() {
  const search = element('input', { type: 'search', placeholder: 'Filter: words, or acc>0.9 arch=resnet', 'aria-label': 'Filter' });
  search.addEventListener('input', () => { view.words = parsed(search.value); soon(); });
  if (data.rows.length > MOST_HUES && judged.length) view.shade = (judged.find(column => column.better) || judged[0]).index;
  recolour();
  parts.legend = element('span', { class: 'legend' });
  const all = element('input', { type: 'checkbox', id: 'all' });
  all.addEventListener('change', () => { view.all = all.checked; draw(); });
  const none = element('button', { type: 'button' }, 'Clear marks');
  none.addEventListener('click', () => { view.chosen.clear(); highlight(); });
  for (const name of ['table', 'parallel', 'scatter', 'plots']) parts[name] = element('div', {});
  parts.count = element('span', {});
  parts.table.className = 'scroll';
  parts.parallel.className = 'chart wide';
  parts.scatter.className = 'chart';
  parts.plots.className = 'charts';
  const notes = [];
  if (data.problems.length) {
    notes.push(element('details', {}, element('summary', {}, `${data.problems.length} plot${data.problems.length === 1 ? '' : 's'} could not be read`),
      ...data.problems.map(text => element('p', { class: 'problem' }, text))));
  }
  if (data.left_out) notes.push(element('p', {}, `Plots of ${data.left_out} more experiments are not in this file.`));
  document.body.append(
    element('h1', {}, data.title),
    element('div', { class: 'bar' }, search, parts.count, element('label', {}, all, ' columns that are the same, too'), none, 'A click on a row marks it everywhere.'),
    parts.table,
    element('h2', {}, 'Params and metrics'), ...(judged.length ? [element('div', { class: 'bar' }, shader(), parts.legend)] : []), element('div', { class: 'charts' }, parts.parallel, parts.scatter),
    ...(data.plots.length ? [element('h2', {}, 'Plots'), parts.plots] : []), ...notes);
  draw();
}

build();
