/** Who asks: the principal of the access key that came along. Spec: trust.md, "Who may do what". */
import type { Request, RequestHandler } from 'express';
import type { KeyRing } from '../../config/keys/key-ring.ts';
import type { AccessKey } from '../../protocol/schemas/key-file.ts';
import { DEVELOPMENT_PRINCIPAL, setPrincipal } from '../principal.ts';
import { Problem } from './problem.ts';

/** `keys`: null where there are none, and every request is the development principal's. */
export function createAuthentication(keys: KeyRing | null): RequestHandler {
  if (keys === null) {
    return (_request, response, next) => {
      setPrincipal(response, DEVELOPMENT_PRINCIPAL);
      next();
    };
  }
  return (request, response, next) => {
    const key = findAccessKey(keys, request);
    const { workspace, principal: name, role } = key;
    setPrincipal(response, { workspace, name, role });
    // A stream may stay open for days: a key that is revoked ends it.
    const stop = keys.whileValid(key, () => response.destroy());
    response.once('close', stop);
    next();
  };
}

function findAccessKey(keys: KeyRing, { headers }: Request): AccessKey {
  const { authorization } = headers;
  if (authorization === undefined) throw unauthenticated('Send an access key: Authorization: Bearer <key>');
  const [, presented] = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(authorization) ?? [];
  if (presented === undefined) {
    throw unauthenticated('The Authorization header must be "Bearer", a space, and an access key');
  }
  const key = keys.find(presented);
  if (key === null)
    throw unauthenticated('The access key is not valid: it was revoked, or is not one of this server');
  return key;
}

function unauthenticated(detail: string): Problem {
  return new Problem('unauthenticated', detail, {
    headers: { 'WWW-Authenticate': 'Bearer realm="offstage"' },
  });
}
