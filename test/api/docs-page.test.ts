import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { startFakeApi } from './test-api.ts';
import type { TestApi } from './test-api.ts';

let api: TestApi<FakeGateway>;
let browser: Browser;
beforeAll(async () => {
  api = await startFakeApi();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await api.close();
});

describe('the page of the API', () => {
  it('shows every route in a browser, and asks nobody but this server', async () => {
    const page = await browser.newPage();
    const asked: string[] = [];
    const broken: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => broken.push(error.message));
    await page.goto(`${api.url}/docs`);
    await page.getByText('Open a session').waitFor();
    const shown = await page.locator('.opblock-summary-path').allInnerTexts();
    const { body } = await api.send('GET', '/openapi.json');
    const routes = Object.keys(body.paths as object);
    expect(new Set(shown.map((path) => path.replaceAll('\u200b', '')))).toEqual(new Set(routes));
    expect(asked.filter((url) => !url.startsWith(api.url) && !url.startsWith('data:'))).toEqual([]);
    expect(broken).toEqual([]);
  });
});
