/** What the running product tells operators: lines and numbers, with ids where they belong and content nowhere. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createProductClient } from '../support/product-client.ts';
import type { ProductClient } from '../support/product-client.ts';
import { makeProductFolder, PRODUCT_TIMEOUT_MS } from '../support/product.ts';
import type { Product, ProductFolder } from '../support/product.ts';
import { openaiText, openaiToolCall } from '../support/scripted-openai.ts';
import { httpError, startScriptedProvider } from '../support/scripted-provider.ts';
import type { ScriptedProvider } from '../support/scripted-provider.ts';
import { waitFor } from '../support/wait-for.ts';

/** In everything that a person, a model or an operator's secret says. */
const CANARY = 'kanarienvogel';

const TEAM = `
agents:
  root:
    model: openai/gpt-4o
    description: answers
    instruction: Answer, ${CANARY}.
    sub_agents: [researcher]
    toolsets: [{type: background_agents}]
  researcher:
    model: openai/gpt-4o-mini
    description: looks things up
    instruction: Look it up.
`;

let provider: ScriptedProvider;
let folder: ProductFolder;
let product: Product;
let client: ProductClient;
let session: string;

beforeAll(async () => {
  provider = await startScriptedProvider();
  folder = await makeProductFolder({ files: { desk: TEAM } });
  product = await folder.start({
    ...{ OFFSTAGE_LOG: 'trace', OPENAI_API_KEY: `sk-${CANARY}`, OPENAI_BASE_URL: provider.openaiUrl },
  });
  client = createProductClient(product.url);
  session = (await client.open({ team: 'desk', user: CANARY, variables: { bird: CANARY } })).id;
  await converse();
}, PRODUCT_TIMEOUT_MS);
afterAll(async () => {
  await folder.remove();
  await provider.close();
}, PRODUCT_TIMEOUT_MS);

/** Everything that may go well or wrong, once. */
async function converse(): Promise<void> {
  const path = `/v1/sessions/${session}`;
  provider.script(
    openaiToolCall('run_background_agent', { agent: 'researcher', task: `Look up ${CANARY}`, title: CANARY }),
    ({ body }) => openaiText(body.model === 'gpt-4o' ? `Begun, ${CANARY}.` : `Found ${CANARY}.`),
    ({ body }) => openaiText(body.model === 'gpt-4o' ? `Begun, ${CANARY}.` : `Found ${CANARY}.`),
    openaiText(`It is a bird, ${CANARY}.`),
  );
  await client.ask(session, `Research the ${CANARY}`);
  await client.settled(session);
  provider.script(openaiToolCall(`${CANARY}_tool`, { bird: CANARY }), openaiText(`No ${CANARY}.`));
  await client.ask(session, 'Use a tool that does not exist');
  provider.script(httpError(500, { error: { message: `${CANARY} broke` } }), openaiText('Again.'));
  await client.ask(session, 'Try again');
  provider.script(httpError(401, { error: { message: `Incorrect API key provided: sk-${CANARY}` } }));
  await client.ask(session, 'Fail');
  const file = await client.upload(Buffer.from(CANARY), `${CANARY}.txt`, 'text/plain');
  await client.request('GET', `/v1/files/${file.id}`);
  const refused: [string, string, unknown?, Record<string, string>?][] = [
    ['POST', `${path}/messages`, `{"text": "${CANARY}`, { 'content-type': 'application/json' }],
    ['POST', `${path}/messages`, { [CANARY]: CANARY }],
    ['POST', `${path}/messages`, { content: [{ type: 'image', fileId: CANARY }] }],
    ['GET', `/v1/sessions?user=${CANARY}&cursor=${CANARY}`],
    ['GET', `/v1/teams/${CANARY}`],
    ['GET', `/${CANARY}?${CANARY}=${CANARY}`],
    ['POST', '/v1/sessions', { team: CANARY }, { 'Idempotency-Key': CANARY, 'X-Request-Id': `${CANARY} x` }],
  ];
  for (const request of refused) await client.request(...request);
  await client.request('POST', `${path}/close`, { reason: CANARY });
}

describe('the log', () => {
  const lines = () =>
    product
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const find = (message: string) => lines().filter(({ msg }) => msg === message);

  it('tells what was done, with session, turn and task', async () => {
    const [task] = (await client.request('GET', `/v1/sessions/${session}/tasks`)).body.data;
    expect(find('turn.finished')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          session,
          turn: 1,
          outcome: 'answered',
          failure: null,
          workspace: 'default',
        }),
        expect.objectContaining({ session, outcome: 'failed', failure: 'model.denied' }),
        expect.objectContaining({ session, task: task.id, turn: 1, outcome: 'answered' }),
      ]),
    );
    expect(find('task.finished')).toMatchObject([{ session, task: task.id, status: 'completed' }]);
    expect(find('an activity failed')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          session,
          turn: 4,
          activity: 'callModel',
          attempt: 1,
          failure: 'model.unavailable',
        }),
      ]),
    );
    const answered = await client.request('GET', `/v1/sessions/${session}`, undefined, {
      'x-request-id': 'mine-1',
    });
    expect(answered.headers.get('x-request-id')).toBe('mine-1');
    // The line is written when the answer is out.
    await waitFor(() => find('a request ended').some(({ request }) => request === 'mine-1'));
    const line = { method: 'GET', route: '/v1/sessions/{session}', session, status: 200 };
    expect(find('a request ended').filter(({ request }) => request === 'mine-1')).toMatchObject([line]);
  });

  it('never tells what was said', () => {
    expect(lines().length).toBeGreaterThan(100);
    expect(product.output()).not.toContain(CANARY);
  });
});

describe('/metrics', () => {
  it('has the numbers of the process, by names of ours alone', async () => {
    const { status, headers, body } = await client.request('GET', '/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const numbers = String(body).split('\n');
    const sample = (start: string) =>
      Number(
        numbers
          .find((line) => line.startsWith(start))
          ?.split(' ')
          .at(-1),
      );
    expect(sample('offstage_turns_total{of="conversation",outcome="failed"}')).toBe(1);
    expect(sample('offstage_turns_total{of="task",outcome="answered"}')).toBe(1);
    expect(sample('offstage_tasks_total{status="completed"}')).toBe(1);
    expect(sample('offstage_failures_total{failure="model.denied"}')).toBe(1);
    expect(
      sample('offstage_model_call_duration_seconds_count{provider="openai",outcome="model.unavailable"}'),
    ).toBe(1);
    expect(sample('offstage_activity_retries_total{activity="callModel"}')).toBe(1);
    expect(sample('offstage_model_tokens_total{provider="openai",kind="output"}')).toBeGreaterThan(0);
    expect(sample('offstage_activity_slots{queue="offstage"}')).toBe(1000);
    expect(sample('offstage_http_requests_total{method="GET",route="none",status="404"}')).toBe(1);
    expect(sample('offstage_http_requests_total{method="POST",route="/v1/files",status="201"}')).toBe(1);
    expect(sample('offstage_feed_readers ')).toBe(0);
    expect(sample('nodejs_eventloop_lag_seconds ')).toBeGreaterThanOrEqual(0);
    for (const words of [CANARY, session, 'agent_task_', 'msg_']) expect(body).not.toContain(words);
  });
});
