/** PKCS #10 certificate requests: read from PEM as far as signing needs it, and their own signature checked. */
import { createPublicKey, verify } from 'node:crypto';

export interface CertificateRequest {
  /** Relative names of the subject in order: dotted OID and text. */
  subject: readonly { type: string; value: string }[];
  /** DNS names, IP addresses, e-mail addresses and URIs that are asked for, as `[tag, bytes]` of GeneralName. */
  alternativeNames: readonly { tag: number; bytes: Buffer }[];
  /** DER */
  publicKey: Buffer;
  signed: Buffer;
  signature: Buffer;
  signatureAlgorithm: string;
}

export interface PemBlock {
  type: string;
  hasHeaders: boolean;
  bytes: Buffer;
}

/** The PEM blocks of a text, whatever else stands between them. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  const begin = '-----BEGIN ';
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + 1)) {
    const typeEnd = text.indexOf('-----', at + begin.length);
    if (typeEnd < 0) break;
    const type = text.slice(at + begin.length, typeEnd);
    const end = text.indexOf(`-----END ${type}-----`, typeEnd);
    if (end < 0 || type.includes('\n')) continue;
    const body = text.slice(typeEnd + 5, end);
    blocks.push({ type, hasHeaders: body.includes(':'), bytes: Buffer.from(body, 'base64') });
    at = end;
  }
  return blocks;
}

export const COMMON_NAME = '2.5.4.3';
export const ORGANIZATION = '2.5.4.10';
const SUBJECT_ALT_NAME = '2.5.29.17';
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

interface Node {
  tag: number;
  /** Header included. */
  whole: Buffer;
  content: Buffer;
}

const malformed = (): Error => new Error('asn1: structure error: malformed certificate request');

function readNode(bytes: Buffer, at: number): Node {
  const tag = bytes[at];
  let length = bytes[at + 1];
  if (tag === undefined || length === undefined) throw malformed();
  let start = at + 2;
  if (length >= 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > 4 || start + count > bytes.length) throw malformed();
    length = bytes.readUIntBE(start, count);
    start += count;
  }
  if (start + length > bytes.length) throw malformed();
  return { tag, whole: bytes.subarray(at, start + length), content: bytes.subarray(start, start + length) };
}

function children({ content }: Pick<Node, 'content'>): Node[] {
  const nodes: Node[] = [];
  for (let at = 0; at < content.length; at += nodes.at(-1)!.whole.length) nodes.push(readNode(content, at));
  return nodes;
}

function oid({ tag, content }: Node): string {
  if (tag !== 0x06 || content.length === 0) throw malformed();
  const parts = [Math.min(2, Math.floor(content[0]! / 40)), 0];
  parts[1] = content[0]! - parts[0]! * 40;
  let value = 0;
  for (const byte of content.subarray(1)) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      parts.push(value);
      value = 0;
    }
  }
  return parts.join('.');
}

/** BMPString is UTF-16, all others are read as UTF-8. */
const text = ({ tag, content }: Node): string =>
  tag === 0x1e ? Buffer.from(content).swap16().toString('utf16le') : content.toString('utf8');

/** Throws an Error where the DER is no certificate request. */
export function parseCertificateRequest(der: Buffer): CertificateRequest {
  const root = readNode(der, 0);
  const [info, algorithm, signature] = children(root);
  if (root.tag !== 0x30 || !info || !algorithm || signature?.tag !== 0x03) throw malformed();
  const [, name, key, attributes] = children(info);
  if (!name || !key) throw malformed();
  return {
    subject: children(name).flatMap((set) =>
      children(set).map((pair) => {
        const [type, value] = children(pair);
        if (!type || !value) throw malformed();
        return { type: oid(type), value: text(value) };
      }),
    ),
    alternativeNames: attributes ? alternativeNamesIn(attributes) : [],
    publicKey: key.whole,
    signed: info.whole,
    signature: signature.content.subarray(1),
    signatureAlgorithm: oid(children(algorithm)[0] ?? algorithm),
  };
}

function alternativeNamesIn(attributes: Node): CertificateRequest['alternativeNames'] {
  for (const attribute of children(attributes)) {
    const [type, values] = children(attribute);
    if (!type || !values || oid(type) !== EXTENSION_REQUEST) continue;
    for (const extensions of children(values))
      for (const extension of children(extensions)) {
        const parts = children(extension);
        if (!parts[0] || oid(parts[0]) !== SUBJECT_ALT_NAME) continue;
        return children(readNode(parts.at(-1)!.content, 0)).map(({ tag, content }) => ({ tag: tag & 0x1f, bytes: content }));
      }
  }
  return [];
}

/** Digest by signature algorithm: RSA, RSA-PSS is not among them, ECDSA; EdDSA has none. */
const DIGESTS: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': null,
};

/** Why the request's own signature is no good; undefined where it is. */
export function signatureProblem({ publicKey, signed, signature, signatureAlgorithm }: CertificateRequest): string | undefined {
  const digest = DIGESTS[signatureAlgorithm];
  if (digest === undefined) return 'x509: cannot verify signature: algorithm unimplemented';
  try {
    const key = createPublicKey({ key: publicKey, type: 'spki', format: 'der' });
    if (verify(digest, signed, key, signature)) return undefined;
    return key.asymmetricKeyType === 'rsa' ? 'crypto/rsa: verification error' : 'x509: ECDSA verification failure';
  } catch {
    return 'x509: unsupported public key';
  }
}
