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

// Where values lie between 0 and 1: numbers by size, or by order of magnitude; texts one after the other.
function scaleOf(values) {
  const known = values.filter(value => value !== null);
  if (known.length && known.every(value => typeof value === 'number')) {
    let low = Math.min(...known), high = Math.max(...known);
    const log = low > 0 && high / low > 50;
    if (log) { low = Math.log10(low); high = Math.log10(high); }
    if (low === high) { low -= 0.5; high += 0.5; }
    const place = value => ((log ? Math.log10(value) : value) - low) / (high - low);
    const back = part => log ? 10 ** (low + part * (high - low)) : low + part * (high - low);
    return { place, ticks: [0, 0.25, 0.5, 0.75, 1].map(part => [part, short(back(part))]) };
  }
  const words = [...new Set(known.map(String))].sort();
  const place = value => words.length < 2 ? 0.5 : words.indexOf(String(value)) / (words.length - 1);
  return { place, ticks: words.slice(0, 24).map(word => [place(word), word]) };
}

function clipped(text, most) {
  return text.length > most ? text.slice(0, most - 1) + '\u2026' : text;
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
function parallel(columns, rows, colour) {
  const wide = Math.max(columns.length * 130, 1260), high = 300, top = 34, bottom = 12, side = 60;
  const x = i => columns.length < 2 ? wide / 2 : side + i * (wide - 2 * side) / (columns.length - 1);
  const svg = drawing('svg', { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high });
  const scales = columns.map(column => scaleOf(rows.map(row => row.value[column.index])));
  for (const row of rows) {
    let path = '', pen = 'M';
    columns.forEach((column, i) => {
      const value = row.value[column.index];
      if (value === null) { pen = 'M'; return; }
      path += `${pen}${x(i)},${high - bottom - scales[i].place(value) * (high - bottom - top)}`;
      pen = 'L';
    });
    svg.append(shape('path', { d: path, class: 'line', stroke: colour(row.name) }, row.name, row.name));
  }
  columns.forEach((column, i) => {
    svg.append(drawing('line', { x1: x(i), x2: x(i), y1: top, y2: high - bottom, class: 'axis' }));
    svg.append(label(x(i), 14, clipped(column.title, 18)));
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
    const place = { cx: at.x(xScale.place(row.value[x.index])), cy: at.y(yScale.place(row.value[y.index])), r: 5 };
    const title = `${row.name}\n${x.title} ${row.text[x.index]}\n${y.title} ${row.text[y.index]}`;
    svg.append(shape('circle', { ...place, fill: colour(row.name) }, row.name, title));
  }
  return svg;
}

function curves(plot, colour) {
  const points = plot.curves.flatMap(curve => curve.points);
  if (!points.length) return element('p', { class: 'problem' }, 'No numbers to draw.');
  const span = i => points.reduce(([low, high], point) => [Math.min(low, point[i]), Math.max(high, point[i])], [Infinity, -Infinity]);
  const plain = i => {
    let [low, high] = span(i);
    if (low === high) { low -= 0.5; high += 0.5; }
    return {
      place: value => (value - low) / (high - low),
      ticks: [0, 0.25, 0.5, 0.75, 1].map(part => [part, short(low + part * (high - low))]),
    };
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
