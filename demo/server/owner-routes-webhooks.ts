/** The site owner's API: who is told of what happens in rooms. */
import { z } from '@hono/zod-openapi';
import { RECORD_TYPES } from './chronicle.js';
import { PRIVATE } from './http.js';
import type { OwnerServices } from './owner-routes.js';
import { json, noContent, type OwnerRouter } from './owner-routes-router.js';
import { recordType, TAGS } from './room-schemas.js';
import { Problem } from './problem.js';

const webhookRequest = z
  .strictObject({
    url: z.string('must be a text').openapi({ format: 'uri', maxLength: 2000, description: 'With http or https.' }),
    types: z
      .array(z.string('must be a list of types'), 'must be a list of types')
      .max(RECORD_TYPES.length, `must have at most ${RECORD_TYPES.length} entries`)
      .optional()
      .openapi({ items: { type: 'string', enum: [...RECORD_TYPES] }, description: 'Default: all.' }),
  })
  .openapi('WebhookRequest', { example: { url: 'https://example.com/meetings', types: ['participant-joined'] } });

const webhookSchema = z
  .object({
    id: z.string(),
    url: z.url(),
    types: z.array(recordType).nullable().openapi({ description: 'Null: all.' }),
    createdAt: z.iso.datetime(),
    state: z.enum(['active', 'failing', 'disabled']).openapi({
      description: '`disabled`: eight tries within a day were in vain, and nothing is sent any more.',
    }),
  })
  .openapi('Webhook');

const newWebhookSchema = webhookSchema
  .extend({ secret: z.string().openapi({ description: 'Of the signatures. It is told this once.' }) })
  .openapi('NewWebhook');

export function addWebhookRoutes(router: OwnerRouter, { webhooks }: OwnerServices): void {
  router.add(
    {
      method: 'get',
      path: '/api/webhooks',
      tag: TAGS.webhooks,
      summary: 'Addresses that are told of what happens in rooms',
      answers: { 200: json('All of them', z.array(webhookSchema)) },
    },
    ({ context }) => context.json(webhooks.list(), 200, PRIVATE),
  );

  router.add(
    {
      method: 'post',
      path: '/api/webhooks',
      tag: TAGS.webhooks,
      summary:
        'Have entries of the record posted to an address as they are written, signed as Standard Webhooks describes',
      body: webhookRequest,
      answers: { 201: json('From now on', newWebhookSchema) },
      problems: [409],
    },
    ({ body, context }) => context.json(webhooks.add(body), 201, PRIVATE),
  );

  router.add(
    {
      method: 'delete',
      path: '/api/webhooks/{webhook}',
      tag: TAGS.webhooks,
      summary: 'Send no more there, not even what waits',
      params: z.object({ webhook: z.string() }),
      answers: { 204: { description: 'Gone' } },
      problems: [404],
    },
    ({ params, context }) => {
      if (!webhooks.remove(params.webhook)) throw new Problem(404, 'There is no such webhook.');
      return noContent(context);
    },
  );
}
