import assert from 'node:assert/strict'
import type { UserId } from '@pons/matrix'
import { RecordingHost } from '../../../test/src/network/recording-host.ts'
import { createEchoConnector } from '../../../docs/echo-bridge.ts'
import { loginConnector } from '../../src/login-network/login-connector.ts'
import type { KnownLogin, LoginAccount, LoginNetwork } from '../../src/login-network/login-network.ts'
import type { ChatSnapshot } from '../../src/network/chat.ts'
import type { StoredLogin } from '../../src/network/connector.ts'
import { loginId, remoteChatId, remoteUserId, type IdempotencyKey } from '../../src/network/ids.ts'

const ada = '@ada:test' as UserId
const echo = { id: remoteUserId('echo'), name: 'Echo' }
const snapshot: ChatSnapshot = { kind: 'direct', members: [{ user: echo }] }
const chat = { chat: remoteChatId('echo') }

describe('the connector of a network with a login per person', () => {
  const loginOf = (id: string, owner: UserId = ada): StoredLogin => ({
    id: loginId(id),
    owner,
    remoteName: id,
    metadata: {},
  })

  /** A network whose accounts are there at once, and which notes what is done with them. */
  async function stage(given: Partial<LoginNetwork<LoginAccount>> = {}, known: Partial<KnownLogin<LoginAccount>> = {}) {
    const done: string[] = []
    const host = new RecordingHost()
    const found = new Map<string, StoredLogin | undefined>()
    const { info, loginFlows } = createEchoConnector()
    const connector = loginConnector({
      info,
      loginFlows,
      nobody: 'Only Echo lives here.',
      startLogin: () => assert.fail('nobody logs in'),
      loadLogin: ({ login, tell, loginOf: ownLogin }) => ({
        handlers: { message: async () => [] },
        capabilities: {},
        serves: () => true,
        isSelf: () => false,
        open: async () => ({
          life: {
            start: async () => {
              done.push(`start ${login.id}`)
              found.set(login.id, ownLogin(login.owner))
              tell('CONNECTED')
            },
            stop: async () => void done.push(`stop ${login.id}`),
          },
          logOut: async () => void done.push(`log out ${login.id}`),
          find: async (identifier) => (identifier === 'echo' ? { chat, snapshot } : undefined),
          media: async (source) => ({ bytes: Buffer.from(JSON.stringify(source)), mimeType: 'text/plain' }),
          chatSnapshot: async () => snapshot,
          userInfo: async () => echo,
          transmit: async () => ({ isConfirmed: true }),
        }),
        forget: async () => void done.push(`forget ${login.id}`),
        ...known,
      }),
      ghostSuffix: (user) => user,
      userOfGhost: () => undefined,
      aliasSuffix: () => undefined,
      identifierOfAlias: () => undefined,
      ...given,
    })
    await connector.init(host)
    return { connector, host, done, found }
  }

  const sending = (signal = new AbortController().signal) => ({
    chat,
    key: 'key' as IdempotencyKey,
    signal,
  })

  it('says what is wrong with the settings', async () => {
    await assert.rejects(stage({ problem: 'that address will not do' }), /that address will not do/)
  })

  it('opens chats for those who are logged in, and says how people are named', async () => {
    const { connector } = await stage()
    const open = connector.handlers.openChat
    const ask = { requestedBy: ada, login: loginId('one') }
    await assert.rejects(async () => await open?.({ identifier: 'echo', ...ask }), /Log in to Echo first: say `login`/)
    const client = connector.loadLogin(loginOf('one'))
    await client.connect()
    assert.deepEqual(await open?.({ identifier: 'echo', ...ask }), { chat, snapshot })
    await assert.rejects(async () => await open?.({ identifier: 'bob', ...ask }), /Only Echo lives here/)
    await client.disconnect()
  })

  it('fetches media through the login that saw them', async () => {
    const { connector } = await stage()
    const client = connector.loadLogin(loginOf('one'))
    await client.connect()
    const source = { login: 'one', file: 7 }
    const fetched = await connector.handlers.media?.(source)
    assert.deepEqual(JSON.parse(Buffer.from(fetched?.bytes ?? []).toString()), source)
    for (const other of [{ login: 'two' }, {}])
      await assert.rejects(async () => await connector.handlers.media?.(other), /the login that could fetch it is gone/)
    await client.disconnect()
  })

  it('tells a login of its owner’s latest one', async () => {
    const { connector, found } = await stage()
    const clients = [loginOf('one'), loginOf('two'), loginOf('three', '@bob:test' as UserId)].map((login) =>
      connector.loadLogin(login),
    )
    for (const client of clients) await client.connect()
    assert.deepEqual([found.get('one')?.id, found.get('three')?.id], ['two', 'three'])
    for (const client of clients) await client.disconnect()
  })

  it('ends a login on the network, closes its connection and forgets it, whatever the network says to that', async () => {
    const { connector, done } = await stage()
    const client = connector.loadLogin(loginOf('one'))
    await client.connect()
    await client.logout()
    assert.deepEqual(done, ['start one', 'log out one', 'stop one', 'forget one'])
  })

  it('connects the logins of whoever says so anew', async () => {
    const { connector, host, done } = await stage({ reconnect: 'Connects again.' })
    const [command] = connector.handlers.commands ?? []
    const request = { userId: ada, isAdmin: false, args: [], logins: [loginOf('one')] }
    await assert.rejects(async () => await command?.run(request), /You are not logged in to Echo/)
    const client = connector.loadLogin(loginOf('one'))
    await client.connect()
    assert.equal(await command?.run(request), 'Connecting again.')
    assert.deepEqual(done, ['start one', 'stop one', 'start one'])
    assert.equal(host.states.length, 2)
    await client.disconnect()
  })

  it('refuses what cannot be a chat before it waits for the connection', async () => {
    const checkChat = (): void => {
      throw new RangeError('that is no chat')
    }
    const { connector } = await stage({}, { checkChat })
    const client = connector.loadLogin(loginOf('one'))
    await assert.rejects(client.transmit({}, sending()), /that is no chat/)
  })

  it('sends when the login is connected, if it was not yet', async () => {
    const { connector } = await stage()
    const client = connector.loadLogin(loginOf('one'))
    const sent = client.transmit({}, sending())
    await client.connect()
    assert.deepEqual(await sent, { isConfirmed: true })
    await client.disconnect()
  })
})
