import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { deserialize, serialize } from 'node:v8'
import type { proto } from '@whiskeysockets/baileys'
import { WebSocketServer } from 'ws'
import { AppState } from './account/app-state.ts'
import { historyOf } from './account/history.ts'
import type { Companion } from './companion.ts'
import { Connection } from './connection.ts'
import { FromCompanions } from './deliveries/from-companions.ts'
import { MessageReader } from './deliveries/read-message.ts'
import { ToCompanions } from './deliveries/to-companions.ts'
import { Faults } from './faults.ts'
import { Judge, judgeAttributes } from './judge.ts'
import { LinkCodes } from './linking/link-code.ts'
import { Linking } from './linking/linking.ts'
import { MediaHost } from './media/media-host.ts'
import { certificateChain } from './noise/certificate-chain.ts'
import type { ServerIdentity } from './noise/noise-responder.ts'
import { testRoot } from './noise/test-root.ts'
import { answerQuery } from './queries/answer-query.ts'
import { resumeServer, savedServer, type SavedServer } from './saved-server.ts'
import { newKeyPair, type KeyPair } from './signal/keys.ts'
import { SignalDevice } from './signal/signal-device.ts'
import { nowSeconds } from './wire/clock.ts'
import { childrenOf, serverJid, stanza, type Stanza } from './wire/stanza.ts'
import { newStanzaId } from './wire/stanza-id.ts'
import { Addresses } from './world/addresses.ts'
import type { Group, Person } from './world/entities.ts'
import { GroupChanges } from './world/group-changes.ts'
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
  const [faults, judge] = [new Faults(), new Judge()]
  const media = await MediaHost.start(faults, judge)
  const socketServer = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(socketServer, 'listening')
  const server = new WhatsAppServer({ faults, judge, media, socketServer, root: options.root ?? testRoot })
  if (options.saved !== undefined) server.resume(deserialize(options.saved) as SavedServer)
  return server
}

interface ServerParts {
  readonly faults: Faults
  readonly judge: Judge
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
  readonly #waiters = new Waiters()
  readonly #connections = new Set<Connection>()
  readonly #addresses = new Addresses()
  readonly #toCompanions = new ToCompanions()
  readonly #reader: MessageReader
  readonly #fromCompanions: FromCompanions
  readonly #linking: Linking
  readonly #linkCodes: LinkCodes
  readonly #appState: AppState
  readonly #groups: GroupChanges
  #groupCount = 0
  /** How many connections have been made so far. */
  connectionCount = 0

  constructor({ faults, judge, media, socketServer, root }: ServerParts) {
    this.faults = faults
    this.#judge = judge
    this.#media = media
    this.#socketServer = socketServer
    const key = newKeyPair()
    this.#identity = { key, certificates: certificateChain({ root, serverKey: key }) }
    const onChange = (): void => this.#waiters.wake()
    const addresses = this.#addresses
    this.#reader = new MessageReader(addresses, judge)
    this.#linking = new Linking(faults, judge)
    this.#linkCodes = new LinkCodes({ linking: this.#linking, addresses, onChange })
    this.#appState = new AppState(judge)
    this.#groups = new GroupChanges((group) => this.#toCompanions.forgetSenderKeys(group), onChange)
    this.world = new World({
      addresses,
      media,
      judge,
      onChange,
      groups: this.#groups,
      appState: this.#appState,
      deliver: (said) => this.#toCompanions.deliver(said),
    })
    this.#fromCompanions = new FromCompanions({
      addresses,
      faults,
      judge,
      media,
      onChange,
      reader: this.#reader,
      toCompanions: this.#toCompanions,
      world: () => this.world,
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
    const [creator] = members
    if (creator === undefined) throw new Error('a group without members')
    const group: Group = {
      kind: 'group',
      jid: `1203630000${String(++this.#groupCount).padStart(8, '0')}@g.us`,
      subject,
      description: '',
      descriptionId: undefined,
      timerSeconds: 0,
      createdAt: Math.floor(Date.now() / 1000),
      creator,
      members: new Map(members.map((person) => [person, { isAdmin: person === creator }])),
    }
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
    for (const companion of person.companions.values()) this.#unlink(companion)
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

  readonly #handler = {
    opened: (connection: Connection, payload: proto.ClientPayload): void => this.#opened(connection, payload),
    stanza: async (connection: Connection, received: Stanza): Promise<void> => {
      await this.#received(connection, received)
      this.#waiters.wake()
    },
    closed: (connection: Connection): void => this.#closed(connection),
    broken: (_: Connection, error: unknown): void => {
      this.#judge.against(error instanceof Error ? (error.stack ?? error.message) : String(error))
    },
    delayMs: (): number => this.faults.delayMs,
    compressEvery: (): number => this.faults.compressEvery,
  }

