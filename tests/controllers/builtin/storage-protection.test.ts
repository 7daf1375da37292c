/** Claims, volumes and classes of attributes that are in use stay until they no longer are, against the real server in this process. */
import t from 'tap';
import type { KindReference, KubeObject, ObjectKey } from '../../../controllers/index.js';
import type { JsonObject } from '../../../schemas/json-value.js';
import { createServer } from '../../../server/index.js';
import { eventually } from '../../helpers/fake-api.js';

const server = await createServer({ memory: true, profile: 'kubernetes', logLevel: 'silent' });
const { client } = server;
t.teardown(() => server.stop());

const namespace = 'default';
const claimKind = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
const volumeKind = { apiVersion: 'v1', kind: 'PersistentVolume' };
const classKind = { apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttributesClass' };
const podKind = { apiVersion: 'v1', kind: 'Pod' };
const accessModes = ['ReadWriteOnce'];
const claim = (name: string, spec: JsonObject = {}) => ({
  ...claimKind,
  metadata: { name, namespace },
  spec: { accessModes, resources: { requests: { storage: '1Gi' } }, ...spec },
});
const volume = (name: string, spec: JsonObject = {}) => ({
  ...volumeKind,
  metadata: { name },
  spec: { accessModes, capacity: { storage: '1Gi' }, csi: { driver: 'd.example.com', volumeHandle: name }, ...spec },
});
const pod = (name: string, volumes: JsonObject[]) => ({
  ...podKind,
  metadata: { name, namespace },
  spec: { nodeName: 'node', containers: [{ name: 'c', image: 'i' }], volumes },
});
const attributesClass = (name: string) => ({
  ...classKind,
  metadata: { name },
  driverName: 'd.example.com',
  parameters: { tier: name },
});
const remove = (kind: KindReference, key: ObjectKey) => async () => void (await client.delete(kind, key, { gracePeriodSeconds: 0 }));
const setStatus = (kind: KindReference, key: ObjectKey, status: JsonObject) => async () =>
  void (await client.patch(kind, key, { type: 'merge', patch: { status } }, { subresource: 'status' }));

interface Case {
  title: string;
  protected: KubeObject;
  finalizer: string;
  /** Made beside it: what uses it. */
  users: (KubeObject & { spec: object })[];
  /** What makes them use it where being there is not enough. */
  use?(): Promise<void>;
  /** What ends the use. */
  release(): Promise<void>;
}

const at = (name: string): ObjectKey => ({ name, namespace });
const cases: Case[] = [
  {
    title: 'a claim that a pod mounts',
    protected: claim('mounted'),
    finalizer: 'kubernetes.io/pvc-protection',
    users: [pod('user', [{ name: 'v', persistentVolumeClaim: { claimName: 'mounted' } }])],
    release: remove(podKind, at('user')),
  },
  {
    title: 'a claim whose pod has finished on its node',
    protected: claim('done'),
    finalizer: 'kubernetes.io/pvc-protection',
    users: [pod('finished', [{ name: 'v', persistentVolumeClaim: { claimName: 'done' } }])],
    use: setStatus(podKind, at('finished'), { phase: 'Succeeded' }),
    release: remove(podKind, at('finished')),
  },
  {
    title: 'the claim of an ephemeral volume',
    protected: claim('owner-v'),
    finalizer: 'kubernetes.io/pvc-protection',
    users: [pod('owner', [{ name: 'v', ephemeral: { volumeClaimTemplate: { spec: claim('x').spec } } }])],
    async use() {
      const { uid } = (await client.get<KubeObject>(podKind, at('owner'))).metadata;
      const ownerReferences = [{ ...podKind, name: 'owner', uid: uid!, controller: true }];
      await client.patch(claimKind, at('owner-v'), { type: 'merge', patch: { metadata: { ownerReferences } } });
    },
    release: remove(podKind, at('owner')),
  },
  {
    title: 'a volume that is bound',
    protected: volume('bound'),
    finalizer: 'kubernetes.io/pv-protection',
    users: [],
    use: setStatus(volumeKind, { name: 'bound' }, { phase: 'Bound' }),
    release: setStatus(volumeKind, { name: 'bound' }, { phase: 'Released' }),
  },
  {
    title: 'a class of attributes that a claim names',
    protected: attributesClass('gold'),
    finalizer: 'kubernetes.io/vac-protection',
    users: [claim('golden', { volumeAttributesClassName: 'gold' })],
    release: remove(claimKind, at('golden')),
  },
  {
    title: 'a class of attributes that a volume has',
    protected: attributesClass('silver'),
    finalizer: 'kubernetes.io/vac-protection',
    users: [volume('silver-volume', { volumeAttributesClassName: 'silver' })],
    release: remove(volumeKind, { name: 'silver-volume' }),
  },
  {
    title: 'a class of attributes that a claim is still to get',
    protected: attributesClass('platinum'),
    finalizer: 'kubernetes.io/vac-protection',
    users: [claim('changing', { volumeAttributesClassName: 'other' })],
    use: setStatus(claimKind, at('changing'), {
      modifyVolumeStatus: { targetVolumeAttributesClassName: 'platinum', status: 'InProgress' },
    }),
    release: remove(claimKind, at('changing')),
  },
];

for (const { title, protected: object, finalizer, users, use, release } of cases)
  t.test(`${title} stays until it is no longer used`, async (t) => {
    const { name } = object.metadata;
    const key = object.metadata.namespace ? at(name) : { name };
    const find = () => client.find<KubeObject>(object, key);
    await client.create(object);
    await eventually(async () => (await find())?.metadata.finalizers?.includes(finalizer) ?? false, 'the finalizer');
    for (const user of users) await client.create(user);
    await use?.();
    await client.delete(object, key);
    await new Promise((resolve) => setTimeout(resolve, 100)); // the controller has looked at it
    t.match(await find(), { metadata: { finalizers: [finalizer], deletionTimestamp: String } });
    await release();
    await eventually(async () => (await find()) === undefined, `the end of ${name}`);
  });

t.test('a claim of a pod without a node goes at once', async (t) => {
  const { spec, ...object } = pod('waiting', [{ name: 'v', persistentVolumeClaim: { claimName: 'awaited' } }]);
  await client.create<KubeObject & { spec: object }>({ ...object, spec: { containers: spec.containers, volumes: spec.volumes } });
  await client.create<KubeObject & { spec: object }>(claim('awaited'));
  await client.delete(claimKind, at('awaited'));
  await eventually(async () => (await client.find(claimKind, at('awaited'))) === undefined, 'the end of the claim');
  t.pass();
});

t.test('what nobody uses goes at once', async (t) => {
  await client.create(attributesClass('unused'));
  const find = () => client.find<KubeObject>(classKind, { name: 'unused' });
  await eventually(async () => (await find())?.metadata.finalizers?.length === 1, 'the finalizer');
  await client.delete(classKind, { name: 'unused' });
  await eventually(async () => (await find()) === undefined, 'the end');
  t.pass();
});
