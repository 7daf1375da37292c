/** Everything under `/openapi`, made when it is asked for (R10.45). */
import type { JsonObject } from '../schemas/json-value.js';
import type { Kind } from '../schemas/kinds.js';
import { type Document, documentOf, lazy } from './document.js';
import type { CustomKind } from './from-structural.js';
import { builtinParts, v2Document } from './v2.js';
import { type Published, withPublished } from './published.js';
import { encodeV2 } from './v2-protobuf.js';
import { builtinV3, customV3, v3Key } from './v3.js';

export { type Document, documentOf } from './document.js';
export { partOf, type Published } from './published.js';
export type { CustomKind } from './from-structural.js';

/** The documents of one set of kinds. */
export interface OpenApi {
  /** `/openapi/v2` as JSON; its hash serves both encodings. */
  v2(): Document;
  /** The same as gnostic protobuf (R10.3). */
  v2Protobuf(): Buffer;
  /** `/openapi/v3` (R10.15). */
  v3Index(): Document;
  /** `/openapi/v3/<key>`; undefined for an unknown key. */
  v3(key: string): Document | undefined;
}

export interface OpenApiFactory {
  /**
   * The built-in kinds with these custom ones, and what other servers publish. Documents of the built-ins are shared by all that the
   * factory makes.
   */
  withCustom(custom: readonly CustomKind[], published?: readonly Published[]): OpenApi;
}

/** `gitVersion` is what `/version` says. */
export function createOpenApi(kinds: readonly Kind[], gitVersion: string): OpenApiFactory {
  const parts = lazy(() => builtinParts(kinds));
  const builtins = new Map([...builtinV3(kinds, gitVersion)].map(([key, make]) => [key, lazy(() => documentOf(make()))]));
  const customDocuments = rememberingDocuments();
  return {
    withCustom(custom, published = []) {
      const own = (): JsonObject => v2Document(parts(), custom, gitVersion);
      const document = (): JsonObject => (published.length ? withPublished(own(), published) : own());
      const others = published.flatMap(({ key, v3 }): [string, () => Document][] => (v3 ? [[key, () => v3]] : []));
      const documents = new Map([...builtins, ...customDocuments(custom), ...others]);
      return {
        v2: lazy(() => documentOf(document())),
        v2Protobuf: lazy(() => encodeV2(document())),
        v3Index: lazy(() => documentOf(indexOf(documents))),
        v3: (key) => documents.get(key)?.(),
      };
    },
  };
}

/** The documents of custom group-versions; one whose kinds are still the same is not made again. */
function rememberingDocuments(): (custom: readonly CustomKind[]) => [string, () => Document][] {
  const byFirst = new WeakMap<CustomKind, { kinds: readonly CustomKind[]; document: () => Document }>();
  return (custom) => {
    const byKey = new Map<string, CustomKind[]>();
    for (const kind of custom) {
      const key = v3Key(kind.kind);
      const own = byKey.get(key);
      if (own) own.push(kind);
      else byKey.set(key, [kind]);
    }
    return [...byKey].map(([key, kinds]) => {
      const known = byFirst.get(kinds[0]!);
      if (known?.kinds.length === kinds.length && known.kinds.every((kind, i) => kind === kinds[i])) return [key, known.document];
      const document = lazy(() => documentOf(customV3(kinds)));
      byFirst.set(kinds[0]!, { kinds, document });
      return [key, document];
    });
  };
}

function indexOf(documents: ReadonlyMap<string, () => Document>): JsonObject {
  const entries = [...documents].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    paths: Object.fromEntries(entries.map(([key, document]) => [key, { serverRelativeURL: `/openapi/v3/${key}?hash=${document().hash}` }])),
  };
}
