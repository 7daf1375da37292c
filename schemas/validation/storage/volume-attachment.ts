/** VolumeAttachment */
import { child, type FieldError, forbiddenField, invalidValue, required, tooLong } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsSubdomain } from '../../names.js';
import { immutable, invalidEach, NOT_NEGATIVE } from '../checks.js';
import { goForm } from '../go-form.js';
import { ALL_BUT_STATUS, keepAllButStatus } from '../kept-metadata.js';
import { bytes, entriesAt, numberAt, objectAt, specOf, textAt } from '../members.js';
import { semanticallyEqual } from '../pods/update.js';
import { validateCsiDriverName } from '../pods/volumes.js';
import type { KindRules } from '../rules.js';
import { validateVolumeSpec } from './persistent-volume-spec.js';

const SOURCE = 'spec.source';
const ONE_SOURCE = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
const METADATA_BYTES_MAX = 256 * 1024;
const MESSAGE_BYTES_MAX = 1024;

function validateSource(source: JsonObject, errors: FieldError[]): void {
  const inline = objectAt(source, 'inlineVolumeSpec');
  const name = source['persistentVolumeName'];
  if (!inline && name === undefined) errors.push(required(SOURCE, ONE_SOURCE));
  else if (inline && name !== undefined) errors.push(forbiddenField(SOURCE, ONE_SOURCE));
  else if (inline)
    validateVolumeSpec(inline, `${SOURCE}.inlineVolumeSpec`, { name: '', isInline: true, allowInvalidNodeTerms: false }, errors);
  else if (name === '') errors.push(required(`${SOURCE}.persistentVolumeName`, 'must specify non empty persistentVolumeName'));
}

function validateVolumeError(status: JsonObject | undefined, member: string, errors: FieldError[]): void {
  const path = child('status', member);
  const problem = objectAt(status, member);
  if (bytes(textAt(problem, 'message')) > MESSAGE_BYTES_MAX) errors.push(tooLong(child(path, 'message'), MESSAGE_BYTES_MAX));
  const code = numberAt(problem, 'errorCode') ?? 0;
  if (code < 0) errors.push(invalidValue(child(path, 'errorCode'), code, NOT_NEGATIVE));
}

function validateStatus(object: JsonObject, errors: FieldError[]): void {
  const status = objectAt(object, 'status');
  const field = 'status.attachmentMetadata';
  const size = entriesAt(status, 'attachmentMetadata').reduce((sum, [name, value]) => sum + bytes(name) + bytes(value as string), 0);
  if (size > METADATA_BYTES_MAX) errors.push(tooLong(field, METADATA_BYTES_MAX));
  for (const member of ['attachError', 'detachError']) validateVolumeError(status, member, errors);
}

function validateAttachment(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = specOf(object);
  const node = textAt(spec, 'nodeName');
  validateCsiDriverName(textAt(spec, 'attacher'), 'spec.attacher', errors);
  validateSource(objectAt(spec, 'source') ?? {}, errors);
  invalidEach('spec.nodeName', node, dnsSubdomain(node), errors);
  validateStatus(object, errors);
  return errors;
}

const volumeOf = (object: JsonObject): string | undefined =>
  objectAt(specOf(object), 'source')?.['persistentVolumeName'] as string | undefined;

function validateVolumeName(volume: string | undefined, errors: FieldError[]): void {
  if (volume !== undefined) invalidEach(`${SOURCE}.persistentVolumeName`, volume, dnsSubdomain(volume), errors);
}

function validateUpdate(object: JsonObject, old: JsonObject): FieldError[] {
  const errors = validateAttachment(object);
  if (volumeOf(object) !== volumeOf(old)) validateVolumeName(volumeOf(object), errors);
  const [spec, before] = [specOf(object), specOf(old)];
  if (!semanticallyEqual(spec, before)) immutable('spec', spec, before, errors, goForm('io.k8s.api.storage.v1.VolumeAttachmentSpec', spec));
  return errors;
}

export const volumeAttachment: KindRules = {
  prepareForStatusUpdate: keepAllButStatus,
  resetFields: ALL_BUT_STATUS,
  validate(object) {
    const errors = validateAttachment(object);
    validateVolumeName(volumeOf(object), errors);
    return errors;
  },
  validateUpdate,
  validateStatusUpdate: validateUpdate,
};
