import assert from 'node:assert/strict'
import { plainText, type RemoteEvent } from '@pons/core'
import { chatKeyOf, loginIdOf, type Jid } from '../src/ids.ts'
import type { Content } from '../src/protocol/incoming.ts'
import { Protocol } from '../src/protocol/kinds.ts'
import { sending, startAdapter } from './support.ts'
import { friend, from, stage } from './from-network/understanding.ts'

const day = 86_400
const sentMs = 1_700_000_000_000

describe('what disappears on WhatsApp', () => {
  const contextInfo = { expiration: 7 * day, ephemeralSettingTimestamp: 1_600_000_000 }
  for (const [what, content] of [
    ['a text', { extendedTextMessage: { text: 'soon gone', contextInfo } }],
    [
      'a text in a wrapping',
      { ephemeralMessage: { message: { extendedTextMessage: { text: 'soon gone', contextInfo } } } },
    ],
    [
      'a picture',
      { imageMessage: { caption: 'soon gone', contextInfo, directPath: '/x', mediaKey: new Uint8Array(32) } },
    ],
  ] satisfies [string, Content][]) {
    it(`has its time: ${what}`, async () => {
      const { hear, known } = await stage()
      const [change, event] = await hear(from(friend, content))
      assert.deepEqual(change?.kind === 'chat-info' && change.changes, { disappearAfterMs: 7 * day * 1000 })
      assert.ok(event?.kind === 'message')
      assert.equal(plainText(event.document), 'soon gone')
      assert.equal(event.disappearsAtMs, sentMs + 7 * day * 1000)
      // The next one tells nothing new.
      assert.equal((await hear(from(friend, content))).length, 1)
      assert.equal(known.timers.of(friend)?.seconds, 7 * day)
    })
  }

  it('stays where no timer is named', async () => {
    const { hear } = await stage()
    const [event, ...more] = await hear(from(friend, { conversation: 'stays' }))
    assert.deepEqual(more, [])
    assert.equal(event?.kind === 'message' && event.disappearsAtMs, undefined)
  })

  it('has a timer whose change is said, and an older one of which changes nothing', async () => {
    const { hear, known } = await stage()
    const setting = (seconds: number, ephemeralSettingTimestamp: number): Content => ({
      protocolMessage: { type: Protocol.EPHEMERAL_SETTING, ephemeralExpiration: seconds, ephemeralSettingTimestamp },
    })
    const says = async (content: Content): Promise<unknown[]> =>
      (await hear(from(friend, content))).map((event) => (event.kind === 'notice' ? event.text : event.kind))
    assert.deepEqual(await says(setting(90 * day, 2000)), ['chat-info', 'Friend let messages disappear after 90 days'])
    assert.deepEqual(await says(setting(day, 1000)), ['Friend let messages disappear after 1 day'])
    assert.equal(known.timers.of(friend)?.seconds, 90 * day)
    assert.deepEqual(await says(setting(0, 3000)), ['chat-info', 'Friend let messages stay from now on'])
    assert.equal(known.timers.of(friend)?.seconds, 0)
  })

  for (const [what, content] of [
    ['in its wrapping', { viewOnceMessageV2: { message: { imageMessage: { caption: 'once', directPath: '/x' } } } }],
    ['by its flag', { videoMessage: { caption: 'once', directPath: '/x', viewOnce: true } }],
    ['by the flag of a round one', { ptvMessage: { directPath: '/x', viewOnce: true } }],
  ] satisfies [string, Content][]) {
    it(`is to be seen once, ${what}`, async () => {
      const { hear } = await stage()
      const [event] = await hear(from(friend, content))
      assert.equal(event?.kind === 'message' && event.isViewOnce, true)
    })
  }

  it('is what we send, too, also after a restart, in private chats and groups', async () => {
    await using adapter = await startAdapter()
    const { server } = adapter
    const ada = server.addPerson({ name: 'Ada', phone: '15550000001' })
    const bob = server.addPerson({ name: 'Bob', phone: '15550000002' })
    const group = server.addGroup('Friends', [ada, bob])
    let client = await adapter.connect(ada)
    const login = loginIdOf({ phone: ada.pn as Jid, lid: ada.lid as Jid })
    const notices = (text: string) => (event: RemoteEvent) => event.kind === 'notice' && event.text === text
    const sent = async (chat: typeof bob | typeof group, text: string): Promise<number | null | undefined> => {
      const key = chatKeyOf((chat.kind === 'group' ? chat.jid : chat.lid) as Jid, login)
      const { disappearsAtMs } = await client.transmit({ kind: 'text', text, mentions: [] }, sending(key, text))
      const message = await server.until(() => bob.messages.find((one) => one.text === text), text)
      const { expiration } = message.sent.extendedTextMessage?.contextInfo ?? {}
      assert.equal(disappearsAtMs !== undefined, (expiration ?? 0) > 0)
      return expiration
    }
    assert.ok(!(await sent(bob, 'stays')))
    await server.world.setTimer(bob, ada, day)
    await adapter.host.waitFor(notices('Bob let messages disappear after 1 day'))
    assert.equal(await sent(bob, 'goes'), day)
    await server.world.setTimer(bob, group, 7 * day)
    await adapter.host.waitFor(notices('Bob let messages disappear after 7 days'))
    assert.equal(await sent(group, 'goes, too'), 7 * day)
    assert.equal((await client.chatSnapshot(chatKeyOf(group.jid as Jid, login))).disappearAfterMs, 7 * day * 1000)
    await client.disconnect()
    client = await adapter.restart()
    assert.equal(await sent(bob, 'goes later'), day)
    assert.equal(await sent(group, 'goes later, too'), 7 * day)
    await server.world.setTimer(bob, group, 0)
    await adapter.host.waitFor(notices('Bob let messages stay from now on'))
    assert.ok(!(await sent(group, 'stays here')))
    assert.deepEqual(server.violations, [])
  })
})
