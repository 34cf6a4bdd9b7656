import { z } from 'zod';

export const failureSchema = z
  .strictObject({ type: z.string(), message: z.string() })
  .meta({ id: 'Failure' });
