import { type CompiledRules, compileRules, evaluateRules } from '../cel/rules.js';
import { invalidValue, type FieldError, type FieldErrorType } from '../field-errors.js';
import { clone, isObject, type JsonObject, type JsonValue, sortDeep } from '../json-value.js';
import type { ObjectSchema } from '../object-schema.js';
import { fillDefaults } from './default.js';
import { conformEmbedded, conformMetadata, dropMalformedEmbedded, dropMalformedMetadata, validateEmbedded } from './embedded.js';
import { validateListTypes, validateListTypesUpdate } from './list-type.js';
import { prune } from './prune.js';
import { sharedSchema } from './shared-schema.js';
import { propertyOf, structural, type Structural } from './structural.js';
import { validateSchema } from './validate.js';

export interface StructuralSchemaOptions {
  /** Checks of the scale paths (B5.22); for a write to `/status` only those of the status. */
  checkScale?: (object: JsonObject, part: 'object' | 'status') => FieldError[];
}

/** The shape of the objects of one version of a CustomResourceDefinition. */
export interface StructuralSchema extends ObjectSchema {
  readonly root: Structural;
  /** A stored object brought into this version's shape (B5.3): like `conform` and nothing reported; what is malformed is dropped. */
  conformStored(object: JsonObject): void;
  /** What reading it again would make of an object that is valid: an apply may have merged what is pruned, and a status may have defaults. */
  reread(object: JsonObject): void;
  /**
   * The content errors of a create (`old` undefined) or a main update, in the order of B6.11: schema, scale, embedded resources,
   * list types, rules. ObjectMeta is judged elsewhere, with the errors `inMetadata`, which may keep rules from being looked at (B6.9).
   * Warnings of ratcheted rules are appended to `warnings`.
   */
  validate(object: JsonObject, old: JsonObject | undefined, warnings?: string[], inMetadata?: readonly FieldError[]): FieldError[];
  /** The same for a write to `/status` (B5.10). */
  validateStatus(object: JsonObject, old: JsonObject, warnings?: string[], inMetadata?: readonly FieldError[]): FieldError[];
}

/** Makes the ObjectSchema of an `openAPIV3Schema`. The schema must not be changed afterwards. */
export function structuralSchema(schema: JsonObject, options: StructuralSchemaOptions = {}): StructuralSchema {
  const root = structural(sharedSchema(schema));
  const status = propertyOf(root, 'status');

  return {
    root,
    conform(object, problems) {
      const found: string[] = [];
      conformMetadata(object, '', found);
      const unknown: string[] = [];
      prune(root, object, true, '', unknown);
      conformEmbedded(root, object, found);
      for (const path of unknown) found.push(`unknown field "${path}"`);
      // One by one here and below: a call takes no more than some 100,000 arguments.
      for (const problem of found.sort()) problems.push(problem);
    },
    conformStored(object) {
      dropMalformedMetadata(object);
      prune(root, object, true, '', []);
      dropMalformedEmbedded(root, object);
      const metadata = object.metadata;
      if (isObject(metadata)) metadata.generation ??= 1;
    },
    conformMutated(object) {
      dropMalformedMetadata(object, '', clone(object.metadata ?? null));
      fillDefaults(root, object);
    },
    default: (object) => fillDefaults(root, object),
    settle: () => {},
    reread(object) {
      prune(root, object, true, '', []);
      fillDefaults(root, object);
    },
    order: (object) => sortDeep(object) as JsonObject,
    validate(object, old, warnings = [], inMetadata = []) {
      const scale = options.checkScale?.(object, 'object') ?? [];
      const errors = [...validateSchema(root, object, old, ''), ...scale, ...validateEmbedded(root, object, '')];
      return withRest(errors, root, object, old, warnings, inMetadata);
    },
    validateStatus(object, old, warnings = [], inMetadata = []) {
      const value = object.status;
      // to Go a null is what is not there, so it is ratcheted
      const isJudged = status !== undefined && (value ?? old.status ?? null) !== null;
      const errors = isJudged && value !== undefined ? validateSchema(status, value, old.status, 'status') : [];
      errors.push(...(options.checkScale?.(object, 'status') ?? []));
      return withRest(errors, root, object, old, warnings, inMetadata);
    },
  };
}

/** What ends every judgement: list types, then rules (B6.11). */
function withRest(
  errors: FieldError[],
  root: Structural,
  object: JsonObject,
  old: JsonObject | undefined,
  warnings: string[],
  inMetadata: readonly FieldError[],
): FieldError[] {
  const found = [...errors, ...listTypes(root, object, old)];
  const rules = rulesOf(root);
  if (rules === undefined) return found;
  if (inMetadata.some(isBlocking) || found.some(isBlocking)) return [...found, UNCHECKED];
  return [...found, ...evaluateRules(rules, '', object, old, { ratcheting: true, warn: (text) => warnings.push(text) })];
}

const compiledRules = new WeakMap<JsonObject, CompiledRules>();

/** The rules of a schema, compiled once for all who share it. */
function rulesOf(root: Structural): CompiledRules | undefined {
  const known = compiledRules.get(root.raw);
  if (known !== undefined) return known;
  const rules = compileRules(root.raw);
  if (rules !== undefined) compiledRules.set(root.raw, rules);
  return rules;
}

const listTypes = (root: Structural, object: JsonValue, old: JsonValue | undefined): FieldError[] =>
  old === undefined ? validateListTypes(root, object, '') : validateListTypesUpdate(root, object, old, '');

/** B6.9: after these, rules are not evaluated. */
const BLOCKING: ReadonlySet<FieldErrorType> = new Set<FieldErrorType>(['NotSupported', 'Required', 'TooLong', 'TooMany', 'TypeInvalid']);
const isBlocking = ({ type }: FieldError): boolean => BLOCKING.has(type);
const UNCHECKED: FieldError = invalidValue(
  '<nil>',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
);
