import { z } from 'zod';

export const healthSchema = z.strictObject({ status: z.literal('ok') });

export const readinessSchema = z
  .strictObject({
    ready: z.boolean(),
    temporal: z.boolean(),
    mainWorker: z.boolean(),
    backgroundWorker: z.boolean(),
    store: z.boolean(),
  })
  .meta({ id: 'Readiness' });