  #opened(connection: Connection, payload: proto.ClientPayload): void {
    const registration = payload.devicePairingData
    if (registration?.eIdent?.length) {
      // Not waited for: its answer comes through the same queue.
      this.#linking.offer(connection, registration).catch(() => undefined)
      return
    }
    const companion = this.#companionOf(connection, payload)
    const reason = this.faults.refuseLogins ?? (companion === undefined ? '401' : undefined)
    if (reason !== undefined || companion === undefined) {
      connection.send(stanza('failure', { reason: reason ?? '401', location: 'test' }))
      return connection.close()
    }
    companion.connection?.streamError(440, [stanza('conflict', { type: 'replaced' })])
    companion.connection = connection
    connection.companion = companion
    const { lid, person } = companion
    const attrs = { t: nowSeconds(), props: '27', lid, display_name: person.name, creation: '1700000000' }
    connection.send(stanza('success', attrs))
  }

  #companionOf(connection: Connection, { username, device }: proto.ClientPayload): Companion | undefined {
    const person = this.#addresses.person(`${String(username)}@s.whatsapp.net`)
    const companion = person?.companions.get(device ?? 0)
    return companion?.noiseKey.equals(connection.clientKey) === true ? companion : undefined
  }

  async #received(connection: Connection, received: Stanza): Promise<void> {
    const { companion } = connection
    judgeAttributes(received, this.#judge)
    if (companion === undefined) return this.#receivedBeforeLogin(connection, received)
    switch (received.tag) {
      case 'iq': {
        const answered = this.#answer(connection, companion, received)
        // A slow answer does not keep back what else the client sends.
        if (this.faults.lookupDelayMs === 0) await answered
        return
      }
      case 'message':
        return await this.#fromCompanions.message(connection, companion, received)
      case 'receipt':
        return await this.#fromCompanions.receipt(connection, companion, received)
      case 'ack':
        return this.#fromCompanions.acknowledged(companion, received)
      case 'chatstate':
        return this.#fromCompanions.chatState(companion, received)
      case 'presence':
      case 'ib':
        return
      default:
        this.#judge.against(`the stanza ${received.tag} is not simulated`)
    }
  }

  #receivedBeforeLogin(connection: Connection, received: Stanza): void {
    const [child] = childrenOf(received)
    if (received.attrs['xmlns'] === 'w:p') return connection.answer(received)
    const isLinking = received.tag === 'iq' && child?.tag === 'link_code_companion_reg'
    if (isLinking && this.#linkCodes.handle(connection, received, child)) return
    if (['presence', 'ib', 'ack'].includes(received.tag)) return
    this.#judge.against(`the stanza ${received.tag} ${JSON.stringify(received.attrs)} before a login`)
    if (received.tag === 'iq') connection.refuse(received, 400, 'bad-request')
  }

  async #answer(connection: Connection, companion: Companion, query: Stanza): Promise<void> {
    await answerQuery({
      connection,
      companion,
      query,
      child: childrenOf(query)[0],
      addresses: this.#addresses,
      groups: this.#groups,
      media: this.#media,
      appState: this.#appState,
      judge: this.#judge,
      faults: this.faults,
      activate: () => this.#activate(connection, companion),
      unlink: () => void setImmediate(() => this.#unlink(companion)),
    })
  }

  /** After the answer to the query that asks for it. */
  #activate(connection: Connection, companion: Companion): void {
    setImmediate(() => {
      companion.outbox.open(connection)
      if (companion.hasHistory) return
      companion.hasHistory = true
      // The phone hands it over when the device is there: it is no backlog, for which a new device does not wait.
      void this.#welcome(companion)
    })
  }

  /** What a device gets when it is new. */
  async #welcome(companion: Companion): Promise<void> {
    const { person } = companion
    const place = this.faults.isHistoryElsewhere ? this.#media.publishHistory.bind(this.#media) : undefined
    const notices = [this.#appState.keyShare(person), ...historyOf(person, this.#addresses.groups, place)]
    for (const content of notices) await this.#toCompanions.tellCompanion(companion, newStanzaId(), content)
  }

  #unlink(companion: Companion): void {
    companion.person.companions.delete(companion.number)
    this.#toCompanions.forgetCompanion(companion)
    companion.connection?.streamError(401, [stanza('conflict', { type: 'device_removed' })])
  }

  #closed(connection: Connection): void {
    this.#connections.delete(connection)
    this.#linking.forget(connection)
    const { companion } = connection
    companion?.outbox.close(connection)
    if (companion?.connection === connection) companion.connection = undefined
    this.#waiters.wake()
  }
}
