/** The ObjectSchema of built-in types, made of the facts in `definitions/`, compiled on first use. */
import { defaultsOf } from './builtin/defaults.js';
import { Run, shapeOf } from './builtin/conform.js';
import { kindOf } from './builtin/scalars.js';
import { orderOf } from './builtin/order.js';
import { settleOf } from './builtin/settle.js';
import type { TypeName } from './definitions/index.js';
import type { Said } from './said.js';
import { clone, isObject, type JsonObject, type JsonValue } from './json-value.js';
import type { ObjectSchema } from './object-schema.js';

/**
 * The schema of a definition (`io.k8s.api.core.v1.Pod`; any struct type will do). `conditionalDefaults` runs after the unconditional
 * ones, for what a kind derives from its other members; `tellsEmpty` is explained in `KindRules`. Throws where no definition is called so.
 */
export function builtinSchema(name: TypeName, conditionalDefaults?: (object: JsonObject) => void, tellsEmpty = false): ObjectSchema {
  const shape = shapeOf(name);
  return {
    conform(object, problems, literals, said) {
      const run = new Run(problems, literals);
      run.said = said;
      if (tellsEmpty) run.kept = 'all';
      shape.conform(object, run);
      run.finish();
    },
    default(object) {
      defaultsOf(name)?.(object);
      conditionalDefaults?.(object);
    },
    settle(object) {
      if (tellsEmpty) {
        const run = new Run([]);
        run.kept = 'bytes';
        shape.conform(object, run);
      }
      settleOf(name)?.(object);
    },
    ...(tellsEmpty && {
      shown(object: JsonObject, said?: Said[]) {
        const copy = clone(object);
        const run = new Run([]);
        run.said = said;
        shape.conform(copy, run);
        return copy;
      },
    }),
    order: orderOf(name),
  };
}

/** Reads a lone value, say an embedded `metadata`, into a definition, in place. Throws `ConformError`, also where it is no object. */
export function conformValue(name: TypeName, value: JsonValue, problems: string[]): void {
  const run = new Run(problems);
  const shape = shapeOf(name);
  if (isObject(value)) shape.conform(value, run);
  else run.mismatch(kindOf(value), shape.goType);
  run.finish();
}
