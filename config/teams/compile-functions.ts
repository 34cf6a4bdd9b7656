/** `functions:` of a team file: the requests that its agents may have made. */
import { listSecrets } from '../../core/function-address.ts';
import { functionFileSchema } from '../../protocol/schemas/team-file-function.ts';
import { isBuiltInFunction } from '../../protocol/built-in-functions.ts';
import type { FunctionDefinition } from '../../protocol/function-definition.ts';
import { findSchemaProblem } from '../json-schema.ts';
import { isOwnSecret } from '../settings-table.ts';
import { TAKEN_NAMES } from './check-tool-names.ts';
import { readDuration } from './compile-limits.ts';
import { findBrokenTemplates } from './find-broken-templates.ts';
import type { FindingsReport, Path } from './finding.ts';
import { readEntries, readMap } from './read-shape.ts';

/** As providers allow it for a tool. */
const NAME = /^(?!__proto__$)[A-Za-z_][\w-]{0,63}$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
/** What belongs to the request itself, and to its signature. */
const OWN_HEADERS =
  /^(?:webhook-.*|host|content-length|content-type|transfer-encoding|connection|te|upgrade)$/i;
/** Scheme and host: fixed, or a secret of the operator; a variable stands behind them only. */
const FIXED_HOST = /^(?:https?:\/\/[^/?#{}\s]+|(?:https?:\/\/)?\$\{[^}]+\}[^/?#{}\s]*)(?:[/?#]|$)/i;

const AWAITED_MS = 10_000;
const BACKGROUND_MS = 60_000;
const LONGEST_MS = 10 * 60_000;
const RETURN_MESSAGE = 'Started. You are told what came out as soon as it is there; go on meanwhile.';

export function compileFunctions(
  value: unknown,
  report: FindingsReport,
): Record<string, FunctionDefinition> | undefined {
  const entries = readEntries(value, ['functions'], report);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(
    entries.map(([name, written]) => {
      checkName(name, report);
      return [name, compileFunction(written, ['functions', name], report)];
    }),
  );
}

function checkName(name: string, report: FindingsReport): void {
  const path = ['functions', name];
  if (!NAME.test(name)) {
    report.error(
      path,
      `"${name}" cannot be the name of a function; use up to 64 letters, digits, _ and -`,
      'key',
    );
  } else if (isBuiltInFunction(name)) {
    report.error(
      path,
      `${name} is a built-in function: name it in the functions of an agent, without a definition`,
      'key',
    );
  } else if (TAKEN_NAMES.includes(name)) {
    report.error(path, `${name} is the name of a tool that agents may have; choose another one`, 'key');
  }
}

function compileFunction(value: unknown, path: Path, report: FindingsReport): FunctionDefinition {
  const written = readMap(functionFileSchema, value, path, report);
  if (written.url === undefined && isMap(value) && !Object.hasOwn(value, 'url')) {
    report.error(path, '"url" is missing', 'key');
  }
  if (written.url !== undefined) checkUrl(written.url, [...path, 'url'], report);
  const headers = written.headers ?? {};
  for (const [name, text] of Object.entries(headers))
    checkHeader(name, text, [...path, 'headers', name], report);
  const background = written.background ?? false;
  if (written.return_message !== undefined && !background) {
    report.warn(
      [...path, 'return_message'],
      'has no effect without "background: true": the agent gets the result',
    );
  }
  return {
    description: written.description ?? '',
    url: written.url ?? '',
    method: written.method ?? 'POST',
    parameters: compileParameters(written.parameters, [...path, 'parameters'], report),
    headers,
    timeoutMs: compileTimeout(written.timeout, background, [...path, 'timeout'], report),
    background,
    returnMessage: background ? (written.return_message ?? RETURN_MESSAGE) : null,
    errorMessage: written.error_message ?? null,
  };
}

function checkUrl(url: string, path: Path, report: FindingsReport): void {
  checkText(url, path, report);
  if (!FIXED_HOST.test(url)) {
    report.error(
      path,
      'must begin with http:// or https:// and a host, without variables in them; {{name}} may stand in path and query',
    );
    return;
  }
  const filled = url.replaceAll(/\$\{[^}]*\}/g, 'x').replaceAll(/\{\{[^}]*\}\}/g, 'x');
  const whole = /^https?:\/\//i.test(filled) ? filled : `https://${filled}`;
  if (!URL.canParse(whole)) report.error(path, `"${url}" is not an address`);
  else if (new URL(whole).username !== '') {
    report.error(path, 'holds a user name or a password; put them into a header, as ${secret:NAME}');
  } else if (/\/\.{1,2}(?:[/?#]|$)/.test(whole))
    report.error(path, 'holds "." or ".." as a part of its path');
}

function checkHeader(name: string, text: string, path: Path, report: FindingsReport): void {
  checkText(text, path, report);
  if (!HEADER_NAME.test(name)) report.error(path, `"${name}" cannot be the name of a header`, 'key');
  else if (OWN_HEADERS.test(name)) report.error(path, `the header ${name} is set by Offstage itself`, 'key');
  if (/[^\t\u0020-\u00ff]/.test(text.trimEnd()))
    report.error(path, 'holds a line break or another character that no header may have');
}

function checkText(text: string, path: Path, report: FindingsReport): void {
  for (const template of findBrokenTemplates(text)) {
    report.error(path, `the template ${template} does not parse; write {{name}} or {{name.part.0}}`);
  }
  const references = text.match(/\$\{[^}]*\}?/g) ?? [];
  for (const reference of references) {
    const [name] = listSecrets(reference);
    if (name !== undefined && isOwnSecret(name)) {
      report.error(path, `${name} is a secret of Offstage itself; give the function a variable of its own`);
    } else if (name === undefined) {
      report.error(path, `${reference} is not known; write \${env.NAME} or \${secret:NAME}`);
    }
  }
}

function compileParameters(
  written: Record<string, unknown> | undefined,
  path: Path,
  report: FindingsReport,
): Record<string, unknown> {
  const schema = { type: 'object', ...(written ?? { properties: {}, additionalProperties: false }) };
  const problem = findSchemaProblem(schema);
  if (problem !== null) report.error(path, `is not a JSON schema: ${problem}`, 'key');
  if (schema.type !== 'object') report.error(path, 'must describe an object: its type is "object"', 'key');
  return 'properties' in schema ? schema : { ...schema, properties: {} };
}

function compileTimeout(
  written: string | number | undefined,
  background: boolean,
  path: Path,
  report: FindingsReport,
): number {
  const timeout = readDuration(written, path, report) ?? (background ? BACKGROUND_MS : AWAITED_MS);
  if (timeout > LONGEST_MS)
    report.error(path, 'is longer than 10m; answer at once and bring the rest by the API');
  return timeout;
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
