import { createHash } from 'node:crypto'
import { bundleOf } from '../deliveries/to-companions.ts'
import { preKeyNode, signedPreKeyIn, signedPreKeyNode } from '../deliveries/read-message.ts'
import { typed, verify } from '../signal/keys.ts'
import { nowSeconds } from '../wire/clock.ts'
import { parseJid } from '../wire/jid.ts'
import { bytesIn, bytesOf, childOf, childrenOf, readUint, stanza, uint, type Stanza } from '../wire/stanza.ts'
import type { Judge } from '../judge.ts'
import type { Addresses } from '../world/addresses.ts'
import type { Companion } from '../world/entities.ts'
import type { Answers } from './query.ts'

/** Signal keys: how many are left, new ones, and those of others. */
export function keyAnswers({ addresses, judge }: { addresses: Addresses; judge: Judge }): Answers {
  return {
    'encrypt get count': ({ companion }) => [stanza('count', { value: String(companion.preKeys.size) })],
    'encrypt set registration': ({ companion, query }) => {
      const keys = childrenOf(childOf(query, 'list'), 'key')
      if (readUint(bytesOf(query, 'registration')) !== companion.registrationId)
        judge.against('prekeys for another registration')
      if (!bytesOf(query, 'identity').equals(companion.identity)) judge.against('prekeys for another identity')
      if (bytesOf(query, 'type')[0] !== 5) judge.against('prekeys of another type')
      takeSignedPreKey(judge, companion, childOf(query, 'skey'))
      for (const key of keys) {
        const [id, value] = [bytesOf(key, 'id'), bytesOf(key, 'value')]
        if (id.length === 3 && value.length === 32) companion.preKeys.set(readUint(id), value)
        else judge.against('a prekey of the wrong length')
      }
      return undefined
    },
    'encrypt set rotate': ({ companion, child }) => {
      takeSignedPreKey(judge, companion, childOf(child, 'skey'))
      return undefined
    },
    'encrypt get digest': ({ companion }) => {
      const { identity, signedPreKey, preKeys, registrationId } = companion
      const hash = createHash('sha1').update(identity).update(signedPreKey.publicKey).update(signedPreKey.signature)
      for (const key of preKeys.values()) hash.update(key)
      const ids = [...preKeys.keys()].map((id) => stanza('id', {}, uint(id, 3)))
      const parts = [
        stanza('registration', {}, uint(registrationId, 4)),
        stanza('type', {}, Buffer.from([5])),
        stanza('identity', {}, identity),
        signedPreKeyNode(signedPreKey),
        stanza('list', {}, ids),
        stanza('hash', {}, hash.digest()),
      ]
      return [stanza('digest', {}, parts)]
    },
    'encrypt get key': ({ child }) => {
      const users = childrenOf(child, 'user').map(({ attrs }) => bundleNode(addresses, judge, attrs['jid']))
      return [stanza('list', {}, users)]
    },
  }
}

function takeSignedPreKey(judge: Judge, companion: Companion, node: Stanza | undefined): void {
  const key = signedPreKeyIn(node)
  if (verify(companion.identity, typed(key.publicKey), key.signature)) companion.signedPreKey = key
  else judge.against('a signed prekey is not signed')
}

function bundleNode(addresses: Addresses, judge: Judge, jid: string | undefined): Stanza {
  const person = addresses.person(jid)
  const device = parseJid(jid)?.device ?? 0
  const companion = person?.companions.get(device)
  const bundle = device === 0 ? person?.device.bundle() : companion && bundleOf(companion)
  if (bundle === undefined) {
    judge.against(`keys are asked of ${jid}, which is not there`)
    return stanza('user', { jid }, [stanza('error', { code: '404', text: 'item-not-found' })])
  }
  const { registrationId, identity, signedPreKey, preKey } = bundle
  return stanza('user', { jid, t: nowSeconds() }, [
    stanza('registration', {}, uint(registrationId, 4)),
    stanza('type', {}, Buffer.from([5])),
    stanza('identity', {}, identity),
    signedPreKeyNode(signedPreKey),
    ...(preKey === undefined ? [] : [preKeyNode(preKey.id, preKey.publicKey)]),
  ])
}

/** The phone number in a look-up by number. */
export function numberIn(node: Stanza | undefined): string {
  return bytesIn(node).toString().replace(/\D/g, '')
}
