/** Pods run as a service account: the default one where they name none, with its token mounted (C1.2). */
import { setTimeout as sleep } from 'node:timers/promises';
import { isObject, type JsonObject, type JsonValue } from '../../schemas/json-value.js';
import { generateName } from '../../schemas/names.js';
import { metaOf } from '../../schemas/object-meta.js';
import { objectAt, objectsAt, textAt } from '../../schemas/validation/members.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { denial } from './denial.js';
import { findStored, nameProblem } from './stored.js';
import { concerns } from './subject.js';

const ACCOUNTS = { group: '', resource: 'serviceaccounts' };
const MIRROR = 'kubernetes.io/config.mirror';
const ENFORCE_SECRETS = 'kubernetes.io/enforce-mountable-secrets';
const VOLUME = 'kube-api-access-';
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_SECONDS = 3607;
const FILE_MODE = 0o644;
/** The default account of a new namespace comes from a controller: it is waited for. */
const ATTEMPTS = 10;
const WAIT_MS = 100;

export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  operations: ['CREATE', 'UPDATE'],
  admit(attributes) {
    if (!concerns(attributes, '', 'pods', ['CREATE'])) return;
    const pod = attributes.object!;
    if (isMirror(pod)) return checkMirror(attributes, pod);
    const spec = objectAt(pod, 'spec') ?? {};
    pod['spec'] = spec;
    const name = textAt(spec, 'serviceAccountName') || 'default';
    spec['serviceAccountName'] = name;
    spec['serviceAccount'] = name;
    const account = findStored(attributes, ACCOUNTS, attributes.namespace, name);
    const useIt = (found: JsonObject): void => {
      use(attributes, spec, found);
      checkMountable(attributes, spec, found);
    };
    if (account) return useIt(account);
    if (name === 'default') return waitFor(attributes, name).then(useIt);
    throw missing(attributes, name);
  },
  validate(attributes) {
    if (!concerns(attributes, '', 'pods', ['CREATE'])) return;
    const pod = attributes.object!;
    if (isMirror(pod)) return checkMirror(attributes, pod);
    const spec = objectAt(pod, 'spec') ?? {};
    const name = textAt(spec, 'serviceAccountName');
    if (name === '') throw denial(attributes, `no service account specified for pod ${attributes.namespace}/${attributes.name}`);
    const account = findStored(attributes, ACCOUNTS, attributes.namespace, name);
    if (!account) throw missing(attributes, name);
    checkMountable(attributes, spec, account);
  },
};

const isMirror = (pod: JsonObject): boolean => metaOf(pod).annotations?.[MIRROR] !== undefined;

const missing = (attributes: Attributes, name: string): Error =>
  denial(
    attributes,
    `error looking up service account ${attributes.namespace}/${name}: ${nameProblem(name) ?? `serviceaccount "${name}" not found`}`,
  );

async function waitFor(attributes: Attributes, name: string): Promise<JsonObject> {
  for (let attempt = 1; attempt < ATTEMPTS && !attributes.request.signal.aborted; attempt++) {
    await sleep(WAIT_MS);
    const account = findStored(attributes, ACCOUNTS, attributes.namespace, name);
    if (account) return account;
  }
  throw missing(attributes, name);
}

function use({ api }: Attributes, spec: JsonObject, account: JsonObject): void {
  const automount = spec['automountServiceAccountToken'] ?? account['automountServiceAccountToken'] ?? true;
  if (automount === true) mountToken(spec, api.chance.random);
  const secrets = objectsAt(account, 'imagePullSecrets');
  if (objectsAt(spec, 'imagePullSecrets').length === 0 && secrets.length > 0)
    spec['imagePullSecrets'] = secrets.map((secret) => ({ ...secret }));
}

function mountToken(spec: JsonObject, random: () => number): void {
  const volumes = objectsAt(spec, 'volumes');
  const present = volumes.map((volume) => textAt(volume, 'name')).find((name) => name.startsWith(VOLUME));
  const name = present ?? generateName(VOLUME, random);
  let isMounted = false;
  for (const container of [...objectsAt(spec, 'initContainers'), ...objectsAt(spec, 'containers')]) {
    const mounts = objectsAt(container, 'volumeMounts');
    if (mounts.some((mount) => textAt(mount, 'mountPath') === MOUNT_PATH)) continue;
    container['volumeMounts'] = [...mounts, { name, readOnly: true, mountPath: MOUNT_PATH }];
    isMounted = true;
  }
  if (isMounted && present === undefined) spec['volumes'] = [...volumes, tokenVolume(name)];
}

