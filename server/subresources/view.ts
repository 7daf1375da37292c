import { mergeTypeOfDefinition } from '../../schemas/apply/merge-type-of-definition.js';
import { builtinSchema } from '../../schemas/builtin-schema.js';
import type { GroupVersionKind } from '../../schemas/group-version.js';
import type { Resource } from '../resource.js';

const views = new WeakMap<Resource, Map<string, Resource>>();

/** A resource that looks like the parent's URL and speaks another kind, whose definition is `definition`. Made once. */
export function viewOf(parent: Resource, gvk: GroupVersionKind, definition: string): Resource {
  const known = views.get(parent) ?? new Map<string, Resource>();
  views.set(parent, known);
  const view = known.get(definition) ?? makeView(parent, gvk, definition);
  known.set(definition, view);
  return view;
}

function makeView({ kind, gr, storedGr, strategy, cacher, table, retired }: Resource, gvk: GroupVersionKind, definition: string): Resource {
  return {
    kind: { ...kind, ...gvk, definition, listKind: `${gvk.kind}List` },
    gvk,
    gr,
    storedGr,
    storedGvk: gvk,
    isCustom: false,
    isStoredVersion: true,
    schema: builtinSchema(definition),
    mergeType: () => mergeTypeOfDefinition(definition),
    strategy,
    cacher,
    table,
    selectableFields: () => ({}),
    retired,
  };
}
