import type { LoginResult, LoginStep, NetworkClient, NetworkConnector } from '@pons/core'
import type { UserId } from '@pons/matrix'
import { startTelegramServer, type Person, type TelegramServer } from '@pons/test/telegram'
import { createTelegramConnector } from '../src/index.ts'
import { RecordingHost, type GhostNames } from '../../../test/src/network/recording-host.ts'
import { ghostSuffixOf, userOfGhostSuffix } from '../src/ids.ts'

const ghosts: GhostNames = {
  userIdOf: (user) => `@telegram_${ghostSuffixOf(user)}:test` as UserId,
  remoteUserOf: (userId) => userOfGhostSuffix(/^@telegram_(.+):test$/.exec(userId)?.[1] ?? ''),
}

const alice = '@alice:test' as UserId
export const phone = '15550000001'

/** A Telegram server, and the adapter with a host that records what it is given. */
export interface Adapter extends AsyncDisposable {
  readonly server: TelegramServer
  readonly host: RecordingHost
  readonly connector: NetworkConnector
  /** Logs the person in by phone and connects; resolves when they are connected. */
  connect(person: Person): Promise<NetworkClient>
  /** Another process on what this one had stored. */
  restart(): Promise<NetworkClient>
}

export async function startAdapter(): Promise<Adapter> {
  const server = await startTelegramServer()
  let host = new RecordingHost(ghosts)
  let connector = await connectorOf(server, host)
  let client: NetworkClient | undefined
  let login: LoginResult | undefined
  const load = async (): Promise<NetworkClient> => {
    if (login === undefined) throw new Error('nobody is logged in')
    client = connector.loadLogin({ ...login, owner: alice })
    await client.connect()
    await host.waitForState('CONNECTED')
    return client
  }
  return {
    server,
    get host() {
      return host
    },
    get connector() {
      return connector
    },
    async connect(person) {
      login = await logIn(connector, 'phone', [
        `+${person.phone ?? ''}`,
        () => server.lastCode(person.phone ?? '') ?? '',
        'a second password',
      ])
      return await load()
    },
    async restart() {
      await client?.disconnect()
      host = RecordingHost.after(host)
      connector = await connectorOf(server, host)
      return await load()
    },
    async [Symbol.asyncDispose]() {
      await client?.disconnect()
      await server[Symbol.asyncDispose]()
    },
  }
}

async function connectorOf(server: TelegramServer, host: RecordingHost): Promise<NetworkConnector> {
  const connector = createTelegramConnector({
    api_id: 12_345,
    api_hash: '0123456789abcdef0123456789abcdef',
    chats_after_login: 15,
    max_media_bytes: 1_000_000,
    server: { host: server.host, port: server.port, key: { ...server.publicKey } },
  })
  await connector.init(host)
  return connector
}

type Answer = string | (() => string)

/** Answers a flow's questions one after another; `onStep` sees each. @throws what the flow throws */
export async function logIn(
  connector: NetworkConnector,
  flow: string,
  answers: readonly Answer[],
  onStep: (step: LoginStep) => void = () => undefined,
): Promise<LoginResult> {
  const process = connector.startLogin(flow, alice, new AbortController().signal)
  const left = [...answers]
  let given: Record<string, string> = {}
  for (;;) {
    const { value, done } = await process.next(given)
    if (done === true) return value
    onStep(value)
    if (value.kind === 'display') {
      given = {}
      continue
    }
    const answer = left.shift() ?? ''
    given = { [value.fields[0]?.id ?? '']: typeof answer === 'string' ? answer : answer() }
  }
}
