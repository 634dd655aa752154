import {
  BridgeError,
  loginId,
  plainText,
  remoteChatId,
  remoteMessageId,
  remoteUserId,
  type BridgeHost,
  type ChatKey,
  type ChatSnapshot,
  type Fate,
  type LoginProcess,
  type MessageDocument,
  type NetworkClient,
  type NetworkConnector,
  type OpenedChat,
  type RemoteAction,
  type RemoteEvent,
  type RemoteMessage,
  type RemoteUserId,
  type StoredLogin,
  type TransmitContext,
  type Transmitted,
} from '@pons/core'
import { decodeLocalpart, encodeLocalpart } from '@pons/matrix'

export interface SimMessage {
  readonly id: string
  readonly chat: string
  readonly from: string
  readonly text: string
  readonly key?: string
}

export interface SimOptions {
  /** The network itself recognises a repeated key, as Telegram does. */
  readonly isIdempotent?: boolean
  /** The network can be asked what became of a message, as an IRC server with history can. */
  readonly hasHistory?: boolean
  /** What was said before a portal was made can be read; see `onHistory`. */
  readonly keepsHistory?: boolean
  /** False: nobody speaks who has no login. */
  readonly hasRelay?: boolean
  /** False: nobody in Matrix can set a picture of a chat. */
  readonly takesAvatars?: boolean
  /** What a person may react with; each takes the place of the one before. */
  readonly reactions?: readonly string[]
}

type Fault = 'refuse' | 'refuse-for-now' | 'lose-answer' | BridgeError

/**
 * A whole chat network in memory: it lives on while the bridge is stopped and started, keeps what it accepted, and does
 * wrong on command. It is the far side of the tests of the framework.
 */
export class SimNetwork {
  readonly options: SimOptions
  readonly messages: SimMessage[] = []
  readonly joined = new Set<string>()
  /** What a source of `{ picture: name }` fetches. */
  readonly pictures = new Map<string, Uint8Array>()
  /** Awaited after a message was accepted and before it is answered: the network tells others of it first. */
  beforeAnswer: ((message: SimMessage) => Promise<void>) | undefined
  /** Opens a chat in a way of its own; undefined for one that is open to everybody. */
  onOpen: ((identifier: string) => OpenedChat | undefined) | undefined
  /** What was said before. */
  onHistory: () => Promise<readonly RemoteMessage[]> = () => Promise.resolve([])
  /** Messages from Matrix are taken away so long after they were sent. */
  disappearAfterMs: number | undefined
  /** Something has come that is not taken. */
  isHolding = false
  readonly #faults: Fault[] = []
  #lookUpsToFail = 0
  #heldLookUp: (() => void) | undefined
  #hangPreparing: (() => void) | undefined
  #held: Promise<void> | undefined
  #counter = 0
  #host: BridgeHost | undefined
  readonly #leaving: (() => void)[] = []
  #waiting: { predicate: (message: SimMessage) => boolean; resolve: (message: SimMessage) => void }[] = []

  constructor(options: SimOptions = {}) {
    this.options = options
  }

  /** The connector of one run of the bridge; a restarted bridge gets a new one. */
  connector(): NetworkConnector {
    return simConnector(this, (host) => {
      this.#host = host
    })
  }

  /** Somebody over there says something; resolves once the bridge has it. */
  async say(chat: string, from: string, text: string, id = this.nextId()): Promise<string> {
    this.messages.push({ id, chat, from, text })
    await this.ingest(messageEvent({ id, chat, from, text }))
    return id
  }

