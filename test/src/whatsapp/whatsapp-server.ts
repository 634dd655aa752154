import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { deserialize, serialize } from 'node:v8'
import { WebSocketServer } from 'ws'
import { AppState } from './account/app-state.ts'
import { Connection, type ConnectionHandler } from './connection.ts'
import { FromCompanions } from './deliveries/from-companions.ts'
import { MessageReader } from './deliveries/read-message.ts'
import { ToCompanions } from './deliveries/to-companions.ts'
import { Faults } from './faults.ts'
import { Judge } from './judge.ts'
import { LinkCodes } from './linking/link-code.ts'
import { Linking } from './linking/linking.ts'
import { Logins } from './linking/logins.ts'
import { MediaHost } from './media/media-host.ts'
import { certificateChain } from './noise/certificate-chain.ts'
import type { ServerIdentity } from './noise/noise-responder.ts'
import { testRoot } from './noise/test-root.ts'
import { resumeServer, savedServer, type SavedServer } from './saved-server.ts'
import { newKeyPair, type KeyPair } from './signal/keys.ts'
import { SignalDevice } from './signal/signal-device.ts'
import { StanzaRouter } from './stanza-router.ts'
import { nowSeconds } from './wire/clock.ts'
import { serverJid, stanza, type Stanza } from './wire/stanza.ts'
import { newStanzaId } from './wire/stanza-id.ts'
import { Addresses } from './world/addresses.ts'
import type { Group, Person } from './world/entities.ts'
import { GroupChanges } from './world/group-changes.ts'
import { newGroup } from './world/new-group.ts'
import { newPerson } from './world/new-person.ts'
import { World } from './world/world.ts'
import { patienceMs } from '../patience.ts'
import { Waiters } from '../waiters.ts'

export interface NewPerson {
  readonly name: string
  /** Digits, without `+`. */
  readonly phone: string
}

export interface ServerOptions {
  /** Who signs the certificates; the test root unless given. */
  readonly root?: KeyPair
  /** What `save` of another one returned: it is that one again. */
  readonly saved?: Uint8Array | undefined
}

/** Starts a WhatsApp of its own on loopback; the unmodified client connects to its `url`. */
export async function startWhatsAppServer(options: ServerOptions = {}): Promise<WhatsAppServer> {
  const [faults, judge, waiters] = [new Faults(), new Judge(), new Waiters()]
  const media = await MediaHost.start({ faults, judge, onChange: () => waiters.wake() })
  const socketServer = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(socketServer, 'listening')
  const server = new WhatsAppServer({ faults, judge, waiters, media, socketServer, root: options.root ?? testRoot })
  if (options.saved !== undefined) server.resume(deserialize(options.saved) as SavedServer)
  return server
}

interface ServerParts {
  readonly faults: Faults
  readonly judge: Judge
  readonly waiters: Waiters
  readonly media: MediaHost
  readonly socketServer: WebSocketServer
  readonly root: KeyPair
}

/**
 * The wire protocol of WhatsApp Web, and people with phones who outlive every connection. It judges its clients: what they do
 * that none may do is in `violations`.
 */
export class WhatsAppServer implements AsyncDisposable {
  readonly faults: Faults
  readonly world: World
  readonly #judge: Judge
  readonly #media: MediaHost
  readonly #socketServer: WebSocketServer
  readonly #identity: ServerIdentity
  readonly #waiters: Waiters
  readonly #connections = new Set<Connection>()
  readonly #addresses = new Addresses()
  readonly #reader: MessageReader
  readonly #fromCompanions: FromCompanions
  readonly #linking: Linking
  readonly #linkCodes: LinkCodes
  readonly #appState: AppState
  readonly #logins: Logins
  readonly #router: StanzaRouter
  readonly #groups: GroupChanges
  #groupCount = 0
  /** How many connections have been made so far. */
  connectionCount = 0

