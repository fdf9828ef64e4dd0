/** Holds requests and answers to Bandwidth's API document, more strictly than its schemas ask: no undocumented field. */
import { Ajv, type ValidateFunction } from 'ajv';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

type Json = Record<string, unknown>;

const METHODS = ['get', 'post', 'put', 'delete'];
/** Bodies that are of use only when complete. */
const COMPLETE = ['requestError', 'unauthorizedRequest', 'forbiddenRequest', 'createParticipantResponse'];

const document = load();
const ajv = new Ajv({ strict: false, allErrors: true, formats: {} });
ajv.addSchema(document, 'api');
const validators = new Map<string, ValidateFunction>();

export interface Operation {
  /** For example `PUT /accounts/{accountId}/sessions/{sessionId}/participants/{participantId}`. */
  readonly name: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly definition: Json;
}

export const operations: readonly Operation[] = Object.entries(object(document['paths'])).flatMap(([path, item]) =>
  Object.entries(object(item))
    .filter(([method]) => METHODS.includes(method))
    .map(([method, definition]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
      definition: object(definition),
    })),
);

/** `operation status` of every documented answer. */
export function documentedAnswers(): string[] {
  return operations.flatMap(({ name, definition }) =>
    Object.keys(object(definition['responses'])).map((status) => `${name} ${status}`),
  );
}

/** @param path below the base path, without a query */
export function operationOf(method: string, path: string): Operation {
  const operation = operations.find((each) => each.method === method && each.pattern.test(path));
  assert.ok(operation, `${method} ${path} is not in the API document`);
  return operation;
}

/** @param body empty where the request had none */
export function assertRequest(operation: Operation, body: string): void {
  const definition = operation.definition['requestBody'];
  if (definition === undefined) return assert.equal(body, '', `${operation.name}: no body is documented`);
  const { pointer, value } = resolve(definition);
  if (body === '') return assert.notEqual(value['required'], true, `${operation.name}: a body is required`);
  assertSchema(operation.name, `${pointer}/content/application~1json/schema`, JSON.parse(body));
}

export function assertAnswer(operation: Operation, status: number, contentType: string | null, body: string): void {
  const label = `${operation.name} ${status}`;
  const definition = object(operation.definition['responses'])[String(status)];
  assert.ok(definition, `${label} is not in the API document`);
  const { pointer, value } = resolve(definition);
  if (value['content'] === undefined) return assert.equal(body, '', `${label}: no body is documented`);
  assert.match(contentType ?? '', /^application\/json/, `${label}: content type`);
  assertSchema(label, `${pointer}/content/application~1json/schema`, JSON.parse(body));
}

function assertSchema(label: string, pointer: string, value: unknown): void {
  const validate = validators.get(pointer) ?? ajv.compile({ $ref: `api${pointer}` });
  validators.set(pointer, validate);
  assert.ok(validate(value), `${label}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`);
}

/** Follows the reference that bodies of this document consist of. */
function resolve(definition: unknown): { pointer: string; value: Json } {
  const pointer = object(definition)['$ref'];
  // The document writes answers without content in place; they need no pointer.
  if (typeof pointer !== 'string') return { pointer: '', value: object(definition) };
  const value = pointer
    .split('/')
    .slice(1)
    .reduce((node: Json, key) => object(node[key]), document);
  return { pointer, value };
}

function load(): Json {
  const url = new URL('../helpers/bandwidth-webrtc.openapi.yml', import.meta.url);
  const loaded = object(parse(readFileSync(url, 'utf8')));
  for (const [name, schema] of Object.entries(object(object(loaded['components'])['schemas']))) {
    const definition = object(schema);
    if (definition['type'] !== 'object') continue;
    definition['additionalProperties'] = false;
    if (COMPLETE.includes(name)) definition['required'] = Object.keys(object(definition['properties']));
  }
  return loaded;
}

function object(value: unknown): Json {
  assert.ok(typeof value === 'object' && value !== null, 'an object in the API document');
  return value as Json;
}
