/** Secrets of type service-account-token are filled with a token of their account, and go with it (D4.3). */
import { StatusError } from '../../schemas/status.js';
import type { KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request } from '../reconciler.js';
import { consume, createWorkQueue } from '../workqueue.js';

export interface TokenSecretOptions {
  /** PEM. */
  ca: string;
  /** Signs a token without expiry, bound to the secret (E3.6). */
  issueToken(subject: { namespace: string; secret: string; serviceAccount: { name: string; uid: string } }): string | Promise<string>;
}

interface Secret extends KubeObject {
  type?: string;
  data?: Record<string, string>;
}

interface Account extends KubeObject {
  secrets?: { name?: string }[];
}

const secretType = 'kubernetes.io/service-account-token';
const secretKind = { apiVersion: 'v1', kind: 'Secret' };
const tokenSecrets = { ...secretKind, fieldSelector: `type=${secretType}` };
const accountKind = { apiVersion: 'v1', kind: 'ServiceAccount' };
const nameAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';
const name = 'serviceaccount-token-controller';

export function tokenSecretPlugin(options: TokenSecretOptions): Plugin {
  return definePlugin({
    name,
    controllers: [
      { name, for: tokenSecrets, reconcile: (request, context) => fill(request, context, options) },
      {
        name: `${name}-accounts`,
        for: { ...accountKind, predicate: ({ type }) => type === 'deleted' },
        reconcile: (request, context) => removeSecretsOf(request, context),
      },
      { name: `${name}-references`, run: dropReferences },
    ],
  });
}

async function fill(request: Request, { client }: Context, { ca, issueToken }: TokenSecretOptions): Promise<void> {
  const secret = await client.find<Secret>(secretKind, request);
  const accountName = secret?.metadata.annotations?.[nameAnnotation];
  if (secret?.type !== secretType || !accountName) return;
  const namespace = request.namespace ?? '';
  const account = await client.find<KubeObject>(accountKind, { name: accountName, namespace });
  const uid = account?.metadata.uid;
  const wantedUid = secret.metadata.annotations?.[uidAnnotation];
  if (uid === undefined || (wantedUid && wantedUid !== uid)) {
    await remove(client, secret);
    return;
  }
  const data = secret.data ?? {};
  if (data['token'] && data['namespace'] && data['ca.crt'] === base64(ca)) return;
  const token = data['token'] || base64(await issueToken({ namespace, secret: request.name, serviceAccount: { name: accountName, uid } }));
  await client.update<Secret>({
    ...secret,
    metadata: { ...secret.metadata, annotations: { ...secret.metadata.annotations, [uidAnnotation]: uid } },
    data: { ...data, token, 'ca.crt': base64(ca), namespace: data['namespace'] || base64(namespace) },
  });
}

async function removeSecretsOf({ name: accountName, namespace }: Request, { client }: Context): Promise<void> {
  const account = await client.find<KubeObject>(accountKind, { name: accountName, ...(namespace && { namespace }) });
  const selection = { fieldSelector: `type=${secretType}`, ...(namespace && { namespace }) };
  for await (const { items } of client.pages<Secret>(secretKind, selection)) {
    for (const secret of items) {
      const { annotations } = secret.metadata;
      const isOrphan = annotations?.[nameAnnotation] === accountName && annotations?.[uidAnnotation] !== account?.metadata.uid;
      if (isOrphan) await remove(client, secret);
    }
  }
}

/** A secret that has gone, and the account that may still list it. */
interface Reference {
  secret: string;
  namespace: string;
  account: { name: string; uid: string | undefined };
}

/** An account no longer lists a token secret that has gone. */
async function dropReferences(context: Context): Promise<void> {
  const { log, signal, clock } = context;
  const queue = createWorkQueue<Reference>({ key: ({ namespace, secret }) => `${namespace}/${secret}`, clock });
  const secrets = context.cache<Secret>(tokenSecrets);
  secrets.onEvent(({ type, object: { metadata } }) => {
    const accountName = metadata.annotations?.[nameAnnotation];
    if (type !== 'deleted' || !accountName) return;
    const account = { name: accountName, uid: metadata.annotations?.[uidAnnotation] };
    queue.add({ secret: metadata.name, namespace: metadata.namespace ?? '', account });
  });
  signal.addEventListener('abort', () => queue.shutDown());
  await secrets.synced();
  await consume(queue, 1, async (reference) => {
    try {
      await dropReference(reference, context);
      queue.forget(reference);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof StatusError && [404, 409].includes(error.code)))
        log.error({ ...reference, err: error }, 'reference not dropped');
      queue.addRateLimited(reference);
    }
  });
}

async function dropReference({ secret, namespace, account: { name, uid } }: Reference, { client }: Context): Promise<void> {
  if (await client.find(secretKind, { name: secret, namespace })) return;
  const account = await client.find<Account>(accountKind, { name, namespace });
  if (!account?.secrets?.some((reference) => reference.name === secret) || (uid && uid !== account.metadata.uid)) return;
  await client.update<Account>({ ...account, secrets: account.secrets.filter((reference) => reference.name !== secret) });
}

async function remove(client: Context['client'], { metadata }: Secret): Promise<void> {
  const key = { name: metadata.name, ...(metadata.namespace && { namespace: metadata.namespace }) };
  try {
    await client.delete(secretKind, key, metadata.uid ? { preconditions: { uid: metadata.uid } } : {});
  } catch (error) {
    if (!(error instanceof StatusError && error.code === 404)) throw error;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
