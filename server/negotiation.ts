/** Which form an answer takes (rest.md §8.1). */
import type { Query } from './query.js';

export const JSON_TYPE = 'application/json';
export const YAML_TYPE = 'application/yaml';
export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';
export const ALL_TYPES = [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE] as const;
export type MediaType = (typeof ALL_TYPES)[number];

export type ConversionKind = 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
export interface Conversion {
  kind: ConversionKind;
  version: 'v1' | 'v1beta1';
}

export interface Output {
  mediaType: MediaType;
  as?: Conversion;
  /** Two-space indentation (R8.20). */
  pretty: boolean;
}

interface Clause {
  type: string;
  params: Map<string, string>;
  q: number;
}

const CONVERSIONS: readonly string[] = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'];
const BROWSERS = /^(curl|Wget|Mozilla\/5\.0)/;
const GO_TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);

/** Clauses in the order of preference (R8.1): q, then specific before wildcard, then header order. */
function parseAccept(accept: string): Clause[] {
  const clauses: Clause[] = [];
  for (const part of accept.split(',')) {
    const [type, ...rest] = part.split(';').map((s) => s.trim());
    if (!type) continue;
    const params = new Map<string, string>();
    for (const pair of rest) {
      const at = pair.indexOf('=');
      if (at > 0) params.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const q = params.has('q') ? Number(params.get('q')) : 1;
    clauses.push({ type, params, q: Number.isNaN(q) ? 0 : q });
  }
  const stars = (c: Clause): number => (c.type === '*/*' ? 2 : c.type.endsWith('/*') ? 1 : 0);
  return clauses
    .map((clause, at) => ({ clause, at }))
    .sort((a, b) => b.clause.q - a.clause.q || stars(a.clause) - stars(b.clause) || a.at - b.at)
    .map(({ clause }) => clause);
}

const typeMatches = (clause: string, offered: string): boolean =>
  clause === offered || clause === '*/*' || (clause.endsWith('/*') && offered.startsWith(clause.slice(0, -1)));

/** What an endpoint offers: media types for whole objects, and conversions with the types that carry them, all or no Tables (R8.3). */
export interface Offer {
  types: readonly MediaType[];
  conversions: boolean | 'metadata';
}

/** undefined: nothing matches, 406 (R8.4). */
export function negotiate(accept: string | undefined, offer: Offer, query: Query, userAgent: string | undefined): Output | undefined {
  const found =
    accept === undefined || accept.trim() === '' ? { mediaType: JSON_TYPE as MediaType, params: undefined } : choose(accept, offer);
  if (!found) return undefined;
  return { mediaType: found.mediaType, ...('as' in found && { as: found.as }), pretty: isPretty(found.params, query, userAgent) };
}

function choose(accept: string, offer: Offer): { mediaType: MediaType; as?: Conversion; params: Map<string, string> } | undefined {
  for (const { type, params } of parseAccept(accept)) {
    if ((params.get('stream') || 'watch') !== 'watch') continue;
    const wanted = conversionOf(params);
    if (wanted === null || (wanted && !isOffered(wanted, offer))) continue;
    const types = !wanted ? offer.types : wanted.kind === 'Table' ? [JSON_TYPE, YAML_TYPE] : ALL_TYPES;
    const mediaType = types.find((t) => typeMatches(type, t));
    if (mediaType) return { mediaType: mediaType as MediaType, ...(wanted && { as: wanted }), params };
  }
  return undefined;
}

const isOffered = ({ kind }: Conversion, { conversions }: Offer): boolean => (conversions === 'metadata' ? kind !== 'Table' : conversions);

/** undefined: no conversion asked; null: one that no server knows (R8.3). */
function conversionOf(params: Map<string, string>): Conversion | undefined | null {
  const as = params.get('as');
  const group = params.get('g');
  const version = params.get('v');
  if (as === undefined && group === undefined && version === undefined) return undefined;
  if (as === undefined || !CONVERSIONS.includes(as) || group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return null;
  return { kind: as as ConversionKind, version };
}

function isPretty(params: Map<string, string> | undefined, query: Query, userAgent: string | undefined): boolean {
  const asked = query.get('pretty');
  if (asked !== '') return GO_TRUE.has(asked);
  return params?.get('pretty') === '1' || BROWSERS.test(userAgent ?? '');
}

/** R9.20: the media type of the first clause that asks for aggregated discovery v2, wherever it stands; undefined: the legacy document. */
export function negotiateDiscovery(accept: string | undefined): MediaType | undefined {
  for (const { type, params } of parseAccept(accept ?? '')) {
    if (params.get('g') !== 'apidiscovery.k8s.io' || params.get('v') !== 'v2' || params.get('as') !== 'APIGroupDiscoveryList') continue;
    const found = ALL_TYPES.find((t) => typeMatches(type, t));
    if (found) return found;
  }
  return undefined;
}

/** The offered type that the Accept header likes best, parameters ignored; the first where it does not say. undefined: none, 406. */
export function preferredType(accept: string | undefined, offered: readonly string[]): string | undefined {
  if (accept === undefined || accept.trim() === '') return offered[0];
  for (const { type } of parseAccept(accept)) {
    const found = offered.find((candidate) => typeMatches(type, candidate));
    if (found) return found;
  }
  return undefined;
}

/** R1.19: whether any of the Accept header's media types, parameters ignored, is among the produced ones. */
export function acceptsAny(accept: string | undefined, produced: readonly string[]): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  return accept.split(',').some((part) => {
    const type = part.split(';')[0]!.trim();
    return type === '*/*' || produced.some((p) => p.split(';')[0] === type);
  });
}
