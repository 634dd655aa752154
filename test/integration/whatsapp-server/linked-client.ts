import { Agent } from 'node:https'
import {
  BufferJSON,
  initAuthCreds,
  makeWASocket,
  proto,
  type AuthenticationState,
  type BaileysEventMap,
  type SignalDataSet,
  type SignalDataTypeMap,
  type UserFacingSocketConfig,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys'
import pino from 'pino'
import { trustTestRoot, type Person, type WhatsAppServer } from '../../src/whatsapp/index.ts'
import { patienceMs } from '../../src/patience.ts'
import { Waiters } from '../../src/waiters.ts'

type Events = Partial<BaileysEventMap>

export interface ClientOptions {
  readonly auth?: SavedAuth
  readonly settings?: Partial<UserFacingSocketConfig>
}

/** What a client keeps between connections, and after its process is gone. */
export interface SavedAuth {
  readonly creds: string
  readonly rows: ReadonlyMap<string, string>
}

/** The unmodified client, with its state in memory as a SQL text column would keep it. */
export class LinkedClient implements AsyncDisposable {
  readonly socket: WASocket
  readonly events: Events[] = []
  readonly #server: WhatsAppServer
  readonly #auth: MemoryAuth
  readonly #waiters = new Waiters()
  readonly #options: ClientOptions
  /** What it sent, for those who ask for it again. */
  readonly sent = new Map<string, proto.IMessage>()

  constructor(server: WhatsAppServer, options: ClientOptions = {}) {
    trustTestRoot()
    quietLibrary()
    this.#server = server
    this.#options = options
    this.#auth = new MemoryAuth(options.auth)
    this.socket = makeWASocket({
      waWebSocketUrl: server.url,
      auth: this.#auth.state,
      logger: pino({ level: process.env['WHATSAPP_LOG'] ?? 'silent' }),
      emitOwnEvents: false,
      markOnlineOnConnect: false,
      getMessage: ({ id }) => Promise.resolve(this.sent.get(id ?? '') as proto.Message | undefined),
      fetchAgent: new Agent({ ca: server.mediaCertificate }),
      ...options.settings,
    })
    this.socket.ev.process((events) => {
      this.events.push(events)
      this.#waiters.wake()
    })
  }

  /** Linked by QR code, logged in and ready. */
  static async linkedTo(server: WhatsAppServer, person: Person, options: ClientOptions = {}): Promise<LinkedClient> {
    const first = new LinkedClient(server, options)
    await server.scan(person, await first.qrCode())
    return await first.again()
  }

  /** The same device in a new connection, logged in; this one is over. */
  async again(settings?: Partial<UserFacingSocketConfig>): Promise<LinkedClient> {
    await this[Symbol.asyncDispose]()
    const client = new LinkedClient(this.#server, {
      ...this.#options,
      ...(settings && { settings }),
      auth: this.save(),
    })
    for (const [id, message] of this.sent) client.sent.set(id, message)
    await client.ready()
    return client
  }

  save(): SavedAuth {
    return this.#auth.save()
  }

  async qrCode(): Promise<string> {
    const { qr } = await this.event('connection.update', (update) => update.qr !== undefined, 'a QR code')
    return qr ?? ''
  }

  async ready(): Promise<void> {
    await this.event('connection.update', ({ connection }) => connection === 'open', 'the connection open')
    await this.event('connection.update', (update) => update.receivedPendingNotifications === true, 'the backlog done')
  }

  /** The code with which the connection ended. */
  async closed(): Promise<number | undefined> {
    const update = await this.event('connection.update', ({ connection }) => connection === 'close', 'the end')
    const error = update.lastDisconnect?.error as { output?: { statusCode?: number } } | undefined
    return error?.output?.statusCode
  }

  async event<K extends keyof BaileysEventMap>(
    name: K,
    fits: (data: BaileysEventMap[K]) => boolean,
    what: string,
  ): Promise<BaileysEventMap[K]> {
    const find = (): BaileysEventMap[K] | undefined => {
      for (const events of this.events) {
        const data = events[name]
        if (data !== undefined && fits(data)) return data
      }
      return undefined
    }
    const describe = (): string =>
      `the client did not see ${what}; ${this.events.flatMap((one) => Object.keys(one)).join()}`
    return await this.#waiters.until(find, { timeoutMs: patienceMs, describe })
  }

  messages(): WAMessage[] {
    return this.events.flatMap((events) => events['messages.upsert']?.messages ?? [])
  }

  async message(fits: (message: WAMessage) => boolean, what: string): Promise<WAMessage> {
    const find = (): WAMessage | undefined => this.messages().find(fits)
    const describe = (): string =>
      `the client has no message ${what}: ${JSON.stringify(this.messages().map(({ message }) => message))}`
    return await this.#waiters.until(find, { timeoutMs: patienceMs, describe })
  }

  async text(text: string): Promise<WAMessage> {
    return await this.message((message) => textOf(message) === text, text)
  }

  texts(): string[] {
    return this.messages()
      .map(textOf)
      .filter((text) => text !== '')
  }

  /** As a bridge sends: the content is kept before it goes out. */
  async send(jid: string, content: Parameters<WASocket['sendMessage']>[1], options = {}): Promise<WAMessage> {
    const message = await this.socket.sendMessage(jid, content, options)
    if (message === undefined) throw new Error('nothing was sent')
    if (message.message) this.sent.set(message.key.id ?? '', message.message)
    return message
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.ev.removeAllListeners('creds.update')
    await this.socket.end(undefined)
  }
}

