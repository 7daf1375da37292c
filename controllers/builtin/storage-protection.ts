/** A claim stays while a pod uses it, a volume while it is bound, a class of attributes while one of them names it: each carries a finalizer for that. */
import { addFinalizer, hasFinalizer, removeFinalizer } from '../finalizer.js';
import { isTerminating, type KubeObject } from '../object.js';
import { definePlugin, type Plugin } from '../plugin.js';
import type { Context, Request } from '../reconciler.js';

interface Pod extends KubeObject {
  spec?: { nodeName?: string; volumes?: { name: string; persistentVolumeClaim?: { claimName: string }; ephemeral?: object }[] };
}
interface AttributesUser extends KubeObject {
  spec?: { volumeAttributesClassName?: string };
  status?: { currentVolumeAttributesClassName?: string; modifyVolumeStatus?: { targetVolumeAttributesClassName?: string } };
}
interface Volume extends KubeObject {
  status?: { phase?: string };
}

const claimKind = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
const volumeKind = { apiVersion: 'v1', kind: 'PersistentVolume' };
const attributesKind = { apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttributesClass' };
const podKind = { apiVersion: 'v1', kind: 'Pod' };

export function storageProtectionPlugin(): Plugin {
  return definePlugin({
    name: 'storage-protection',
    controllers: [
      {
        name: 'pvc-protection-controller',
        for: claimKind,
        watches: [{ ...podKind, map: (pod) => claimsOf(pod as Pod).map((name) => ({ name, namespace: pod.metadata.namespace ?? '' })) }],
        async reconcile(request, context) {
          const claim = await context.client.find<KubeObject>(claimKind, request);
          await protect(claim, context, { finalizer: 'kubernetes.io/pvc-protection', isUsed: () => isMounted(claim!, context) });
        },
      },
      {
        name: 'pv-protection-controller',
        for: volumeKind,
        async reconcile(request, context) {
          const volume = await context.client.find<Volume>(volumeKind, request);
          await protect(volume, context, {
            finalizer: 'kubernetes.io/pv-protection',
            isUsed: async () => volume?.status?.phase === 'Bound',
          });
        },
      },
      {
        name: 'volumeattributesclass-protection-controller',
        for: attributesKind,
        watches: [claimKind, volumeKind].map((kind) => ({ ...kind, map: (user) => attributesOf(user).map((name) => ({ name })) })),
        reconcile: async (request, context) =>
          protect(await context.client.find<KubeObject>(attributesKind, request), context, {
            finalizer: 'kubernetes.io/vac-protection',
            isUsed: () => isNamed(request, context),
          }),
      },
    ],
  });
}

async function protect(
  object: KubeObject | undefined,
  { client }: Context,
  { finalizer, isUsed }: { finalizer: string; isUsed(): Promise<boolean> },
): Promise<void> {
  if (!object) return;
  if (!isTerminating(object)) await addFinalizer(client, object, finalizer);
  else if (hasFinalizer(object, finalizer) && !(await isUsed())) await removeFinalizer(client, object, finalizer);
}

/**
 * By a pod on a node, finished or not: no other gets hold of a claim that is going. Asked of the server, not of the cache: a pod made
 * a moment ago counts.
 */
async function isMounted(claim: KubeObject, { client }: Context): Promise<boolean> {
  const { namespace } = claim.metadata;
  for await (const { items } of client.pages<Pod>(podKind, namespace ? { namespace } : {})) {
    if (items.some((pod) => pod.spec?.nodeName && mounts(pod, claim))) return true;
  }
  return false;
}

/** Directly, or as a volume of its own, which is let go of when the pod has been shut down. */
function mounts({ metadata, spec }: Pod, claim: KubeObject): boolean {
  const isShutDown = metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0;
  const isOwn = claim.metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === metadata.uid);
  return (spec?.volumes ?? []).some(
    ({ name, persistentVolumeClaim, ephemeral }) =>
      persistentVolumeClaim?.claimName === claim.metadata.name ||
      (ephemeral && isOwn && !isShutDown && `${metadata.name}-${name}` === claim.metadata.name),
  );
}

async function isNamed({ name }: Request, { client }: Context): Promise<boolean> {
  for (const kind of [claimKind, volumeKind]) {
    for await (const { items } of client.pages<AttributesUser>(kind))
      if (items.some((user) => attributesOf(user).includes(name))) return true;
  }
  return false;
}

/** The classes of attributes that a claim or volume has, wants or had. */
function attributesOf({ spec, status }: AttributesUser): string[] {
  const wanted = status?.modifyVolumeStatus?.targetVolumeAttributesClassName;
  return [spec?.volumeAttributesClassName, status?.currentVolumeAttributesClassName, wanted].filter((name) => name !== undefined);
}

function claimsOf(pod: Pod): string[] {
  return (pod.spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [persistentVolumeClaim.claimName];
    return ephemeral ? [`${pod.metadata.name}-${name}`] : [];
  });
}
