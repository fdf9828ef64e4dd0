export function ensureSipPrograms(): string | undefined;
