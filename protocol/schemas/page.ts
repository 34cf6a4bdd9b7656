import { z } from 'zod';

/** Lists are pages: the cursor of the next one, null on the last. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    data: z.array(item),
    nextCursor: z.string().nullable(),
    stale: z.literal(true).optional(),
  });
}
