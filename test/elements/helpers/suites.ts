/** What holds for every element, as suites with one call per element. */
import { assert } from '@open-wc/testing';
import 'axe-core/axe.min.js';
import type axeCore from 'axe-core';
import { release, until } from './page.js';

declare const axe: typeof axeCore;

type Tag = keyof HTMLElementTagNameMap;
type Value = string | boolean;

export interface PropertyCase {
  readonly property: string;
  /** Undefined: there is none. */
  readonly attribute?: string;
  /** Default of the property. */
  readonly initial: unknown;
  readonly value: Value;
}

interface UpdatingElement extends HTMLElement {
  readonly updateComplete: Promise<boolean>;
}

interface ElementClass {
  new (): UpdatingElement;
  readonly prototype: UpdatingElement;
}

/**
 * Made by tag and by `new`; the same whether set before or after it is attached, by property or by attribute; moved and
 * removed without harm; and nothing left in the page.
 */
export function contractSuite(tag: Tag, element: ElementClass, properties: readonly PropertyCase[]): void {
  describe(`<${tag}>, as any element`, () => {
    it('is made by its tag and by new, bare both ways', () => {
      for (const made of [document.createElement(tag), new element()]) {
        assert.ok(made instanceof element);
        assert.strictEqual(made.localName, tag);
        assert.deepEqual([made.attributes.length, made.childNodes.length], [0, 0]);
        for (const { property, initial } of properties) {
          assert.strictEqual(Reflect.get(made, property), initial, property);
        }
      }
    });

    for (const { property, attribute, value } of properties) {
      it(`${property} gives the same result whenever and however it is set`, async () => {
        const ways: Record<string, () => UpdatingElement | Promise<UpdatingElement>> = {
          'the property, before it is attached': () => {
            const made = new element();
            Reflect.set(made, property, value);
            return attach(made);
          },
          'the property, before the element is known': () => {
            // In a document without a window the tag means nothing yet.
            const made = document.implementation.createHTMLDocument().createElement(tag);
            Reflect.set(made, property, value);
            return attach(document.adoptNode(made) as unknown as UpdatingElement);
          },
          'the property, after it is attached': async () => {
            const made = attach(new element());
            await made.updateComplete;
            Reflect.set(made, property, value);
            return made;
          },
        };
        if (attribute) {
          ways['the attribute, before it is attached'] = () => {
            const made = new element();
            setAttribute(made, attribute, value);
            return attach(made);
          };
          ways['the attribute, after it is attached'] = async () => {
            const made = attach(new element());
            await made.updateComplete;
            setAttribute(made, attribute, value);
            return made;
          };
        }
        const results = new Map<string, string>();
        for (const [way, make] of Object.entries(ways)) {
          const made = await make();
          await settled(made);
          assert.strictEqual(Reflect.get(made, property), value, way);
          results.set(way, shadowMarkup(made));
          made.remove();
        }
        for (const [way, markup] of results) assert.strictEqual(markup, [...results.values()][0], way);
      });
    }

    it('can be moved, also while it is being rendered, and is the same afterwards', async () => {
      const [here, there] = [attach(document.createElement('div')), attach(document.createElement('div'))];
      const made = new element();
      here.append(made);
      there.append(made);
      await settled(made);
      const before = shadowMarkup(made);
      here.append(made);
      await settled(made);
      assert.strictEqual(shadowMarkup(made), before);
    });

    it('can be removed before it was ever rendered', async () => {
      const made = attach(new element());
      made.remove();
      await made.updateComplete;
      assert.strictEqual(made.isConnected, false);
    });

    it('adds nothing to the page outside its own shadow root', async () => {
      // Whatever is made once for the page is made by the first element of the kind.
      const first = attach(new element());
      await settled(first);
      first.remove();
      const before = pageFacts();
      const made = attach(new element());
      await settled(made);
      assert.deepEqual([made.childNodes.length, made.getAttribute('style'), made.className], [0, null, '']);
      made.remove();
      await made.updateComplete;
      assert.deepEqual(pageFacts(), before);
    });
  });
}

/** Every way of axe-core, best practices included. The whole page is looked at, so that roles and names are as they are. */
export async function assertAccessible(element: Element): Promise<void> {
  await until(() => element.getAnimations({ subtree: true }).length === 0, 'nothing moves');
  const { violations } = await axe.run(element, { resultTypes: ['violations'] });
  assert.deepEqual(
    violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`).join('; ')}`,
    ),
    [],
  );
}

export interface LeakSubject {
  /** Makes the element, attached where it belongs and rendered. */
  readonly make: () => Promise<Element>;
  readonly cycles: number;
}

/** There by a switch of the browser under test. */
declare const gc: (options: { type: 'major'; execution: 'async' }) => Promise<void>;

