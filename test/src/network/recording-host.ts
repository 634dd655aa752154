import {
  BridgeError,
  createEgress,
  type Alongside,
  type BridgeHost,
  type ChatKey,
  type ClientStateReport,
  type DownloadedMedia,
  type EgressPolicy,
  type IdentityLink,
  type LoginId,
  type RemoteMessageId,
  type RemoteEphemeral,
  type RemoteEvent,
  type RemoteUserId,
  type StoreWrite,
} from '@pons/core'
import type { JsonValue, UserId } from '@pons/matrix'
import { pino } from 'pino'
import { patienceMs } from '../patience.ts'
import { Waiters } from '../waiters.ts'

/** How the ghosts of the network under test are called. */
export interface GhostNames {
  userIdOf(user: RemoteUserId): UserId
  remoteUserOf(userId: UserId): RemoteUserId | undefined
}

const ircGhosts: GhostNames = {
  userIdOf: (user) => `@irc_${user.replace('/', '_')}:test` as UserId,
  remoteUserOf(userId) {
    const match = /^@irc_([a-z0-9-]+)_(.+):test$/.exec(userId)
    return match ? (`${match[1]}/${match[2]}` as RemoteUserId) : undefined
  },
}

/** The framework's side of the adapter contract, in memory: keeps what an adapter hands in, for tests of adapters. */
export class RecordingHost implements BridgeHost {
  readonly logger = pino({ level: process.env['TEST_LOG'] ?? 'silent' })
  /** Everything ingested, in order; a repeat of an id in a chat is not kept, as the journal would not. */
  readonly events: RemoteEvent[] = []
  readonly repeats: RemoteEvent[] = []
  readonly states: ClientStateReport[] = []
  readonly told: { readonly userId: UserId; readonly text: string }[] = []
  readonly values = new Map<string, JsonValue>()
  readonly rooms: ChatKey[] = []
  readonly members = new Map<string, UserId[]>()
  readonly steps: string[] = []
  readonly admins = new Set<UserId>()
  egress: EgressPolicy = createEgress()
  readonly ephemeral: RemoteEphemeral[] = []
  readonly links: IdentityLink[] = []
  /** What `download` knows, by mxc URI. */
  readonly media = new Map<string, DownloadedMedia>()
  /** Awaited inside `ingest`: a journal that is slow, or fails. */
  beforeIngest: ((event: RemoteEvent) => Promise<void>) | undefined
  /** Awaited when a value is asked for: a database that is away. */
  beforeRead: (() => Promise<void>) | undefined
  readonly #ghosts: GhostNames
  readonly #known = new Set<string>()
  readonly #waiters = new Waiters()

  readonly store = {
    get: async (key: string) => {
      await this.beforeRead?.()
      return structuredClone(this.values.get(key))
    },
    getMany: (keys: readonly string[]) =>
      Promise.resolve(
        new Map(
          keys.flatMap((key): [string, JsonValue][] => {
            const value = this.values.get(key)
            return value === undefined ? [] : [[key, structuredClone(value)]]
          }),
        ),
      ),
    set: (key: string, value: JsonValue) => this.store.write([{ key, value }]),
    delete: (key: string) => this.store.write([{ key, value: undefined }]),
    write: (writes: readonly StoreWrite[]) => {
      for (const { key, value } of writes) {
        if (value === undefined) this.values.delete(key)
        else this.values.set(key, structuredClone(value))
      }
      return Promise.resolve()
    },
    deleteAll: (prefix: string) => {
      for (const key of this.values.keys()) if (key.startsWith(prefix)) this.values.delete(key)
      return Promise.resolve()
    },
    list: (prefix: string) =>
      Promise.resolve(
        [...this.values]
          .filter(([key]) => key.startsWith(prefix))
          .map(([key, value]) => ({ key, value: structuredClone(value) }))
          .sort((a, b) => (a.key < b.key ? -1 : 1)),
      ),
  }

  constructor(ghosts: GhostNames = ircGhosts) {
    this.#ghosts = ghosts
  }

