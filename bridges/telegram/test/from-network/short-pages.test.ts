import assert from 'node:assert/strict'
import { plainText } from '@pons/core'
import { chatKeyOf, loginIdOf } from '../../src/ids.ts'
import { phone, startAdapter } from '../support.ts'

describe('up to N is not exactly N, whatever Telegram names', () => {
  it('in the list of chats: each gets its room, and each channel goes on where it stands', async () => {
    await using adapter = await startAdapter()
    const { server, host } = adapter
    const ada = server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const bob = server.addPerson({ firstName: 'Bob' })
    const others = Array.from({ length: 7 }, (_, index) => server.addPerson({ firstName: `Friend ${index}` }))
    for (const other of others) server.world.post({ author: other, chat: ada, text: 'hi' })
    const clubs = Array.from({ length: 4 }, (_, index) => server.addChannel(`Club ${index}`, [bob, ada]))
    for (const club of clubs) server.world.post({ author: bob, chat: club, text: 'before' })
    server.faults.pageLimit = 3
    const client = await adapter.connect(ada)
    const wanted = [...others.map(({ id }) => `u${id}`), ...clubs.map(({ id }) => `c${id}`)].toSorted()
    const rooms = (): string[] => [
      ...new Set(host.events.flatMap(({ kind, chat }) => (kind === 'snapshot' ? [String(chat.chat)] : []))),
    ]
    await host.until(() => wanted.every((chat) => rooms().includes(chat)))
    await client.disconnect()
    for (const club of clubs) server.world.post({ author: bob, chat: club, text: `after in ${club.title}` })
    await adapter.restart()
    for (const { title } of clubs)
      await adapter.host.waitFor(
        (event) => event.kind === 'message' && plainText(event.document) === `after in ${title}`,
      )
    assert.deepEqual(server.violations, [])
  })

  it('in the list of members, where those who are hidden are not gone', async () => {
    await using adapter = await startAdapter()
    const { server } = adapter
    const ada = server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const members = Array.from({ length: 12 }, (_, index) => server.addPerson({ firstName: `Member ${index}` }))
    const club = server.addChannel('Club', [...members, ada])
    server.faults.pageLimit = 5
    const client = await adapter.connect(ada)
    const chat = chatKeyOf(`c${club.id}`, loginIdOf(ada.id.toString()))
    const whole = await client.chatSnapshot(chat)
    assert.equal(whole.members?.length, 13)
    assert.equal(whole.membersComplete, true)
    server.faults.onAnswer('channels.getParticipants', (answer) => ({ ...answer, count: 20 }))
    const partly = await client.chatSnapshot(chat)
    assert.equal(partly.members?.length, 13)
    assert.equal(partly.membersComplete, false)
  })

  it('in a file, the size of which is known', async () => {
    await using adapter = await startAdapter()
    const { server, host, connector } = adapter
    const ada = server.addPerson({ firstName: 'Ada', phone, password: 'a second password' })
    const bob = server.addPerson({ firstName: 'Bob' })
    const bytes = Buffer.from(Array.from({ length: 10_000 }, (_, index) => index % 251))
    const file = server.world.storeFile(bytes, 2)
    const of = { id: file.id, access_hash: file.accessHash, file_reference: Buffer.from('r'), date: 1, dc_id: file.dc }
    const document = { _: 'document', ...of, mime_type: 'text/plain', size: BigInt(bytes.length), attributes: [] }
    server.faults.pieceLimit = 4096
    await adapter.connect(ada)
    server.world.post({
      author: bob,
      chat: ada,
      text: 'file',
      media: { tl: { _: 'messageMediaDocument', document }, file },
    })
    const event = await host.waitFor(({ kind }) => kind === 'message')
    const media = event.kind === 'message' ? event.document.media : undefined
    assert.ok(media !== undefined && 'remote' in media.source)
    const fetched = await connector.handlers.media?.(media.source.remote)
    assert.deepEqual(Buffer.from(fetched?.bytes ?? []), bytes)
  })
})
