/** What a person sees and does in the list of people. */
import type { Locator } from 'playwright-core';
import type { MeetingPage } from './meeting.js';
import { until } from './until.js';

function list({ page }: MeetingPage): Locator {
  return page.locator('participant-list');
}

/** Opens the list beside the meeting. */
export async function openPeople(attendee: MeetingPage): Promise<void> {
  await attendee.page.getByRole('button', { name: /^People/ }).click();
  await list(attendee)
    .getByRole('heading', { name: /^Participants/ })
    .waitFor();
}

/** Everybody in the list, as it is read out: `Ada, microphone off`. */
export async function people(attendee: MeetingPage): Promise<string[]> {
  const rows = list(attendee).locator('[part=people] > li');
  return rows.evaluateAll((all) =>
    all.map((row) =>
      ['bdi', '.name .hidden'].map((part) => row.querySelector(part)?.textContent.trim() ?? '').join(''),
    ),
  );
}

/** Waits until the list has exactly these people, each with all that is said here of them, in whatever order. */
export async function listsPeople(
  attendee: MeetingPage,
  wanted: Readonly<Record<string, readonly string[]>>,
  limit?: number,
): Promise<void> {
  await until(
    () => people(attendee),
    (all) =>
      all.length === Object.keys(wanted).length &&
      Object.entries(wanted).every(([name, facts]) =>
        all.some((text) => {
          const [who, ...known] = text.split(', ');
          return (
            who === name &&
            facts.every((fact) => (fact.startsWith('!') ? !known.includes(fact.slice(1)) : known.includes(fact)))
          );
        }),
      ),
    { what: `the list of ${attendee.name} has ${JSON.stringify(wanted)}`, limit },
  );
}

/** Does one of the things that can be done to somebody. */
export async function actOn(attendee: MeetingPage, who: string, action: string): Promise<void> {
  await list(attendee)
    .getByRole('button', { name: `Actions for ${who}`, exact: true })
    .click();
  await list(attendee).getByRole('button', { name: action, exact: true }).click();
}

/** The same for everybody. */
export async function actOnEverybody(attendee: MeetingPage, action: string): Promise<void> {
  await list(attendee).getByRole('button', { name: 'For everybody', exact: true }).click();
  await list(attendee).getByRole('button', { name: action, exact: true }).click();
}
