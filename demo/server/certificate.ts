/** A certificate for trying the demo over https. It is signed by itself, so browsers warn before they go on. */
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { isIP } from 'node:net';

/** Devices of Apple refuse server certificates that are valid for more than 825 days (support.apple.com/103769). */
const LIFETIME_DAYS = 365;
const DAY = 24 * 60 * 60 * 1000;

/** ECDSA on P-256: every browser takes it, and it is made in a moment. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** In PEM, as `node:tls` takes them. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes a key and its certificate. @param hosts names and IP addresses by which the server is reached */
export async function createCertificate(hosts: Iterable<string>): Promise<Certificate> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const names = [...new Set(hosts)].map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value }));
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=video-room-elements demo',
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + LIFETIME_DAYS * DAY),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new SubjectAlternativeNameExtension(names),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    ],
  });
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: certificate.toString('pem'), key: PemConverter.encode(key, PemConverter.PrivateKeyTag) };
}
