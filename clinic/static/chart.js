/* Reads exact values from the recovery chart: arrow keys or the pointer step through check-ins,
   and the values go to the sentence above the chart. Without it, the table below has them. */
(() => {
  const SVG = 'http://www.w3.org/2000/svg';
  const boxOf = event => event.target.closest?.('[data-points]');
  const chartOf = box => [...box.querySelectorAll('svg.rchart')].find(svg => svg.clientWidth);
  const pointsOf = box => JSON.parse(box.dataset.points);
  const xOf = (svg, week) => {
    const { left, right, first, last } = svg.dataset;
    return +left + (week - first) / (last - first) * (right - left);
  };

  const lineIn = svg => {
    const line = svg.querySelector('.c-cross') ?? document.createElementNS(SVG, 'path');
    line.setAttribute('class', 'c-cross');
    svg.append(line);
    return line;
  };

  const read = (box, place) => {
    const points = pointsOf(box), svg = chartOf(box), output = box.querySelector('output');
    if (!svg || !points.length) return;
    const at = Math.max(0, Math.min(points.length - 1, place)), { week, said } = points[at];
    box.dataset.said ??= output.textContent;
    box.dataset.at = at;
    output.textContent = said;
    const x = xOf(svg, week), isDrawn = x >= +svg.dataset.left && x <= +svg.dataset.right;
    lineIn(svg).setAttribute('d', isDrawn ? `M${x} ${svg.dataset.top}V${svg.dataset.base}` : '');
  };

  const leave = box => {
    if (box.dataset.said === undefined) return;
    box.querySelector('output').textContent = box.dataset.said;
    box.querySelectorAll('.c-cross').forEach(line => line.remove());
    delete box.dataset.said;
    delete box.dataset.at;
  };

  const STEPS = {
    ArrowLeft: (at, length) => (at ?? length) - 1,
    ArrowRight: (at, length) => at === undefined ? length - 1 : at + 1,
    Home: () => 0,
    End: (at, length) => length - 1,
  };
  document.addEventListener('keydown', event => {
    const box = boxOf(event), step = STEPS[event.key];
    if (!box || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const at = box.dataset.at === undefined ? undefined : +box.dataset.at;
    read(box, step(at, pointsOf(box).length));
  });
  document.addEventListener('focusout', event => { const box = boxOf(event); if (box) leave(box); });

  document.addEventListener('pointermove', event => {
    const box = boxOf(event), svg = box && chartOf(box);
    if (!svg) return;
    const area = svg.getBoundingClientRect();
    const x = (event.clientX - area.left) * svg.viewBox.baseVal.width / area.width;
    const far = pointsOf(box).map(({ week }) => Math.abs(xOf(svg, week) - x));
    read(box, far.indexOf(Math.min(...far)));
  });
  document.addEventListener('pointerout', event => {
    const box = boxOf(event);
    if (box && !box.contains(event.relatedTarget) && !box.matches(':focus')) leave(box);
  });
})();
