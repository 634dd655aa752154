import assert from 'node:assert/strict'
import { plainText, type IdempotencyKey, type MessageDocument, type RemoteEvent } from '@pons/core'
import { chatKeyOf, loginIdOf } from '../src/ids.ts'
import { phone, startAdapter } from './support.ts'

const day = 86_400

describe('what disappears on Telegram', () => {
  async function stage() {
    const adapter = await startAdapter()
    const { server, host } = adapter
    const ada = server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const bob = server.addPerson({ firstName: 'Bob\nx', username: 'bobby' })
    const club = server.addChannel('Club', [bob, ada])
    server.world.post({ author: bob, chat: ada, text: 'from before' })
    const client = await adapter.connect(ada)
    const login = loginIdOf(ada.id.toString())
    const alone = chatKeyOf(`u${bob.id}`, login)
    const heard = async (fits: (event: RemoteEvent) => boolean) => await host.waitFor(fits)
    const send = async (chat: typeof alone, key: string) => {
      const document: MessageDocument = {
        kind: 'text',
        blocks: [{ type: 'paragraph', children: [{ type: 'text', text: key }] }],
      }
      const sender = { userId: '@alice:test', displayName: 'alice', viaRelay: false } as never
      const common = { chat, roomId: '!r:test', eventId: '$e', timestampMs: 0 } as never as { chat: typeof alone }
      const [action] = await client.handlers.message({ ...common, kind: 'message', document, sender } as never)
      assert.ok(action)
      const { signal } = new AbortController()
      return await client.transmit(action, { chat, key: key as IdempotencyKey, signal })
    }
    return {
      adapter,
      server,
      host,
      ada,
      bob,
      club,
      client,
      alone,
      heard,
      send,
      [Symbol.asyncDispose]: () => adapter[Symbol.asyncDispose](),
    }
  }

  const isText = (text: string) => (event: RemoteEvent) =>
    event.kind === 'message' && plainText(event.document) === text

  for (const form of ['short', 'long'] as const) {
    it(`has its time, whoever says it, and a change of the timer is said (${form} form)`, async () => {
      await using scene = await stage()
      const { server, ada, bob, alone, heard, send } = scene
      server.world.usesShortForms = form === 'short'
      server.world.setTimer(bob, ada, 7 * day)
      const notice = await heard(({ kind }) => kind === 'notice')
      assert.equal(notice.kind === 'notice' && notice.text, 'Bob x lets messages disappear after 7 days')
      const change = await heard(({ kind }) => kind === 'chat-info')
      assert.deepEqual(change.kind === 'chat-info' && change.changes, { disappearAfterMs: 7 * day * 1000 })
      server.world.post({ author: bob, chat: ada, text: 'soon gone' })
      const event = await heard(isText('soon gone'))
      assert.equal(event.kind === 'message' && event.disappearsAtMs, event.timestampMs + 7 * day * 1000)
      const { disappearsAtMs = 0 } = await send(alone, 'mine')
      assert.ok(Math.abs(disappearsAtMs - Date.now() - 7 * day * 1000) < 60_000)
      server.world.setTimer(bob, ada, 0)
      await heard((one) => one.kind === 'notice' && one.text === 'Bob x lets messages stay from now on')
      assert.equal((await send(alone, 'to stay')).disappearsAtMs, undefined)
    })
  }

  it('has the timer of its group, which is part of what the group looks like', async () => {
    await using scene = await stage()
    const { server, bob, club, client, send, heard } = scene
    const chat = chatKeyOf(`c${club.id}`, loginIdOf(scene.ada.id.toString()))
    server.world.setTimer(bob, club, day)
    await heard((event) => event.kind === 'notice' && event.text.endsWith('disappear after 1 day'))
    assert.ok(((await send(chat, 'mine')).disappearsAtMs ?? 0) > Date.now())
    assert.equal((await client.chatSnapshot(chat)).disappearAfterMs, day * 1000)
    server.world.setTimer(bob, club, 0)
    assert.equal((await client.chatSnapshot(chat)).disappearAfterMs, 0)
  })

  it('is to be seen once, and goes when it has been seen on another device', async () => {
    await using scene = await stage()
    const { server, ada, bob, heard } = scene
    const file = server.world.storeFile(Buffer.from('a picture'), 2)
    const once = { ...photo(file).tl, ttl_seconds: 2_147_483_647 }
    const post = (text: string) => server.world.post({ author: bob, chat: ada, text, media: { tl: once, file } })
    const first = post('look')
    const event = await heard(isText('look'))
    assert.equal(event.kind === 'message' && event.isViewOnce, true)
    server.world.seeContents(ada, first)
    await heard((one) => one.kind === 'redaction' && one.target === event.id)
    const second = post('look again')
    const other = await heard(isText('look again'))
    server.world.edit(second, { media: { tl: { _: 'messageMediaPhoto', ttl_seconds: 2_147_483_647 } } })
    await heard((one) => one.kind === 'redaction' && one.target === other.id)
    const plain = server.world.post({ author: bob, chat: ada, text: 'a voice', media: photo(file) })
    const stays = await heard(isText('a voice'))
    server.world.seeContents(ada, plain)
    server.world.post({ author: bob, chat: ada, text: 'the end' })
    await heard(isText('the end'))
    assert.ok(!scene.host.events.some((one) => one.kind === 'redaction' && one.target === stays.id))
  })
})

function photo(file: { id: bigint; accessHash: bigint; bytes: Buffer; dc: number }) {
  const size = { _: 'photoSize', type: 'y', w: 1, h: 1, size: file.bytes.length }
  const of = { id: file.id, access_hash: file.accessHash, file_reference: Buffer.from('r'), date: 1, dc_id: file.dc }
  return { tl: { _: 'messageMediaPhoto', photo: { _: 'photo', ...of, sizes: [size] } }, file }
}
