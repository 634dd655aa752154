import { randomBytes } from 'node:crypto'
import { deserialize, serialize } from 'node:v8'
import type { SavedKey } from './auth-keys.ts'
import type { AuthKey } from './session.ts'
import { makeVerifier } from './crypto/srp.ts'
import type { PublicServerKey } from './crypto/server-key.ts'
import { Faults } from './faults.ts'
import { Judge } from './judge.ts'
import { chatMethods } from './methods/chats.ts'
import { loginMethods } from './methods/login.ts'
import { messageMethods } from './methods/messages.ts'
import type { Logins, MethodContext } from './methods/method.ts'
import { updateMethods } from './methods/updates.ts'
import { MtProtoServer } from './mtproto-server.ts'
import { RpcError } from './rpc-error.ts'
import type { Session } from './session.ts'
import { loadCodec } from './tl/codec.ts'
import type { TlObject, TlValue } from './tl/tl-value.ts'
import { patienceMs } from '../patience.ts'
import { Waiters } from '../waiters.ts'
import { newBox, type Channel, type Group, type Person } from './world/entities.ts'
import { World, type SavedWorld } from './world/world.ts'

export interface NewPerson {
  readonly firstName: string
  readonly username?: string
  /** Digits; with it the person can log in. */
  readonly phone?: string
  /** The second step of their logins. */
  readonly password?: string
  /** The data centre where the account lives; 2 unless given. */
  readonly homeDc?: number
  /** Makes it a bot, which logs in with this. */
  readonly botToken?: string
}

interface SavedServer {
  readonly world: SavedWorld
  readonly keys: readonly SavedKey[]
}

/**
 * Starts a Telegram of its own on loopback; the unmodified client connects to it (see `clientSettings`). With what
 * `save` of another one returned, it is that one again.
 */
export async function startTelegramServer(saved?: Uint8Array): Promise<TelegramServer> {
  const server = new TelegramServer()
  if (saved !== undefined) server.resume(deserialize(saved) as SavedServer)
  await server.listen()
  return server
}

/**
 * MTProto, an API of layer 198, and a world of people and chats that outlives every connection. It judges its clients: what
 * they do that none may do is in `violations`.
 */
