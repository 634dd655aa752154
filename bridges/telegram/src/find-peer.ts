import { Api } from 'telegram'
import type { Account } from './account.ts'
import { refusalOf } from './protocol/call.ts'
import { peerKeyOf, type PeerKey } from './protocol/peer-key.ts'

const nobody = new Set(['USERNAME_NOT_OCCUPIED', 'USERNAME_INVALID', 'PHONE_NOT_OCCUPIED'])

/** Whom a person means: `@name`, a link to t.me, a phone number, or an id as the bridge shows it. */
export async function findPeer(account: Account, identifier: string): Promise<PeerKey | undefined> {
  const text = identifier.trim()
  if (/^[ugc][0-9]+$/.test(text)) return text as PeerKey
  const [, name] = /^(?:@|(?:https?:\/\/)?t\.me\/)?([A-Za-z][A-Za-z0-9_]{3,31})$/.exec(text) ?? []
  const digits = text.replace(/[\s()-]/g, '')
  try {
    if (name !== undefined)
      return peerKeyOf((await account.call(new Api.contacts.ResolveUsername({ username: name }))).peer)
    if (!/^\+?[0-9]{5,15}$/.test(digits)) return undefined
    return peerKeyOf((await account.call(new Api.contacts.ResolvePhone({ phone: digits.replace('+', '') }))).peer)
  } catch (error) {
    if (nobody.has(refusalOf(error) ?? '')) return undefined
    throw error
  }
}
