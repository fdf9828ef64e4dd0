/** The server's settings, read from environment variables. */
import { z } from 'zod';
import { SECRET_LENGTH } from './invitations.js';
import { API_KEY_FORM, API_KEY_MINIMUM } from './api-key.js';
import type { AllowedOrigins } from './origins.js';
import { SESSION_SEATS } from './room-limits.js';
import { isCallable, isNumberPrefix, isSipDomain, usualNumber } from './phone-numbers.js';

/** The real platform's addresses. */
const BANDWIDTH_WEBRTC_URL = 'https://api.webrtc.bandwidth.com/v1';
const BANDWIDTH_VOICE_URL = 'https://voice.bandwidth.com/api/v2';

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly https: boolean;
  readonly allowedOrigins: AllowedOrigins;
  readonly maxParticipants: number;
  readonly joinsPerMinute: number;
  /** Signs invitations, and only who has one comes in. Undefined: anybody does. */
  readonly inviteSecret: string | undefined;
  /** Opens the API of the site's owner. Undefined: on the local platform any; else there is no such API. */
  readonly apiKey: string | undefined;
  /**
   * E.164 numbers and prefixes that may be called, and hosts of SIP addresses as `sip:example.com`. Undefined: the
   * default of the platform that is used.
   */
  readonly dialAllow: readonly string[] | undefined;
  /** E.164: every call goes there. */
  readonly dialNumber: string | undefined;
  /** Where the local platform makes calls; undefined: simulated phones. */
  readonly sipTrunk: SipTrunkConfig | undefined;
  /** Whether there are the routes of the vendor's sample. Undefined: the default of the platform that is used. */
  readonly sampleRoutes: boolean | undefined;
  /** How long one request to one of the platform's HTTP APIs may take. Undefined: the default. */
  readonly apiTimeoutMilliseconds: number | undefined;
  /** What the header User-Agent of these requests ends with. */
  readonly userAgentSuffix: string | undefined;
  /** Undefined: the local platform. */
  readonly bandwidth?: BandwidthConfig | undefined;
}

export interface BandwidthConfig {
  readonly accountId: string;
  readonly username: string;
  readonly password: string;
  readonly webrtcUrl: string;
  /** Where the media SDK connects; undefined leaves it to the SDK. */
  readonly deviceUrl?: string | undefined;
  /** Where the platform reaches this server with webhooks; undefined: it can't. */
  readonly publicUrl?: string | undefined;
  /** Undefined: no phone calls. */
  readonly voice?: VoiceConfig | undefined;
}

export interface VoiceConfig {
  /** Base URL of the Voice API. */
  readonly voiceUrl: string;
  readonly applicationId: string;
  /** Number that calls come from, E.164. */
  readonly phoneNumber: string;
  /** The account's other numbers, E.164: the site's owner may have calls come from them. */
  readonly otherPhoneNumbers?: readonly string[] | undefined;
}

export interface SipTrunkConfig {
  /** `sip:host`, `sip:host:port`; with `user@` that user is called whatever the number is. */
  readonly uri: string;
  /** For a trunk that asks for them (RFC 3261 section 22). */
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
}

