export { listenForHomeserver } from './appservice-api/listen.ts'
export { withCatchUp } from './appservice-api/with-catch-up.ts'
export { withLegacyPaths } from './appservice-api/with-legacy-paths.ts'
export type { Bridge, BridgeOptions } from './bridge.ts'
export { createBridge } from './create-bridge.ts'
export { adminsOf, type IsAdmin } from './admins.ts'
export { createEgress, repeatWhenClosed, type Egress, type EgressPolicy } from '@pons/http'
export { BridgeError, type BridgeErrorOptions, type BridgeErrorReason } from './bridge-error.ts'
export { connectionWords } from './text/connection-words.ts'
export { systemClock, type Clock } from '@pons/matrix'
export { Scheduler } from './queue/scheduler.ts'
export type * from './queue/queue.ts'
export { placeLink } from './document/from-matrix.ts'
export { plainText } from './document/plain-text.ts'
export { saysAddress } from './document/says-address.ts'
export { isBlank } from './text/is-blank.ts'
export { pieceEnd } from './text/cut-text.ts'
export { patiently } from './queue/patiently.ts'
export { nameInWords } from './text/name-in-words.ts'
export { shownName } from './text/shown-name.ts'
export { addressAt, addressesIn } from './text/addresses.ts'
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
export type * from './network/client-handlers.ts'
export type * from './network/remote-event.ts'
export { Intake, type Understood } from './login-network/intake.ts'
export { loginConnector } from './login-network/login-connector.ts'
export type * from './login-network/login-network.ts'
export { loginSettings } from './login-network/login-settings.ts'
export { AskedAnew } from './network/asked-anew.ts'
export { durationInWords } from './network/duration-in-words.ts'
export { spanInWords } from './network/span-in-words.ts'
export { currentNetwork } from './supervision/network-scope.ts'
