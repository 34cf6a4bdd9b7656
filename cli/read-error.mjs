// @ts-check
// By shape and not by class: errors of Node's own modules are not `instanceof Error` in another realm.

/**
 * The code of a system error, such as ENOENT.
 * @param {unknown} error
 * @returns {string | null}
 */
export function readErrorCode(error) {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : null;
}

/**
 * @param {unknown} error
 * @returns {string}
 */
export function readErrorReason(error) {
  const hasMessage = typeof error === 'object' && error !== null && 'message' in error;
  return hasMessage ? String(error.message) : String(error);
}