  /** A host that begins with what another one had stored, as after a restart. */
  static after(before: RecordingHost): RecordingHost {
    const host = new RecordingHost(before.#ghosts)
    for (const [key, value] of before.values) host.values.set(key, structuredClone(value))
    for (const event of before.events) {
      host.events.push(event)
      host.#known.add(nameOf(event.chat, event))
    }
    host.rooms.push(...before.rooms)
    for (const [chat, members] of before.members) host.members.set(chat, members)
    return host
  }

  async ingest(given: RemoteEvent | readonly RemoteEvent[], alongside: Alongside = {}): Promise<void> {
    const events = [given].flat() as readonly RemoteEvent[]
    for (const event of events) await this.beforeIngest?.(event)
    for (const event of events) {
      const name = nameOf(event.chat, event)
      if (this.#known.has(name)) this.repeats.push(event)
      else this.events.push(event)
      this.#known.add(name)
    }
    this.links.push(...(alongside.links ?? []))
    await this.store.write(alongside.writes ?? [])
    this.#waiters.wake()
  }

  ingestEphemeral(event: RemoteEphemeral): void {
    this.ephemeral.push(event)
    this.#waiters.wake()
  }

  chatsWith(login: LoginId, id: RemoteMessageId): Promise<readonly ChatKey[]> {
    const fitting = this.events.filter((event) => event.id === id && event.chat.receiver === login)
    return Promise.resolve(fitting.map(({ chat }) => chat))
  }

  download(mxcUri: string, maxBytes = Infinity): Promise<DownloadedMedia> {
    const media = this.media.get(mxcUri)
    if (media === undefined) return Promise.reject(new BridgeError('the medium is no longer on the homeserver'))
    if (media.bytes.length <= maxBytes) return Promise.resolve(media)
    return Promise.reject(new BridgeError('the medium is larger than this network takes'))
  }

  clientState(report: ClientStateReport): void {
    this.states.push(report)
    this.#waiters.wake()
  }

  notifyUser(userId: UserId, text: string): Promise<void> {
    this.told.push({ userId, text })
    this.#waiters.wake()
    return Promise.resolve()
  }

  portals(): ReturnType<BridgeHost['portals']> {
    return Promise.resolve(this.rooms.map((chat) => ({ chat, isPlumbed: false })))
  }

  matrixMembers(chat: ChatKey): Promise<readonly UserId[]> {
    return Promise.resolve(this.members.get(chat.chat) ?? [])
  }

  isKnown(chat: ChatKey, id: string, idBy?: RemoteUserId): Promise<boolean> {
    return Promise.resolve(this.#known.has(nameOf(chat, { id, idBy })))
  }

  /** What the adapter has put on the homeserver. */
  readonly uploads: { readonly text: string; readonly fileName: string }[] = []

  upload({ bytes }: { readonly bytes: Uint8Array }, fileName: string): Promise<string> {
    this.uploads.push({ text: new TextDecoder().decode(bytes), fileName })
    return Promise.resolve(`mxc://test/upload${this.uploads.length}`)
  }

  mediaLink(mxcUri: string): string | undefined {
    return `https://media.test/${mxcUri.slice('mxc://'.length)}`
  }

  ghostUserId(user: RemoteUserId): UserId {
    return this.#ghosts.userIdOf(user)
  }

  remoteUserOf(userId: UserId): RemoteUserId | undefined {
    return this.#ghosts.remoteUserOf(userId)
  }

  isAdmin(userId: UserId): Promise<boolean> {
    return Promise.resolve(this.admins.has(userId))
  }

  now(): number {
    return Date.now()
  }

  step(name: string): void {
    this.steps.push(name)
    this.#waiters.wake()
  }

  /** The first event from position `from` on that fits; waits for it. */
  async waitFor(fits: (event: RemoteEvent) => boolean, from = 0): Promise<RemoteEvent> {
    return await this.#until(
      () => this.events.slice(from).find(fits),
      () => this.events.slice(-10),
    )
  }

  /** Waits for a state report of a connection from position `from` on. */
  async waitForState(state: ClientStateReport['state'], from = 0): Promise<ClientStateReport> {
    return await this.#until(
      () => this.states.slice(from).find((one) => one.state === state),
      () => this.states.slice(-10),
    )
  }

  async until(fits: () => boolean): Promise<void> {
    await this.#until(
      () => (fits() ? true : undefined),
      () => this.events.slice(-10),
    )
  }

  /** Messages of a chat in order, as `nick: text`. */
  messages(chat: string): string[] {
    return this.events.flatMap((event) => {
      if (event.kind !== 'message' || event.chat.chat !== chat) return []
      const [block] = event.document.blocks
      const children = block?.type === 'paragraph' ? block.children : []
      const words = children.map((inline) => ('text' in inline ? inline.text : '')).join('')
      return [`${event.sender.name ?? ''}: ${words}`]
    })
  }

  async #until<T>(find: () => T | undefined, describe: () => unknown): Promise<T> {
    return await this.#waiters.until(find, {
      timeoutMs: patienceMs,
      describe: () => `it did not come; last were ${JSON.stringify(describe(), null, 1)}`,
    })
  }
}

function nameOf(chat: ChatKey, { id, idBy = '' }: { id: string; idBy?: string | undefined }): string {
  return `${chat.chat} ${chat.receiver ?? ''} ${idBy} ${id}`
}
