/** The readable form of the OpenAPI document, from files of the package: it works without the internet. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express from 'express';
import type { Express } from 'express';
import { createOpenApiDocument } from './openapi.ts';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Offstage API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
    <link rel="icon" href="/docs/favicon-32x32.png" />
  </head>
  <body>
    <div id="docs"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/show-docs.js"></script>
  </body>
</html>
`;
const SCRIPT = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true });\n`;
const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

export function mountDocs(app: Express): void {
  const document = createOpenApiDocument();
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  app.get('/', (_request, response) => response.redirect('/docs'));
  app.get('/openapi.json', (_request, response) => void response.json(document));
  app.get('/docs', (_request, response) => void response.type('html').send(PAGE));
  app.get('/docs/show-docs.js', (_request, response) => void response.type('js').send(SCRIPT));
  for (const file of FILES) app.use(`/docs/${file}`, express.static(`${folder}/${file}`));
}
