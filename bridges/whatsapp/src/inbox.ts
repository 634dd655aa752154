import { AskedAnew, nameInWords, patiently, type RemoteEvent, type StoreWrite } from '@pons/core'
import { setTimeout as pause } from 'node:timers/promises'
import { readSnapshot, readUser } from './chat-info.ts'
import type { WhatsAppConfig } from './config.ts'
import { handleGroupReceipts, handlePresence, handleStatus } from './handle-ephemeral.ts'
import { handlePhoneMessage, isElsewhere, NotYetError } from './handle-phone.ts'
import { understand } from './handle-remote.ts'
import { chatKeyOf, isGroup, jidOf, messageIdOf, userIdOf, type Jid } from './ids.ts'
import { lostMessages } from './lost-messages.ts'
import { Pictures } from './pictures.ts'
import type { AuthState } from './protocol/auth-state.ts'
import { connectionClosed } from './protocol/before-end.ts'
import type { DecryptionJournal, PendingStanza } from './protocol/decryption-journal.ts'
import type { GroupMetadata } from './protocol/group.ts'
import { incomingOf, messageOfPending, type Incoming, type WebMessage } from './protocol/incoming.ts'
import type { Socket } from './protocol/open-socket.ts'
import type { SocketEvent, SocketEvents } from './protocol/socket-events.ts'
import { knownSnapshot, type RemoteContext } from './remote-context.ts'

export interface InboxParts {
  readonly context: RemoteContext
  readonly auth: AuthState
  readonly journal: DecryptionJournal
  readonly config: WhatsAppConfig
  readonly options: RequestInit
  readonly tellOwner: (text: string) => void
  readonly current: () => Socket | undefined
  readonly flush: () => void
  /** Somebody speaks in that chat: what else is told of it is worth asking for. */
  readonly watch: (chat: Jid) => void
}

interface Understood {
  readonly events: readonly RemoteEvent[]
  readonly writes: readonly StoreWrite[]
}

const nothing: Understood = { events: [], writes: [] }

/** Between the tries to fetch what a phone hands over. */
const firstWaitMs = 1000
const longestWaitMs = 900_000
const maxWaiting = 100
const picturePauseMs = 3000

