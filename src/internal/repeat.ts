/** What is rendered for each item of a list stays with its item: a picture goes on while others come and go around it. */
import { noChange, type ChildPart } from 'lit';
import { Directive, directive } from 'lit/directive.js';
import { insertPart, removePart, setChildPartValue } from 'lit/directive-helpers.js';

type Parameters<Item> = [
  items: readonly Item[],
  keyOf: (item: Item) => unknown,
  render: (item: Item, index: number) => unknown,
];

class Repeat extends Directive {
  #parts: ReadonlyMap<unknown, ChildPart> = new Map();

  render(..._parameters: Parameters<unknown>): unknown {
    return noChange;
  }

  override update(container: ChildPart, [items, keyOf, render]: Parameters<unknown>): unknown {
    const keys = new Set(items.map((item) => keyOf(item)));
    const known = this.#parts;
    for (const [key, part] of known) {
      if (keys.has(key)) continue;
      removePart(part);
      (part.endNode as ChildNode | null)?.remove();
    }
    const parts = new Map<unknown, ChildPart>();
    // From the end on: what is before the right one already is not moved.
    let following: ChildPart | undefined;
    for (const [index, item] of [...items.entries()].reverse()) {
      const key = keyOf(item);
      following = setChildPartValue(insertPart(container, following, known.get(key)), render(item, index));
      parts.set(key, following);
    }
    this.#parts = parts;
    return noChange;
  }
}

const repeatUnknown = directive(Repeat);

/** As Lit's own, of which it does what is needed here. Each key is there once. */
export function repeat<Item>(...parameters: Parameters<Item>): unknown {
  return repeatUnknown(...(parameters as unknown as Parameters<unknown>));
}
