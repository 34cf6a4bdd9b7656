/** Who asks, in which workspace, and what that lets them see. Spec: trust.md. */
import type { Response } from 'express';
import { DEFAULT_WORKSPACE } from '../protocol/ids.ts';
import type { KeyRole } from '../protocol/schemas/key-file.ts';

export interface Principal {
  workspace: string;
  name: string;
  role: KeyRole;
}

/** Everyone, while there are no keys. */
export const DEVELOPMENT_PRINCIPAL: Principal = {
  workspace: DEFAULT_WORKSPACE,
  name: 'development',
  role: 'admin',
};

/** Who asks where no key is asked for: nothing belongs to them. */
export const NOBODY: Principal = { workspace: '', name: '', role: 'member' };

/** Whose sessions and files the principal may see: a name, or null for those of everybody in the workspace. */
export function ownerSeenBy({ name, role }: Principal): string | null {
  return role === 'admin' ? null : name;
}

/** Whether what belongs to `owner`, in the principal's workspace, is theirs to see. */
export function maySee(principal: Principal, owner: string): boolean {
  const seen = ownerSeenBy(principal);
  return seen === null || seen === owner;
}

export function setPrincipal(response: Response, principal: Principal): void {
  response.locals['principal'] = principal;
}

/** Of a request that was authenticated. */
export function readPrincipal(response: Response): Principal {
  return response.locals['principal'] as Principal;
}