function textOf({ message }: WAMessage): string {
  return message?.conversation ?? message?.extendedTextMessage?.text ?? ''
}

class MemoryAuth {
  readonly state: AuthenticationState
  readonly #rows: Map<string, string>

  constructor(saved: SavedAuth | undefined) {
    this.#rows = new Map(saved?.rows)
    const creds = saved === undefined ? initAuthCreds() : JSON.parse(saved.creds, BufferJSON.reviver)
    this.state = {
      creds,
      keys: {
        get: <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
          const found = ids.flatMap((id) => {
            const row = this.#rows.get(`${type} ${id}`)
            return row === undefined ? [] : [[id, revived(type, row)]]
          })
          return Promise.resolve(Object.fromEntries(found) as Record<string, SignalDataTypeMap[T]>)
        },
        set: (data: SignalDataSet) => {
          for (const [type, entries] of Object.entries(data)) {
            for (const [id, value] of Object.entries(entries)) {
              if (value === null || value === undefined) this.#rows.delete(`${type} ${id}`)
              else this.#rows.set(`${type} ${id}`, JSON.stringify(value, BufferJSON.replacer))
            }
          }
          return Promise.resolve()
        },
      },
    }
  }

  save(): SavedAuth {
    return { creds: JSON.stringify(this.state.creds, BufferJSON.replacer), rows: new Map(this.#rows) }
  }
}

/** This one kind is a protobuf object, whose JSON holds bytes as bare base64. */
function revived(type: string, row: string): unknown {
  const value: unknown = JSON.parse(row, BufferJSON.reviver)
  if (type !== 'app-state-sync-key') return value
  return proto.Message.AppStateSyncKeyData.fromObject(value as Record<string, unknown>)
}

let isQuiet = false

/** The Signal library prints whole sessions, private keys and all, whenever one is closed or cannot be used. */
function quietLibrary(): void {
  if (isQuiet) return
  isQuiet = true
  const noise = /^(Closing|Opening|Removing|Migrating|Session|Decrypted|Failed to decrypt|Closing open)/
  for (const level of ['info', 'warn', 'error'] as const) {
    // oxlint-disable-next-line no-console
    const print = console[level].bind(console)
    // oxlint-disable-next-line no-console
    console[level] = (...words: unknown[]) => {
      if (typeof words[0] !== 'string' || !noise.test(words[0])) print(...words)
    }
  }
}
