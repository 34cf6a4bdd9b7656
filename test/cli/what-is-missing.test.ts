import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serveApiApart, serveWorkerApart } from '../../cli/serve-apart.ts';
import { findWhatIsMissing } from '../../cli/what-is-missing.ts';
import { loadSettings } from '../../config/settings.ts';
import type { Settings } from '../../config/settings.ts';

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'offstage-missing-'));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const shared = { TEMPORAL_ADDRESS: '127.0.0.1:1', REDIS_URL: 'redis://127.0.0.1:1' };

const settingsOf = (env: Record<string, string>, more: Partial<Settings> = {}): Settings => ({
  ...loadSettings({ env, cwd }),
  ...more,
});

const databaseUrl = 'postgresql://127.0.0.1:1/offstage';

describe('a process that runs apart', () => {
  it('needs a Temporal server and a PostgreSQL that it shares with the others', () => {
    const { problems } = findWhatIsMissing(settingsOf({}));
    expect(problems).toEqual([
      expect.stringMatching(/^TEMPORAL_ADDRESS is not set: .* Example: TEMPORAL_ADDRESS=/),
      expect.stringMatching(/^DATABASE_URL is not set: .* Example: DATABASE_URL=/),
    ]);
  });

  it('is warned of what is slower without Redis', () => {
    expect(findWhatIsMissing(settingsOf({ TEMPORAL_ADDRESS: '127.0.0.1:1' }, { databaseUrl }))).toEqual({
      problems: [],
      warnings: [expect.stringMatching(/^REDIS_URL is not set, .* Example: REDIS_URL=/)],
    });
  });

  it('lacks nothing where all three are set', () => {
    const complete = settingsOf(shared, { databaseUrl });
    expect(findWhatIsMissing(complete)).toEqual({ problems: [], warnings: [] });
  });

  it.each([
    ['API', (settings: Settings, print: (line: string) => void) => serveApiApart(settings, print)],
    [
      'worker',
      (settings: Settings, print: (line: string) => void) => serveWorkerApart(settings, 'all', print),
    ],
  ])('does not start as %s while something is missing, and says what to do', async (_name, serve) => {
    const lines: string[] = [];
    const code = await serve(settingsOf(shared), (line) => void lines.push(line));
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringContaining('DATABASE_URL is not set'),
      expect.stringContaining('offstage start'),
    ]);
  });
});