/** The message is one sentence that names the variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const DIGITS = /^\d+$/;
const integer = (minimum: number, maximum: number) =>
  z
    .string()
    .refine(
      (text) => DIGITS.test(text) && Number(text) >= minimum && Number(text) <= maximum,
      `must be a whole number from ${minimum} to ${maximum}`,
    )
    .transform(Number);
const flag = z
  .enum(['1', 'true', '0', 'false'], 'must be 1, true, 0 or false')
  .transform((text) => text === '1' || text === 'true');
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' });
const webSocketUrl = z.url({ protocol: /^wss?$/, error: 'must be an address that begins with ws:// or wss://' });

const origins = z
  .string()
  .transform((text) => text.split(',').map((origin) => origin.trim().replace(/\/$/, '')))
  .transform((list) => list.filter((origin) => origin !== ''))
  .refine(
    (list) => list.every((origin) => isOrigin(origin)) || (list.length === 1 && list[0] === '*'),
    'must be * or a list of origins such as https://example.com, with commas between them',
  )
  .transform((list): AllowedOrigins => (list[0] === '*' ? '*' : list));

const list = z.string().transform((text) => text.split(/[\s,]+/).filter((entry) => entry !== ''));
const dialTargets = list.refine(
  (entries) => entries.every((entry) => isNumberPrefix(entry) || isSipDomain(entry)),
  'must be a list of numbers or beginnings of numbers such as +12025550100 or +49, or hosts such as sip:example.com, with commas between them',
);
const phoneNumber = z
  .string()
  .refine((text) => isCallable(text), 'must be a usual phone number such as +12025550100')
  .transform((text) => usualNumber(text).number);
const phoneNumbers = z
  .string()
  .transform((text) => text.split(','))
  .refine(
    (entries) => entries.every((entry) => isCallable(entry)),
    'must be a usual phone number such as +12025550100, or several with commas between them',
  )
  .transform((entries) => entries.map((entry) => usualNumber(entry).number));
/** RFC 9110 section 10.1.5 has products and comments; what else is visible does no harm. */
const headerText = z
  .string()
  .trim()
  .regex(/^[\x20-\x7e]{1,128}$/, 'must be 1 to 128 characters of ASCII');

const environmentSchema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(0, 65_535).default(3000),
  HTTPS: flag.default(false),
  ALLOWED_ORIGINS: origins.default([]),
  MAX_PARTICIPANTS: integer(1, SESSION_SEATS).default(SESSION_SEATS),
  JOINS_PER_MINUTE: integer(1, 1_000_000).default(300),
  INVITE_SECRET: z
    .string()
    .refine((text) => text.length >= SECRET_LENGTH, `must have at least ${SECRET_LENGTH} characters`)
    .optional(),
  API_KEY: z
    .string()
    .regex(API_KEY_FORM, `must have at least ${API_KEY_MINIMUM} characters: letters, digits and signs of ASCII`)
    .optional(),
  BW_ACCOUNT_ID: z.string().optional(),
  BW_USERNAME: z.string().optional(),
  BW_PASSWORD: z.string().optional(),
  BW_WEBRTC_URL: httpUrl.optional(),
  BW_DEVICE_URL: webSocketUrl.optional(),
  BW_VOICE_URL: httpUrl.optional(),
  BW_APPLICATION_ID: z.string().optional(),
  BW_PHONE_NUMBER: phoneNumbers.optional(),
  PUBLIC_URL: httpUrl.optional(),
  DIAL_ALLOW: dialTargets.optional(),
  DIAL_NUMBER: phoneNumber.optional(),
  SIP_TRUNK: z
    .string()
    .regex(/^sip:[^\s/]+$/i, 'must be an address such as sip:127.0.0.1:5080')
    .optional(),
  SIP_USERNAME: z.string().optional(),
  SIP_PASSWORD: z.string().optional(),
  SAMPLE_ROUTES: flag.optional(),
  API_TIMEOUT_SECONDS: integer(1, 300).optional(),
  USER_AGENT_SUFFIX: headerText.optional(),
});

