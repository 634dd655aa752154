export { backoffMs, type Backoff } from './backoff-ms.ts'
export { systemClock, type Clock } from './clock.ts'
export {
  isDeviceId,
  isEventId,
  isMxcUri,
  isRoomAlias,
  isRoomId,
  isServerName,
  isUserId,
  isHistoricalLocalpart,
  isValidLocalpart,
  localpartOf,
  maxIdBytes,
  mxcParts,
  mxcUriOf,
  parseDeviceId,
  parseEventId,
  parseMxcUri,
  parseRoomAlias,
  parseRoomId,
  parseServerName,
  parseUserId,
  roomAliasOf,
  serverNameOf,
  userIdOf,
  utf8Length,
} from './ids.ts'
export type { DeviceId, EventId, MxcUri, RoomAlias, RoomId, ServerName, UserId } from './ids.ts'
export { decodeLocalpart, encodeLocalpart } from './localpart.ts'
export { defaultStatus, errcodes } from './errcodes.ts'
export type { Errcode, StandardErrcode } from './errcodes.ts'
export {
  MatrixError,
  badAlias,
  badJson,
  badState,
  badStatus,
  cannotOverwriteMedia,
  connectionFailed,
  connectionTimeout,
  duplicateAnnotation,
  exclusive,
  forbidden,
  guestAccessForbidden,
  incompatibleRoomVersion,
  invalidParam,
  invalidRoomState,
  invalidSignature,
  invalidUsername,
  inviteBlocked,
  keyTooLarge,
  limitExceeded,
  missingParam,
  missingToken,
  notFound,
  notJson,
  notYetUploaded,
  profileTooLarge,
  resourceLimitExceeded,
  roomInUse,
  threepidDenied,
  threepidInUse,
  threepidNotFound,
  tooLarge,
  unableToAuthoriseJoin,
  unableToGrantJoin,
  unauthorized,
  unknown,
  unknownPos,
  unknownToken,
  unrecognized,
  unsupportedRoomVersion,
  urlNotSet,
  userDeactivated,
  userInUse,
  userLocked,
  userSuspended,
  weakPassword,
  wrongRoomKeysVersion,
} from './error.ts'
export type { MatrixErrorOptions } from './error.ts'
export { canonicalJson, checkCanonical, compareCodePoints } from './json/canonical.ts'
export type { CanonicalOptions } from './json/canonical.ts'
export { innerMap, jsonOf } from './json/json-of.ts'
export { isJsonObject, ownValue } from './json-value.ts'
export type { JsonArray, JsonObject, JsonValue } from './json-value.ts'
export { parseJson } from './json/parse.ts'
export type { ParseOptions } from './json/parse.ts'
export { decodeBase64, encodeBase64, encodeBase64Url } from './base64.ts'
export type { Crypto } from './crypto.ts'
export { defaultRoomVersion, isSupportedRoomVersion, roomVersion, supportedRoomVersions } from './room-versions.ts'
export type { RoomVersion, RoomVersionId } from './room-versions.ts'
export { authEventIds, prevEventIds, referencedId } from './event/pdu.ts'
export type { AuthEvent, AuthState, EventDraft, EventReference, Pdu } from './event/pdu.ts'
export type { Signatures } from './signing.ts'
export { signJson, signatureOf, signedBytes, signingKeyIds, verifyJson } from './signing.ts'
export type { Signature, Signer } from './signing.ts'
export { redact, redactContent } from './event/redact.ts'
export {
  contentHash,
  eventIdFromHash,
  eventIdOf,
  hasValidContentHash,
  redactedBytes,
  referenceHash,
  roomIdOfCreate,
} from './event/hash.ts'
export type { UnhashedPdu } from './event/hash.ts'
export { joinAuthoriser, requiredSigners, signEvent, verifyEvent } from './event/sign.ts'
export { checkEventSize, maxAuthEvents, maxEventBytes, maxPrevEvents } from './event/limits.ts'
export { parsePdu } from './event/format.ts'
export { buildEvent } from './event/build.ts'
export type { BuildOptions, BuiltEvent } from './event/build.ts'
export { authorize } from './event/auth/authorize.ts'
export type { EventToAuthorize } from './event/auth/reject.ts'
export { authStateKeys, checkAuthEvents } from './event/auth/required-events.ts'
export type { CitedAuthEvent, StateKey } from './event/auth/required-events.ts'
export { checkRedaction, redactedEventId } from './event/auth/redaction.ts'
export {
  actionPowerLevel,
  creatorsOf,
  defaultPowerLevelOf,
  powerLevelOf,
  requiredPowerLevel,
} from './event/auth/levels.ts'
export { resolveState } from './state-resolution/resolve.ts'
export type { ResolveOptions } from './state-resolution/resolve.ts'
export { MissingEventError } from './state-resolution/state-graph.ts'
export type { ResolvableEvent } from './state-resolution/state-graph.ts'
export { splitStateMapKey, stateMapKey } from './state-resolution/state-map.ts'
export type { StateMap, StateMapKey } from './state-resolution/state-map.ts'
