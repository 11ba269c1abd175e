/** The page's web application: its own files, who may come in, and the routes behind that. */

import { Hono } from 'hono';
import { describeError } from '../../core/log.ts';
import { type AccessOptions, addAccess, type WebEnvironment } from './access.ts';
import { readAssets } from './assets.ts';
import { type ChatRoutesOptions, chatRoutes } from './chat-routes.ts';
import { type FileRoutesOptions, fileRoutes } from './file-routes.ts';
import { pageHeaders } from './page-headers.ts';
import { sameOriginData } from './same-origin.ts';

export interface WebAppOptions extends ChatRoutesOptions, FileRoutesOptions {
  readonly access: AccessOptions;
}

export function createWebApp(options: WebAppOptions): Hono<WebEnvironment> {
  const { clock, log } = options;
  const assets = readAssets();
  const app = new Hono<WebEnvironment>();

  app.use(pageHeaders);
  app.onError((error, context) => {
    log.error({ error: describeError(error), path: context.req.path }, 'a request of the page failed');
    return context.json({ error: 'That did not work. Try again in a moment.' }, 500);
  });
  app.get('/assets/:name', (context) => {
    const asset = assets.find(context.req.param('name'));
    if (!asset) return context.json({ error: 'There is no such file.' }, 404);
    context.header('ETag', asset.etag);
    context.header('Cache-Control', 'no-cache');
    if (context.req.header('if-none-match') === asset.etag) return context.body(null, 304);
    return context.body(asset.body, 200, { 'Content-Type': asset.type });
  });
  const identify = addAccess(app, options.access, assets, clock);
  app.use(identify, sameOriginData);
  app.get('/', (context) => context.html(assets.text('index.html')));
  app.route('/', chatRoutes(options));
  app.route('/', fileRoutes(options));
  return app;
}