  async ingest(event: RemoteEvent | readonly RemoteEvent[]): Promise<void> {
    if (this.#host === undefined) throw new Error('no bridge is connected')
    await this.#host.ingest(event)
  }

  get host(): BridgeHost {
    if (this.#host === undefined) throw new Error('no bridge is connected')
    return this.#host
  }

  /** The next transmissions go wrong in this way, one after another. */
  fail(...faults: Fault[]): void {
    this.#faults.push(...faults)
  }

  /** The next look-ups find nobody who could be asked. */
  failLookUps(count: number): void {
    this.#lookUpsToFail += count
  }

  /** The next look-up finds out nothing until the bridge stops, and then says that nobody knows. Resolves when it has begun. */
  holdLookUp(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#heldLookUp = resolve
    return promise
  }

  /** The next message is never turned into actions. Resolves when that has begun. */
  hangPreparing(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#hangPreparing = resolve
    return promise
  }

  async preparing(): Promise<void> {
    const begun = this.#hangPreparing
    this.#hangPreparing = undefined
    begun?.()
    if (begun !== undefined) await new Promise(() => undefined)
  }

  /** Takes nothing, and answers nothing, until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#held = promise
    this.isHolding = false
    return () => {
      this.#held = undefined
      resolve()
    }
  }

  nextId(): string {
    return `m${++this.#counter}`
  }

  /** Messages that came from Matrix, in the order the network accepted them. */
  fromMatrix(chat: string): SimMessage[] {
    return this.messages.filter((message) => message.chat === chat && message.key !== undefined)
  }

  async arrival(predicate: (message: SimMessage) => boolean): Promise<SimMessage> {
    const found = this.messages.find(predicate)
    if (found !== undefined) return found
    return await new Promise((resolve) => this.#waiting.push({ predicate, resolve }))
  }

  /** Resolves once the bridge has left a chat. */
  async untilLeft(name: string): Promise<void> {
    while (this.joined.has(name)) await new Promise<void>((resolve) => this.#leaving.push(resolve))
  }

  leave(name: string): void {
    this.joined.delete(name)
    for (const resolve of this.#leaving.splice(0)) resolve()
  }

  async accept(action: RemoteAction, context: TransmitContext): Promise<Transmitted> {
    if (this.#held !== undefined) {
      this.isHolding = true
      await unlessStopped(this.#held, context.signal)
    }
    const fault = this.#faults.shift()
    if (fault instanceof BridgeError) throw fault
    if (fault === 'refuse') throw new BridgeError('the network refuses', { isRetryable: false })
    if (fault === 'refuse-for-now') throw new BridgeError('the network is busy', { isRetryable: true })
    const repeated = this.options.isIdempotent && this.messages.find(({ key }) => key === context.key)
    if (repeated) return { remoteId: remoteMessageId(repeated.id), isConfirmed: true }
    const { from, text } = action as { from: string; text: string }
    const message = { id: this.nextId(), chat: context.chat.chat, from, text, key: context.key }
    this.messages.push(message)
    this.#waiting = this.#waiting.filter(({ predicate, resolve }) => {
      if (!predicate(message)) return true
      resolve(message)
      return false
    })
    await this.beforeAnswer?.(message)
    if (fault === 'lose-answer') throw new BridgeError('the connection broke', { isRetryable: true, isCertain: false })
    const avatarId = message.text.startsWith('avatar: ') ? `picture ${message.id}` : undefined
    const { disappearAfterMs } = this
    return {
      remoteId: remoteMessageId(message.id),
      isConfirmed: true,
      ...(avatarId !== undefined && { avatarId }),
      ...(disappearAfterMs !== undefined && { disappearsAtMs: this.host.now() + disappearAfterMs }),
    }
  }

  async fateOf(context: TransmitContext): Promise<Fate> {
    if (this.#heldLookUp !== undefined) {
      this.#heldLookUp()
      this.#heldLookUp = undefined
      await unlessStopped(new Promise(() => undefined), context.signal).catch(() => undefined)
      return { fate: 'unknown' }
    }
    if (this.#lookUpsToFail > 0) {
      this.#lookUpsToFail--
      throw new BridgeError('the connection was closed', { isRetryable: true })
    }
    if (this.options.hasHistory !== true) return { fate: 'unknown' }
    const found = this.messages.find(({ key }) => key === context.key)
    return found === undefined ? { fate: 'not-sent' } : { fate: 'sent', remoteId: remoteMessageId(found.id) }
  }
}

async function unlessStopped(held: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: stopped, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(new BridgeError('the bridge stopped waiting', { isRetryable: true }))
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  await Promise.race([held, stopped])
}

export const simChat = (name: string): ChatKey => ({ chat: remoteChatId(name) })

export const textDocument = (text: string): MessageDocument => ({
  kind: 'text',
  blocks: [{ type: 'paragraph', children: [{ type: 'text', text }] }],
})

export function messageEvent(message: { id: string; chat: string; from: string; text: string }): RemoteEvent {
  return {
    kind: 'message',
    chat: simChat(message.chat),
    id: remoteMessageId(message.id),
    timestampMs: 1_700_000_000_000,
    sender: { id: remoteUserId(message.from), name: message.from },
    document: textDocument(message.text),
    createPortal: snapshotOf(message.chat),
  }
}

function snapshotOf(chat: string): ChatSnapshot {
  return { kind: 'group', name: `chat ${chat}`, joinRule: 'public' }
}

function simConnector(network: SimNetwork, onInit: (host: BridgeHost) => void): NetworkConnector {
  const relay = simClient(network, 'relay')
  return {
    info: {
      id: 'sim',
      displayName: 'Sim',
      url: 'https://sim.example',
      commandPrefix: '!sim',
      botLocalpart: 'simbot',
      ghostPrefix: 'sim_',
      aliasPrefix: 'sim_',
      protocols: ['sim'],
      hasPublicNames: true,
    },
    loginFlows: [{ id: 'password', name: 'Password', description: 'name and password' }],
    handlers: {
      async openChat({ identifier }) {
        const special = network.onOpen?.(identifier)
        if (special !== undefined) return special
        if (identifier === 'nowhere') throw new BridgeError('there is no such chat')
        const isNew = !network.joined.has(identifier)
        network.joined.add(identifier)
        return {
          chat: simChat(identifier),
          snapshot: snapshotOf(identifier),
          ...(isNew && { undo: async () => network.leave(identifier) }),
        }
      },
      async closeChat({ chat }) {
        network.leave(chat)
      },
      async media({ picture, words }) {
        const known = typeof picture === 'string' ? network.pictures.get(picture) : undefined
        const bytes = typeof words === 'string' ? new TextEncoder().encode(words) : known
        if (bytes === undefined) throw new BridgeError('there is no such picture')
        return { bytes, mimeType: 'image/png' }
      },
      ...(network.options.hasRelay !== false && { relay: () => relay }),
    },
    async init(host) {
      onInit(host)
    },
    start: async () => undefined,
    stop: async () => undefined,
    startLogin: () => loginProcess(),
    loadLogin: (login) => simClient(network, login.remoteName, login),
    ghostSuffix: (user) => encodeLocalpart(user),
    userOfGhost: (suffix) => decoded(suffix),
    aliasSuffix: ({ chat, receiver }) => (receiver === undefined ? encodeLocalpart(chat) : undefined),
    identifierOfAlias: (suffix) => decoded(suffix),
  }
}

function decoded(suffix: string): RemoteUserId | undefined {
  try {
    return remoteUserId(decodeLocalpart(suffix))
  } catch {
    return undefined
  }
}

async function* loginProcess(): LoginProcess {
  const answers = yield {
    kind: 'input',
    instructions: 'Who are you?',
    fields: [
      { id: 'name', name: 'Name', type: 'text' },
      { id: 'password', name: 'Password', type: 'password' },
    ],
  }
  if (answers['password'] !== 'secret') throw new BridgeError('that password is wrong')
  const name = answers['name'] ?? ''
  return { id: loginId(name), remoteName: name, metadata: { name } }
}

function simClient(network: SimNetwork, name: string, login?: StoredLogin): NetworkClient {
  const speaker = (sender: { viaRelay: boolean; displayName: string }) =>
    sender.viaRelay ? `relay for ${sender.displayName}` : name
  return {
    handlers: {
      message: async ({ document, sender, replyTo }) => {
        await network.preparing()
        const quote = replyTo === undefined ? '' : `> ${replyTo.text} / `
        return plainText(document)
          .split('\n')
          .map((text) => ({ from: speaker(sender), text: quote + text }))
      },
      edit: async ({ document, sender, target }) => [
        { from: speaker(sender), text: `* ${plainText(document)} (was: ${target.text})` },
      ],
      redaction: async ({ sender, target }) => [{ from: speaker(sender), text: `deleted: ${target.text}` }],
      reaction: async ({ sender, key, target }) => [{ from: speaker(sender), text: `${key} on ${target.text}` }],
      name: async ({ sender, name: given }) => [{ from: speaker(sender), text: `name: ${given}` }],
      membership: async ({ sender, change }) =>
        change === 'join' || change === 'leave' ? [] : [{ from: speaker(sender), text: `membership: ${change}` }],
      ...(network.options.takesAvatars !== false && {
        avatar: async ({ sender, mxc }) => [{ from: speaker(sender), text: `avatar: ${mxc}` }],
      }),
      topic: async ({ sender, topic }) => [{ from: speaker(sender), text: `topic: ${topic}` }],
      ...(network.options.keepsHistory === true && { history: async () => await network.onHistory() }),
    },
    ...(network.options.reactions !== undefined && {
      capabilities: { reaction: { allowed: network.options.reactions, maxPerPerson: 1 } },
    }),
    connect: async () => network.host.clientState({ ...(login && { login: login.id }), name, state: 'CONNECTED' }),
    disconnect: async () => undefined,
    logout: async () => undefined,
    serves: () => true,
    isSelf: (user) => user === name,
    chatSnapshot: async ({ chat }) => network.onOpen?.(chat)?.snapshot ?? snapshotOf(chat),
    userInfo: async (user) => ({ id: user, name: user }),
    transmit: async (action, context) => network.accept(action, context),
    ...(network.options.isIdempotent !== true && {
      recover: async (_action: RemoteAction, context: TransmitContext): Promise<Fate> => await network.fateOf(context),
    }),
  }
}
