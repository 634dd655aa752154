export { limitedStream } from './body.ts'
export type { Dispatch, DispatchRequest, DispatchResponse } from './dispatch.ts'
export { addressKind, type AddressKind } from './egress/address-kind.ts'
export {
  createEgress,
  EgressRefused,
  parseNetwork,
  type Egress,
  type EgressOptions,
  type EgressPolicy,
} from './egress/egress.ts'
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
export { checkedBody } from './checked-body.ts'
export { expressFallback, type Mount } from './express-fallback.ts'
export { isThisMachine, networkOf } from './network-of.ts'
export { mediaHeaders } from './media-headers.ts'
export { mountRouters } from './mount-routers.ts'
export { RateLimiter, type RateLimit } from './rate-limit.ts'
export { repeatWhenClosed } from './repeat-when-closed.ts'
export { createRouter, type Router, type RouterOptions } from './router.ts'
export { startServer, type Listener, type RunningServer, type ServerOptions } from './server.ts'
export { plainServer } from './node-servers.ts'
