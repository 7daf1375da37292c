/**
 * Which parameters policies see. kube-apiserver follows a built-in kind of parameters from the first policy that has it until no policy has;
 * then it stops, and as long as the process lives it does not begin again: later policies see what there was at that time (C4.2). Kinds that
 * other parts of it follow too are seen as they are, and so are custom resources.
 */
import { type GroupResource, groupResourceName, parseApiVersion } from '../../../schemas/group-version.js';
import { builtinKind } from '../../../schemas/kinds.js';
import type { Entry } from '../../../storage/entry.js';
import { collectionPrefix, resourcePrefix } from '../../../storage/keys.js';
import type { Store } from '../../../storage/store.js';

export interface ParamKind {
  apiVersion: string;
  kind: string;
}

export interface ParamInformers {
  /** All policies of one kind and cluster have changed: what parameters they have now. */
  follow(follower: string, cluster: string, kinds: readonly ParamKind[]): void;
  /** The entries of a kind as they are frozen; undefined where they are seen as they are. */
  frozen(cluster: string, kind: ParamKind): readonly Entry[] | undefined;
}

/** Followed by kube-apiserver for itself. */
const ALWAYS_FOLLOWED = new Set([
  'apiservices.apiregistration.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
  'deviceclasses.resource.k8s.io',
  'endpointslices.discovery.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'ingressclasses.networking.k8s.io',
  'ipaddresses.networking.k8s.io',
  'limitranges',
  'mutatingadmissionpolicies.admissionregistration.k8s.io',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'namespaces',
  'nodes',
  'persistentvolumes',
  'pods',
  'priorityclasses.scheduling.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  'resourceclaims.resource.k8s.io',
  'resourcequotas',
  'resourceslices.resource.k8s.io',
  'rolebindings.rbac.authorization.k8s.io',
  'roles.rbac.authorization.k8s.io',
  'runtimeclasses.node.k8s.io',
  'secrets',
  'serviceaccounts',
  'servicecidrs.networking.k8s.io',
  'services',
  'storageclasses.storage.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'volumeattachments.storage.k8s.io',
]);

interface Informer {
  /** The kind of policy that began it: whether those of the other kind still need it does not count. */
  follower: string;
  entries: readonly Entry[] | undefined;
}

const keyOf = ({ apiVersion, kind }: ParamKind): string => `${apiVersion}/${kind}`;

export function paramInformers(store: Store): ParamInformers {
  const clusters = new Map<string, Map<string, Informer>>();
  const entriesOf = (cluster: string, gr: GroupResource): readonly Entry[] =>
    store.cacher(resourcePrefix(gr)).list({ prefix: collectionPrefix(gr, cluster) }).entries;
  return {
    follow(follower, cluster, kinds) {
      const informers = clusters.get(cluster) ?? new Map<string, Informer>();
      clusters.set(cluster, informers);
      const used = new Map(kinds.map((kind) => [keyOf(kind), resourceOf(kind)]));
      for (const [key, gr] of used) if (gr && !informers.has(key)) informers.set(key, { follower, entries: undefined });
      for (const [key, informer] of informers) {
        if (informer.follower !== follower || informer.entries || used.has(key)) continue;
        informer.entries = entriesOf(cluster, resourceOf(kindOf(key))!);
      }
    },
    frozen: (cluster, kind) => clusters.get(cluster)?.get(keyOf(kind))?.entries,
  };
}

function kindOf(key: string): ParamKind {
  const end = key.lastIndexOf('/');
  return { apiVersion: key.slice(0, end), kind: key.slice(end + 1) };
}

/** The resource of a built-in kind that nothing else follows. */
function resourceOf({ apiVersion, kind }: ParamKind): GroupResource | undefined {
  const gv = parseApiVersion(apiVersion);
  const row = gv && builtinKind({ ...gv, kind });
  if (!row?.storage) return undefined;
  const gr = { group: row.storage.group, resource: row.plural };
  return ALWAYS_FOLLOWED.has(groupResourceName(gr)) ? undefined : gr;
}
