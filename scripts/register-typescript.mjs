// `node --import ./scripts/register-typescript.mjs file.ts` runs a TypeScript file from the sources.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
