import { nowSeconds } from '../wire/clock.ts'
import { bytesIn, childOf, childrenOf, stanza, type Stanza } from '../wire/stanza.ts'
import type { Person } from '../world/entities.ts'
import { numberIn } from './keys.ts'
import { QueryError } from './query-error.ts'
import type { Judge } from '../judge.ts'
import type { Addresses } from '../world/addresses.ts'
import type { Answers } from './query.ts'

/** Who somebody is, and which devices they have. */
export function lookUpAnswers({ addresses, judge }: { addresses: Addresses; judge: Judge }): Answers {
  return {
    'usync get usync': ({ child }) => {
      const wanted = childrenOf(childOf(child, 'query')).map(({ tag }) => tag)
      const unknown = wanted.filter((tag) => !known.has(tag))
      if (unknown.length > 0) judge.against(`a look-up of ${unknown.join()}, which is not simulated`)
      const users = childrenOf(childOf(child, 'list'), 'user').map((user) => found(addresses, user, wanted))
      const { context: why, sid } = child?.attrs ?? {}
      const attrs = { context: why, sid, index: '0', last: 'true', mode: 'query' }
      const results = wanted.map((tag) => stanza(tag))
      return [stanza('usync', attrs, [stanza('result', {}, results), stanza('list', {}, users)])]
    },
    'w:profile:picture get picture': ({ query }) => {
      const target = query.attrs['target']
      const url = (addresses.group(target) ?? addresses.person(target))?.pictureUrl
      if (url === undefined) throw new QueryError(404, 'item-not-found')
      const type = query.attrs['type'] ?? 'image'
      return [
        stanza('picture', { id: new URL(url).pathname.slice(-12), type, url, direct_path: new URL(url).pathname }),
      ]
    },
  }
}

const known = new Set(['devices', 'lid', 'contact', 'status', 'disappearing_mode', 'username'])

function found(addresses: Addresses, user: Stanza, wanted: readonly string[]): Stanza {
  const contact = childOf(user, 'contact')
  const jid = user.attrs['jid'] ?? `${numberIn(contact)}@s.whatsapp.net`
  const person = addresses.person(jid)
  const parts = wanted.flatMap((tag) => {
    if (tag === 'contact') return [stanza('contact', { type: person ? 'in' : 'out' }, bytesIn(contact))]
    return person === undefined ? [] : protocolParts(person, tag, jid)
  })
  return stanza('user', { jid }, parts)
}

function protocolParts(person: Person, tag: string, jid: string): Stanza[] {
  switch (tag) {
    case 'devices': {
      const linked = [...person.companions.keys()].map((number) =>
        stanza('device', { id: String(number), 'key-index': String(number) }),
      )
      const list = stanza('device-list', {}, [stanza('device', { id: '0' }), ...linked])
      return [stanza('devices', {}, [list, stanza('key-index-list', { ts: nowSeconds() })])]
    }
    case 'lid':
      return jid.endsWith('@lid') ? [] : [stanza('lid', { val: person.lid })]
    case 'status':
      return [stanza('status', { t: nowSeconds() }, Buffer.from(''))]
    case 'disappearing_mode':
      return [stanza('disappearing_mode', { duration: '0', t: '0' })]
    default:
      return []
  }
}