/** Takes what comes, one thing after another, and makes it durable. */
export class Inbox {
  readonly #parts: InboxParts
  readonly #abort = new AbortController()
  readonly #roomWaiters = new Set<() => void>()
  readonly #anew = new AskedAnew<Jid>(
    async (chat) => await this.#askAnew(chat),
    (error) => this.#parts.context.host.logger.warn({ err: error }, 'chat could not be read anew'),
  )
  /** Messages that the library has not said yet. */
  readonly #dealtWith = new Set<string>()
  readonly #pictures = new Pictures({
    isKnown: (person) => this.#parts.context.people.hasPicture(person),
    ask: async (person, group) => await this.#askForPicture(person, group),
    pause: async () =>
      await pause(picturePauseMs, undefined, { signal: this.#abort.signal, ref: false }).catch(() => undefined),
    onError: (error) => this.#parts.context.host.logger.debug({ err: error }, 'picture could not be asked for'),
  })
  #tail: Promise<void> = Promise.resolve()
  #waiting = 0
  /** In fetching what a phone hands over. */
  #failures = 0

  constructor(parts: InboxParts) {
    this.#parts = parts
  }

  /** What an earlier connection, or process, had decrypted and not dealt with; before anything new comes. */
  async takePending(): Promise<void> {
    await this.#enqueue(async () => {
      this.#dealtWith.clear()
      const pending = await this.#parts.journal.pending()
      await this.#takeMessages(pending.flatMap((stanza) => this.#messageOf(stanza) ?? []))
    })
  }

  /**
   * How to make durable what a message says together with what was changed to decrypt it, before the server hears that we
   * have it; undefined where other things wait, which come first.
   */
  dealingWith(stanza: PendingStanza): ((writes: readonly StoreWrite[]) => Promise<void>) | undefined {
    const message = this.#waiting > 0 ? undefined : this.#messageOf(stanza)
    const incoming = message && incomingOf(message)
    if (message === undefined || incoming === undefined || isElsewhere(incoming)) return undefined
    return async (writes) => {
      let isDurable = false
      await this.#enqueue(async () => {
        const understood = (await this.#understand(incoming)) ?? nothing
        isDurable = await this.#ingest(understood.events, [...understood.writes, ...writes])
      })
      if (!isDurable) throw connectionClosed()
      this.#dealtWith.add(nameOf(message))
    }
  }

  take(given: SocketEvents): void {
    const { context } = this.#parts
    const events = this.#notDealtWith(given)
    if (events['creds.update'] !== undefined) void this.#saveCreds()
    this.#learn(events)
    const presence = events['presence.update']
    if (presence !== undefined) handlePresence(context, presence)
    const work = workOf(events)
    if (work) void this.#enqueue(async () => await this.#work(events))
  }

  /**
   * Resolves when not too much is waiting: what is decrypted meanwhile would only lie in memory. What the library has
   * decrypted and not said, since it gathers for a while what it has to say, waits here by then: nothing may overtake it.
   */
  async room(): Promise<void> {
    this.#parts.flush()
    while (this.#waiting > maxWaiting && !this.#abort.signal.aborted) {
      await new Promise<void>((resolve) => this.#roomWaiters.add(resolve))
    }
  }

  readAnew(chat: Jid): void {
    this.#anew.ask(chat)
  }

  async #askAnew(chat: Jid): Promise<void> {
    const socket = this.#parts.current()
    if (socket !== undefined) await this.#readSnapshot(socket, chat)
  }

  /** Tells rooms of messages that were asked for again and did not come. */
  async sayLost(): Promise<void> {
    await this.#enqueue(async () => {
      const { events, writes } = lostMessages(this.#parts.context)
      await this.#ingest(events, writes)
    })
  }

  /** Afterwards nothing is ingested. */
  async stop(): Promise<void> {
    this.#abort.abort()
    this.#pictures.stop()
    this.#makeRoom()
    await this.#tail
  }

  async #work(events: SocketEvents): Promise<void> {
    const { context } = this.#parts
    const messages = events['messages.upsert']?.messages
    if (messages !== undefined) await this.#takeMessages(messages)
    // After the messages: a receipt names one that must be there.
    if (events['messages.update'] !== undefined) handleStatus(context, events['messages.update'])
    if (events['message-receipt.update'] !== undefined) handleGroupReceipts(context, events['message-receipt.update'])
    if (events['groups.upsert'] !== undefined) await this.#takeGroups(events['groups.upsert'], true)
    const updated = (events['groups.update'] ?? []).filter(isWhole)
    if (updated.length > 0) await this.#takeGroups(updated, false)
    if (events.call !== undefined) await this.#takeCalls(events.call)
  }

  async #takeMessages(messages: readonly WebMessage[]): Promise<void> {
    const { journal } = this.#parts
    const events: RemoteEvent[] = []
    const writes: StoreWrite[] = []
    for (const message of messages) {
      const incoming = incomingOf(message)
      if (incoming === undefined) continue
      const understood = await this.#understand(incoming)
      if (understood === undefined) {
        this.#takeLater(message)
        continue
      }
      events.push(...understood.events)
      writes.push(...understood.writes, ...journal.settle(message.key))
    }
    await this.#ingest(events, writes)
  }

  /** It stays in the journal, too, which hands it out at the next start. */
  #takeLater(message: WebMessage): void {
    const { signal } = this.#abort
    const delayMs = Math.min(longestWaitMs, firstWaitMs * 2 ** this.#failures++)
    void pause(delayMs, undefined, { signal, ref: false }).then(
      async () => await this.#enqueue(async () => await this.#takeMessages([message])),
      () => undefined,
    )
  }

  #messageOf(stanza: PendingStanza): WebMessage | undefined {
    try {
      return messageOfPending(stanza, this.#parts.auth.creds)
    } catch (error) {
      this.#cannotRead(error)
      return undefined
    }
  }

  /** The library says each message, also one that was dealt with when it was decrypted. */
  #notDealtWith(events: SocketEvents): SocketEvents {
    const { 'messages.upsert': upsert, ...others } = events
    if (upsert === undefined) return events
    const messages = upsert.messages.filter((message) => !this.#dealtWith.delete(nameOf(message)))
    return messages.length === 0 ? others : { ...others, 'messages.upsert': { ...upsert, messages } }
  }

  /** One thing that cannot be read must not hold up all that come after it. undefined: it cannot be read now. */
  async #understand(message: Incoming): Promise<Understood | undefined> {
    const { context, watch } = this.#parts
    try {
      const chat = jidOf(message.chat)
      if (chat !== undefined && !message.isFromPhone) watch(chat)
      const understood = await understand(context, message)
      if (chat !== undefined && isGroup(chat)) this.#wantPictures(chat, understood.events)
      const kept = await handlePhoneMessage(this.#parts, message)
      return { events: [...understood.events, ...kept.events], writes: [...understood.writes, ...kept.writes] }
    } catch (error) {
      this.#cannotRead(error)
      return error instanceof NotYetError ? undefined : nothing
    }
  }

  #wantPictures(group: Jid, events: readonly RemoteEvent[]): void {
    const { people } = this.#parts.context
    for (const event of events) {
      const speaker = event.kind === 'message' ? jidOf(event.sender.id) : undefined
      if (speaker !== undefined && !people.isSelf(speaker)) this.#pictures.want(speaker, group)
    }
  }

  /** Shown at once, by what changes nothing else: they are in the group. */
  async #askForPicture(person: Jid, group: Jid): Promise<void> {
    const { context, current } = this.#parts
    const { host, login, groups } = context
    const socket = current()
    if (socket === undefined) return
    const user = await readUser(context, socket, person)
    if (!user.avatar || !groups.isMember(group, person)) return
    const shown: RemoteEvent = {
      kind: 'membership',
      chat: chatKeyOf(group, login),
      id: messageIdOf(`picture:${person}:${user.avatar.id}`),
      idBy: user.id,
      timestampMs: host.now(),
      login,
      user,
      change: 'join',
    }
    await this.#enqueue(async () => void (await this.#ingest([shown], [])))
  }

  #cannotRead(error: unknown): void {
    this.#parts.context.host.logger.error({ err: error }, 'message could not be read')
  }

  async #takeGroups(groups: readonly GroupMetadata[], areNew: boolean): Promise<void> {
    const { context } = this.#parts
    const known = new Set((await context.host.portals()).map(({ chat }) => chat.chat as string))
    const events = groups.flatMap((metadata): RemoteEvent[] => {
      const chat = jidOf(metadata.id)
      const isChanged = context.groups.learn(metadata)
      context.timers.learnGroup(metadata, context.host.now())
      if (chat === undefined || !isChanged || !(areNew || known.has(chat))) return []
      return [snapshotEvent(context, chat, areNew)]
    })
    await this.#ingest(events, [])
  }

  async #takeCalls(calls: SocketEvent<'call'>): Promise<void> {
    const { people, host, login } = this.#parts.context
    const events = calls.flatMap(({ id, from, chatId, status, date }): RemoteEvent[] => {
      const caller = jidOf(from)
      const chat = jidOf(chatId)
      if (status !== 'offer' || caller === undefined || chat === undefined) return []
      const name = nameInWords(people.nameOf(people.idOf(caller)) ?? '') || 'Somebody'
      return [
        {
          kind: 'notice',
          chat: chatKeyOf(people.idOf(chat), login),
          id: messageIdOf(`call:${id}`),
          idBy: userIdOf(people.idOf(caller)),
          timestampMs: Number.isNaN(date.getTime()) ? host.now() : date.getTime(),
          login,
          text: `${name} is calling; answer it on the phone`,
        },
      ]
    })
    await this.#ingest(events, [])
  }

  async #readSnapshot(socket: Socket, chat: Jid): Promise<void> {
    const { context } = this.#parts
    const snapshot = await readSnapshot(context, socket, chat)
    await this.#enqueue(async () => {
      await this.#ingest([{ ...snapshotEvent(context, chat, true), snapshot }], [])
    })
  }

  /** Tries until it is durable, or nobody wants it any more: then it says false, and the journal hands it out again. */
  async #ingest(events: readonly RemoteEvent[], given: readonly StoreWrite[]): Promise<boolean> {
    const { host, people, groups, timers, store: kept } = this.#parts.context
    const links = people.takeLinks()
    const writes = [...given, ...kept.keyed([...people.takeWrites(), ...groups.takeWrites(), ...timers.takeWrites()])]
    if (events.length === 0 && writes.length === 0 && links.length === 0) return true
    const store = async (): Promise<boolean> => {
      host.step('whatsapp:before-journal')
      await host.ingest(events, { writes, links })
      host.step('whatsapp:journalled')
      return true
    }
    const onError = (error: unknown): void =>
      host.logger.error({ err: error }, 'messages could not be stored; trying again')
    return await patiently(store, { signal: this.#abort.signal, onError }).catch(() => false)
  }

  #learn(events: SocketEvents): void {
    const { people } = this.#parts.context
    for (const contact of [...(events['contacts.upsert'] ?? []), ...(events['contacts.update'] ?? [])]) {
      const { id, lid, phoneNumber, name: book, notify: push, verifiedName: verified, imgUrl } = contact
      if (id === undefined) continue
      const jid = people.learn({
        jid: id,
        alternative: [lid, phoneNumber].find((one) => one !== undefined && one !== id),
        ...(book !== undefined && { book }),
        ...(push !== undefined && { push }),
        ...(verified !== undefined && { verified }),
      })
      if (jid !== undefined && (imgUrl === 'changed' || imgUrl === 'removed')) this.#pictureChanged(jid)
    }
    const mapping = events['lid-mapping.update']
    if (mapping !== undefined) people.learn({ jid: mapping.lid, alternative: mapping.pn })
  }

  /** Somebody without a room here is asked about when they speak in a group. */
  #pictureChanged(jid: Jid): void {
    const { host, login } = this.#parts.context
    const { chat, receiver } = chatKeyOf(jid, login)
    this.#parts.context.people.learnPicture(jid, undefined)
    this.#pictures.changed(jid)
    void host.portals().then((portals) => {
      if (portals.some((portal) => portal.chat.chat === chat && portal.chat.receiver === receiver)) this.readAnew(jid)
    })
  }

  async #saveCreds(): Promise<void> {
    try {
      await this.#parts.auth.save()
    } catch (error) {
      this.#parts.context.host.logger.error({ err: error }, 'credentials could not be stored')
    }
  }

  async #enqueue(work: () => Promise<void>): Promise<void> {
    this.#waiting++
    const done = this.#tail.then(async () => {
      if (!this.#abort.signal.aborted) await work()
    })
    this.#tail = done
      .catch((error: unknown) => this.#cannotRead(error))
      .finally(() => {
        this.#waiting--
        this.#makeRoom()
      })
    await this.#tail
  }

  #makeRoom(): void {
    for (const resolve of this.#roomWaiters) resolve()
    this.#roomWaiters.clear()
  }
}

const worked: readonly (keyof SocketEvents)[] = [
  'messages.upsert',
  'messages.update',
  'message-receipt.update',
  'groups.upsert',
  'groups.update',
  'contacts.upsert',
  'contacts.update',
  'lid-mapping.update',
  'call',
]

function workOf(events: SocketEvents): boolean {
  return worked.some((name) => events[name] !== undefined)
}

function isWhole(metadata: Partial<GroupMetadata>): metadata is GroupMetadata {
  return metadata.id !== undefined && metadata.participants !== undefined
}

function nameOf({ key }: WebMessage): string {
  return `${key.remoteJid} ${key.participant ?? ''} ${key.id}`
}

let snapshotCounter = 0

function snapshotEvent(
  context: RemoteContext,
  chat: Jid,
  createsPortal: boolean,
): Extract<RemoteEvent, { kind: 'snapshot' }> {
  const { host, login } = context
  return {
    kind: 'snapshot',
    chat: chatKeyOf(chat, login),
    id: messageIdOf(`snapshot:${host.now()}:${snapshotCounter++}`),
    timestampMs: host.now(),
    login,
    snapshot: knownSnapshot(context, chat),
    ...(createsPortal && { createsPortal }),
  }
}
