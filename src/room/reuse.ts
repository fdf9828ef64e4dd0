/**
 * Gives `next`, frozen, with every part of `previous` in it that is equal, down through arrays and plain objects; all of
 * `previous` where nothing differs. So an unchanged part of a state can be told by `===`.
 */
export function reuse<T>(previous: unknown, next: T): T;
export function reuse(previous: unknown, next: unknown): unknown {
  if (Array.isArray(next)) {
    const before: readonly unknown[] = Array.isArray(previous) ? previous : [];
    const entries = next.map((entry: unknown, index): unknown => reuse(before[index], entry));
    const isUnchanged =
      before === previous &&
      before.length === entries.length &&
      entries.every((entry, index) => entry === before[index]);
    return isUnchanged ? previous : Object.freeze(entries);
  }
  if (isPlainObject(next)) {
    const before = isPlainObject(previous) ? previous : {};
    if (before === next) return previous;
    // A copy of the whole is quick to read later on, one made field by field is not.
    const fields = { ...next };
    let isUnchanged = before === previous;
    for (const key in fields) {
      fields[key] = reuse(before[key], fields[key]);
      isUnchanged &&= fields[key] === before[key];
    }
    for (const key in before) isUnchanged &&= fields[key] === before[key];
    return isUnchanged ? previous : Object.freeze(fields);
  }
  return next;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
