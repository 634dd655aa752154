import { Api } from 'telegram'
import { peerKeyOf, type PeerKey } from './protocol/peer-key.ts'
import { refusalOf } from './protocol/refusal-of.ts'
import type { Reader } from './reader.ts'

const nobody = new Set(['USERNAME_NOT_OCCUPIED', 'USERNAME_INVALID', 'PHONE_NOT_OCCUPIED'])

const name = '[A-Za-z][A-Za-z0-9_]{3,31}'
/** As people write it, and as they copy it out of a browser or a message (core.telegram.org/api/links). */
const spellings = [
  `^@?(${name})$`,
  `^(?:https?://)?(?:www\\.)?(?:t|telegram)\\.(?:me|dog)/(?:s/)?@?(${name})(?:[/?#].*)?$`,
  `^(?:https?://)?(${name})\\.t\\.me(?:[/?#].*)?$`,
  `^tg:(?://)?resolve\\?(?:.*&)?domain=(${name})(?:[&#].*)?$`,
].map((pattern) => new RegExp(pattern, 'i'))
const phoneLinks = /^(?:(?:https?:\/\/)?t\.me\/|tg:(?:\/\/)?resolve\?phone=)(\+?\d+)(?:[/?&#].*)?$/i

/** The user name in what a person wrote; undefined where there is none. */
export function usernameIn(text: string): string | undefined {
  for (const spelling of spellings) {
    const found = spelling.exec(text)?.[1]
    if (found !== undefined && !/^(?:www|joinchat|addlist|share)$/i.test(found)) return found
  }
  return undefined
}

/** Whom a person means: `@name`, a link to t.me, a phone number, or an id as the bridge shows it. */
export async function findPeer(account: Pick<Reader, 'call'>, identifier: string): Promise<PeerKey | undefined> {
  const text = identifier.trim()
  if (/^[ugc][0-9]+$/.test(text)) return text as PeerKey
  const username = usernameIn(text)
  const digits = (phoneLinks.exec(text)?.[1] ?? text).replace(/[\s()-]/g, '')
  try {
    if (username !== undefined)
      return peerKeyOf((await account.call(new Api.contacts.ResolveUsername({ username }))).peer)
    if (!/^\+?[0-9]{5,15}$/.test(digits)) return undefined
    return peerKeyOf((await account.call(new Api.contacts.ResolvePhone({ phone: digits.replace('+', '') }))).peer)
  } catch (error) {
    if (nobody.has(refusalOf(error) ?? '')) return undefined
    throw error
  }
}
