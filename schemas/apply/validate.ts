/** Whether a value conforms to its merge type (A5.1). */
import type { JsonObject, JsonValue } from '../json-value.js';
import { goSyntax, goType, goValue } from './go-value.js';
import { itemElement, ListItemError } from './list-item.js';
import { handledAs, type ListType, type MapType, memberType, type MergeType, partOf, type ScalarType } from './merge-type.js';
import { compareText, fieldElement, type PathElement, printElement } from './path.js';

interface Fault {
  path: string;
  message: string;
}
interface Rules {
  /** Items may occur twice in associative lists: so in stored and updated objects, not in applied ones (A5.3). */
  allowDuplicates: boolean;
  /** Members are visited in this order. */
  sorted: boolean;
}

/** The error text of a value that does not conform; undefined where it does. */
export function typedError(value: JsonValue, type: MergeType, allowDuplicates: boolean): string | undefined {
  if (!faultsOf(value, type, { allowDuplicates, sorted: false })) return undefined;
  // A fault may hide others (an undeclared member ends the visit of its map), so the order must be fixed to give a stable text.
  const lines = faultsOf(value, type, { allowDuplicates, sorted: true })!.map(({ path, message }) => `${path}: ${message}`);
  return lines.length === 1 ? lines[0]! : ['errors:', ...lines.map((line) => `  ${line}`)].join('\n');
}

/** Undefined where there are none, so that nothing is allocated for a good value. */
function faultsOf(value: JsonValue, type: MergeType, rules: Rules): Fault[] | undefined {
  switch (handledAs(type, partOf(type, value))) {
    case 'map':
      return faultsOfMap(value, type.map!, rules);
    case 'list':
      return faultsOfList(value, type.list!, rules);
    default:
      return faultsOfScalar(value, type.scalar!);
  }
}

function faultsOfScalar(value: JsonValue, type: ScalarType): Fault[] | undefined {
  if (value === null) return undefined;
  const kind = typeof value;
  switch (type) {
    case 'string':
      return kind === 'string' ? undefined : fault(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
    case 'numeric':
      return kind === 'number' || kind === 'bigint' ? undefined : fault(`expected numeric (int or float), got ${goType(value)}`);
    case 'boolean':
      return kind === 'boolean' ? undefined : fault(`expected boolean, got &{${goValue(value)}}`);
    default:
      return kind === 'object' ? fault(`expected any scalar, got &{${goValue(value)}}`) : undefined;
  }
}

function faultsOfMap(value: JsonValue, type: MapType, rules: Rules): Fault[] | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) return fault(`expected map, got &{${goValue(value)}}`);
  let faults: Fault[] | undefined;
  for (const name of namesOf(value, rules)) {
    const member = memberType(type, name);
    if (!member) return append(faults, fault('field not declared in schema'), fieldElement(name));
    const found = faultsOf(value[name]!, member, rules);
    if (found) faults = append(faults, found, fieldElement(name));
  }
  return faults;
}

function namesOf(value: JsonObject, rules: Rules): string[] {
  const names = Object.keys(value);
  return rules.sorted ? names.sort(compareText) : names;
}

function faultsOfList(value: JsonValue, type: ListType, rules: Rules): Fault[] | undefined {
  if (value === null) return undefined;
  if (!Array.isArray(value)) return fault(`expected list, got &{${goValue(value)}}`);
  let faults: Fault[] | undefined;
  const seen = type.atomic ? undefined : new Set<PathElement>();
  for (let i = 0; i < value.length; i++) {
    let element = `i:${i}`;
    if (seen) {
      try {
        element = itemElement(type, value[i]!);
      } catch (error) {
        if (!(error instanceof ListItemError)) throw error;
        return append(faults, fault(`element ${i}: ${error.message}`));
      }
      if (seen.has(element) && !rules.allowDuplicates) {
        faults = append(faults, fault(`duplicate entries for key ${printElement(element)}`));
      }
      seen.add(element);
    }
    const found = faultsOf(value[i]!, type.item, rules);
    if (found) faults = append(faults, found, element);
  }
  return faults;
}

function fault(message: string): Fault[] {
  return [{ path: '', message }];
}

function append(faults: Fault[] | undefined, found: Fault[], below?: PathElement): Fault[] {
  if (below !== undefined) for (const one of found) one.path = printElement(below) + one.path;
  if (!faults) return found;
  for (const one of found) faults.push(one);
  return faults;
}
