import { LocalizeController, registerTranslation, update } from '@shoelace-style/localize';
import type { RoomError } from '../room/errors.js';
import { english, type Translation } from './translations/en.js';

// The first one registered is the one for languages that have none.
registerTranslation(english);

/** The texts of an element in the language of the nearest `lang` around it, across shadow roots. */
export class Localize<Texts extends Translation = Translation> extends LocalizeController<Texts> {
  override lang(): string {
    return nearestLang(this.host) ?? super.lang();
  }

  /** The error's sentence: translated where the language has one for its code. */
  errorText(error: RoomError): string {
    const key = `error-${error.code}`;
    return this.exists(key as keyof Translation, { lang: this.lang(), includeFallback: false })
      ? String((this as LocalizeController<Translation>).term(key as keyof Translation))
      : error.message;
  }
}

/** Renders all elements again. The page's own `lang` is watched without this. */
export const languageChanged = update;

function nearestLang(element: Element): string | undefined {
  const marked = element.closest<HTMLElement>('[lang]');
  if (marked) return marked.lang.toLowerCase();
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? nearestLang(root.host) : undefined;
}