/** @throws ConfigError */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  // A variable that is set to nothing counts as not set.
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const result = environmentSchema.safeParse(present);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new ConfigError(`${issue?.path.join('.')} ${issue?.message}.`);
  }
  const { HOST, PORT, HTTPS, ALLOWED_ORIGINS, MAX_PARTICIPANTS, JOINS_PER_MINUTE, INVITE_SECRET } = result.data;
  const { API_KEY, DIAL_ALLOW, DIAL_NUMBER, SAMPLE_ROUTES, API_TIMEOUT_SECONDS, USER_AGENT_SUFFIX } = result.data;
  const sipTrunk = sipTrunkConfig(result.data);
  const bandwidth = bandwidthConfig(result.data);
  if (bandwidth && sipTrunk)
    throw new ConfigError('SIP_TRUNK is for the local platform: unset it, or all variables that begin with BW_.');
  return {
    host: HOST,
    port: PORT,
    https: HTTPS,
    allowedOrigins: ALLOWED_ORIGINS,
    maxParticipants: MAX_PARTICIPANTS,
    joinsPerMinute: JOINS_PER_MINUTE,
    inviteSecret: INVITE_SECRET,
    apiKey: API_KEY,
    dialAllow: DIAL_ALLOW,
    dialNumber: DIAL_NUMBER,
    sipTrunk,
    sampleRoutes: SAMPLE_ROUTES,
    apiTimeoutMilliseconds: API_TIMEOUT_SECONDS && API_TIMEOUT_SECONDS * 1000,
    userAgentSuffix: USER_AGENT_SUFFIX,
    bandwidth,
  };
}

function sipTrunkConfig(environment: z.infer<typeof environmentSchema>): SipTrunkConfig | undefined {
  const { SIP_TRUNK: uri, SIP_USERNAME: username, SIP_PASSWORD: password } = environment;
  if (uri === undefined && username === undefined && password === undefined) return undefined;
  if (uri === undefined) throw new ConfigError('SIP_TRUNK must be set too, or neither SIP_USERNAME nor SIP_PASSWORD.');
  if (username === undefined && password === undefined) return { uri };
  if (username === undefined || password === undefined)
    throw new ConfigError('SIP_USERNAME and SIP_PASSWORD must be set together.');
  return { uri, credentials: { username, password } };
}

function bandwidthConfig(environment: z.infer<typeof environmentSchema>): BandwidthConfig | undefined {
  const { BW_ACCOUNT_ID, BW_USERNAME, BW_PASSWORD, BW_WEBRTC_URL, BW_DEVICE_URL, PUBLIC_URL } = environment;
  const bandwidth = { BW_ACCOUNT_ID, BW_USERNAME, BW_PASSWORD };
  const missing = Object.entries(bandwidth).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (!BW_ACCOUNT_ID || !BW_USERNAME || !BW_PASSWORD) {
    const others = Object.entries(environment).filter(([name, value]) => name.startsWith('BW_') && value !== undefined);
    const isLocal = others.length === 0;
    if (isLocal) return undefined;
    throw new ConfigError(`${missing.join(', ')} must be set too, or no variable that begins with BW_.`);
  }
  return {
    accountId: BW_ACCOUNT_ID,
    username: BW_USERNAME,
    password: BW_PASSWORD,
    webrtcUrl: BW_WEBRTC_URL ?? BANDWIDTH_WEBRTC_URL,
    deviceUrl: BW_DEVICE_URL,
    publicUrl: PUBLIC_URL,
    voice: voiceConfig(environment),
  };
}

function voiceConfig({ BW_VOICE_URL, ...environment }: z.infer<typeof environmentSchema>): VoiceConfig | undefined {
  const { BW_APPLICATION_ID, BW_PHONE_NUMBER } = environment;
  const [phoneNumber, ...otherPhoneNumbers] = BW_PHONE_NUMBER ?? [];
  if (BW_APPLICATION_ID === undefined && phoneNumber === undefined && BW_VOICE_URL === undefined) return undefined;
  if (BW_APPLICATION_ID === undefined || phoneNumber === undefined)
    throw new ConfigError('BW_APPLICATION_ID and BW_PHONE_NUMBER must be set together for phone calls.');
  const voiceUrl = BW_VOICE_URL ?? BANDWIDTH_VOICE_URL;
  // The Voice API gives no password to callbacks over plain http.
  if (voiceUrl.startsWith('https:') && environment.PUBLIC_URL?.startsWith('http:'))
    throw new ConfigError('PUBLIC_URL must begin with https:// for phone calls.');
  return {
    voiceUrl,
    applicationId: BW_APPLICATION_ID,
    phoneNumber,
    otherPhoneNumbers,
  };
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
