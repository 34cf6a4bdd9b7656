import { describe, expect, it } from '@jest/globals';
import { ALL_ROUTES } from '../../api/all-routes.ts';
import { createOpenApiDocument } from '../../api/documentation/openapi.ts';
import { PROBLEMS } from '../../api/http/problem.ts';
import { startFakeApi } from './test-api.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a JSON document
const document: any = createOpenApiDocument();

describe('the OpenAPI document', () => {
  it('is version 3.1 and has every route with its summary, answers and problems', () => {
    expect(document.openapi).toBe('3.1.0');
    for (const route of ALL_ROUTES) {
      const operation = document.paths[route.path][route.method];
      expect(operation.summary).toBe(route.summary);
      const statuses = Object.keys(operation.responses).map(Number);
      expect(statuses).toEqual(
        expect.arrayContaining([
          ...route.successes.map(({ status }) => status),
          ...route.problems.map((problem) => PROBLEMS[problem].status),
          ...(route.isOpen === true ? [] : [401]),
          403,
          500,
        ]),
      );
    }
  });

  it('has an example for each problem, by the name of its type', () => {
    const send = document.paths['/v1/sessions/{session}/messages'].post;
    const conflict = send.responses['409'].content['application/problem+json'];
    expect(conflict.examples['session-closed'].value).toMatchObject({
      type: 'urn:offstage:problem:session-closed',
      status: 409,
    });
  });

  it('wants an access key on every route but those that are open to all', () => {
    expect(document.components.securitySchemes.accessKey).toMatchObject({ type: 'http', scheme: 'bearer' });
    for (const { path, method } of ALL_ROUTES) {
      const { security } = document.paths[path][method];
      expect([path, security]).toEqual([
        path,
        path.startsWith('/v1/') || path === '/metrics' ? [{ accessKey: [] }] : [],
      ]);
    }
  });

  it('refers to nothing that it does not have', () => {
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    );
    expect(references.length).toBeGreaterThan(50);
    for (const name of references) expect(document.components.schemas).toHaveProperty(name ?? '');
  });

  it('names each operation once', () => {
    const ids = ALL_ROUTES.map((route) => document.paths[route.path][route.method].operationId as string);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is served, with a page that loads nothing from elsewhere', async () => {
    const api = await startFakeApi();
    try {
      expect((await api.send('GET', '/openapi.json')).body).toEqual(JSON.parse(JSON.stringify(document)));
      const page = await api.send('GET', '/docs');
      const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '');
      expect(links.length).toBeGreaterThan(2);
      for (const link of links) {
        expect(link).toMatch(/^\/docs\//);
        expect((await api.send('GET', link)).status).toBe(200);
      }
    } finally {
      await api.close();
    }
  });
});
