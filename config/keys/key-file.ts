/** Reads and changes the file that `OFFSTAGE_KEYS` names. */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { isSeq, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { keyFileSchema } from '../../protocol/schemas/key-file.ts';
import type { AccessKey } from '../../protocol/schemas/key-file.ts';

const EMPTY = `# Access keys of Offstage, written by "offstage keys". Hashes only: a key itself was shown once, when it was made.
keys: []
`;

/** Throws an Error that says what is wrong with the file; it never shows a hash. */
export function readKeyFile(file: string): AccessKey[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Error(
      isMissing
        ? `The file of access keys is not there: ${file}. "offstage keys create" makes it`
        : `The file of access keys cannot be read: ${(error as Error).message}. Let the user who runs Offstage read it`,
      { cause: error },
    );
  }
  return toKeys(parseDocument(text), file);
}

function toKeys(document: Document, file: string): AccessKey[] {
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    const line = syntax.linePos?.[0].line ?? 1;
    throw new Error(
      `The file of access keys is not valid YAML: ${file}, line ${line}: ${syntax.code}. Mend it`,
    );
  }
  const parsed = keyFileSchema.safeParse(document.toJS());
  if (parsed.success) return parsed.data.keys ?? [];
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`The file of access keys has mistakes, mend them: ${file}: ${problems.join('; ')}`);
}

/** Makes the file where there is none. */
export function addKey(file: string, key: AccessKey): void {
  changeKeyFile(file, (document) => {
    if (!isSeq(document.get('keys'))) document.set('keys', document.createNode([]));
    const keys = document.get('keys');
    if (isSeq(keys)) keys.flow = false;
    document.addIn(['keys'], document.createNode(key));
  });
}

/** `index`: its place in what {@link readKeyFile} gave. */
export function removeKey(file: string, index: number): void {
  changeKeyFile(file, (document) => document.deleteIn(['keys', index]));
}

/** Comments stay. A reader sees the old file or the new one, never a half. */
function changeKeyFile(file: string, change: (document: Document) => void): void {
  const document = parseDocument(existsSync(file) ? readFileSync(file, 'utf8') : EMPTY);
  toKeys(document, file);
  change(document);
  toKeys(document, file);
  const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o600;
  const draft = `${file}.${randomUUID()}`;
  try {
    writeFileSync(draft, document.toString({ lineWidth: 0 }), { mode });
    renameSync(draft, file);
  } catch (error) {
    const reason = `The file of access keys cannot be written: ${(error as Error).message}`;
    throw new Error(`${reason}. Run this where its folder can be changed, as a user who may`, {
      cause: error,
    });
  }
}
