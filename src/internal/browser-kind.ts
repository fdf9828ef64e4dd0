/** Whose way to allow a device again has to be explained. */
export type BrowserKind = 'Chromium' | 'Firefox' | 'Safari';

/** Told by the user agent: no feature says where a browser has its site settings. Those on iOS count as Safari. */
export function browserKind({ userAgent }: Pick<Navigator, 'userAgent'> = navigator): BrowserKind {
  if (userAgent.includes('Firefox')) return 'Firefox';
  return userAgent.includes('Chrom') ? 'Chromium' : 'Safari';
}
