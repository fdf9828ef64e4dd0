/** @param options `isMinified` takes some seconds */
export function bundlePage(script: URL, options?: { readonly isMinified?: boolean }): Promise<string>;
