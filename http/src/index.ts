export { limitedStream } from './body.ts'
export type { Dispatch, DispatchRequest, DispatchResponse } from './dispatch.ts'
export {
  endpointDefiner,
  HttpResponse,
  type Auth,
  type Endpoint,
  type EndpointContext,
  type EndpointSpec,
  type Method,
  type RequestInfo,
} from './endpoint.ts'
export { expressFallback, type Mount } from './express-fallback.ts'
export { RateLimiter, type RateLimit } from './rate-limit.ts'
export { createRouter, type Router, type RouterOptions } from './router.ts'
export { startServer, type Listener, type RunningServer, type ServerOptions } from './server.ts'
