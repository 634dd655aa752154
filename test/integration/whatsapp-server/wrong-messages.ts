import { stanza, type Stanza } from '../../src/whatsapp/wire/stanza.ts'
import { friend, nobody, type Wrong } from './wrongs.ts'

const own = '9015550000001@lid'

function enc(attrs: Record<string, string> = {}): Stanza {
  return stanza('enc', { v: '2', type: 'msg', ...attrs }, Buffer.from('no ciphertext'))
}

function message(id: string, attrs: Record<string, string>, content: Stanza['content'] = [enc()]): Stanza {
  return { tag: 'message', attrs: { id, to: friend, type: 'text', ...attrs }, content }
}

function forDevices(...jids: string[]): Stanza[] {
  return [
    stanza(
      'participants',
      {},
      jids.map((jid) => stanza('to', { jid }, [enc()])),
    ),
  ]
}

/** Each with an id of its own: of one that it cannot read a phone asks only so often. */
const makers: readonly ((id: string) => Wrong)[] = [
  (id) => ({
    what: 'a message to nobody',
    stanza: message(id, { to: nobody }),
    words: [`a message to ${nobody}, whom nobody knows`],
  }),
  (id) => ({
    what: 'a message to what is no address',
    stanza: message(id, { to: 'somebody' }),
    words: [`message ${id} is for the address somebody`, 'a message to somebody, whom nobody knows'],
  }),
  () => ({
    what: 'a message with an id that is none',
    stanza: message('no id', { to: nobody }),
    words: ['a message with the id "no id"', `a message to ${nobody}, whom nobody knows`],
  }),
  (id) => ({
    what: 'a message of an unknown type',
    stanza: message(id, { type: 'novelty' }),
    words: [`message ${id} is of the type "novelty"`],
  }),
  (id) => ({
    what: 'a message that is encrypted in another version',
    stanza: message(id, {}, [enc({ v: '1' })]),
    words: [`message ${id} is encrypted as msg, version 1`],
  }),
  (id) => ({
    what: 'a message of which a part is encrypted in another way',
    stanza: message(id, {}, [
      stanza('participants', {}, [
        stanza('to', { jid: friend }, [enc({ type: 'frskmsg' })]),
        stanza('to', { jid: own }, [enc()]),
      ]),
    ]),
    words: [`message ${id} is encrypted as frskmsg, version 2`],
  }),
  (id) => ({
    what: 'a message without content',
    stanza: message(id, {}, []),
    words: [
      `message ${id} has no content`,
      `message ${id} is not for the phone of Owner`,
      `message ${id} is not for the phone of Friend`,
    ],
  }),
  (id) => ({
    what: 'a message that the own phone does not get',
    stanza: message(id, {}, forDevices(friend)),
    words: [`message ${id} is not for the phone of Owner`],
  }),
  (id) => ({
    what: 'a message that is encrypted for nobody',
    stanza: message(id, {}, forDevices(friend, own, nobody)),
    words: [`message ${id} is for ${nobody}, whom nobody knows`],
  }),
  (id) => ({
    what: 'a message that is encrypted for the device that sends it',
    stanza: message(id, {}, forDevices(friend, own, own.replace('@', ':1@'))),
    words: [`message ${id} is for the device that sends it`],
  }),
  (id) => ({
    what: 'a session that begins without a device identity',
    stanza: message(id, {}, [enc({ type: 'pkmsg' })]),
    words: [`message ${id} begins a session without a device identity`],
  }),
  (id) => ({
    what: 'a device identity that is not complete',
    stanza: message(id, {}, [enc({ type: 'pkmsg' }), stanza('device-identity', {}, Buffer.from([0x0a, 1, 7]))]),
    words: [`message ${id}: a device identity that is not complete`],
  }),
]

export const wrongMessages = makers.map((make, index) => make(`3EB000000000${String(index).padStart(4, '0')}`))
