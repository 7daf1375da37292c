/** YAML tokens → the tree of the first document, with libyaml's complaints about what stands where it may not (R4.19). */
import { Scanner, type Token, type TokenType, YamlError, yamlError } from './yaml-scan.js';

/** One shape for every kind of node: documents have many of them. */
export interface YamlNode {
  kind: 'scalar' | 'alias' | 'sequence' | 'mapping';
  /** Counted from 1. */
  line: number;
  anchor: string | undefined;
  /** `tag:yaml.org,2002:str`, `!local`. */
  tag: string | undefined;
  /** Of a scalar, or the name of an alias. */
  text: string;
  /** Of a scalar: written without quotes or block indicator. */
  plain: boolean;
  /** Items; keys and values in turn. */
  children: YamlNode[];
}

const NONE: YamlNode[] = [];
const scalar = (text: string, plain: boolean, line: number): YamlNode => ({
  kind: 'scalar',
  line: line + 1,
  anchor: undefined,
  tag: undefined,
  text,
  plain,
  children: NONE,
});
const empty = (line: number): YamlNode => scalar('', true, line);

const CORE_TAGS = 'tag:yaml.org,2002:';

/** The root of the first document, or undefined when there is none. What follows it is not looked at. Throws `YamlError`. */
export function parseYaml(text: string): YamlNode | undefined {
  const tokens = new Scanner(text);
  tokens.next();
  const handles = new Map([
    ['!', '!'],
    ['!!', CORE_TAGS],
  ]);
  while (tokens.peek().type === 'document-end') tokens.next();
  if (tokens.peek().type === 'stream-end') return undefined;
  let explicit = tokens.peek().type === 'document-start';
  while (tokens.peek().type === 'directive') {
    readDirective(tokens.next(), handles);
    explicit = true;
    if (!['directive', 'document-start'].includes(tokens.peek().type))
      throw yamlError('did not find expected <document start>', tokens.peek().line);
  }
  if (explicit) {
    const { line } = tokens.next();
    if (isOneOf(tokens.peek(), ['directive', 'document-start', 'document-end', 'stream-end'])) return empty(line);
  }
  const parser = new Parser(tokens, handles);
  const root = parser.node(true, false);
  tokens.peek();
  return root;
}

function readDirective({ text, line }: Token, handles: Map<string, string>): void {
  const [name, first, second] = text.trim().split(/[ \t]+/);
  if (name === 'YAML' && first !== '1.1') throw yamlError('found incompatible YAML document', line);
  if (name === 'TAG' && first !== undefined && second !== undefined) handles.set(first, second);
}

const isOneOf = (token: Token, types: readonly TokenType[]): boolean => types.includes(token.type);

class Parser {
  constructor(
    private readonly tokens: Scanner,
    private readonly handles: ReadonlyMap<string, string>,
  ) {}

  node(block: boolean, indentless: boolean): YamlNode {
    let token = this.tokens.peek();
    const node = empty(token.line);
    while ((token.type === 'anchor' && node.anchor === undefined) || (token.type === 'tag' && node.tag === undefined)) {
      this.tokens.next();
      if (token.type === 'anchor') node.anchor = token.text;
      else node.tag = this.tagOf(token);
      token = this.tokens.peek();
    }
    const bare = node.anchor === undefined && node.tag === undefined;
    if (token.type === 'scalar' || (token.type === 'alias' && bare)) {
      this.tokens.next();
      node.kind = token.type;
      node.text = token.text;
      node.plain = token.plain;
    } else if (token.type === 'block-entry' && indentless) this.fill(node, 'sequence', this.indentlessSequence());
    else if (token.type === 'flow-sequence-start') this.fill(node, 'sequence', this.flowSequence());
    else if (token.type === 'flow-mapping-start') this.fill(node, 'mapping', this.flowMapping());
    else if (token.type === 'block-sequence-start' && block) this.fill(node, 'sequence', this.blockSequence());
    else if (token.type === 'block-mapping-start' && block) this.fill(node, 'mapping', this.blockMapping());
    else if (bare) throw yamlError('did not find expected node content', token.line, node.line - 1);
    return node;
  }

