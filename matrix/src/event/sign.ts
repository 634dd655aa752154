import { encodeBase64 } from '../base64.ts'
import type { Crypto } from '../crypto.ts'
import { isUserId, serverNameOf } from '../ids.ts'
import type { ServerName, UserId } from '../ids.ts'
import { isJsonObject } from '../json-value.ts'
import type { RoomVersion } from '../room-versions.ts'
import { signatureOf, withSignature } from '../signing.ts'
import type { Signature, Signer } from '../signing.ts'
import { redactedBytes } from './hash.ts'
import type { Pdu } from './pdu.ts'

/**
 * Adds this server's signature to a hashed event: to one of its own that leaves, and to another server's, as invitations and
 * restricted joins ask for.
 */
export function signEvent(pdu: Pdu, version: RoomVersion, signer: Signer): Pdu {
  const signature = encodeBase64(signer.crypto.sign(redactedBytes(pdu, version)))
  return { ...pdu, signatures: withSignature(pdu, signer, signature) }
}

/** True when the event carries this signature and it is right. Never throws. */
export function verifyEvent(pdu: Pdu, version: RoomVersion, signature: Signature, verify: Crypto['verify']): boolean {
  const bytes = signatureOf(pdu, signature.signer, signature.keyId)
  if (bytes === undefined || !signature.keyId.startsWith('ed25519:')) return false
  const message = tryRedactedBytes(pdu, version)
  return message !== undefined && verify(signature.publicKey, message, bytes)
}

/**
 * The servers without whose valid signature a received event is dropped.
 * https://spec.matrix.org/v1.19/server-server-api/#validating-hashes-and-signatures-on-received-events
 */
export function requiredSigners(pdu: Pdu, version: RoomVersion): ServerName[] {
  const signers = new Set<ServerName>()
  // An invitation made from a third-party invite is sent in the inviter's name by the invited user's server.
  if (!isThirdPartyInvitation(pdu)) signers.add(serverNameOf(pdu.sender))
  if (version.eventIds === 'server' && pdu.event_id !== undefined) {
    const server = serverNameOf(pdu.event_id)
    if (server !== undefined) signers.add(server)
  }
  const authoriser = version.restrictedJoin ? joinAuthoriser(pdu) : undefined
  if (authoriser !== undefined) signers.add(serverNameOf(authoriser))
  return [...signers]
}

/** The member whose server vouches for a restricted join: from room version 8 it must have signed the event. */
export function joinAuthoriser(event: Pick<Pdu, 'type' | 'content'>): UserId | undefined {
  if (event.type !== 'm.room.member') return undefined
  const authoriser = event.content['join_authorised_via_users_server']
  return isUserId(authoriser) ? authoriser : undefined
}

function isThirdPartyInvitation({ type, content }: Pdu): boolean {
  return type === 'm.room.member' && content['membership'] === 'invite' && isJsonObject(content['third_party_invite'])
}

function tryRedactedBytes(pdu: Pdu, version: RoomVersion): Uint8Array | undefined {
  try {
    return redactedBytes(pdu, version)
  } catch {
    return undefined
  }
}
