// Headers that every answer carries: helmet's, worked out once instead of at each request.
// Knows nothing of what is answered.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

type HelmetOptions = Parameters<typeof helmet>[0];

/** Helmet's headers for these options, as `name, value, name, value`. They never depend on the request. */
function helmetHeaders(options: HelmetOptions): string[] {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(options)(request, response, () => {});
  return Object.entries(response.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
}

/**
 * An API's answers are data, never pages: nothing may run in them or frame them. Any origin that CORS lets in may read
 * them. Strict-Transport-Security goes out over TLS only, where it means something.
 */
const api: HelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  crossOriginResourcePolicy: { policy: 'cross-origin' },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xFrameOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
  strictTransportSecurity: false,
};

export const API_HEADERS: readonly string[] = helmetHeaders(api);
export const API_HEADERS_OVER_TLS: readonly string[] = helmetHeaders({
  ...api,
  strictTransportSecurity: true,
});

/**
 * For the documentation's page. Swagger UI styles itself inline and draws its icons from data: URLs.
 * No upgrade-insecure-requests: over plain http it would send the page's own scripts to a port that does not answer.
 */
export const DOCS_HELMET: HelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
};

/**
 * For the tablet's pages. Scripts are our own files; the camera's decoder is WebAssembly in a worker that may come from
 * a blob: URL; pictures of items are wherever the retailer has them. 'self' holds for the socket too.
 */
export const TABLET_HELMET: HelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
      workerSrc: ["'self'", 'blob:'],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'https:', 'data:', 'blob:'],
      mediaSrc: ["'self'", 'blob:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
};

/** Only the camera, and only for the pages themselves; the screen stays awake during a shift. */
export const TABLET_PERMISSIONS = 'camera=(self), screen-wake-lock=(self), microphone=(), geolocation=()';