export class TelegramServer implements AsyncDisposable {
  readonly faults = new Faults()
  readonly world: World
  readonly host = '127.0.0.1'
  readonly #judge = new Judge()
  readonly #mtproto: MtProtoServer
  readonly #waiters = new Waiters()
  readonly #logins: Logins = {
    codes: new Map(),
    qrTokens: new Map(),
    exported: new Map(),
    sentAway: new Map(),
    uploads: new Map(),
  }
  /** Every call that was made, by name, in order. */
  readonly calls: string[] = []

  constructor() {
    this.#mtproto = new MtProtoServer({
      codec: loadCodec(),
      faults: this.faults,
      judge: this.#judge,
      answer: (call, session) => this.#answer(call, session),
    })
    this.world = new World({
      push: (person, update, cause) => this.#push(person, update, cause),
      nowSeconds: () => this.#mtproto.ids.nowSeconds(),
      namedReactors: () => ({ count: this.faults.namedReactors, areOthersShown: this.faults.areReactorsShown }),
      onChange: () => this.#waiters.wake(),
    })
  }

  get port(): number {
    return this.#mtproto.port
  }

  /** How many connections have been made so far. */
  get connectionCount(): number {
    return this.#mtproto.connectionCount
  }

  /** What a client must trust. */
  get publicKey(): PublicServerKey {
    const { n, e, fingerprint } = this.#mtproto.serverKey
    return { n, e, fingerprint }
  }

  get violations(): readonly string[] {
    return this.#judge.violations
  }

  /** World and logins; not who is connected. */
  save(): Buffer {
    return serialize({ world: this.world.saved(), keys: this.#mtproto.keys.saved() } satisfies SavedServer)
  }

  resume({ world, keys }: SavedServer): void {
    this.world.resume(world)
    this.#mtproto.keys.resume(keys)
  }

  /** Again on the same port after `stopListening`. */
  async listen(): Promise<void> {
    await this.#mtproto.listen(this.port)
  }

  async stopListening(): Promise<void> {
    await this.#mtproto.stopListening()
  }

  dropConnections(): void {
    this.#mtproto.dropConnections()
  }

  goDeaf(): void {
    this.#mtproto.goDeaf()
  }

  rotateSalts(): void {
    this.#mtproto.rotateSalts()
  }

  shiftClock(seconds: number): void {
    this.#mtproto.ids.shiftSeconds = seconds
  }

  addPerson(given: NewPerson): Person {
    const { firstName, username, phone, password, botToken, homeDc = 2 } = given
    const person: Person = {
      kind: 'person',
      id: this.world.newId(),
      accessHash: randomBytes(8).readBigInt64LE(),
      firstName,
      username,
      phone,
      isBot: botToken !== undefined,
      botToken,
      verifier: password === undefined ? undefined : makeVerifier(password),
      isBanned: false,
      homeDc,
      box: newBox(),
      timers: new Map(),
      read: new Map(),
    }
    this.world.people.set(person.id, person)
    return person
  }

  /** The first of the people creates it. */
  addGroup(title: string, people: readonly Person[]): Group {
    const group: Group = { kind: 'group', id: this.world.newId(), title, about: '', members: membersOf(people) }
    this.world.groups.set(group.id, group)
    const [creator] = people
    const action = { _: 'messageActionChatCreate', title, users: people.map(({ id }) => id) }
    if (creator !== undefined) this.world.post({ author: creator, chat: group, action, about: people })
    return group
  }

  addChannel(title: string, people: readonly Person[], { isBroadcast = false } = {}): Channel {
    const channel = this.#newChannel(title, people, isBroadcast)
    const [creator] = people
    const action = { _: 'messageActionChannelCreate', title }
    if (creator !== undefined) this.world.post({ author: creator, chat: channel, action })
    return channel
  }

  /** The group goes on as a supergroup, whose numbers begin anew. */
  migrate(group: Group): Channel {
    const people = [...group.members.values()].map(({ person }) => person)
    const [creator] = people
    if (creator === undefined) throw new Error('a group without members cannot migrate')
    const channel = this.#newChannel(group.title, people, false)
    this.world.post({
      author: creator,
      chat: group,
      action: { _: 'messageActionChatMigrateTo', channel_id: channel.id },
      about: [channel],
    })
    group.migratedTo = channel
    const action = { _: 'messageActionChannelMigrateFrom', title: group.title, chat_id: group.id }
    this.world.post({ author: creator, chat: channel, action, about: [group] })
    return channel
  }

  #newChannel(title: string, people: readonly Person[], isBroadcast: boolean): Channel {
    const channel: Channel = {
      kind: 'channel',
      id: this.world.newId(),
      accessHash: randomBytes(8).readBigInt64LE(),
      title,
      about: '',
      isBroadcast,
      members: membersOf(people),
      box: newBox(),
    }
    this.world.channels.set(channel.id, channel)
    return channel
  }

  /** The code that was sent last to the phone. */
  lastCode(phone: string): string | undefined {
    return [...this.#logins.codes.values()].findLast((sent) => sent.phone === phone)?.code
  }

  /** The phone of somebody who is logged in scans a code: `tg://login?token=…`. */
  acceptQr(link: string, person: Person): void {
    const token = Buffer.from(new URL(link).searchParams.get('token') ?? '', 'base64url').toString('hex')
    const session = this.#logins.qrTokens.get(token)
    if (session === undefined) throw new Error('that code is not one of this server, or no longer good')
    session.authKey.qrAcceptedBy = person.id
    this.#mtproto.push(session, { _: 'updateShort', update: { _: 'updateLoginToken' }, date: this.world.now() })
  }

  /** From now on every call of the account's clients fails so: AUTH_KEY_UNREGISTERED, SESSION_REVOKED, USER_DEACTIVATED. */
  revoke(person: Person, error = 'SESSION_REVOKED'): void {
    for (const key of this.#mtproto.keys.ofUser(person.id)) key.revokedWith = error
  }

  /** The server forgets the keys of the account: its clients are told that the key is unknown. */
  forgetKeys(person: Person): void {
    for (const key of this.#mtproto.keys.ofUser(person.id)) this.#mtproto.keys.forget(key)
  }

  keysOf(person: Person): readonly AuthKey[] {
    return this.#mtproto.keys.ofUser(person.id)
  }

  /** A push that says only that something was missed. */
  pushTooLong(person: Person, chat?: Channel): void {
    const update =
      chat === undefined
        ? { _: 'updatesTooLong' }
        : this.world.wrap(person, [{ _: 'updateChannelTooLong', channel_id: chat.id }], [chat])
    this.#push(person, update, undefined)
  }

  /** Anything at all, to every session of the account. */
  pushRaw(person: Person, updates: readonly TlObject[]): void {
    this.#push(person, this.world.wrap(person, updates, []), undefined)
  }

  /** The first value that is not undefined, looked for again at every change of the world. @throws Error after the time limit */
  async until<T>(find: () => T | undefined, what: string, timeoutMs = patienceMs): Promise<T> {
    return await this.#waiters.until(find, { timeoutMs, describe: () => `Telegram did not see ${what}` })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#mtproto[Symbol.asyncDispose]()
  }

  async #answer(call: TlObject, session: Session): Promise<TlValue> {
    this.calls.push(call._)
    const context: MethodContext = {
      world: this.world,
      server: this.#mtproto,
      faults: this.faults,
      logins: this.#logins,
      session,
    }
    const open = loginMethods[call._]
    if (open !== undefined) return open(call, context)
    const own = messageMethods[call._] ?? updateMethods[call._] ?? chatMethods[call._]
    if (own === undefined) {
      this.#judge.against(`${call._} is not simulated`)
      throw new RpcError(400, 'METHOD_INVALID')
    }
    const { userId } = session.authKey
    const me = userId === undefined ? undefined : this.world.people.get(userId)
    if (me === undefined) throw new RpcError(401, 'AUTH_KEY_UNREGISTERED')
    const answer = own(call, { ...context, me })
    this.#waiters.wake()
    return answer
  }

  #push(person: Person, update: TlObject, cause: unknown): void {
    for (const key of this.#mtproto.keys.ofUser(person.id)) {
      for (const session of key.sessions.values()) {
        if (session !== cause && session.connection !== undefined && session.wantsUpdates)
          this.#mtproto.push(session, update)
      }
    }
  }
}

function membersOf(people: readonly Person[]): Map<bigint, { person: Person; isAdmin: boolean; isCreator: boolean }> {
  return new Map(people.map((person, index) => [person.id, { person, isAdmin: index === 0, isCreator: index === 0 }]))
}
