import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import express from 'express';
import type { Response } from 'express';
import type { EventSource } from '../../../api/feed/event-source.ts';
import { SessionFeeds } from '../../../api/feed/session-feeds.ts';
import { writeStream } from '../../../api/feed/write-stream.ts';
import { MemoryBus } from '../../../bus/memory-bus.ts';
import pino from 'pino';

it('lets go of a client that left while its feed was being opened', async () => {
  const head = { offset: 0, transfers: [] };
  const source = {
    findHead: () => Promise.resolve(head),
    readPage: () => Promise.resolve({ events: [], isAtHead: true, isEnded: false }),
  } as unknown as EventSource;
  const logger = pino({ level: 'silent' });
  const feeds = new SessionFeeds({ source, bus: new MemoryBus(() => undefined), logger });
  const app = express();
  const served = new Promise<void>((resolve, reject) => {
    const serve = async (response: Response): Promise<void> => {
      await once(response, 'close');
      const reader = await feeds.open({ workspace: 'w', session: 's', task: null }, 'latest');
      await writeStream(response, reader, { shutDown: new AbortController().signal });
    };
    app.get('/', (_request, response) => void serve(response).then(resolve, reject));
  });
  const server = createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = httpRequest({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  client.on('error', () => undefined);
  client.end();
  await once(server, 'request');
  client.destroy();
  await served;
  expect(feeds.count()).toEqual({ readers: 0, subscriptions: 0, cutOff: 0 });
  server.close();
});
