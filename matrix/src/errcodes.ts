interface ErrcodeEntry {
  /** The HTTP status sent unless the endpoint says otherwise. */
  readonly status: number
  readonly meaning: string
}

const entries = {
  M_APPSERVICE_LOGIN_UNSUPPORTED: { status: 400, meaning: 'this server has no legacy login for application services' },
  M_BAD_ALIAS: { status: 400, meaning: 'an alias of the event does not exist or points to another room' },
  M_BAD_JSON: { status: 400, meaning: 'the body is JSON, but not of the expected form' },
  M_BAD_STATE: { status: 400, meaning: 'the state change cannot be made in the present state' },
  M_BAD_STATUS: { status: 502, meaning: 'the application service answered with an error status' },
  M_CANNOT_LEAVE_SERVER_NOTICE_ROOM: { status: 403, meaning: 'this room may not be left' },
  M_CANNOT_OVERWRITE_MEDIA: { status: 409, meaning: 'the content uri has been uploaded to already' },
  M_CAPTCHA_INVALID: { status: 401, meaning: 'the captcha was not solved' },
  M_CAPTCHA_NEEDED: { status: 401, meaning: 'a captcha has to be solved first' },
  M_CONFLICTING_UNSUBSCRIPTION: { status: 409, meaning: 'the thread was unsubscribed from after that event' },
  M_CONNECTION_FAILED: { status: 502, meaning: 'the application service could not be reached' },
  M_CONNECTION_TIMEOUT: { status: 504, meaning: 'the application service did not answer in time' },
  M_DESTINATION_REJECTED: { status: 400, meaning: 'the destination was refused' },
  M_DUPLICATE_ANNOTATION: { status: 400, meaning: 'the sender has given this reaction already' },
  M_EMAIL_SEND_ERROR: { status: 400, meaning: 'the mail could not be sent' },
  M_EXCLUSIVE: { status: 400, meaning: 'the name belongs to the namespace of an application service' },
  M_FORBIDDEN: { status: 403, meaning: 'the requester may not do this' },
  M_GUEST_ACCESS_FORBIDDEN: { status: 403, meaning: 'guests may not do this' },
  M_INCOMPATIBLE_ROOM_VERSION: { status: 400, meaning: 'the other server does not know the version of the room' },
  M_INVALID_ADDRESS: { status: 400, meaning: 'the third-party address is malformed' },
  M_INVALID_EMAIL: { status: 400, meaning: 'the mail address is malformed' },
  M_INVALID_PARAM: { status: 400, meaning: 'a parameter has a wrong value' },
  M_INVALID_PEPPER: { status: 400, meaning: 'the lookup pepper is out of date' },
  M_INVALID_ROOM_STATE: { status: 400, meaning: 'the initial state is contradictory' },
  M_INVALID_SIGNATURE: { status: 400, meaning: 'a signature is missing or wrong' },
  M_INVALID_USERNAME: { status: 400, meaning: 'the user name has characters that are not allowed' },
  M_INVITE_BLOCKED: { status: 403, meaning: 'the user does not take invitations from this sender' },
  M_KEY_TOO_LARGE: { status: 400, meaning: 'the profile key is too long' },
  M_LIMIT_EXCEEDED: { status: 429, meaning: 'too many requests; wait' },
  M_MISSING_PARAM: { status: 400, meaning: 'a required parameter is absent' },
  M_MISSING_TOKEN: { status: 401, meaning: 'no access token was given' },
  M_NOT_FOUND: { status: 404, meaning: 'there is no such thing' },
  M_NOT_IN_THREAD: { status: 400, meaning: 'the event is no part of that thread' },
  M_NOT_JSON: { status: 400, meaning: 'the body is not JSON' },
  M_NOT_YET_UPLOADED: { status: 504, meaning: 'the content is not uploaded yet' },
  M_NO_VALID_SESSION: { status: 404, meaning: 'there is no such validation session' },
  M_PROFILE_TOO_LARGE: { status: 400, meaning: 'the profile as a whole is too large' },
  M_RESOURCE_LIMIT_EXCEEDED: { status: 403, meaning: 'this server has reached one of its limits' },
  M_ROOM_IN_USE: { status: 400, meaning: 'the alias is taken' },
  M_SEND_ERROR: { status: 400, meaning: 'the message to the third-party address could not be sent' },
  M_SENDER_IGNORED: { status: 403, meaning: 'the sender of the event is ignored by the requester' },
  M_SERVER_NOT_TRUSTED: { status: 400, meaning: 'the identity server is not trusted' },
  M_SESSION_EXPIRED: { status: 400, meaning: 'the validation session has expired' },
  M_SESSION_NOT_VALIDATED: { status: 400, meaning: 'the session is not validated yet' },
  M_TERMS_NOT_SIGNED: { status: 403, meaning: 'the terms have to be accepted first' },
  M_THREEPID_AUTH_FAILED: { status: 403, meaning: 'the third-party address could not be proven' },
  M_THREEPID_DENIED: { status: 403, meaning: 'this third-party address is not allowed' },
  M_THREEPID_IN_USE: { status: 400, meaning: 'the third-party address is in use' },
  M_THREEPID_MEDIUM_NOT_SUPPORTED: { status: 400, meaning: 'third-party addresses of this kind are not supported' },
  M_THREEPID_NOT_FOUND: { status: 400, meaning: 'no account has this third-party address' },
  M_TOKEN_INCORRECT: { status: 400, meaning: 'the validation token is wrong' },
  M_TOO_LARGE: { status: 413, meaning: 'the request or event is too large' },
  M_UNABLE_TO_AUTHORISE_JOIN: { status: 400, meaning: 'this server cannot tell whether the join is allowed' },
  M_UNABLE_TO_GRANT_JOIN: { status: 400, meaning: 'no local user could grant the join; ask another server' },
  M_UNACTIONABLE: { status: 400, meaning: 'the report cannot be acted upon' },
  M_UNAUTHORIZED: { status: 401, meaning: 'the request is not signed properly, or login failed' },
  M_UNKNOWN: { status: 500, meaning: 'something went wrong' },
  M_UNKNOWN_DEVICE: { status: 400, meaning: 'the device does not belong to the user' },
  M_UNKNOWN_POS: { status: 400, meaning: 'the sync position has expired' },
  M_UNKNOWN_TOKEN: { status: 401, meaning: 'the access or refresh token is not known' },
  M_UNRECOGNIZED: { status: 404, meaning: 'there is no such endpoint' },
  M_UNSUPPORTED_ROOM_VERSION: { status: 400, meaning: 'the room version is not supported' },
  M_URL_NOT_SET: { status: 400, meaning: 'the application service has no url' },
  M_USER_DEACTIVATED: { status: 403, meaning: 'the account is deactivated' },
  M_USER_IN_USE: { status: 400, meaning: 'the user name is taken' },
  M_USER_LIMIT_EXCEEDED: { status: 403, meaning: 'the user has reached a limit' },
  M_USER_LOCKED: { status: 401, meaning: 'the account is locked' },
  M_USER_SUSPENDED: { status: 403, meaning: 'the account is suspended' },
  M_WEAK_PASSWORD: { status: 400, meaning: 'the password is too weak' },
  M_WRONG_ROOM_KEYS_VERSION: { status: 403, meaning: 'this is not the current key backup' },
} as const satisfies Record<string, ErrcodeEntry>

export type StandardErrcode = keyof typeof entries

/** A standard code, or one of a proposal (`ORG.MATRIX.MSC…`), which has no entry in the table. */
export type Errcode = StandardErrcode | (string & {})

/** Every errcode of the specification with its usual status and meaning. */
export const errcodes: Readonly<Record<StandardErrcode, ErrcodeEntry>> = entries

/** 400 for codes that are not of the table. */
export function defaultStatus(errcode: Errcode): number {
  return Object.hasOwn(entries, errcode) ? entries[errcode as StandardErrcode].status : 400
}
