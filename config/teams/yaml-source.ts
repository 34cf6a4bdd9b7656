/** YAML (and so JSON) text as plain data that still knows the line and column of each of its parts. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node, Pair, YAMLError } from 'yaml';
import type { Finding, Locate, Path, Spot } from './finding.ts';

export interface YamlSource {
  /** Undefined where the text could not be understood: `errors` says why. */
  value: unknown;
  errors: Finding[];
  warnings: Finding[];
  locate: Locate;
}

/** Far beyond any team; a larger text is somebody's mistake, or an attempt to keep the parser busy. */
const LARGEST_FILE = 1024 * 1024;

export function readYaml(text: string): YamlSource {
  const nowhere = (): { line: number; column: number } => ({ line: 1, column: 1 });
  const failed = (message: string): YamlSource => ({
    value: undefined,
    errors: [{ path: '', message, ...nowhere() }],
    warnings: [],
    locate: nowhere,
  });
  if (text.length > LARGEST_FILE) return failed('the file is larger than 1 MiB; split the team into several');
  try {
    return parse(text);
  } catch (error) {
    // Unresolved or exploding aliases, and nesting beyond the stack, are thrown by the parser.
    return failed(
      `the file cannot be read as YAML: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function parse(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    stringKeys: true,
  });
  const toPlace = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const toFinding = (error: YAMLError): Finding => ({
    path: '',
    message: explainSyntax(error, text),
    ...toPlace(error.pos[0]),
  });
  const isReadable = document.errors.every((error) => error.code === 'DUPLICATE_KEY');
  const value: unknown = isReadable ? document.toJS() : undefined;
  // An alias inside its own anchor makes a value without end; this throws on one.
  JSON.stringify(value);
  return {
    value,
    errors: document.errors.map(toFinding),
    warnings: document.warnings.map(toFinding),
    locate: (path, spot) => toPlace(findOffset(document, path, spot)),
  };
}

function explainSyntax(error: YAMLError, text: string): string {
  switch (error.code) {
    case 'DUPLICATE_KEY': {
      const key = /^(?:"[^"]*"|'[^']*'|[^:\s]+)/.exec(text.slice(error.pos[0]))?.[0] ?? '';
      return `the key ${key} is there twice; keep one of the two`;
    }
    case 'TAB_AS_INDENT':
      return 'a tab is used to indent; use spaces';
    case 'NON_STRING_KEY':
      return 'a key is a list or a map; a key can only be text';
    case 'MULTIPLE_DOCS':
      return 'the file holds several documents (---); write one team per file';
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'a value holds ": " or the line is indented too far; put text with a colon in quotes';
    case 'BAD_SCALAR_START':
      return 'text cannot begin with @ or `; put it in quotes';
    default:
      return `not valid YAML: ${error.message}`;
  }
}

/** The place of what is at `path`; of the nearest part around it where there is nothing. */
function findOffset(document: Document, path: Path, spot: Spot): number {
  let node: Node | null = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, part] of path.entries()) {
    const resolved = isAlias(node) ? (node.resolve(document) ?? null) : node;
    if (isSeq(resolved)) {
      node = (resolved.items[Number(part)] as Node | undefined) ?? null;
      offset = startOf(node) ?? offset;
    } else if (isMap(resolved)) {
      const pair = findPair(resolved.items, String(part));
      if (pair === undefined) return offset;
      const keyOffset = startOf(pair.key as Node) ?? offset;
      const isAim = index === path.length - 1;
      node = pair.value as Node | null;
      offset = isAim && spot === 'value' && isScalar(node) ? (startOf(node) ?? keyOffset) : keyOffset;
    } else {
      return offset;
    }
  }
  return offset;
}

function findPair(pairs: Pair[], name: string): Pair | undefined {
  // Of a key that is there twice, the last one is in the data.
  return pairs.findLast((pair) => isScalar(pair.key) && String(pair.key.value) === name);
}

function startOf(node: Node | null | undefined): number | undefined {
  return node?.range?.[0];
}
