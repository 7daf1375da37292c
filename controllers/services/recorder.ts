/** Notes what a client is asked to do, as the authorizer of a server would see it. */
import type { Client } from '../client.js';
import { groupOf, type KindReference, type KubeObject, keyOf, type ObjectKey } from '../object.js';
import type { AccessRequest } from '../rbac.js';

interface Note {
  verb: string;
  kind: KindReference;
  key?: ObjectKey;
  subresource?: string;
}

export interface Recorder {
  client: Client;
  /** All that was asked for so far, each once. */
  requests(): Promise<AccessRequest[]>;
}

const byKind: Record<string, string> = {
  get: 'get',
  find: 'get',
  list: 'list',
  pages: 'list',
  watch: 'watch',
  patch: 'patch',
  delete: 'delete',
  deleteCollection: 'deletecollection',
};
/** An apply makes what is not there yet, but no subresource. */
const byObject: Record<string, string[]> = { create: ['create'], update: ['update'], updateStatus: ['update'], apply: ['create', 'patch'] };

export function recorded(client: Client): Recorder {
  const notes = new Map<string, Note>();
  const note = (each: Note) => void notes.set(JSON.stringify(each), each);
  const noteCall = (name: string, args: unknown[]): void => {
    const verb = byKind[name];
    if (verb !== undefined) {
      const [{ apiVersion, kind }, key, patchOrOptions, options] = args as [KindReference, ObjectKey, object?, { subresource?: string }?];
      const subresource = name === 'patch' ? options?.subresource : (patchOrOptions as { subresource?: string } | undefined)?.subresource;
      const isOne = ['get', 'patch', 'delete'].includes(verb);
      note({ verb, kind: { apiVersion, kind }, ...(isOne && { key }), ...(subresource && { subresource }) });
    }
    for (const verb of byObject[name] ?? []) {
      const [object, options] = args as [KubeObject, { subresource?: string }?];
      if (name === 'apply' && verb === 'create' && options?.subresource) continue;
      const { apiVersion, kind } = object;
      const subresource = name === 'updateStatus' ? 'status' : options?.subresource;
      // A creation is asked for without a name.
      const key = name === 'create' ? {} : { key: keyOf(object) };
      note({ verb, kind: { apiVersion, kind }, ...key, ...(subresource && { subresource }) });
    }
  };
  return {
    client: new Proxy(client, {
      get(target, name) {
        const member = target[name as keyof Client] as (...args: unknown[]) => unknown;
        return (...args: unknown[]) => {
          noteCall(String(name), args);
          return member(...args);
        };
      },
    }),
    async requests() {
      const seen = new Map<string, AccessRequest>();
      for (const { verb, kind, key, subresource } of notes.values()) {
        const found = await client.resourceFor(kind);
        if (!found) continue;
        const resource = subresource ? `${found.resource}/${subresource}` : found.resource;
        const request: AccessRequest = { verb, group: groupOf(kind.apiVersion), resource, ...key };
        seen.set(JSON.stringify(request), request);
      }
      return [...seen.values()];
    },
  };
}
