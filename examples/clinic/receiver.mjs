// The clinic's side: four functions, answered from a table. It accepts nothing that Offstage did not sign, and does
// nothing twice: a request that is repeated carries the same id.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const { OFFSTAGE_WEBHOOK_SECRET: secret = '', PORT = '8090' } = process.env;
if (!secret.startsWith('whsec_')) {
  console.error('Set OFFSTAGE_WEBHOOK_SECRET to what `offstage settings --secrets` shows.');
  process.exit(1);
}
const key = Buffer.from(secret.slice('whsec_'.length), 'base64');

const FIVE_MINUTES = 300;
const patients = {
  p100: { name: 'Maria Lopez', plan: 'Northern Mutual', openAmount: 240, lastVisit: '2 March' },
  p200: { name: 'John Smith', plan: 'none', openAmount: 0, lastVisit: 'never' },
};

/** Standard Webhooks: HMAC-SHA256 over id, time and body. */
function isSigned({ headers }, body) {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signatures = '' } = headers;
  if (Math.abs(Date.now() / 1000 - Number(time)) > FIVE_MINUTES) return false;
  const wanted = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest();
  return signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}

const routes = {
  '/patients'({ user }) {
    const patient = patients[user?.id];
    if (patient === undefined)
      return { terminateAgent: true, reason: 'this number is not known to the clinic' };
    return { dynamicVariables: { patient } };
  },
  '/slots': () => ({ result: 'Free: Tuesday 9:40, Wednesday 14:20, Friday 8:00.' }),
  '/authorisations': ({ params, dynamicVariables }) => ({
    result: `${dynamicVariables.patient?.plan ?? 'The insurance'} approves ${params.treatment}. Number A-4711.`,
  }),
  '/reports': ({ sessionId, analysis, response }) => {
    console.log(`report of ${sessionId}: ${JSON.stringify({ analysis, report: response })}`);
    return { result: 'kept' };
  },
};

/** Answers by id: what is asked again is answered, not done, again. */
const answers = new Map();

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts).toString('utf8');
  const route = routes[request.url];
  const id = request.headers['webhook-id'];
  const send = (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  if (route === undefined) return send(404, { error: 'no such function' });
  if (!isSigned(request, body)) return send(401, { error: 'not signed by Offstage' });
  if (!answers.has(id)) {
    const session = JSON.parse(body);
    console.log(`${request.url} of ${session.sessionId} (${session.phase})`);
    answers.set(id, route(session));
  }
  return send(200, answers.get(id));
});

server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`the clinic listens on http://127.0.0.1:${server.address().port}`);
});
