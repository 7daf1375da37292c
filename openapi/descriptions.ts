/** What `kubectl explain` says of the members that every object has. */
import type { JsonObject } from '../schemas/json-value.js';

/** The members that name an object's schema. */
export const TYPE_META: JsonObject = {
  apiVersion: { type: 'string', description: 'APIVersion defines the group and version that the object is written in.' },
  kind: { type: 'string', description: 'Kind is the name of the type of the object, in CamelCase.' },
};

export const METADATA = "Standard object's metadata: what names and groups the object, and what the server keeps about it.";

/** By the members of ObjectMeta. */
export const OBJECT_META: Readonly<Record<string, string>> = {
  annotations: 'Annotations are notes of tools and people, of any content. They cannot be selected by.',
  creationTimestamp: 'CreationTimestamp is a timestamp of when the object was made. The server sets it.',
  deletionGracePeriodSeconds: 'How many seconds the object was given to end, once its deletion was asked for. The server sets it.',
  deletionTimestamp:
    'When the object is to be gone. The server sets it when somebody deletes an object that has finalizers or a grace period.',
  finalizers: 'Who has work to do before a deleted object may go. Each takes its own entry away; the object goes with the last one.',
  generateName: 'A prefix that the server makes a unique name of, where no name is given.',
  generation: 'How often what is wanted of the object has changed. The server counts it.',
  labels: 'Labels are short values that objects are selected by.',
  managedFields: 'Which manager has set which fields. The server keeps it for server-side apply.',
  name: 'Name is unique among the objects of a resource in a namespace, and cannot be changed.',
  namespace: 'The namespace that the object is in; empty for kinds that are cluster-wide. It cannot be changed.',
  ownerReferences: 'The objects that this one depends on. It is collected when all of them are gone.',
  resourceVersion: 'The version of the object. Sent with an update, it guards against overwriting what has changed meanwhile.',
  selfLink: 'No longer set.',
  uid: 'Tells the object from others that had its name before. The server sets it.',
};
