/** What a page downloads, against the ceilings of the design. */
import { measureSizes } from '../../scripts/size.mjs';
import { kilobytes, type Report } from './report.js';

export function measureSize(): Report {
  const sizes = measureSizes();
  return {
    title: 'size: downloaded, gzip -9',
    columns: ['', 'size', 'ceiling'],
    rows: sizes.map(({ name, bytes, ceiling }) => [name, kilobytes(bytes), kilobytes(ceiling)]),
    figures: Object.fromEntries(sizes.map(({ name, bytes, ceiling }) => [name, { bytes, ceiling }])),
  };
}
