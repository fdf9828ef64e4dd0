export function bundleBarePage(): Promise<string>;
