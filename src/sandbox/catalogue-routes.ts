/** The routes about models, the account, uploads and the webhook secret. */
import { type Context, Hono } from 'hono';
import { type Faults, strike } from './faults.ts';
import { deployments, findModel, models, type SandboxModel } from './models.ts';
import type { Env } from './prediction-routes.ts';
import { notFound, problemOf } from './problems.ts';
import { showModel, showVersion } from './show-model.ts';
import type { Uploads } from './uploads.ts';

export interface CatalogueRoutesOptions {
  readonly uploads: Uploads;
  readonly faults: Faults;
  readonly webhookSecret: string;
}

const page = (results: readonly object[]): object => ({ next: null, previous: null, results });

const search = (query: string): SandboxModel[] => {
  // The client sends the words of a QUERY as a JSON string, other callers as plain text.
  const words = query.replace(/^"|"$/g, '').toLowerCase().split(/\s+/);
  return models.filter((model) => {
    const text = `${model.owner}/${model.name} ${model.description}`.toLowerCase();
    return model.visibility === 'public' && words.every((word) => text.includes(word));
  });
};

const modelOf = (c: Context): SandboxModel => {
  const model = findModel(c.req.param('owner') ?? '', c.req.param('name') ?? '');
  if (!model) throw notFound();
  return model;
};

export function catalogueRoutes({ uploads, faults, webhookSecret }: CatalogueRoutesOptions): Hono<Env> {
  return new Hono<Env>()
    .get('/account', (c) =>
      c.json({ type: 'user', username: 'sandbox', name: 'The sandbox: no model runs', github_url: null }),
    )
    .get('/webhooks/default/secret', (c) => c.json({ key: webhookSecret }))
    .get('/models', (c) => {
      const listed = models.filter(({ visibility }) => visibility === 'public');
      return c.json(page(listed.map(showModel)));
    })
    .on('QUERY', '/models', async (c) => c.json(page(search(await c.req.text()).map(showModel))))
    .get('/search', (c) => {
      const query = c.req.query('query') ?? '';
      const found = search(query).map((model) => ({ model: showModel(model), metadata: {} }));
      return c.json({ query, models: found, collections: [], pages: [] });
    })
    .get('/models/:owner/:name', (c) => c.json(showModel(modelOf(c))))
    .get('/models/:owner/:name/versions', (c) => c.json(page([showVersion(modelOf(c))])))
    .get('/models/:owner/:name/versions/:version', (c) => {
      const model = modelOf(c);
      if (model.version !== c.req.param('version')) throw notFound();
      return c.json(showVersion(model));
    })
    .get('/deployments/:owner/:name', (c) => {
      const { owner, name } = c.req.param();
      const found = deployments.find((each) => each.owner === owner && each.name === name);
      if (!found) throw notFound();
      const { model } = found;
      return c.json({
        owner,
        name,
        current_release: {
          number: 1,
          model: `${model.owner}/${model.name}`,
          version: model.version,
          created_at: '2024-04-17T18:04:26.049832Z',
          created_by: { type: 'user', username: 'sandbox', name: 'The sandbox' },
          configuration: { hardware: 'gpu-t4', min_instances: 0, max_instances: 1 },
        },
      });
    })
    .post('/files', async (c) => {
      const failing = strike(faults, 'failUploads');
      if (failing) throw problemOf(failing.status, 1);
      return c.json(await uploads.take(c.req.raw), 201);
    })
    .get('/files', (c) => c.json(page(uploads.list())))
    .get('/files/:id', (c) => c.json(uploads.show(c.req.param('id'))))
    .delete('/files/:id', (c) => {
      uploads.remove(c.req.param('id'));
      return c.body(null, 204);
    });
}
