import assert from 'node:assert/strict'
import { proto } from '@whiskeysockets/baileys'
import type { Stanza } from '../../src/whatsapp/wire/stanza.ts'
import { LinkedClient } from './linked-client.ts'
import { ping } from './raw.ts'
import { useStage, useWrongdoersStage } from './stage.ts'
import { wrongMessages } from './wrong-messages.ts'
import { wrongs } from './wrongs.ts'

describe('the judge of the WhatsApp server', () => {
  const stage = useWrongdoersStage()
  const id = '3EB0000000000001'

  /** What is held against the client for what it does, when the server has dealt with all of it. */
  async function judged(act: (client: LinkedClient) => Promise<unknown>): Promise<string[]> {
    const { client, server } = stage()
    await act(client)
    await ping(client)
    return server.takeViolations()
  }

  for (const { what, stanza, words } of [...wrongMessages, ...wrongs]) {
    it(`holds against a client ${what}`, async () => {
      assert.deepEqual(await judged(({ socket }) => socket.sendNode(stanza)), words)
    })
  }

  it('answers a query that it does not know, and holds it against the client', async () => {
    const asked = { tag: 'iq', attrs: { to: '@s.whatsapp.net', type: 'get', xmlns: 'w:novelty' } }
    const words = await judged(async ({ socket }) => {
      const refused = (error: { data?: unknown }): boolean => error.data === 501
      await assert.rejects(socket.query({ ...asked, content: [{ tag: 'novelty', attrs: {} }] }), refused)
    })
    assert.deepEqual(words, ['the query w:novelty get novelty is not simulated'])
  })

  it('refuses what is said to a group by one who is not in it', async () => {
    const { server, friend, third } = stage()
    const group = server.addGroup('Without the owner', [friend, third])
    const said: Stanza = {
      tag: 'message',
      attrs: { id, to: group.jid, type: 'text' },
      content: [{ tag: 'enc', attrs: { v: '2', type: 'skmsg' }, content: Buffer.from('sealed') }],
    }
    const words = await judged(async ({ socket }) => {
      const answer = socket.waitForMessage(id)
      await socket.sendNode(said)
      assert.equal(((await answer) as Stanza).attrs['error'], '403')
    })
    assert.deepEqual(words, [`message ${id} to a group of which Owner is no member`])
    assert.deepEqual(friend.seen(group), [])
  })

  it('holds against a client that it changes what somebody else has said', async () => {
    const { server, owner, friend } = stage()
    const theirs = await server.world.say(friend, owner, 'mine')
    const key = { remoteJid: friend.lid, fromMe: false, id: theirs.id }
    const words = await judged(async (client) => {
      await client.text('mine')
      await client.send(friend.lid, { text: 'yours', edit: key })
      await client.send(friend.lid, { delete: key })
    })
    const both = [/edits what somebody else said/, /takes back what somebody else said/]
    // On both phones.
    assert.equal(words.length, 4)
    for (const [index, word] of words.entries()) assert.match(word, both[Math.floor(index / 2)] ?? /none/)
    const seen = friend.seen(owner).find((message) => message.id === theirs.id)
    assert.deepEqual([seen?.text, seen?.isEdited, seen?.isDeleted], ['mine', false, false])
  })

  it('holds against a client that it speaks of messages that there are not', async () => {
    const { friend } = stage()
    const key = { remoteJid: friend.lid, fromMe: true, id: '3EB0NOTHING' }
    const words = await judged(async (client) => {
      await client.send(friend.lid, { react: { text: '🎉', key } })
      await client.send(friend.lid, { text: 'mended', edit: key })
      await client.send(friend.lid, { delete: key })
    })
    for (const verb of ['reacts to', 'edits', 'takes back'])
      assert.equal(words.filter((word) => word.includes(`${verb} 3EB0NOTHING, which is not in that chat`)).length, 2)
    assert.equal(words.length, 6)
  })

  it('holds against a client that its message is empty', async () => {
    const { friend } = stage()
    const words = await judged(({ socket }) =>
      socket.relayMessage(friend.lid, proto.Message.create({}), { messageId: '3EB0EEEEEEEE' }),
    )
    assert.deepEqual(words, Array(2).fill('message 3EB0EEEEEEEE is empty'))
  })

  it('holds against a client that its file is not what its message says', async () => {
    const { friend } = stage()
    const words = await judged(async (client) => {
      const sent = await client.send(friend.lid, { image: Buffer.from('a file'), mimetype: 'image/png' })
      for (const change of [{ mediaKey: Buffer.alloc(32) }, { fileSha256: Buffer.alloc(32) }, { fileLength: 5 }]) {
        const imageMessage = { ...sent.message?.imageMessage, ...change }
        await client.socket.relayMessage(friend.lid, { imageMessage }, {})
      }
      const nowhere = { ...sent.message?.imageMessage, directPath: '/v/nowhere' }
      await client.socket.relayMessage(friend.lid, { imageMessage: nowhere }, {})
    })
    const problems = words.map((word) => word.replace(/^the file of message \w+: /, ''))
    const expected = [
      'the MAC of a file is wrong',
      'fileSha256 is wrong',
      'fileLength is wrong',
      'nothing was uploaded to /v/nowhere',
    ]
    assert.deepEqual(
      problems,
      expected.flatMap((problem) => [problem, problem]),
    )
  })
})

describe('the judge of the WhatsApp server, of connections', () => {
  const stage = useWrongdoersStage()

  it('holds against a client what it says before its login', async () => {
    const { server } = stage()
    await using stranger = new LinkedClient(server)
    await stranger.qrCode()
    const asked = { tag: 'iq', attrs: { to: '@s.whatsapp.net', type: 'get', xmlns: 'privacy' } }
    const refused = (error: { data?: unknown }): boolean => error.data === 400
    await assert.rejects(stranger.socket.query({ ...asked, content: [{ tag: 'privacy', attrs: {} }] }), refused)
    const [words, ...more] = server.takeViolations()
    assert.match(words ?? '', /^the stanza iq .*privacy.* before a login$/)
    assert.deepEqual(more, [])
  })

  it('ends a connection that sends what is no node', async () => {
    const { server, client } = stage()
    await client.socket.sendRawMessage(Buffer.from([0, 0xf8, 2]))
    assert.equal(await client.closed(), 428)
    const [words, ...more] = server.takeViolations()
    assert.match(words ?? '', /end of stream/)
    assert.deepEqual(more, [])
    stage().client = await client.again()
  })

  it('ends a connection whose frame is not encrypted as it must be', async () => {
    const { server, client } = stage()
    client.socket.ws.send(Buffer.concat([Buffer.from([0, 0, 40]), Buffer.alloc(40)]), () => undefined)
    assert.equal(await client.closed(), 428)
    const [words, ...more] = server.takeViolations()
    assert.match(words ?? '', /unable to authenticate data/)
    assert.deepEqual(more, [])
    stage().client = await client.again()
  })
})

describe('the judge of the WhatsApp server, of a client that does no wrong', () => {
  const stage = useStage()

  it('has nothing to say', async () => {
    const { server, owner, friend, group, client } = stage()
    const { key } = await client.send(friend.lid, { text: 'first' })
    await client.send(friend.lid, { react: { text: '🎉', key } })
    await client.send(friend.lid, { text: 'better', edit: key })
    await client.send(friend.lid, { delete: key })
    await client.send(group.jid, { image: Buffer.from('a file'), mimetype: 'image/png' })
    await server.until(() => friend.seen(group)[0], 'the file')
    await ping(client)
    assert.equal(friend.seen(owner)[0]?.isDeleted, true)
    assert.deepEqual(server.violations, [])
  })
})
