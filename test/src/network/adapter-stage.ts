import type { LoginResult, LoginStep, NetworkClient, NetworkConnector } from '@pons/core'
import type { UserId } from '@pons/matrix'
import { RecordingHost, type GhostNames } from './recording-host.ts'

/** Whose logins they are. */
export const alice = '@alice:test' as UserId

/** A network's server, and the adapter under test with a host that records what it is given. */
export interface AdapterStage<Server, Person> extends AsyncDisposable {
  readonly server: Server
  readonly host: RecordingHost
  readonly connector: NetworkConnector
  /** Logs the person in and connects; resolves when they are connected. */
  connect(person: Person): Promise<NetworkClient>
  /** The last one that was connected. */
  client(): NetworkClient | undefined
  /** Another process on what this one had stored. */
  restart(): Promise<NetworkClient>
}

export interface AdapterStageParts<Server, Person> {
  /** Ends with the stage. */
  readonly server: Server
  readonly ghosts: GhostNames
  readonly makeConnector: () => NetworkConnector
  readonly logIn: (connector: NetworkConnector, person: Person) => Promise<LoginResult>
}

export async function startAdapterStage<Server extends AsyncDisposable, Person>(
  parts: AdapterStageParts<Server, Person>,
): Promise<AdapterStage<Server, Person>> {
  let host = new RecordingHost(parts.ghosts)
  let connector = await initialised(parts, host)
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
    server: parts.server,
    get host() {
      return host
    },
    get connector() {
      return connector
    },
    client: () => client,
    async connect(person) {
      login = await parts.logIn(connector, person)
      return await load()
    },
    async restart() {
      await client?.disconnect()
      host = RecordingHost.after(host)
      connector = await initialised(parts, host)
      return await load()
    },
    async [Symbol.asyncDispose]() {
      await client?.disconnect()
      await parts.server[Symbol.asyncDispose]()
    },
  }
}

async function initialised(
  { makeConnector }: { makeConnector: () => NetworkConnector },
  host: RecordingHost,
): Promise<NetworkConnector> {
  const connector = makeConnector()
  await connector.init(host)
  return connector
}

/** What is answered at a login; a function where it is known only when it is asked for. */
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
