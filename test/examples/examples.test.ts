import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectWholeFeed, ofType } from '../support/conversation-checks.ts';
import { textOf } from '../support/message-text.ts';
import { createProductClient } from '../support/product-client.ts';
import type { Json, ProductClient } from '../support/product-client.ts';
import { makeProductFolder, PRODUCT_TIMEOUT_MS } from '../support/product.ts';
import type { ProductFolder } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';

let folder: ProductFolder;
let client: ProductClient;
/** A session for each team, all of them at work while the first test looks at the first of them. */
let assistant: string;
let research: string;
let support: string;
let outreach: string;
let photo: Json;
let invoice: Json;
let patients: string;

beforeAll(async () => {
  folder = await makeProductFolder({
    copies: [
      'agents/assistant.yaml',
      ...['docker-agent/background_agents', 'support/support', 'outreach/outreach'].map(
        (name) => `examples/${name}.yaml`,
      ),
    ],
  });
  client = createProductClient((await folder.start()).url);
  const open = async (team: string, message: Json): Promise<string> =>
    (await client.open({ team, message })).id;
  patients = await readFile('examples/outreach/patients.txt', 'utf8');
  [photo, invoice] = [
    await client.upload(await readFile('examples/support/kettle.png'), 'kettle.png', 'image/png'),
    await client.upload(await readFile('examples/support/invoice.pdf'), 'invoice.pdf', 'application/pdf'),
  ];
  assistant = await open('assistant', 'Research the history of tea and write a short report');
  research = await open(
    'background_agents',
    'Research how SQLite and PostgreSQL handle concurrent writers, and analyse what that means for our code.',
  );
  support = await open('support', {
    content: [
      {
        type: 'text',
        text: 'My kettle leaks. Please check the photo, and check the invoice for the guarantee.',
      },
      { type: 'image', fileId: photo.id },
      { type: 'document', fileId: invoice.id },
    ],
  });
  outreach = await open('outreach', patients);
}, PRODUCT_TIMEOUT_MS);
afterAll(() => folder.remove(), PRODUCT_TIMEOUT_MS);

const get = async (path: string): Promise<Json> => (await client.request('GET', `/v1${path}`)).body;

/** The tasks of a session with their results, when all has been told. */
async function readDone(session: string, count: number): Promise<Json[]> {
  await waitFor(async () => (await get(`/sessions/${session}/tasks`)).data.length >= count);
  const { tasks } = await client.settled(session);
  expectWholeFeed(await client.readFeed(session));
  return Promise.all(tasks.map((task: Json) => get(`/sessions/${session}/tasks/${task.id}`)));
}

async function readWords(session: string): Promise<string[]> {
  const transcript = await client.readTranscript(session);
  return transcript.filter((message) => message.role === 'assistant').map(textOf);
}

describe('the teams that ship, on the demo model', () => {
  it('load without a mistake', async () => {
    const { data } = await get('/teams');
    expect(data.map((team: Json) => [team.name, team.errors])).toEqual(
      ['assistant', 'background_agents', 'outreach', 'support'].map((name) => [name, []]),
    );
  });

  it('assistant: has research and a report made in the background, and tells both', async () => {
    const tasks = await readDone(assistant, 2);
    expect(tasks.map(({ agent, status }) => [agent, status])).toEqual([
      ...[
        ['researcher', 'completed'],
        ['writer', 'completed'],
      ],
    ]);
    const words = (await readWords(assistant)).join('\n');
    expect(words).toContain('I have started researcher');
    for (const { title } of tasks) expect(words).toContain(`The task “${title}”`);
  });

  it('docker-agent: both researchers start at once; toolsets that do not exist are reported, the rest runs', async () => {
    const { unavailable, warnings } = await get('/teams/background_agents');
    expect(unavailable.map(({ agent, toolset }: Json) => [agent, toolset])).toEqual([
      ...[
        ['web_researcher', 'mcp docker:duckduckgo'],
        ['code_analyst', 'filesystem'],
        ['code_analyst', 'shell'],
      ],
    ]);
    expect(warnings).toHaveLength(3);
    const tasks = await readDone(research, 2);
    expect(tasks.map(({ agent, status }) => [agent, status]).toSorted()).toEqual([
      ...[
        ['code_analyst', 'completed'],
        ['web_researcher', 'completed'],
      ],
    ]);
    const feed = await client.readFeed(research);
    const starts = ofType(feed, 'tool.started').filter((call) => call.tool === 'run_background_agent');
    expect(starts.map(({ turn, step }) => [turn, step])).toEqual([
      ...[
        [1, 1],
        [1, 1],
      ],
    ]);
  });

  it('support: the photo and the invoice go to the agents that look at them, and the letter is a file', async () => {
    const tasks = await readDone(support, 2);
    expect(tasks.map((task) => task.agent).toSorted()).toEqual(['document_agent', 'image_analyst']);
    for (const { id, result } of tasks) {
      const [asked] = await client.readTranscript(`${support}/tasks/${id}`);
      for (const file of [photo, invoice]) expect(textOf(asked)).toContain(file.id);
      expect(asked.content).toMatchObject([
        { type: 'text' },
        { type: 'image', fileId: photo.id },
        { type: 'document', fileId: invoice.id },
      ]);
      expect(result).toContain('I received an image and a document invoice.pdf.');
    }
    await client.ask(support, 'Please write the guarantee letter.');
    const letter = (await readDone(support, 3)).find((task) => task.files.length > 0);
    expect(letter).toMatchObject({ agent: 'document_agent', files: [{ mediaType: 'text/markdown' }] });
    const [file] = letter.files;
    expect((await client.request('GET', `/v1/files/${file.id}`)).body).toContain('guarantee letter');
    expect((await readWords(support)).at(-1)).toContain(file.name);
  });

  it('outreach: one task for each patient, which knows of no other, and every answer is rolled up', async () => {
    const lines = patients.split('\n').filter((line) => line.startsWith('- '));
    const names = lines.map((line) => line.slice(2, line.indexOf(',')));
    const tasks = await readDone(outreach, lines.length);
    expect(tasks).toHaveLength(lines.length);
    expect(tasks.map((task) => names.find((name) => task.title.includes(name)))).toEqual(names);
    const words = (await readWords(outreach)).join('\n');
    for (const [index, { task, title, status, files, result }] of tasks.entries()) {
      expect(names.filter((name) => task.includes(name))).toEqual([names[index]]);
      expect(result).toContain(`## ${names[index]}`);
      expect({ title, status, files: files.length }).toEqual({ title, status: 'completed', files: 1 });
      expect(words).toContain(`The task “${title}”`);
    }
    const { reply } = await client.ask(outreach, 'How far are you?');
    for (const name of names) expect(textOf(reply)).toContain(name);
  });
});
