import { serverJid, stanza, type Stanza } from '../../src/whatsapp/wire/stanza.ts'

/** What no client may send. */
export interface Wrong {
  readonly what: string
  readonly stanza: Stanza
  /** All that the judge says of it. */
  readonly words: readonly string[]
}

const id = '3EB0000000000002'
export const friend = '9015550000002@lid'
export const nobody = '15559999999@s.whatsapp.net'

function query(attrs: Record<string, string>, child: Stanza): Stanza {
  return { tag: 'iq', attrs: { id, to: serverJid, ...attrs }, content: [child] }
}

export const wrongs: readonly Wrong[] = [
  {
    what: 'attributes that are empty, or words for nothing, however deep',
    stanza: stanza('presence', { type: '', name: 'undefined' }, [stanza('state', { since: 'NaN' })]),
    words: [
      'the attribute type of presence is ""',
      'the attribute name of presence is "undefined"',
      'the attribute since of state is "NaN"',
    ],
  },
  {
    what: 'a stanza of an unknown kind',
    stanza: stanza('novelty', { id }),
    words: ['the stanza novelty is not simulated'],
  },
  {
    what: 'a query without id',
    stanza: { tag: 'iq', attrs: { to: serverJid, type: 'get', xmlns: 'w:p' }, content: [stanza('ping')] },
    words: ['a query without id or address: {"to":"@s.whatsapp.net","type":"get","xmlns":"w:p"}'],
  },
  {
    what: 'a receipt without id',
    stanza: stanza('receipt', { to: friend }),
    words: [`a receipt without id or address: {"to":"${friend}"}`],
  },
  {
    what: 'a receipt without address',
    stanza: stanza('receipt', { id }),
    words: [`a receipt without id or address: {"id":"${id}"}`],
  },
  {
    what: 'a receipt of an unknown type',
    stanza: stanza('receipt', { id, to: friend, type: 'novelty' }),
    words: ['a receipt of the type novelty'],
  },
  {
    what: 'a receipt to nobody',
    stanza: stanza('receipt', { id, to: nobody, type: 'read' }),
    words: [`a receipt for ${nobody}, whom nobody knows`],
  },
  {
    what: 'asking again for what was never sent',
    stanza: stanza('receipt', { id, to: friend, type: 'retry' }, [stanza('retry', { count: '1', id, v: '1' })]),
    words: [`message ${id} is asked for again and was never sent`],
  },
  {
    what: 'typing to nobody',
    stanza: stanza('chatstate', { to: nobody }, [stanza('composing')]),
    words: [`typing to ${nobody}, whom nobody knows`],
  },
  {
    what: 'asking for the keys of nobody',
    stanza: query({ type: 'get', xmlns: 'encrypt' }, stanza('key', {}, [stanza('user', { jid: nobody })])),
    words: [`keys are asked of ${nobody}, which is not there`],
  },
  {
    what: 'looking up what is not simulated',
    stanza: query(
      { type: 'get', xmlns: 'usync' },
      stanza('usync', { sid: id }, [stanza('query', {}, [stanza('novelty')]), stanza('list', {}, [])]),
    ),
    words: ['a look-up of novelty, which is not simulated'],
  },
  {
    what: 'keys that are another’s and not signed',
    stanza: {
      ...query({ type: 'set', xmlns: 'encrypt' }, stanza('registration', {}, Buffer.from([0, 0, 0, 0]))),
      content: [
        stanza('registration', {}, Buffer.from([0, 0, 0, 0])),
        stanza('type', {}, Buffer.from([6])),
        stanza('identity', {}, Buffer.alloc(32)),
        stanza('list', {}, [
          stanza('key', {}, [stanza('id', {}, Buffer.alloc(2)), stanza('value', {}, Buffer.alloc(32))]),
        ]),
        stanza('skey', {}, [
          stanza('id', {}, Buffer.alloc(3)),
          stanza('value', {}, Buffer.alloc(32)),
          stanza('signature', {}, Buffer.alloc(64)),
        ]),
      ],
    },
    words: [
      'prekeys for another registration',
      'prekeys for another identity',
      'prekeys of another type',
      'a signed prekey is not signed',
      'a prekey of the wrong length',
    ],
  },
]
