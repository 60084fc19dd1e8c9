// The documentation's pages: Swagger UI on our own OpenAPI document, with nothing from outside.
// Knows no route.
import { type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import swaggerUi, { type SwaggerUiOptions } from 'swagger-ui-express';
import { DOCS_HELMET } from './headers.ts';

/** `demoKey`: a key that is filled in, when the demo is loaded; null: whoever reads fills in their own. */
export function docsPages(demoKey: string | null): RequestHandler {
  const options = optionsWith(demoKey);
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

function optionsWith(demoKey: string | null): SwaggerUiOptions {
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
      ...(demoKey === null ? {} : { preauthorizeApiKey: { authDefinitionKey: 'key', apiKeyValue: demoKey } }),
    },
  };
}
