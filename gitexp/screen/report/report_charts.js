'use strict';
// Charts in SVG: parallel coordinates, a scatter, curves. Text enters as text, never as markup.
const COLOURS = ['#4269d0', '#ff725c', '#3ca951', '#efb118', '#a463f2', '#6cc5b0', '#ff8ab7', '#9c6b4e', '#97bbf5', '#9498a0'];

// Beyond the palette, hues a golden angle apart: neighbours differ.
function colourAt(i) {
  return i < COLOURS.length ? COLOURS[i] : `hsl(${Math.round(i * 137.5) % 360} 60% 50%)`;
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function drawing(name, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function short(number) {
  return Number.isInteger(number) && Math.abs(number) < 1e6 ? String(number) : String(Number(number.toPrecision(4)));
}

// From the worst value to the best: hues that can be read on a light page and on a dark one.
const RAMP = [[94, 79, 162], [50, 136, 189], [44, 160, 137], [127, 173, 60], [224, 130, 20]];

function rampAt(part) {
  const place = Math.min(Math.max(part, 0), 1) * (RAMP.length - 1), i = Math.min(Math.floor(place), RAMP.length - 2);
  const mixed = RAMP[i].map((low, k) => Math.round(low + (place - i) * (RAMP[i + 1][k] - low)));
  return `rgb(${mixed.join(' ')})`;
}

const WIDE_SPAN = 20;  // numbers that are so many times apart are placed by order of magnitude
const FEW = 8;  // values of which each gets its tick

// Where values lie between 0 and 1: numbers by size, or by order of magnitude; texts one after the other.
function scaleOf(values) {
  const known = values.filter(value => value !== null);
  if (known.length && known.every(value => typeof value === 'number')) {
    let low = known.reduce((one, other) => Math.min(one, other)), high = known.reduce((one, other) => Math.max(one, other));
    const log = low > 0 && high / low >= WIDE_SPAN, different = [...new Set(known)].sort((one, other) => one - other);
    const turned = value => log ? Math.log10(value) : value;
    const ends = [low, high];
    low = turned(low); high = turned(high);
    if (low === high) { low -= 0.5; high += 0.5; }
    const place = value => (turned(value) - low) / (high - low);
    const wanted = different.length <= FEW ? different : log ? decades(...ends) : rounds(...ends);
    return { place, ticks: apart(wanted.map(value => [place(value), short(value)])) };
  }
  const words = [...new Set(known.map(String))].sort();
  const place = value => words.length < 2 ? 0.5 : words.indexOf(String(value)) / (words.length - 1);
  return { place, ticks: apart(words.map(word => [place(word), word])) };
}

// Round numbers from low to high, four to eight of them.
function rounds(low, high) {
  const rough = (high - low) / 7, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find(each => each * power >= rough);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(Number((i * step).toPrecision(12)));
  return found;
}

function decades(low, high) {
  const found = [], many = Math.log10(high / low) > 3;
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const part of many ? [1] : [1, 2, 5]) found.push(Number((part * 10 ** power).toPrecision(3)));
  }
  return found.filter(value => value >= low && value <= high);
}

// Ticks that would be written over the one before are left out.
function apart(ticks) {
  let last = -1;
  return ticks.filter(([part]) => part - last >= 0.055 && (last = part, true));
}

function clipped(text, most) {
  return text.length > most ? text.slice(0, most - 1) + '\u2026' : text;
}

// The more there are, the paler is each.
function density(count) {
  return count > 300 ? 'crowd' : count > 60 ? 'many' : 'few';
}

function label(x, y, text, anchor = 'middle', kind = '') {
  return drawing('text', { x, y, 'text-anchor': anchor, class: kind }, text);
}

function shape(name, attributes, row, title) {
  const made = drawing(name, { ...attributes, 'data-row': row });
  made.append(drawing('title', {}, title));
  return made;
}

