import { decodeBase64 } from '../../base64.ts'
import type { Crypto } from '../../crypto.ts'
import type { UserId } from '../../ids.ts'
import { isJsonObject } from '../../json-value.ts'
import type { JsonObject } from '../../json-value.ts'
import { signingKeyIds, verifyJson } from '../../signing.ts'
import type { AuthState } from '../pdu.ts'
import { membershipOf, reject } from './reject.ts'
import type { EventToAuthorize } from './reject.ts'

const rule = 'm.room.member third-party invite'

interface InviteCheck {
  readonly event: EventToAuthorize
  readonly state: AuthState
  readonly verify: Crypto['verify'] | undefined
}

/** An invitation whose `third_party_invite` proves that the invited user owns the address that was invited. */
export function authorizeThirdPartyInvite({ event, state, verify }: InviteCheck, target: UserId): void {
  if (membershipOf(state, target) === 'ban') reject(rule, 'the user is banned')
  const signed = signedPart(event.content)
  const { mxid, token } = signed
  if (typeof mxid !== 'string' || typeof token !== 'string') reject(rule, 'signed has no mxid or no token')
  if (mxid !== target) reject(rule, 'it is for another user')
  const invite = state.get('m.room.third_party_invite', token)
  if (invite === undefined) reject(rule, 'there is no such invite in the room')
  if (invite.sender !== event.sender) reject(rule, 'the sender is not the inviter')
  if (verify === undefined || !isSignedByAny(signed, publicKeys(invite.content), verify)) {
    reject(rule, 'no signature matches a key of the invite')
  }
}

function signedPart(content: JsonObject): JsonObject {
  const invite = content['third_party_invite']
  const signed = isJsonObject(invite) ? invite['signed'] : undefined
  return isJsonObject(signed) ? signed : reject(rule, 'it has no signed part')
}

function publicKeys(content: JsonObject): Uint8Array[] {
  const list = content['public_keys']
  const entries = Array.isArray(list) ? list.filter(isJsonObject).map((entry) => entry['public_key']) : []
  return [content['public_key'], ...entries]
    .map((key) => (typeof key === 'string' ? decodeBase64(key) : undefined))
    .filter((key) => key?.length === 32) as Uint8Array[]
}

function isSignedByAny(signed: JsonObject, keys: readonly Uint8Array[], verify: Crypto['verify']): boolean {
  const signatures = signed['signatures']
  if (!isJsonObject(signatures)) return false
  return Object.keys(signatures).some((signer) =>
    signingKeyIds(signed, signer).some((keyId) =>
      keys.some((publicKey) => verifyJson(signed, { signer, keyId, publicKey }, verify)),
    ),
  )
}
