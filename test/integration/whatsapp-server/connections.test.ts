import assert from 'node:assert/strict'
import { serverJid } from '../../src/whatsapp/wire/stanza.ts'
import { LinkedClient } from './linked-client.ts'
import { idsComingTo, ping, readByItself } from './raw.ts'
import { delivered, useStage } from './stage.ts'

describe('what goes wrong with connections to the WhatsApp server', () => {
  const stage = useStage()

  it('all are dropped, and what was said meanwhile comes after', async () => {
    const { server, friend, owner, group, client } = stage()
    server.dropConnections()
    assert.equal(await client.closed(), 428)
    for (const number of [1, 2, 3]) await server.world.say(friend, owner, `meanwhile ${number}`)
    await server.world.say(friend, group, 'meanwhile in the group')
    assert.ok(!server.isDelivered(owner))
    const again = await client.again()
    stage().client = again
    await again.text('meanwhile in the group')
    const wanted = [1, 2, 3].map((number) => `meanwhile ${number}`)
    assert.deepEqual(again.texts(), [...wanted, 'meanwhile in the group'])
    await delivered(stage())
  })

  it('one is dropped with messages on the way, and those that were not confirmed come again', async () => {
    const { server, friend, owner, client } = stage()
    const before = idsComingTo(client)
    const said = Array.from({ length: 10 }, (_, index) => server.world.say(friend, owner, `on the way ${index}`))
    await said[4]
    server.dropConnections()
    const ids = (await Promise.all(said)).map(({ id }) => id)
    await client.closed()
    await client[Symbol.asyncDispose]()
    assert.ok(before.length < ids.length)
    const again = new LinkedClient(server, { auth: client.save() })
    const after = idsComingTo(again)
    await again.ready()
    stage().client = again
    assert.deepEqual(before, ids.slice(0, before.length))
    assert.deepEqual(after, ids.slice(ids.length - after.length))
    assert.deepEqual(new Set([...before, ...after]), new Set(ids))
    await delivered(stage())
  })

  it('all that is sent is delayed, in its order', async () => {
    const { server, friend, owner, client } = stage()
    const delayMs = 60
    server.faults.delayMs = delayMs
    const start = performance.now()
    await ping(client)
    assert.ok(performance.now() - start >= delayMs - 1)
    const texts = Array.from({ length: 5 }, (_, index) => `late ${index}`)
    for (const text of texts) await server.world.say(friend, owner, text)
    await client.text('late 4')
    await client.send(friend.lid, { text: 'late, too' })
    await server.until(() => friend.seen(owner).find(({ text }) => text === 'late, too'), 'the message')
    server.faults.delayMs = 0
    assert.deepEqual(
      client.texts().filter((text) => text.startsWith('late ')),
      texts,
    )
  })

  it('look-ups are slow, and hold up nothing else', async () => {
    const { server, friend, owner, client } = stage()
    const delayMs = 300
    server.faults.lookupDelayMs = delayMs
    const start = performance.now()
    const answered: string[] = []
    const lookUp = client.socket.getUSyncDevices([friend.lid], false, false).then((found) => {
      answered.push('the look-up')
      return found
    })
    await ping(client)
    answered.push('the ping')
    const found = await lookUp
    assert.ok(performance.now() - start >= delayMs - 1)
    assert.deepEqual(answered, ['the ping', 'the look-up'])
    assert.ok(found.some(({ user }) => friend.lid.startsWith(user)))
    await client.send(friend.lid, { text: 'in the end' })
    await server.until(() => friend.seen(owner).find(({ text }) => text === 'in the end'), 'the message')
    server.faults.lookupDelayMs = 0
  })

  it('a stanza is of a kind that nobody knows, and the client goes on', async () => {
    const { server, friend, owner, client } = stage()
    for (const [tag, attrs] of [
      ['novelty', { from: serverJid, id: 'N1', type: 'new' }],
      ['notification', { from: serverJid, id: 'N2', type: 'novelty' }],
      ['ib', { from: serverJid }],
      ['iq', { from: serverJid, id: 'N3', type: 'get', xmlns: 'novelty' }],
    ] as const) {
      const come = client.socket.ws
      const seen = new Promise((resolve) => come.once(`CB:${tag}`, resolve))
      server.pushRaw(owner, { tag, attrs, content: [{ tag: 'novelty', attrs: {} }] })
      await seen
      await server.world.say(friend, owner, `after ${tag}`)
      await client.text(`after ${tag}`)
    }
  })

  it('a frame holds no node; this client rejects it unheard and reads on', async () => {
    const { server, friend, owner, client } = stage()
    const broken = readByItself(client)
    server.pushMalformed(owner)
    await server.world.say(friend, owner, 'after the broken one')
    await client.text('after the broken one')
    assert.deepEqual(
      broken.map((error) => (error as Error).message),
      ['end of stream'],
    )
  })
})