/** How often garbage is collected before what is still there counts as a leak. */
const COLLECTIONS = 20;

/** Attached and taken away many times: all of them are collected, and no timer and no listener of the page is left. */
export function leakSuite(what: string, { make, cycles }: LeakSubject): void {
  it(`${what}: ${cycles} times made and taken away, nothing is left`, async () => {
    const warmUp = await make();
    warmUp.remove();
    const holdings = new Holdings();
    const made: WeakRef<Element>[] = [];
    for (let cycle = 0; cycle < cycles; cycle++) {
      const element = await make();
      made.push(new WeakRef(element));
      element.remove();
    }
    await until(
      () => holdings.isEmpty,
      () => `no timer and no listener is left, but ${holdings.toString()}`,
    );
    const remaining = (): number => made.filter((reference) => reference.deref()).length;
    // The last one may still be in a register or on the stack of the loop above.
    for (let round = 0; remaining() > 1 && round < COLLECTIONS; round++) {
      await gc({ type: 'major', execution: 'async' });
    }
    assert.isAtMost(remaining(), 1, 'elements that are not collected');
  });
}

/** Counts what code acquires from the page and does not give back, from its making until the end of the test. */
export class Holdings {
  readonly #timers = new Set<unknown>();
  readonly #listeners = new Map<string, number>();

  constructor() {
    this.#watchTimers('setInterval', 'clearInterval');
    this.#watchTimers('setTimeout', 'clearTimeout');
    for (const target of [window, document, document.documentElement, document.body]) this.#watchListeners(target);
  }

  get isEmpty(): boolean {
    return this.#timers.size === 0 && [...this.#listeners.values()].every((count) => count === 0);
  }

  toString(): string {
    return JSON.stringify({ timers: this.#timers.size, listeners: [...this.#listeners] });
  }

  #watchTimers(set: 'setInterval' | 'setTimeout', clear: 'clearInterval' | 'clearTimeout'): void {
    const { [set]: start, [clear]: stop } = globalThis;
    const watched = (handler: (...values: unknown[]) => void, delay?: number, ...values: unknown[]): number => {
      const id = start(() => {
        if (set === 'setTimeout') this.#timers.delete(id);
        handler(...values);
      }, delay);
      this.#timers.add(id);
      return id as unknown as number;
    };
    Object.assign(globalThis, {
      [set]: watched,
      [clear]: (id: number) => {
        this.#timers.delete(id);
        stop(id);
      },
    });
    release(() => Object.assign(globalThis, { [set]: start, [clear]: stop }));
  }

  #watchListeners(target: EventTarget): void {
    const count = (type: string, change: number): void => {
      const key = `${target.constructor.name} ${type}`;
      this.#listeners.set(key, (this.#listeners.get(key) ?? 0) + change);
    };
    target.addEventListener = (...parameters: Parameters<EventTarget['addEventListener']>) => {
      const [type, , options] = parameters;
      count(type, 1);
      const { signal } = typeof options === 'object' ? options : {};
      signal?.addEventListener('abort', () => count(type, -1), { once: true });
      EventTarget.prototype.addEventListener.apply(target, parameters);
    };
    target.removeEventListener = (...parameters: Parameters<EventTarget['removeEventListener']>) => {
      count(parameters[0], -1);
      EventTarget.prototype.removeEventListener.apply(target, parameters);
    };
    release(() => {
      Reflect.deleteProperty(target, 'addEventListener');
      Reflect.deleteProperty(target, 'removeEventListener');
    });
  }
}

function attach<Attached extends HTMLElement>(made: Attached): Attached {
  document.body.append(made);
  release(() => made.remove());
  return made;
}

function setAttribute(made: HTMLElement, attribute: string, value: Value): void {
  made.setAttribute(attribute, value === true ? '' : String(value));
}

/** Waits until the element and what is in its shadow root are rendered. */
async function settled(made: UpdatingElement): Promise<void> {
  await made.updateComplete;
  for (const inner of made.shadowRoot?.querySelectorAll<UpdatingElement>('*') ?? []) await inner.updateComplete;
}

/** The markup in the shadow root, without the renderer's comments. */
function shadowMarkup(made: Element): string {
  return made.shadowRoot?.innerHTML.replace(/<!--.*?-->/gs, '') ?? '';
}

/** What a page would notice: its globals, its document outside shadow roots, its styles, its custom elements. */
function pageFacts(): Record<string, unknown> {
  return {
    globals: Object.getOwnPropertyNames(window).sort(),
    markup: document.documentElement.outerHTML,
    sheets: document.adoptedStyleSheets.length + document.styleSheets.length,
    title: document.title,
  };
}
