export interface Size {
  readonly name: 'initial' | 'sdk' | 'meeting' | 'iife';
  readonly files: readonly string[];
  /** After gzip -9, each file on its own. */
  readonly bytes: number;
  readonly ceiling: number;
  readonly ok: boolean;
}
export function measureSizes(): readonly Size[];
