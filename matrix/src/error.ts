import { defaultStatus } from './errcodes.ts'
import type { Errcode, StandardErrcode } from './errcodes.ts'
import type { JsonObject } from './json-value.ts'

export interface MatrixErrorOptions {
  /** Overrides the usual status of the errcode. */
  readonly status?: number
  /** Further members of the JSON answer, such as `retry_after_ms` or `soft_logout`. */
  readonly fields?: JsonObject
  readonly cause?: unknown
}

/** An error in Matrix's own words. The message goes to the requester, so it never holds a secret. */
export class MatrixError extends Error {
  override readonly name = 'MatrixError'
  readonly errcode: Errcode
  readonly status: number
  readonly fields: JsonObject

  constructor(errcode: Errcode, message: string, options: MatrixErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.errcode = errcode
    this.status = options.status ?? defaultStatus(errcode)
    this.fields = options.fields ?? {}
  }

  toJSON(): JsonObject {
    return { ...this.fields, errcode: this.errcode, error: this.message }
  }
}

type ErrorMaker = (message: string, fields?: JsonObject) => MatrixError

function errorOf(errcode: StandardErrcode): ErrorMaker {
  return (message, fields = {}) => new MatrixError(errcode, message, { fields })
}

export const badAlias = errorOf('M_BAD_ALIAS')
export const badJson = errorOf('M_BAD_JSON')
export const badState = errorOf('M_BAD_STATE')
export const badStatus = errorOf('M_BAD_STATUS')
export const cannotOverwriteMedia = errorOf('M_CANNOT_OVERWRITE_MEDIA')
export const connectionFailed = errorOf('M_CONNECTION_FAILED')
export const connectionTimeout = errorOf('M_CONNECTION_TIMEOUT')
export const duplicateAnnotation = errorOf('M_DUPLICATE_ANNOTATION')
export const exclusive = errorOf('M_EXCLUSIVE')
export const forbidden = errorOf('M_FORBIDDEN')
export const guestAccessForbidden = errorOf('M_GUEST_ACCESS_FORBIDDEN')
export const incompatibleRoomVersion = errorOf('M_INCOMPATIBLE_ROOM_VERSION')
export const invalidParam = errorOf('M_INVALID_PARAM')
export const invalidRoomState = errorOf('M_INVALID_ROOM_STATE')
export const invalidSignature = errorOf('M_INVALID_SIGNATURE')
export const invalidUsername = errorOf('M_INVALID_USERNAME')
export const inviteBlocked = errorOf('M_INVITE_BLOCKED')
export const keyTooLarge = errorOf('M_KEY_TOO_LARGE')
export const missingParam = errorOf('M_MISSING_PARAM')
export const missingToken = errorOf('M_MISSING_TOKEN')
export const notFound = errorOf('M_NOT_FOUND')
export const notJson = errorOf('M_NOT_JSON')
export const notYetUploaded = errorOf('M_NOT_YET_UPLOADED')
export const profileTooLarge = errorOf('M_PROFILE_TOO_LARGE')
export const resourceLimitExceeded = errorOf('M_RESOURCE_LIMIT_EXCEEDED')
export const roomInUse = errorOf('M_ROOM_IN_USE')
export const threepidDenied = errorOf('M_THREEPID_DENIED')
export const threepidInUse = errorOf('M_THREEPID_IN_USE')
export const threepidNotFound = errorOf('M_THREEPID_NOT_FOUND')
export const tooLarge = errorOf('M_TOO_LARGE')
export const unableToAuthoriseJoin = errorOf('M_UNABLE_TO_AUTHORISE_JOIN')
export const unableToGrantJoin = errorOf('M_UNABLE_TO_GRANT_JOIN')
export const unauthorized = errorOf('M_UNAUTHORIZED')
export const unknown = errorOf('M_UNKNOWN')
export const unknownPos = errorOf('M_UNKNOWN_POS')
export const unknownToken = errorOf('M_UNKNOWN_TOKEN')
export const unrecognized = errorOf('M_UNRECOGNIZED')
export const unsupportedRoomVersion = errorOf('M_UNSUPPORTED_ROOM_VERSION')
export const urlNotSet = errorOf('M_URL_NOT_SET')
export const userDeactivated = errorOf('M_USER_DEACTIVATED')
export const userInUse = errorOf('M_USER_IN_USE')
export const userLocked = errorOf('M_USER_LOCKED')
export const userSuspended = errorOf('M_USER_SUSPENDED')
export const weakPassword = errorOf('M_WEAK_PASSWORD')
export const wrongRoomKeysVersion = errorOf('M_WRONG_ROOM_KEYS_VERSION')

export function limitExceeded(retryAfterMs: number, message = 'too many requests'): MatrixError {
  return new MatrixError('M_LIMIT_EXCEEDED', message, { fields: { retry_after_ms: Math.ceil(retryAfterMs) } })
}
