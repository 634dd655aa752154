import type { Stanza } from '../../../src/whatsapp/wire/stanza.ts'

export interface NodeVector {
  readonly name: string
  /** Written by hand from the format, after the flags byte; spaces and what follows `//` mean nothing. */
  readonly hex: string
  readonly node: Stanza
}

/** 11 digits: six bytes, the last half of which is not used (0x80). */
const friendsNumber = 'ff 86 15 55 00 00 00 2f'

/** One for each form that the encoding has. */
export const nodeVectors: readonly NodeVector[] = [
  {
    name: 'a query with the address of the server, and a packed id with a dot and a dash',
    hex: `
      f8 0a               // list of 10: tag, four attributes, content
      19                  // iq
      08 ff 03 26 b1 a7   // id: six packed digits; b is the dot, a the dash
      11 fa 00 03         // to: a JID of nobody at s.whatsapp.net
      04 29               // type: get
      16 57               // xmlns: w:p
      f8 01 f8 01 56      // one child, a list of 1: ping`,
    node: {
      tag: 'iq',
      attrs: { id: '26.1-7', to: '@s.whatsapp.net', type: 'get', xmlns: 'w:p' },
      content: [{ tag: 'ping', attrs: {} }],
    },
  },
  {
    name: 'an ack without content, with an even hexadecimal id',
    hex: `
      f8 09                               // list of 9: tag, four attributes
      1b                                  // ack
      15 13                               // class: message
      08 fb 04 3e b0 a1 b2                // id: eight hexadecimal digits
      06 fa ff 87 90 15 55 00 00 00 2f 76 // from: 13 digits at lid
      1a ff 05 17 00 00 00 00             // t: ten digits`,
    node: {
      tag: 'ack',
      attrs: { class: 'message', id: '3EB0A1B2', from: '9015550000002@lid', t: '1700000000' },
    },
  },
  {
    name: 'a receipt with an odd hexadecimal id, from a group',
    hex: `
      f8 07                                              // list of 7: tag, three attributes
      07                                                 // receipt
      08 fb 82 ab cf                                     // id: three hexadecimal digits in two bytes
      11 fa ff 89 12 03 63 00 00 00 00 00 1f 1c          // to: 17 digits at g.us
      05 f7 01 02 ff 87 90 15 55 00 00 00 2f             // participant: device 2 of 13 digits, domain 1, which is lid`,
    node: {
      tag: 'receipt',
      attrs: { id: 'ABC', to: '12036300000000001@g.us', participant: '9015550000002:2@lid' },
    },
  },
  {
    name: 'a message for a phone and for a linked device, lists within lists',
    hex: `
      f8 08                              // list of 8: tag, three attributes, content
      13                                 // message
      11 fa ${friendsNumber} 03          // to: 11 digits at s.whatsapp.net
      08 fb 04 3e b0 00 0c               // id
      04 38                              // type: text
      f8 01                              // one child
        f8 02 6b                         // participants, with content
        f8 02                            // two children
          f8 04 11                       // to
            0c fa ${friendsNumber} 03    // jid, without a device
            f8 01                        // one child
              f8 06 1d 51 45 04 53       // enc, v: 2, type: pkmsg
              fc 03 33 08 05             // three bytes
          f8 04 11                       // to
            0c f7 00 03 ${friendsNumber} // jid: device 3, domain 0, which is s.whatsapp.net
            f8 01                        // one child
              f8 06 1d 51 45 04 4d       // enc, v: 2, type: msg
              fc 00                      // no bytes`,
    node: {
      tag: 'message',
      attrs: { to: '15550000002@s.whatsapp.net', id: '3EB0000C', type: 'text' },
      content: [
        {
          tag: 'participants',
          attrs: {},
          content: [
            {
              tag: 'to',
              attrs: { jid: '15550000002@s.whatsapp.net' },
              content: [{ tag: 'enc', attrs: { v: '2', type: 'pkmsg' }, content: Buffer.from([0x33, 8, 5]) }],
            },
            {
              tag: 'to',
              attrs: { jid: '15550000002:3@s.whatsapp.net' },
              content: [{ tag: 'enc', attrs: { v: '2', type: 'msg' }, content: Buffer.alloc(0) }],
            },
          ],
        },
      ],
    },
  },
  {
    name: 'tokens of two bytes, of each of the four dictionaries, the first and the last',
    hex: `
      f8 0b            // list of 11: tag, five attributes
      ec 01            // active
      ec 00 ed 00      // read-self: reject
      ed 01 ee 00      // dirty: 64
      ee 01 ef 00      // ptt_playback_speed_enabled: 1724
      ef 01 ef ff      // profile_picture: 1961
      04 ec 00         // type: read-self`,
    node: {
      tag: 'active',
      attrs: {
        'read-self': 'reject',
        dirty: '64',
        ptt_playback_speed_enabled: '1724',
        profile_picture: '1961',
        type: 'read-self',
      },
    },
  },
  {
    name: 'words that are no tokens, in UTF-8, and one that is empty',
    hex: `
      f8 05                              // list of 5: tag, two attributes
      fc 03 7a 7a 7a                      // zzz
      fc 01 61 fc 06 67 72 c3 bc c3 9f   // a: grüß
      fc 01 62 fc 00                     // b: nothing`,
    node: { tag: 'zzz', attrs: { a: 'grüß', b: '' } },
  },
  {
    name: 'small letters, which are not packed although they are hexadecimal digits',
    hex: `
      f8 03 1b        // ack
      08 fc 04 33 65 62 30`,
    node: { tag: 'ack', attrs: { id: '3eb0' } },
  },
]
