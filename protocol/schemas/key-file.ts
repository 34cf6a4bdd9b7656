/** The file of access keys, as it is written. Spec: trust.md, "Who may do what". */
import { z } from 'zod';

/**
 * `member`: the sessions that its principal opened. `admin`: all sessions of its workspace.
 */
const keyRoleSchema = z.enum(['member', 'admin'], 'must be member or admin');

/** Part of workflow ids, and the name of a folder of teams. */
const workspaceSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.-]{0,63}$/,
    'must have 1 to 64 letters, digits, "_", "-" or ".", and begin with a letter or digit',
  );

const principalSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.@:+-]{0,127}$/,
    'must have 1 to 128 letters, digits, "_", "-", ".", "@", ":" or "+", and begin with a letter or digit',
  );

export const accessKeySchema = z.strictObject({
  hash: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hexadecimal digits'),
  workspace: workspaceSchema,
  principal: principalSchema,
  role: keyRoleSchema,
  created: z.string().optional(),
});

export const keyFileSchema = z.strictObject({ keys: z.array(accessKeySchema).nullable() });

export type KeyRole = z.infer<typeof keyRoleSchema>;
/** What is kept of a key: whom it stands for, and a hash. */
export type AccessKey = z.infer<typeof accessKeySchema>;
