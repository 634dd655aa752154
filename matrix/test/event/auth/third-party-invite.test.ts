import { encodeBase64, parseServerName, signJson } from '../../../src/index.ts'
import type { JsonObject } from '../../../src/index.ts'
import { keyFromSeed } from '../../node-crypto.ts'
import { creator, describeRules, member } from './room.ts'
import type { RuleCase } from './room.ts'

const identityServer = keyFromSeed(new Uint8Array(32).fill(1))
const stranger = keyFromSeed(new Uint8Array(32).fill(2))
const { verify } = identityServer.crypto

function signedBy({ crypto }: typeof identityServer, value: JsonObject): JsonObject {
  return signJson(value, { crypto, origin: parseServerName('id.example'), keyId: 'ed25519:0' }) as unknown as JsonObject
}

const proof = signedBy(identityServer, { mxid: '@left:one', token: 'abc' })
const key = encodeBase64(identityServer.publicKey)
const inRoom = (content: JsonObject): NonNullable<RuleCase['state']> => ({ 'm.room.third_party_invite abc': content })
const state = inRoom({ public_key: key })
const invite = (signed: JsonObject, sender = creator) =>
  member('invite', [sender, '@left:one'], { third_party_invite: { display_name: 'x', signed } })

describeRules('invite of a third-party address', [
  { name: 'is allowed with a signature by the key of the invite', state, event: invite(proof), verify },
  {
    name: 'is allowed with a signature by one of many keys',
    state: inRoom({
      public_key: encodeBase64(stranger.publicKey),
      public_keys: [{ public_key: 'x' }, { public_key: key }],
    }),
    event: invite(proof),
    verify,
  },
  {
    name: 'needs no membership of the sender',
    state: { ...state, [`m.room.member ${creator}`]: { membership: 'leave' } },
    event: invite(proof),
    verify,
  },
  {
    name: 'is refused for the banned',
    state: { ...state, 'm.room.member @left:one': { membership: 'ban' } },
    event: invite(proof),
    verify,
    refused: /banned/,
  },
  {
    name: 'is refused without signed part',
    state,
    event: member('invite', [creator, '@left:one'], { third_party_invite: {} }),
    verify,
    refused: /no signed part/,
  },
  { name: 'is refused without mxid', state, event: invite({ token: 'abc' }), verify, refused: /mxid/ },
  { name: 'is refused without token', state, event: invite({ mxid: '@left:one' }), verify, refused: /token/ },
  {
    name: 'is refused for another user',
    state,
    event: invite(signedBy(identityServer, { mxid: '@other:one', token: 'abc' })),
    verify,
    refused: /another user/,
  },
  { name: 'is refused without such an invite in the room', event: invite(proof), verify, refused: /no such invite/ },
  {
    name: 'is refused to others than the inviter',
    state,
    event: invite(proof, '@mod:one'),
    verify,
    refused: /not the inviter/,
  },
  {
    name: 'is refused with a signature by another key',
    state,
    event: invite(signedBy(stranger, { mxid: '@left:one', token: 'abc' })),
    verify,
    refused: /no signature/,
  },
  {
    name: 'is refused when changed after signing',
    state,
    event: invite({ ...proof, extra: 1 }),
    verify,
    refused: /no signature/,
  },
  {
    name: 'is refused without signatures',
    state,
    event: invite({ mxid: '@left:one', token: 'abc' }),
    verify,
    refused: /no signature/,
  },
  { name: 'is refused where nothing can verify', state, event: invite(proof), refused: /no signature/ },
])