  private fill(node: YamlNode, kind: 'sequence' | 'mapping', children: YamlNode[]): YamlNode {
    node.kind = kind;
    node.children = children;
    return node;
  }

  private tagOf({ text, line }: Token): string | undefined {
    if (!text.startsWith('!')) return text;
    const end = text.indexOf('!', 1);
    const handle = end < 0 ? '!' : text.slice(0, end + 1);
    const prefix = this.handles.get(handle);
    if (prefix === undefined) throw yamlError('found undefined tag handle', line);
    const tag = prefix + text.slice(handle.length);
    return tag === '!' ? undefined : tag;
  }

  /** A node, unless one of `enders` shows that it was left out. */
  private nodeUnless(enders: readonly TokenType[], block: boolean, indentless: boolean): YamlNode {
    const token = this.tokens.peek();
    return isOneOf(token, enders) ? empty(token.line) : this.node(block, indentless);
  }

  private blockSequence(): YamlNode[] {
    const start = this.tokens.next();
    const items: YamlNode[] = [];
    for (let token = this.tokens.next(); token.type !== 'block-end'; token = this.tokens.next()) {
      if (token.type !== 'block-entry') throw yamlError("did not find expected '-' indicator", token.line, start.line);
      items.push(this.nodeUnless(['block-entry', 'block-end'], true, false));
    }
    return items;
  }

  private indentlessSequence(): YamlNode[] {
    const items: YamlNode[] = [];
    while (this.tokens.peek().type === 'block-entry') {
      this.tokens.next();
      items.push(this.nodeUnless(['block-entry', 'key', 'value', 'block-end'], true, false));
    }
    return items;
  }

  private blockMapping(): YamlNode[] {
    const start = this.tokens.next();
    const enders: readonly TokenType[] = ['key', 'value', 'block-end'];
    const pairs: YamlNode[] = [];
    for (let token = this.tokens.next(); token.type !== 'block-end'; token = this.tokens.next()) {
      if (token.type !== 'key') throw yamlError('did not find expected key', token.line, start.line);
      const key = this.nodeUnless(enders, true, true);
      pairs.push(key, this.value(enders, true));
    }
    return pairs;
  }

  private value(enders: readonly TokenType[], block: boolean): YamlNode {
    const token = this.tokens.peek();
    if (token.type !== 'value') return empty(token.line);
    this.tokens.next();
    return this.nodeUnless(enders, block, block);
  }

  private flowSequence(): YamlNode[] {
    const start = this.tokens.next();
    const items: YamlNode[] = [];
    const enders: readonly TokenType[] = ['flow-entry', 'flow-sequence-end'];
    for (let token = this.tokens.peek(); token.type !== 'flow-sequence-end'; token = this.tokens.peek()) {
      if (items.length > 0) {
        if (token.type !== 'flow-entry') throw yamlError("did not find expected ',' or ']'", token.line, start.line);
        this.tokens.next();
        token = this.tokens.peek();
      }
      if (token.type === 'key') {
        this.tokens.next();
        const key = this.nodeUnless(['value', ...enders], false, false);
        items.push(this.fill(empty(token.line), 'mapping', [key, this.value(enders, false)]));
      } else if (token.type !== 'flow-sequence-end') items.push(this.node(false, false));
    }
    this.tokens.next();
    return items;
  }

  private flowMapping(): YamlNode[] {
    const start = this.tokens.next();
    const pairs: YamlNode[] = [];
    const enders: readonly TokenType[] = ['flow-entry', 'flow-mapping-end'];
    for (let token = this.tokens.peek(); token.type !== 'flow-mapping-end'; token = this.tokens.peek()) {
      if (pairs.length > 0) {
        if (token.type !== 'flow-entry') throw yamlError("did not find expected ',' or '}'", token.line, start.line);
        this.tokens.next();
        token = this.tokens.peek();
      }
      if (token.type === 'key') {
        this.tokens.next();
        const key = this.nodeUnless(['value', ...enders], false, false);
        pairs.push(key, this.value(enders, false));
      } else if (token.type !== 'flow-mapping-end') {
        const key = this.node(false, false);
        pairs.push(key, empty(this.tokens.peek().line));
      }
    }
    this.tokens.next();
    return pairs;
  }
}

export { YamlError };