// Each row a line over the axes of columns; a row without a value leaves a gap.
function parallel(columns, rows, colour, rank) {
  const wide = Math.max(columns.length * 130, 1260), high = 300, top = 34, bottom = 12, side = 60;
  const x = i => columns.length < 2 ? wide / 2 : side + i * (wide - 2 * side) / (columns.length - 1);
  const svg = drawing('svg', { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high });
  const scales = columns.map(column => scaleOf(rows.map(row => row.value[column.index])));
  svg.classList.add(density(rows.length));
  for (const row of rows) {
    let path = '', pen = 'M';
    columns.forEach((column, i) => {
      const value = row.value[column.index];
      if (value === null) { pen = 'M'; return; }
      path += `${pen}${x(i)},${high - bottom - scales[i].place(value) * (high - bottom - top)}`;
      pen = 'L';
    });
    const strength = rank(row) === null ? {} : { 'stroke-opacity': (0.3 + 0.7 * rank(row) ** 2).toFixed(2) };
    svg.append(shape('path', { d: path, class: 'line', stroke: colour(row.name), ...strength }, row.name, row.name));
  }
  columns.forEach((column, i) => {
    svg.append(drawing('line', { x1: x(i), x2: x(i), y1: top, y2: high - bottom, class: 'axis' }));
    svg.append(label(x(i), 14, clipped(column.title, i && i + 1 < columns.length ? Math.floor((wide - 2 * side) / columns.length / 7) : 18)));
    for (const [part, text] of scales[i].ticks) {
      svg.append(label(x(i) - 5, high - bottom - part * (high - bottom - top) + 4, clipped(text, 10), 'end', 'faint'));
    }
  });
  return svg;
}

function frame(xScale, yScale, xTitle, yTitle, wide, high) {
  const left = 62, right = 14, top = 22, bottom = 40;
  const at = {
    x: part => left + (0.02 + 0.96 * part) * (wide - left - right),
    y: part => high - bottom - (0.03 + 0.94 * part) * (high - bottom - top),
  };
  const svg = drawing('svg', { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high });
  svg.append(drawing('path', { d: `M${left},${top}V${high - bottom}H${wide - right}`, class: 'axis' }));
  for (const [part, text] of xScale.ticks) svg.append(label(at.x(part), high - bottom + 15, clipped(text, 10), 'middle', 'faint'));
  for (const [part, text] of yScale.ticks) svg.append(label(left - 6, at.y(part) + 4, clipped(text, 9), 'end', 'faint'));
  svg.append(label((left + wide - right) / 2, high - 8, clipped(xTitle, 50)));
  svg.append(label(left - 50, 12, clipped(yTitle, 50), 'start'));
  return { svg, at };
}

function scatter(x, y, rows, colour) {
  const drawn = rows.filter(row => row.value[x.index] !== null && row.value[y.index] !== null);
  const xScale = scaleOf(drawn.map(row => row.value[x.index])), yScale = scaleOf(drawn.map(row => row.value[y.index]));
  const { svg, at } = frame(xScale, yScale, x.title, y.title, 560, 320);
  for (const row of drawn) {
    svg.classList.add(density(drawn.length));
    const place = { cx: at.x(xScale.place(row.value[x.index])), cy: at.y(yScale.place(row.value[y.index])), r: 5 };
    const title = `${row.name}\n${x.title} ${row.text[x.index]}\n${y.title} ${row.text[y.index]}`;
    svg.append(shape('circle', { ...place, fill: colour(row.name) }, row.name, title));
  }
  return svg;
}

function curves(plot, colour) {
  const points = plot.curves.flatMap(curve => curve.points);
  if (!points.length) return element('p', { class: 'problem' }, 'No numbers to draw.');
  const plain = i => {
    let [low, high] = points.reduce(([least, most], point) => [Math.min(least, point[i]), Math.max(most, point[i])], [Infinity, -Infinity]);
    const ends = [low, high];
    if (low === high) { low -= 0.5; high += 0.5; }
    const place = value => (value - low) / (high - low);
    return { place, ticks: (ends[0] === ends[1] ? [ends[0]] : rounds(...ends)).map(value => [place(value), short(value)]) };
  };
  const xScale = plain(0), yScale = plain(1);
  const { svg, at } = frame(xScale, yScale, plot.x, plot.y, 560, 320);
  const marks = [...new Set(plot.curves.map(curve => curve.mark))];
  for (const curve of plot.curves) {
    const places = curve.points.map(point => [at.x(xScale.place(point[0])).toFixed(1), at.y(yScale.place(point[1])).toFixed(1)]);
    const title = curve.mark ? `${curve.name} ${curve.mark}` : curve.name;
    if (plot.dots || places.length === 1) {
      for (const [cx, cy] of places) svg.append(shape('circle', { cx, cy, r: 3, fill: colour(curve.name) }, curve.name, title));
      continue;
    }
    const dash = marks.indexOf(curve.mark) ? { 'stroke-dasharray': `${2 + 4 * marks.indexOf(curve.mark)} 3` } : {};
    svg.append(shape('polyline', { points: places.join(' '), class: 'line', stroke: colour(curve.name), ...dash }, curve.name, title));
  }
  return svg;
}
