import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTelegramServer, type Person, type TelegramServer } from '../../src/telegram/index.ts'
import { findTelethon, Telethon, type TelethonTransport } from '../../src/telegram/telethon.ts'

const program = findTelethon()
const phone = '15550000001'
const password = 'a second password'

interface Scene extends AsyncDisposable {
  readonly server: TelegramServer
  readonly ada: Person
  readonly bob: Person
  readonly telethon: Telethon
  readonly session: string
}

/** An account with a history, and Telethon logged in to it. */
async function enter(transport: TelethonTransport): Promise<Scene> {
  const server = await startTelegramServer()
  const ada = server.addPerson({ firstName: 'Ada', phone, password })
  const bob = server.addPerson({ firstName: 'Bob', username: 'bobby' })
  for (const text of ['one', 'two', 'three']) server.world.post({ author: bob, chat: ada, text })
  const telethon = new Telethon(program ?? '')
  const folder = await mkdtemp(join(tmpdir(), 'pons-telethon-'))
  const session = join(folder, 'session')
  assert.equal(await telethon.connect(server, session, transport), false)
  assert.equal(await telethon.logIn(server, { phone, password }), 'Ada')
  return {
    server,
    ada,
    bob,
    telethon,
    session,
    async [Symbol.asyncDispose]() {
      await telethon[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
      await server[Symbol.asyncDispose]()
    },
  }
}

describe('the Telegram server and Telethon, a client that is none of ours', function () {
  before(function () {
    if (program !== undefined) return
    console.log('Telethon is not installed here: its tests are skipped (node scripts/provision.ts telethon)')
    this.skip()
  })

  for (const transport of ['full', 'intermediate', 'abridged', 'obfuscated'] as const) {
    it(`agree on a key and a password, and talk over the ${transport} transport`, async () => {
      await using scene = await enter(transport)
      const { server, ada, bob, telethon } = scene
      const sent = await telethon.send('bobby', 'hello, Bob')
      const arrived = await server.until(
        () => [...bob.box.posts.values()].find(({ text }) => text === 'hello, Bob'),
        'it',
      )
      server.world.post({ author: bob, chat: ada, text: 'hello, Ada', replyTo: arrived })
      await telethon.until(() => telethon.heard.some(({ text }) => text === 'hello, Ada'), 'the answer')
      const answer = telethon.heard.find(({ text }) => text === 'hello, Ada')
      assert.equal(answer?.replyTo, sent.id)
      assert.deepEqual(server.violations, [])
    })
  }

  it('have the same history, in which what was edited and deleted is so', async () => {
    await using scene = await enter('full')
    const { server, ada, bob, telethon } = scene
    const own = await telethon.send('bobby', 'mine')
    assert.equal((await telethon.edit('bobby', own.id, 'mended')).text, 'mended')
    const theirs = server.world.post({ author: bob, chat: ada, text: 'four' })
    const taken = server.world.post({ author: bob, chat: ada, text: 'a mistake' })
    await telethon.until(() => telethon.heard.length === 2, 'what Bob said')
    server.world.edit(theirs, { text: 'five' })
    server.world.remove([taken])
    await telethon.until(() => telethon.edited.some(({ text }) => text === 'five'), 'an edit')
    await telethon.until(() => telethon.deleted.length === 1, 'a deletion')
    const texts = (await telethon.history('bobby', 10)).map(({ text, isOwn }) => `${isOwn ? 'Ada' : 'Bob'}: ${text}`)
    assert.deepEqual(texts, ['Bob: five', 'Ada: mended', 'Bob: three', 'Bob: two', 'Bob: one'])
    await telethon.delete('bobby', own.id)
    await server.until(
      () => ([...bob.box.posts.values()].every((post) => post.text !== 'mended' || post.isDeleted) ? true : undefined),
      'it go',
    )
    assert.deepEqual(server.violations, [])
  })

  it('have the same chats', async () => {
    await using scene = await enter('full')
    const { server, ada, bob, telethon } = scene
    const club = server.addChannel('Club', [bob, ada])
    server.addGroup('Friends', [bob, ada])
    server.world.post({ author: bob, chat: club, text: 'in the club' })
    assert.deepEqual([...(await telethon.dialogs())].toSorted(), ['Bob', 'Club', 'Friends'])
    assert.deepEqual(server.violations, [])
  })

  it('catch up with what was said while it was away, in private chats and channels', async () => {
    await using scene = await enter('full')
    const { server, ada, bob, telethon, session } = scene
    const club = server.addChannel('Club', [bob, ada])
    server.world.post({ author: bob, chat: club, text: 'in the club' })
    await telethon.until(() => telethon.heard.some(({ text }) => text === 'in the club'), 'the club')
    await telethon.disconnect()
    server.world.post({ author: bob, chat: ada, text: 'missed alone' })
    server.world.post({ author: bob, chat: club, text: 'missed in the club' })
    await using next = new Telethon(program ?? '')
    assert.equal(await next.connect(server, session), true)
    const missed = ['missed alone', 'missed in the club']
    await next.until(() => missed.every((words) => next.heard.some(({ text }) => text === words)), 'what it missed')
    assert.deepEqual(server.violations, [])
  })
})
