/** All that is measured, on this machine: Offstage as separate processes, and the peer beside it on the same server. */
import { resolve } from 'node:path';
import type { Part } from '../../test/support/product.ts';
import { startApart } from '../../test/support/apart.ts';
import { findTemporalCli } from '../../cli/temporal-server/find-temporal-cli.mjs';
import { connectPeer, PEER_QUEUES } from '../peer/peer-client.ts';
import type { PeerClient } from '../peer/peer-client.ts';
import { createOffstageClient } from './offstage-client.ts';
import type { OffstageClient } from './offstage-client.ts';
import { startScript } from './start-script.ts';
import { teamFiles } from './team-files.ts';

export interface BenchSite {
  ours: OffstageClient;
  peer: PeerClient;
  /** The worker of conversations. */
  mainWorker(): Part;
  /** Ends it in an orderly way, and starts another one. */
  replaceMainWorker(): Promise<void>;
  close(): Promise<void>;
}

export interface SiteOptions {
  report: (line: string) => void;
  /** Where each process of Offstage leaves its CPU profile when it ends. */
  profileFolder?: string | undefined;
}

export async function openBenchSite({ report, profileFolder }: SiteOptions): Promise<BenchSite> {
  const ends: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
  };
  try {
    const cli = await findTemporalCli({ env: process.env, report });
    process.env['TEST_TEMPORAL_CLI'] = cli.path;
    const provider = await startScript('provider/bench-provider.ts');
    ends.push(() => provider.stop());
    const apart = await startApart(teamFiles);
    ends.push(() => apart.close());
    const env = { OPENAI_BASE_URL: provider.url, ...profileTo(profileFolder) };
    const address = apart.env['TEMPORAL_ADDRESS'] ?? '';
    // One after the other: the first one may have to build.
    const api = await apart.startApi(env);
    const [background, main] = await Promise.all([
      apart.startWorker('background', env),
      apart.startWorker('main', env),
      ...Object.values(PEER_QUEUES).map(async (queue) => {
        const peer = await startScript('peer/run-peer.ts', [address, queue, provider.url]);
        ends.push(() => peer.stop());
      }),
    ]);
    ends.push(() => background.end('SIGTERM'));
    const ours = createOffstageClient(api.url);
    ends.push(() => ours.end());
    const peer = await connectPeer(address);
    ends.push(() => peer.close());
    let current = main;
    return {
      ...{ ours, peer, close },
      mainWorker: () => current,
      async replaceMainWorker() {
        await current.end('SIGTERM');
        current = await apart.startWorker('main', env);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function profileTo(folder: string | undefined): NodeJS.ProcessEnv {
  if (folder === undefined) return {};
  const script = new URL('./profile-process.mjs', import.meta.url).href;
  return { NODE_OPTIONS: `--import=${script}`, OFFSTAGE_BENCH_PROFILES: resolve(folder) };
}
