/** Bootstrap tokens (E2.4): `<id>.<secret>`, kept in Secrets of kube-system. */
import { timingSafeEqual } from 'node:crypto';
import { objectAt, textAt } from '../../schemas/validation/members.js';
import { objectKey } from '../../storage/keys.js';
import type { Store } from '../../storage/store.js';
import { storedObject } from '../codec.js';
import type { TokenAuthenticator, TokenVerdict } from './token-authenticator.js';

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const TYPE = 'bootstrap.kubernetes.io/token';
const GROUP = 'system:bootstrappers';
const EXTRA_GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;
const NOT_OURS: TokenVerdict = {};

/** As in Kubernetes, who asks about one that is no good is not told why. */
export function bootstrapTokens(store: Store, now: () => number): TokenAuthenticator {
  return {
    authenticate(token, { cluster }) {
      const match = TOKEN.exec(token);
      if (!match) return NOT_OURS;
      const [, id, secret] = match as unknown as [string, string, string];
      const entry = store.get(objectKey({ group: '', resource: 'secrets' }, cluster, 'kube-system', `bootstrap-token-${id}`));
      if (!entry) return NOT_OURS;
      const object = storedObject(entry);
      const data = objectAt(object, 'data');
      const value = (name: string): string => Buffer.from(textAt(data, name), 'base64').toString();
      const isGoing = objectAt(object, 'metadata')?.['deletionTimestamp'] !== undefined;
      if (isGoing || object['type'] !== TYPE || value('token-id') !== id || !same(value('token-secret'), secret)) return NOT_OURS;
      const expiration = value('expiration');
      if (expiration !== '' && !(now() < Date.parse(expiration))) return NOT_OURS;
      if (value('usage-bootstrap-authentication') !== 'true') return NOT_OURS;
      const extra = value('auth-extra-groups').split(',').filter(Boolean);
      if (!extra.every((group) => EXTRA_GROUP.test(group))) return NOT_OURS;
      return { user: { name: `system:bootstrap:${id}`, groups: [GROUP, ...new Set(extra.sort())] } };
    },
  };
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
