/** Columns that many kinds share. */
import type { JsonObject } from '../json-value.js';
import { ageOf, type Column, column, items, text, wide } from './column.js';

export const NAME: Column = {
  ...column(
    'Name',
    'string',
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
    (object) => text(object, 'metadata.name'),
  ),
  format: 'name',
};

const CREATED =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata';

/** Age at `now`. */
export const AGE: Column = column('Age', 'string', CREATED, (object, now) => ageOf(object, 'metadata.creationTimestamp', now));

/** The timestamp itself: the default table has no ages. */
export const CREATED_AT: Column = column(
  'Created At',
  'date',
  CREATED,
  (object) => text(object, 'metadata.creationTimestamp') || '0001-01-01T00:00:00Z',
);

export const containerNames = (object: JsonObject, podSpec: string): string => each(object, podSpec, 'name');
export const containerImages = (object: JsonObject, podSpec: string): string => each(object, podSpec, 'image');

const each = (object: JsonObject, podSpec: string, member: string): string =>
  items(object, `${podSpec}.containers`)
    .map((container) => text(container, member))
    .join(',');

/** Names and images of the containers of a template. */
export const templateColumns = (podSpec: string): Column[] => [
  wide('Containers', 'string', 'Names of each container in the template.', (object) => containerNames(object, podSpec)),
  wide('Images', 'string', 'Images referenced by each container in the template.', (object) => containerImages(object, podSpec)),
];

export const WIDE_TEMPLATE: readonly Column[] = templateColumns('spec.template.spec');