function tokenVolume(name: string): JsonObject {
  const sources: JsonValue[] = [
    { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
  ];
  return { name, projected: { sources, defaultMode: FILE_MODE } };
}

/** A mirror pod is run by its node already: it can have nothing of the API's. */
function checkMirror(attributes: Attributes, pod: JsonObject): void {
  const spec = objectAt(pod, 'spec');
  if (textAt(spec, 'serviceAccountName') !== '') throw denial(attributes, 'a mirror pod may not reference service accounts');
  if (hasSecrets(spec)) throw denial(attributes, 'a mirror pod may not reference secrets');
  const projections = objectsAt(spec, 'volumes').flatMap((volume) => objectsAt(objectAt(volume, 'projected'), 'sources'));
  if (projections.some((source) => source['serviceAccountToken'] !== undefined))
    throw denial(attributes, 'a mirror pod may not use ServiceAccountToken volume projections');
}

/** Of containers, of the registry, or of volumes of whatever type; without a name it is none. */
function hasSecrets(spec: JsonObject | undefined): boolean {
  const volumes = objectsAt(spec, 'volumes');
  const sources = volumes.flatMap((volume) => Object.values(volume).filter(isObject));
  const names = [
    ...secretsOf(spec).map(({ name }) => name),
    ...objectsAt(spec, 'imagePullSecrets').map((secret) => textAt(secret, 'name')),
    ...volumes.map((volume) => textAt(objectAt(volume, 'azureFile'), 'secretName')),
    ...sources.flatMap((source) => ['secretRef', 'nodePublishSecretRef'].map((member) => textAt(objectAt(source, member), 'name'))),
    ...sources.flatMap((source) => objectsAt(source, 'sources').map((projection) => textAt(objectAt(projection, 'secret'), 'name'))),
  ];
  return names.some((name) => name !== '');
}

interface SecretUse {
  name: string;
  /** How a refusal puts it; `%s` stands for the name. */
  text: string;
}

function secretsOf(spec: JsonObject | undefined): SecretUse[] {
  const uses: SecretUse[] = [];
  for (const volume of objectsAt(spec, 'volumes')) {
    const secret = objectAt(volume, 'secret');
    if (secret)
      uses.push({
        name: textAt(secret, 'secretName'),
        text: 'volume with secret.secretName="%s" is not allowed because service account %a does not reference that secret',
      });
  }
  for (const [member, noun] of [
    ['initContainers', 'init container'],
    ['containers', 'container'],
    ['ephemeralContainers', 'ephemeral container'],
  ] as const)
    for (const container of objectsAt(spec, member)) {
      const use = (what: string, reference: JsonObject | undefined): void => {
        if (!reference) return;
        const text = `${noun} ${textAt(container, 'name')} with ${what} referencing secret.secretName="%s" is not allowed because service account %a does not reference that secret`;
        uses.push({ name: textAt(reference, 'name'), text });
      };
      for (const variable of objectsAt(container, 'env'))
        use(`envVar ${textAt(variable, 'name')}`, objectAt(objectAt(variable, 'valueFrom'), 'secretKeyRef'));
      for (const source of objectsAt(container, 'envFrom')) use('envFrom', objectAt(source, 'secretRef'));
    }
  return uses;
}

/** An account may say that its pods mount nothing but what it lists. */
function checkMountable(attributes: Attributes, spec: JsonObject, account: JsonObject): void {
  if (metaOf(account).annotations?.[ENFORCE_SECRETS] !== 'true') return;
  const fill = (text: string, name: string): string => text.replace('%s', name).replace('%a', metaOf(account).name!);
  const mountable = new Set(objectsAt(account, 'secrets').map((secret) => textAt(secret, 'name')));
  for (const { name, text } of secretsOf(spec)) if (!mountable.has(name)) throw denial(attributes, fill(text, name));
  const pullable = new Set(objectsAt(account, 'imagePullSecrets').map((secret) => textAt(secret, 'name')));
  objectsAt(spec, 'imagePullSecrets').forEach((secret, i) => {
    const name = textAt(secret, 'name');
    const text = `imagePullSecrets[${i}].name="%s" is not allowed because service account %a does not reference that imagePullSecret`;
    if (!pullable.has(name)) throw denial(attributes, fill(text, name));
  });
}
