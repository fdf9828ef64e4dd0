/** Holds bodies of the Voice API to Bandwidth's API document, more strictly than it asks: no undocumented field. */
import { Ajv, type ValidateFunction } from 'ajv';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

type Json = Record<string, unknown>;

const SCHEMAS = [
  'createCallResponse',
  'callState',
  'voiceApiError',
  'answerCallback',
  'disconnectCallback',
  'redirectCallback',
];

const document = load();
const ajv = new Ajv({ strict: false, allErrors: true, formats: { 'date-time': true, uri: true, double: true } });
ajv.addSchema(document, 'api');
const validators = new Map<string, ValidateFunction>();

/** @param name of a schema in the API document */
export function assertVoiceBody(name: string, body: unknown): void {
  const validate = validators.get(name) ?? ajv.compile({ $ref: `api#/components/schemas/${name}` });
  validators.set(name, validate);
  assert.ok(validate(body), `${name}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`);
}

function load(): Json {
  const sdk = dirname(createRequire(import.meta.url).resolve('bandwidth-sdk/package.json'));
  const loaded = parse(readFileSync(join(sdk, 'bandwidth.yml'), 'utf8')) as {
    components: { schemas: Record<string, Json> };
  };
  for (const name of SCHEMAS) {
    const schema = loaded.components.schemas[name];
    assert.ok(schema, `${name} is in the API document`);
    schema['additionalProperties'] = false;
  }
  return loaded;
}
