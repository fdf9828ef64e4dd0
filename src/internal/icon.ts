import { html, svg, type TemplateResult } from 'lit';

/** An icon as its shapes: SVG tag and attributes, drawn in a box of 24 by 24. */
export type Icon = readonly (readonly [tag: string, attributes: Readonly<Record<string, unknown>>])[];

/** Draws an icon in the colour of the text around it. It carries no meaning of its own for a screen reader. */
export function renderIcon(icon: Icon): TemplateResult {
  return html`<svg part="icon" class="icon" viewBox="0 0 24 24" aria-hidden="true">${icon.map(renderShape)}</svg>`;
}

/** The shapes that occur in the icons in use. */
function renderShape([tag, { d, x, y, width, height, rx, cx, cy, r }]: Icon[number]): TemplateResult {
  if (tag === 'path') return svg`<path d=${d} />`;
  if (tag === 'circle') return svg`<circle cx=${cx} cy=${cy} r=${r} />`;
  return svg`<rect x=${x} y=${y} width=${width} height=${height} rx=${rx} />`;
}