  constructor({ faults, judge, waiters, media, socketServer, root }: ServerParts) {
    this.faults = faults
    this.#judge = judge
    this.#waiters = waiters
    this.#media = media
    this.#socketServer = socketServer
    const key = newKeyPair()
    this.#identity = { key, certificates: certificateChain({ root, serverKey: key }) }
    const onChange = (): void => waiters.wake()
    const addresses = this.#addresses
    const toCompanions = new ToCompanions()
    this.#reader = new MessageReader(addresses, judge)
    this.#linking = new Linking(faults, judge)
    this.#linkCodes = new LinkCodes({ linking: this.#linking, addresses, onChange })
    this.#appState = new AppState(judge)
    this.#groups = new GroupChanges((group) => toCompanions.forgetSenderKeys(group), onChange)
    this.world = new World({
      addresses,
      media,
      judge,
      onChange,
      groups: this.#groups,
      appState: this.#appState,
      deliver: (said) => toCompanions.deliver(said),
    })
    this.#fromCompanions = new FromCompanions({
      addresses,
      faults,
      judge,
      media,
      onChange,
      reader: this.#reader,
      toCompanions,
      world: this.world,
    })
    const shared = { addresses, faults, media, appState: this.#appState }
    this.#logins = new Logins({ ...shared, linking: this.#linking, toCompanions })
    this.#router = new StanzaRouter({
      ...shared,
      judge,
      groups: this.#groups,
      logins: this.#logins,
      linkCodes: this.#linkCodes,
      fromCompanions: this.#fromCompanions,
    })
    socketServer.on('connection', (socket) => {
      this.connectionCount++
      this.#connections.add(new Connection(socket, this.#identity, this.#handler))
    })
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#socketServer.address() as AddressInfo).port}/ws/chat`
  }

  /** Where its media are, with a port. */
  get mediaHost(): string {
    return this.#media.hostname
  }

  /** PEM of the authority that signed the media host's certificate. */
  get mediaCertificate(): string {
    return this.#media.certificate
  }

  get violations(): readonly string[] {
    return this.#judge.violations
  }

  /** The same, and they are held against nobody any longer: for tests of the judge itself. */
  takeViolations(): string[] {
    return this.#judge.violations.splice(0)
  }

  /** Messages that a phone has asked for again and still cannot read: at the end of a test, messages nobody could ever read. */
  get undecryptable(): number {
    return this.#reader.undecryptable
  }

  /** Messages that clients refused for good, with the code: those they could not read, if they had not read them before. */
  get refused(): readonly string[] {
    return this.#fromCompanions.refused
  }

  addPerson(given: NewPerson): Person {
    const person = newPerson(given, new SignalDevice())
    this.#addresses.addPerson(person)
    return person
  }

  get people(): Iterable<Person> {
    return this.#addresses.people
  }

  get groups(): Iterable<Group> {
    return this.#addresses.groups
  }

  /** People, groups, linked devices and keys; not the files, and not who is connected. */
  save(): Buffer {
    return serialize(savedServer({ addresses: this.#addresses, appState: this.#appState, faults: this.faults }))
  }

  resume(saved: SavedServer): void {
    resumeServer(saved, { addresses: this.#addresses, appState: this.#appState, faults: this.faults })
    this.#groupCount = saved.groups.length
  }

  /** The first of the members creates it. */
  addGroup(subject: string, members: readonly Person[]): Group {
    const group = newGroup(subject, members, ++this.#groupCount)
    this.#addresses.addGroup(group)
    void this.#groups.create(group)
    return group
  }

  /** The person's phone scans the text of a QR code. Resolves when the device is linked. */
  async scan(person: Person, code: string): Promise<void> {
    await this.#linking.scan(person, code)
  }

  /** The person types the code that a device shows into the phone. Resolves when the device is linked. */
  async enterCode(person: Person, code: string): Promise<void> {
    const isAsked = (): true | undefined => this.#linkCodes.isAsked(person) || undefined
    await this.until(isAsked, `a device that wants to be linked with ${person.phone}`)
    await this.#linkCodes.enter(person, code)
  }

  /** Codes that are shown now are no longer good. */
  expireCodes(): void {
    this.#linking.expireCodes()
  }

  /** The phone removes its linked devices. */
  logOut(person: Person): void {
    for (const companion of person.companions.values()) this.#logins.unlink(companion)
  }

  /** Ends the person's connections with a stream error: 503 for instance, or 440 as if another client had taken over. */
  streamError(person: Person, code: number): void {
    for (const { connection } of person.companions.values())
      connection?.streamError(code, code === 440 ? [stanza('conflict', { type: 'replaced' })] : undefined)
  }

  dropConnections(): void {
    for (const connection of this.#connections) connection.cut()
  }

  /** The server has but so many one-time keys of the person's devices left, and says so. */
  async keepPreKeys(person: Person, count: number): Promise<void> {
    for (const companion of person.companions.values()) {
      for (const id of [...companion.preKeys.keys()].slice(count)) companion.preKeys.delete(id)
      const attrs = { from: serverJid, type: 'encrypt', id: newStanzaId(), t: nowSeconds() }
      await companion.outbox.post(stanza('notification', attrs, [stanza('count', { value: String(count) })]))
    }
  }

  /** The phone has no Signal session any more, and must ask again for what comes in one that linked devices still have. */
  forgetSessions(person: Person): void {
    person.device.forgetSessions()
  }

  /** The phone has none of the one-time keys any more that it has given away: sessions that begin with them cannot be read. */
  forgetPreKeys(person: Person): void {
    person.device.forgetPreKeys()
  }

  /** Any stanza at all, to all connected devices of the person. */
  pushRaw(person: Person, pushed: Stanza): void {
    for (const { connection } of person.companions.values()) connection?.send(pushed)
  }

  /** A frame that is encrypted as it must be, and holds what is no node. */
  pushMalformed(person: Person): void {
    const noNode = Buffer.concat([Buffer.from([0]), Buffer.from([0xf8, 0x02, 0xff])])
    for (const { connection } of person.companions.values()) connection?.sendBytes(noNode)
  }

  /** Do the person's devices have, and have they confirmed, all that was sent to them? */
  isDelivered(person: Person): boolean {
    return [...person.companions.values()].every(({ outbox }) => outbox.isEmpty)
  }

  /** The first value that is not undefined, looked for again at every change of the world. @throws Error after the time limit */
  async until<T>(find: () => T | undefined, what: string, timeoutMs = patienceMs): Promise<T> {
    return await this.#waiters.until(find, { timeoutMs, describe: () => `WhatsApp did not see ${what}` })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dropConnections()
    await new Promise<void>((resolve) => this.#socketServer.close(() => resolve()))
    await this.#media[Symbol.asyncDispose]()
  }

  readonly #handler: ConnectionHandler = {
    opened: (connection, payload) => this.#logins.open(connection, payload),
    stanza: async (connection, received) => {
      await this.#router.take(connection, received)
      this.#waiters.wake()
    },
    closed: (connection) => {
      this.#connections.delete(connection)
      this.#logins.close(connection)
      this.#waiters.wake()
    },
    broken: (_, error) => this.#judge.against(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    delayMs: () => this.faults.delayMs,
    compressEvery: () => this.faults.compressEvery,
  }
}
