// The documentation's pages: Swagger UI on our own OpenAPI document, with nothing from outside.
// Knows no route.
import { type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import swaggerUi, { type SwaggerUiOptions } from 'swagger-ui-express';
import { DOCS_HELMET } from './headers.ts';

/** What a server may call with, and what a tablet; see SECURITY in openapi.ts. */
export type DocsKeys = { secret: string; device: string | null };

/** `keys` are filled in, when the demo is loaded; null: whoever reads fills in their own. */
export function docsPages(keys: DocsKeys | null): RequestHandler {
  const options = optionsWith(keys);
  const router = Router({ strict: true });
  router.use(helmet(DOCS_HELMET));
  router.get('/', (request, response, next) => {
    // The page's assets are relative: they need the slash.
    if (request.originalUrl.startsWith('/docs/')) next();
    else response.redirect(308, '/docs/');
  });
  router.get('/', swaggerUi.setup(undefined, options));
  router.use(swaggerUi.serveFiles(undefined, options));
  return (request, response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') router(request, response, next);
    else next();
  };
}

function optionsWith(keys: DocsKeys | null): SwaggerUiOptions {
  return {
    customSiteTitle: 'Comptoir API',
    customCss: '.swagger-ui .topbar { display: none }',
    swaggerOptions: {
      url: '/openapi.json',
      // No badge of somebody else's validator, which would learn of our document.
      validatorUrl: null,
      // A key that was typed in is gone with the page.
      persistAuthorization: false,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      docExpansion: 'list',
      defaultModelsExpandDepth: 0,
      ...(keys === null ? {} : { authAction: filledIn(keys) }),
    },
  };
}

function filledIn({ secret, device }: DocsKeys) {
  return {
    key: authorized('key', secret),
    ...(device === null ? {} : { device: authorized('device', device) }),
  };
}

function authorized(name: string, value: string) {
  return { name, value, schema: { type: 'http', scheme: 'bearer' } };
}
