import assert from 'node:assert/strict'
import { createBridge } from '@pons/core'
import { openSqlite } from '@pons/database'
import { configWith, startHomeserver } from '@pons/homeserver'
import { parseServerName, userIdOf } from '@pons/matrix'
import { generateRegistration } from '@pons/registration'
import { ManagementRoom, MatrixPerson } from '@pons/test'
import { pino } from 'pino'
import { createEchoConnector } from '../../docs/echo-bridge.ts'

const serverName = parseServerName('test.local')
const logger = pino({ level: process.env['TEST_LOG'] ?? 'silent' })

describe('the echo bridge of docs/writing-a-bridge.md', () => {
  it('logs in, opens its chat and says back what it is told, once and in order', async () => {
    await using database = await openSqlite(':memory:')
    const settings = { server_name: 'test.local', listeners: [{ host: '127.0.0.1', port: 0 }] }
    const config = configWith({ ...settings, rate_limit: null, password_hashing: 'cheap' })
    await using homeserver = await startHomeserver({ config, registrations: [], database, logger })
    const registration = generateRegistration({
      id: 'echo',
      senderLocalpart: 'echobot',
      users: [{ regex: '@echo_.*:test\\.local', exclusive: true }],
      aliases: [{ regex: '#echo_.*:test\\.local', exclusive: true }],
    })
    const puppets = generateRegistration({
      id: 'puppets',
      senderLocalpart: 'puppets',
      users: [{ regex: '@.*:test\\.local', exclusive: false }],
    })
    await homeserver.appservices.register({ ...puppets, url: null })
    const bridge = await createBridge({
      connector: createEchoConnector(),
      db: database,
      serverName,
      homeserver: homeserver.dispatch,
      asToken: registration.as_token,
      hsToken: registration.hs_token,
      doublePuppetToken: puppets.as_token,
      logger,
      version: 'test',
    })
    await using _bridge = bridge
    await homeserver.appservices.register(registration, bridge.appservice.dispatch)
    await bridge.start()
    await homeserver.services.accounts.create({ userId: userIdOf('ada', serverName), password: 'password' })
    await using ada = await MatrixPerson.logIn({ url: homeserver.urls[0] ?? '', name: 'ada', password: 'password' })
    const room = await ManagementRoom.open(ada, 'echobot')
    await room.ask('login', 'Name?')
    await room.ask('Ada', 'Logged in as Ada')
    await room.ask('start-chat echo', 'You are in')
    const { room_id: portal } = await ada.see(({ type }) => type === 'm.bridge', 'the chat’s room')
    const words = Array.from({ length: 20 }, (_, number) => `hello ${number}`)
    for (const word of words) await ada.say(portal, word)
    await ada.see(({ sender, content }) => sender === '@echo_echo:test.local' && content['body'] === 'hello 19')
    const echoed = (await ada.history(portal)).filter(
      ({ sender, type }) => sender === '@echo_echo:test.local' && type === 'm.room.message',
    )
    assert.deepEqual(
      echoed.map(({ content }) => content['body']),
      words,
    )
  })
})
