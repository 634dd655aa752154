import type {
  IdempotencyKey,
  LoginResult,
  LoginStep,
  NetworkClient,
  NetworkConnector,
  TransmitContext,
} from '@pons/core'
import type { UserId } from '@pons/matrix'
import { startWhatsAppServer, trustTestRoot, type Person, type WhatsAppServer } from '@pons/test/whatsapp'
import { RecordingHost, type GhostNames } from '../../../test/src/network/recording-host.ts'
import { ghostSuffixOf, userOfGhostSuffix } from '../src/ids.ts'
import { createWhatsAppConnector } from '../src/index.ts'

trustTestRoot()

const ghosts: GhostNames = {
  userIdOf: (user) => `@whatsapp_${ghostSuffixOf(user)}:test` as UserId,
  remoteUserOf: (userId) => userOfGhostSuffix(/^@whatsapp_(.+):test$/.exec(userId)?.[1] ?? ''),
}

export const alice = '@alice:test' as UserId

/** A WhatsApp server, and the adapter with a host that records what it is given. */
export interface Adapter extends AsyncDisposable {
  readonly server: WhatsAppServer
  readonly host: RecordingHost
  readonly connector: NetworkConnector
  /** Links a device to the person's account and connects it; resolves when it is connected. */
  connect(person: Person): Promise<NetworkClient>
  /** Another process on what this one had stored. */
  restart(): Promise<NetworkClient>
}

export async function startAdapter(): Promise<Adapter> {
  const server = await startWhatsAppServer()
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
      login = await logIn(connector, 'qr', [], (step) => scan(server, person, step))
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

async function connectorOf(server: WhatsAppServer, host: RecordingHost): Promise<NetworkConnector> {
  const connector = createWhatsAppConnector({
    chats_after_login: 15,
    history_messages: 50,
    max_media_bytes: 1_000_000,
    server: { url: server.url, media_ca: server.mediaCertificate },
  })
  await connector.init(host)
  return connector
}

/** The person's phone scans what is shown. */
export function scan(server: WhatsAppServer, person: Person, step: LoginStep): void {
  if (step.kind !== 'display') return
  const done = step.format === 'code' ? server.enterCode(person, step.data) : server.scan(person, step.data)
  // What goes wrong shows in the flow.
  done.catch(() => undefined)
}

/** Answers a flow's questions one after another; `onStep` sees each. @throws what the flow throws */
export async function logIn(
  connector: NetworkConnector,
  flow: string,
  answers: readonly string[],
  onStep: (step: LoginStep) => void = () => undefined,
): Promise<LoginResult> {
  const process = connector.startLogin(flow, alice, new AbortController().signal)
  const left = [...answers]
  let given: Record<string, string> = {}
  for (;;) {
    const { value, done } = await process.next(given)
    if (done === true) return value
    onStep(value)
    given = value.kind === 'display' ? {} : { [value.fields[0]?.id ?? '']: left.shift() ?? '' }
  }
}

export function sending(
  chat: TransmitContext['chat'],
  key: string,
  signal = new AbortController().signal,
): TransmitContext {
  return { chat, key: key as IdempotencyKey, attempt: 1, signal }
}
