import assert from 'node:assert/strict'
import { plainText } from '@pons/core'
import type { WAMessage } from '@whiskeysockets/baileys'
import { accountStore } from '../../src/account-store.ts'
import { lostMessages } from '../../src/from-network/lost-placeholders.ts'
import { People } from '../../src/people.ts'
import { Placeholders } from '../../src/placeholders.ts'
import type { Content } from '../../src/protocol/incoming.ts'
import { Protocol, Stub } from '../../src/protocol/kinds.ts'
import { friend, friendPhone, from, group, groupOf, login, self, stage } from './understanding.ts'

describe('what comes from WhatsApp', () => {
  for (const { name, content, says } of [
    { name: 'a short text', content: { conversation: 'hello' }, says: 'hello' },
    { name: 'a text', content: { extendedTextMessage: { text: 'hello' } }, says: 'hello' },
    {
      name: 'a text that disappears',
      content: { ephemeralMessage: { message: { extendedTextMessage: { text: 'hello' } } } },
      says: 'hello',
    },
    {
      name: 'a picture to be seen once',
      content: { viewOnceMessageV2: { message: { imageMessage: { caption: 'once', mimetype: 'image/jpeg' } } } },
      says: 'once',
    },
    {
      name: 'a file with a caption',
      content: {
        documentWithCaptionMessage: { message: { documentMessage: { caption: 'read it', fileName: 'a.pdf' } } },
      },
      says: 'read it',
    },
    {
      name: 'a card',
      content: {
        contactMessage: { displayName: 'Guest', vcard: 'BEGIN:VCARD\nFN:Guest\nTEL;waid=1:+1 555 000 0009\nEND:VCARD' },
      },
      says: '👤 Guest\n\n+1 555 000 0009',
    },
    {
      name: 'a poll',
      content: { pollCreationMessageV3: { name: 'When?', options: [{ optionName: 'now' }, { optionName: 'later' }] } },
      says: '📊 When?\n\n• now\n• later',
    },
    {
      name: 'a poll with lines in it',
      content: { pollCreationMessageV3: { name: 'When?\n• x', options: [{ optionName: 'now\n• later\u202e' }] } },
      says: '📊 When? • x\n\n• now • later',
    },
    {
      name: 'a place',
      content: { locationMessage: { degreesLatitude: 48.2, degreesLongitude: 16.3, name: 'A place' } },
      says: /^A place/,
    },
    {
      name: 'an invitation',
      content: { groupInviteMessage: { groupName: 'Friends', caption: 'come' } },
      says: '[an invitation to the group Friends]\n\ncome',
    },
    {
      name: 'something nobody knows',
      content: { requestPhoneNumberMessage: {} },
      says: '[a message of a kind that cannot be shown here: requestPhoneNumber]',
    },
  ] satisfies { name: string; content: Content; says: string | RegExp }[]) {
    it(`says ${name}`, async () => {
      const { hear } = await stage()
      const [event] = await hear(from(friend, content))
      assert.equal(event?.kind, 'message')
      const text = event?.kind === 'message' ? plainText(event.document) : ''
      if (typeof says === 'string') assert.equal(text, says)
      else assert.match(text, says)
    })
  }

  it('keeps what it has no form for beside the words', async () => {
    const { hear } = await stage()
    const [event] = await hear(
      from(friend, { pollCreationMessage: { name: 'When?', options: [{ optionName: 'now' }] } }),
    )
    assert.deepEqual(event?.kind === 'message' && event.raw, {
      pollCreationMessage: { name: 'When?', options: [{ optionName: 'now' }] },
    })
  })

  for (const [name, content] of [
    ['a sender key', { senderKeyDistributionMessage: { groupId: group } }],
    ['an album’s head', { albumMessage: { expectedImageCount: 2 } }],
    ['a command of the library’s', { protocolMessage: { type: Protocol.APP_STATE_SYNC_KEY_SHARE } }],
  ] as const) {
    it(`says nothing of ${name}`, async () => {
      const { hear } = await stage()
      assert.deepEqual(await hear(from(friend, content)), [])
    })
  }

  it('shows what the owner wrote on the phone as theirs, in the chat of the other', async () => {
    const { hear } = await stage()
    const [event] = await hear(from(friend, { conversation: 'mine' }, { fromMe: true }))
    assert.equal(event?.chat.chat, friend)
    assert.equal(event?.kind === 'message' && event.sender.id, self.lid)
  })

  it('says whom a message answers and mentions', async () => {
    const { hear } = await stage()
    const contextInfo = { stanzaId: 'AAAA', participant: friend, mentionedJid: [friendPhone] }
    await hear(from(friend, { conversation: 'known under both' }, { remoteJidAlt: friendPhone }))
    const [event] = await hear(from(friend, { extendedTextMessage: { text: 'yes @15550000002', contextInfo } }))
    assert.ok(event?.kind === 'message')
    assert.equal(event.replyTo, 'AAAA')
    const [block] = event.document.blocks
    const mention = block?.type === 'paragraph' ? block.children[1] : undefined
    assert.deepEqual(mention, { type: 'mention', target: '@whatsapp_lid-90000000000002:test', text: '@Friend' })
  })

  it('an id is its sender’s choice: who takes back or edits says whose message it is', async () => {
    const { hear, known } = await stage()
    const byFriend = { participant: friend }
    const revoke = (key: object): Content => ({
      protocolMessage: { type: Protocol.REVOKE, key: { id: 'AAAA', ...key } },
    })
    const [own] = await hear(from(group, revoke({ fromMe: true, participant: self.lid }), byFriend))
    assert.equal(own?.kind === 'redaction' && own.targetAuthor, friend, 'theirs, whatever else they claim')
    known.groups.learn(groupOf({ id: friend, admin: 'admin' }))
    const [other] = await hear(from(group, revoke({ fromMe: false, participant: self.lid }), byFriend))
    assert.equal(other?.kind === 'redaction' && other.targetAuthor, self.lid)
  })

  it('takes back what is the sender’s, and what an administrator takes back; nobody else’s', async () => {
    const { hear, known } = await stage()
    const revoke = (fromMe: boolean): Content => ({
      protocolMessage: { type: Protocol.REVOKE, key: { id: 'AAAA', fromMe } },
    })
    const kinds = async (message: WAMessage) => (await hear(message)).map(({ kind }) => kind)
    assert.deepEqual(await kinds(from(friend, revoke(true))), ['redaction'])
    assert.deepEqual(await kinds(from(friend, revoke(false))), [])
    const byFriend = { participant: friend }
    known.groups.learn(groupOf({ id: friend, admin: null }))
    assert.deepEqual(await kinds(from(group, revoke(false), byFriend)), [])
    known.groups.learn(groupOf({ id: friend, admin: 'admin' }))
    assert.deepEqual(await kinds(from(group, revoke(false), byFriend)), ['redaction'])
  })

  it('says “You” where its owner alone reads it, and their name where others may', async () => {
    const { hear } = await stage()
    const pinned: Content = { pinInChatMessage: { key: { id: 'AAAA' }, type: 1 } }
    const own = (chat: typeof friend) => ({ ...from(chat, pinned, { fromMe: true }), pushName: 'Ada' }) as WAMessage
    const texts = async (message: WAMessage) =>
      (await hear(message)).map((event) => (event.kind === 'notice' ? event.text : event.kind))
    assert.deepEqual(await texts(own(friend)), ['You pinned a message'])
    assert.deepEqual(await texts(own(group)), ['Ada pinned a message'])
  })

  it('gives one reaction to a message, and takes it back with an empty one', async () => {
    const { hear } = await stage()
    const [given] = await hear(from(friend, { reactionMessage: { key: { id: 'AAAA' }, text: '👍' } }))
    assert.ok(given?.kind === 'reaction')
    assert.deepEqual([given.target, given.key, given.replacesOthers], ['AAAA', '👍', true])
    const [taken] = await hear(from(friend, { reactionMessage: { key: { id: 'AAAA' }, text: '' } }))
    assert.equal(taken?.kind, 'reaction-removal')
  })

  it('puts a line where a message could not be decrypted, and the message in its place when it comes', async () => {
    const { hear, host } = await stage()
    const unreadable = {
      ...from(friend, {}, { id: 'AAAA' }),
      message: null,
      messageStubType: Stub.CIPHERTEXT,
    } as WAMessage
    const [line] = await hear(unreadable)
    assert.ok(line?.kind === 'message')
    assert.match(plainText(line.document), /could not be decrypted/)
    assert.deepEqual(await hear(unreadable), [], 'one line, however often it fails')
    const [real] = await hear(from(friend, { conversation: 'the words' }, { id: 'AAAA' }))
    assert.ok(real?.kind === 'edit')
    assert.deepEqual([real.target, plainText(real.document)], ['AAAA', 'the words'])
    assert.deepEqual(await host.store.list(`login/${login}/placeholder/`), [])
    const [other] = await hear(from(friend, { conversation: 'the next' }, { id: 'BBBB' }))
    assert.equal(other?.kind, 'message')
  })

  it('says once, with the times, that messages did not come again for a day, and still takes them', async () => {
    const { hear, host, known } = await stage()
    const startMs = Date.now()
    host.now = () => startMs
    const unreadable = (id: string) =>
      ({ ...from(friend, {}, { id }), message: null, messageStubType: Stub.CIPHERTEXT }) as WAMessage
    await hear(unreadable('AAAA'))
    await hear(unreadable('BBBB'))
    const look = async (placeholders: Placeholders) => {
      const { events, writes } = lostMessages({ ...known, placeholders })
      await host.ingest(events, { writes })
      return events.map((event) => (event.kind === 'notice' ? event.text : event.kind))
    }
    assert.deepEqual(await look(known.placeholders), [])
    host.now = () => startMs + 25 * 3_600_000
    // As after a restart.
    const [said, ...others] = await look(await Placeholders.load(known.store, known.people))
    assert.match(said ?? '', /^2 messages sent between .* UTC could not be decrypted and did not come again\./)
    assert.deepEqual(others, [])
    const placeholders = await Placeholders.load(known.store, known.people)
    assert.deepEqual(await look(placeholders), [])
    const [real] = await hear(from(friend, { conversation: 'the words' }, { id: 'AAAA' }))
    assert.equal(real?.kind, 'edit')
  })

  it('says nothing of messages that came again, nor of lines that an earlier version left', async () => {
    const { hear, host, known } = await stage()
    await hear({ ...from(friend, {}, { id: 'AAAA' }), message: null, messageStubType: Stub.CIPHERTEXT } as WAMessage)
    await hear(from(friend, { conversation: 'the words' }, { id: 'AAAA' }))
    await known.store.write([{ key: `placeholder/${friend}/CCCC`, value: true }])
    host.now = () => Date.now() + 25 * 3_600_000
    const placeholders = await Placeholders.load(known.store, known.people)
    assert.ok(placeholders.has({ chat: friend, sender: friend, id: 'CCCC' }))
    assert.deepEqual(lostMessages({ ...known, placeholders }).events, [])
  })

  it('puts no line where the message is known already', async () => {
    const { hear } = await stage()
    await hear(from(friend, { conversation: 'the words' }, { id: 'AAAA' }))
    const unreadable = {
      ...from(friend, {}, { id: 'AAAA' }),
      message: null,
      messageStubType: Stub.CIPHERTEXT,
    } as WAMessage
    assert.deepEqual(await hear(unreadable), [])
  })

  it('knows a person under number and opaque id as one, from when it learns of both', async () => {
    const { hear, host } = await stage()
    const [first] = await hear(from(friendPhone, { conversation: 'from the number' }))
    assert.equal(first?.chat.chat, friendPhone)
    const [second] = await hear(from(friend, { conversation: 'from the id' }, { remoteJidAlt: friendPhone }))
    assert.equal(second?.chat.chat, friend)
    assert.deepEqual(second?.kind === 'message' && second.sender.aliases, [friendPhone])
    assert.deepEqual(host.links, [
      { user: friend, aliases: [friendPhone] },
      { chat: { chat: friend, receiver: login }, aliases: [{ chat: friendPhone, receiver: login }] },
    ])
    const [third] = await hear(from(friendPhone, { conversation: 'from the number again' }))
    assert.equal(third?.chat.chat, friend)
    assert.equal(host.links.length, 2)
  })

  it('calls people as WhatsApp has confirmed, else as they do, else by number, and as the address book does only in a room of their own', async () => {
    const { hear, known } = await stage()
    const nameAfter = async (message: WAMessage) => {
      const [event] = await hear(message)
      return event?.kind === 'message' ? event.sender.name : undefined
    }
    const text = { conversation: 'hello' }
    assert.equal(await nameAfter({ ...from(friendPhone, text), pushName: '' } as WAMessage), '+15550000002')
    assert.equal(await nameAfter(from(friendPhone, text)), 'Friend')
    assert.equal(await nameAfter({ ...from(friendPhone, text), verifiedBizName: 'A shop' } as WAMessage), 'A shop')
    known.people.learn({ jid: friendPhone, book: 'My friend' })
    const [event] = await hear(from(friend, text, { remoteJidAlt: friendPhone }))
    assert.ok(event?.kind === 'message')
    assert.equal(event.sender.name, 'A shop')
    assert.equal(event.createPortal?.name, 'My friend')
    assert.ok(!JSON.stringify(event.createPortal.members).includes('My friend'))
  })

  it('remembers people over a restart', async () => {
    const { hear, host, known } = await stage()
    await hear(from(friend, { conversation: 'hello' }, { remoteJidAlt: friendPhone }))
    const people = await People.load(accountStore(host.store, login), login, self)
    assert.deepEqual(people.user(friendPhone), known.people.user(friend))
  })

  for (const { name, stub, parameters, expected } of [
    {
      name: 'somebody is brought in',
      stub: Stub.GROUP_PARTICIPANT_ADD,
      parameters: [JSON.stringify({ id: '90000000000003@lid', phoneNumber: '15550000003@s.whatsapp.net' })],
      expected: { kind: 'membership', change: 'join' },
    },
    {
      name: 'somebody is sent away',
      stub: Stub.GROUP_PARTICIPANT_REMOVE,
      parameters: [JSON.stringify({ id: '90000000000003@lid' })],
      expected: { kind: 'membership', change: 'kick' },
    },
    {
      name: 'somebody leaves',
      stub: Stub.GROUP_PARTICIPANT_LEAVE,
      parameters: [JSON.stringify({ id: friend })],
      expected: { kind: 'membership', change: 'leave' },
    },
    {
      name: 'somebody becomes an administrator',
      stub: Stub.GROUP_PARTICIPANT_PROMOTE,
      parameters: [JSON.stringify({ id: '90000000000003@lid' })],
      expected: { kind: 'chat-info', levels: [{ user: '90000000000003@lid', powerLevel: 50 }] },
    },
    {
      name: 'the name changes',
      stub: Stub.GROUP_CHANGE_SUBJECT,
      parameters: ['New'],
      expected: { kind: 'chat-info', changes: { name: 'New' } },
    },
    {
      name: 'the topic goes',
      stub: Stub.GROUP_CHANGE_DESCRIPTION,
      parameters: [],
      expected: { kind: 'chat-info', changes: { topic: '' } },
    },
    {
      name: 'only administrators may write',
      stub: Stub.GROUP_CHANGE_ANNOUNCE,
      parameters: ['on'],
      expected: { kind: 'chat-info', changes: { sendLevel: 50 } },
    },
  ] as const) {
    it(`says of a group that ${name}`, async () => {
      const { hear, known } = await stage()
      known.groups.learn(groupOf({ id: friend, admin: 'admin' }))
      const message = { ...from(group, {}, { participant: friend }), message: null }
      const [event] = await hear({
        ...message,
        messageStubType: stub,
        messageStubParameters: [...parameters],
      } as WAMessage)
      assert.partialDeepStrictEqual(event, expected)
      assert.equal(known.groups.metadata(group), undefined, 'whom to encrypt for is asked anew')
    })
  }

  for (const [name, stub] of [
    ['the name', Stub.GROUP_CHANGE_SUBJECT],
    ['who may write', Stub.GROUP_CHANGE_ANNOUNCE],
    ['who may change it', Stub.GROUP_CHANGE_RESTRICT],
  ] as const) {
    it(`asks where a group is said to change, and not to what: ${name}`, async () => {
      const { hear, known } = await stage()
      const message = { ...from(group, {}, { participant: friend }), message: null, messageStubType: stub }
      assert.deepEqual(await hear({ ...message, messageStubParameters: [] } as WAMessage), [])
      assert.deepEqual(known.asked, [group])
    })
  }

  for (const [name, message] of [
    ['no key', { message: { conversation: 'x' } }],
    ['no id', { key: { remoteJid: friend }, message: { conversation: 'x' } }],
    ['a strange address', { key: { remoteJid: 'somebody', id: 'AAAA' }, message: { conversation: 'x' } }],
    ['nobody in a group', { key: { remoteJid: group, id: 'AAAA', participant: '' }, message: { conversation: 'x' } }],
    ['a reaction to nothing', { key: { remoteJid: friend, id: 'AAAA' }, message: { reactionMessage: { text: '👍' } } }],
    [
      'an edit of nothing',
      { key: { remoteJid: friend, id: 'AAAA' }, message: { protocolMessage: { type: Protocol.MESSAGE_EDIT } } },
    ],
  ] as const) {
    it(`makes nothing of a message with ${name}`, async () => {
      const { hear } = await stage()
      assert.deepEqual(await hear({ key: {}, ...message } as WAMessage), [])
    })
  }
})
