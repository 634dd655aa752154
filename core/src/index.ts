export { listenForHomeserver } from './appservice-api/listen.ts'
export { createBridge, type Bridge, type BridgeOptions } from './bridge.ts'
export { BridgeError, type BridgeErrorOptions, type BridgeErrorReason } from './bridge-error.ts'
export { systemClock, type Clock } from './clock.ts'
export { Turns } from './queue/turns.ts'
export type * from './queue/queue.ts'
export { placeLink } from './document/from-matrix.ts'
export { plainText } from './document/plain-text.ts'
export { httpDispatch } from './matrix-side/http-dispatch.ts'
export { MetricsRegistry } from './metrics.ts'
export { BridgeSettings, defaultBridgeSettings } from './settings.ts'
export type * from './document/document.ts'
export { abilities } from './network/capabilities.ts'
export type * from './network/bridge-host.ts'
export type * from './network/capabilities.ts'
export type * from './network/chat.ts'
export type * from './network/connector.ts'
export {
  loginId,
  remoteChatId,
  remoteMessageId,
  remoteUserId,
  type IdempotencyKey,
  type LoginId,
  type RemoteChatId,
  type RemoteMessageId,
  type RemoteUserId,
} from './network/ids.ts'
export type * from './network/login-flow.ts'
export type * from './network/matrix-intent.ts'
export type * from './network/network-client.ts'
export type * from './network/remote-event.ts'
export { currentNetwork } from './supervision/network-scope.ts'
