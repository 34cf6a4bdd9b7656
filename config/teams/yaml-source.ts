/** YAML (and so JSON) text as plain data that still knows the line and column of each of its parts. */
import { LineCounter, parseDocument } from 'yaml';
import type { YAMLError } from 'yaml';
import type { Finding, Locate } from './finding.ts';
import { createOffsetFinder, findDuplicateKeys } from './yaml-places.ts';

export interface YamlSource {
  /** Undefined where the text could not be understood: `errors` says why. */
  value: unknown;
  errors: Finding[];
  warnings: Finding[];
  locate: Locate;
}

/** Far beyond any team; a larger text is somebody's mistake, or an attempt to keep the parser busy. */
const LARGEST_FILE = 256 * 1024;

export function readYaml(text: string): YamlSource {
  const nowhere = (): { line: number; column: number } => ({ line: 1, column: 1 });
  const failed = (message: string): YamlSource => ({
    value: undefined,
    errors: [{ path: '', message, ...nowhere() }],
    warnings: [],
    locate: nowhere,
  });
  if (text.length > LARGEST_FILE)
    return failed('the file is larger than 256 KiB; split the team into several');
  try {
    return parse(text);
  } catch (error) {
    // Unresolved or exploding aliases, and nesting beyond the stack, are thrown by the parser.
    const reason = error instanceof Error ? error.message : String(error);
    return failed(`the file cannot be read as YAML: ${reason.replace(/\n[^]*/, '')}`);
  }
}

function parse(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
  });
  const toPlace = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const toFinding = (error: YAMLError): Finding => ({
    path: '',
    message: explainSyntax(error),
    ...toPlace(error.pos[0]),
  });
  const duplicates = findDuplicateKeys(document).map(({ key, offset }) => ({
    path: '',
    message: `the key ${key} is there twice; keep one of the two`,
    ...toPlace(offset),
  }));
  const value: unknown = document.errors.length === 0 ? document.toJS() : undefined;
  // An alias inside its own anchor makes a value without end; this throws on one.
  JSON.stringify(value);
  const findOffset = createOffsetFinder(document);
  return {
    value,
    errors: [...document.errors.map(toFinding), ...duplicates],
    warnings: document.warnings.map(toFinding),
    locate: (path, spot) => toPlace(findOffset(path, spot)),
  };
}

function explainSyntax(error: YAMLError): string {
  switch (error.code) {
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
