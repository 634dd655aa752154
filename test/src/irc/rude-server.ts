import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { parseTestLine, type IrcTestLine } from './irc-line.ts'

/** What a misbehaving server does with each connection. */
export type Rudeness =
  | { readonly kind: 'close-at-once' }
  /** `ERROR :Closing Link: … (Throttled)`, then closes. */
  | { readonly kind: 'throttle' }
  /** Bytes that are no IRC at all, among them invalid UTF-8, then goes on politely. */
  | { readonly kind: 'garbage' }
  /** One line that never ends, `sizeBytes` long. */
  | { readonly kind: 'endless-line'; readonly sizeBytes: number }
  | { readonly kind: 'nicks-in-use'; readonly count: number }
  /** Never answers anything after the welcome. */
  | { readonly kind: 'silent' }
  /** Welcomes, then cuts the connection in the middle of the given line. */
  | { readonly kind: 'vanish-mid-line'; readonly line: string }
  | { readonly kind: 'polite' }

export interface RudeConnection {
  readonly socket: Socket
  readonly lines: IrcTestLine[]
  nick: string
  readonly send: (line: string) => void
  waitFor(predicate: (line: IrcTestLine) => boolean): Promise<IrcTestLine>
}

/** A scripted IRC server on loopback for what a real one will not do on demand. */
export class RudeServer implements AsyncDisposable {
  readonly connections: RudeConnection[] = []
  /** The behaviour of the connections to come, in order; the last one stays. */
  behaviours: Rudeness[]
  /** Answers a line; return true when it has been dealt with. */
  onLine: ((line: IrcTestLine, connection: RudeConnection) => boolean) | undefined
  readonly capabilities: string
  readonly #server: Server
  readonly #arrivals = new Set<() => void>()
  #port = 0

  private constructor(behaviours: readonly Rudeness[], capabilities: string) {
    this.behaviours = [...behaviours]
    this.capabilities = capabilities
    this.#server = createServer((socket) => this.#accept(socket))
  }

  static async start(behaviours: readonly Rudeness[] = [{ kind: 'polite' }], capabilities = ''): Promise<RudeServer> {
    const server = new RudeServer(behaviours, capabilities)
    await server.listen()
    return server
  }

  get port(): number {
    return this.#port
  }

  /** Listens (again) on the same port. */
  async listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address !== null && typeof address === 'object') this.#port = address.port
  }

  /** Refuses connections from now on and cuts the present ones. */
  async refuse(): Promise<void> {
    for (const connection of this.connections) connection.socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** The n-th connection ever made, from 0; waits for it. */
  async connection(index: number): Promise<RudeConnection> {
    for (;;) {
      const connection = this.connections[index]
      if (connection) return connection
      await new Promise<void>((resolve) => this.#arrivals.add(resolve))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.connections) connection.socket.destroy()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(socket: Socket): void {
    const behaviour = (this.behaviours.length > 1 ? this.behaviours.shift() : this.behaviours[0]) ?? { kind: 'polite' }
    const waiters = new Set<() => void>()
    const connection: RudeConnection = {
      socket,
      lines: [],
      nick: '*',
      send: (line) => void socket.write(`${line}\r\n`),
      async waitFor(predicate) {
        for (;;) {
          const line = connection.lines.find(predicate)
          if (line) return line
          await new Promise<void>((resolve) => waiters.add(resolve))
        }
      },
    }
    socket.on('error', () => undefined)
    this.#readLines(socket, (line) => {
      connection.lines.push(line)
      for (const waiter of waiters) waiter()
      waiters.clear()
      this.#answer(behaviour, connection, line)
    })
    this.connections.push(connection)
    for (const arrival of this.#arrivals) arrival()
    this.#arrivals.clear()
    greet(behaviour, connection)
  }

  #readLines(socket: Socket, onLine: (line: IrcTestLine) => void): void {
    let rest = ''
    socket.on('data', (chunk) => {
      rest += chunk.toString('utf8')
      const lines = rest.split(/\r?\n/)
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') onLine(parseTestLine(line))
    })
  }

  #answer(behaviour: Rudeness, connection: RudeConnection, line: IrcTestLine): void {
    const isWelcomed = connection.nick !== '*' && connection.lines.some(({ command }) => command === 'USER')
    if (this.onLine?.(line, connection)) return
    if (behaviour.kind === 'silent' && isWelcomed && line.command !== 'CAP' && line.command !== 'USER') return
    switch (line.command) {
      case 'CAP':
        if (line.params[0] === 'LS') connection.send(`:rude CAP * LS :${this.capabilities}`)
        if (line.params[0] === 'REQ') connection.send(`:rude CAP * ACK :${line.params[1] ?? ''}`)
        if (line.params[0] === 'END') welcome(behaviour, connection)
        return
      case 'NICK':
        return answerNick(behaviour, connection, line.params[0] ?? '')
      case 'PING':
        return connection.send(`:rude PONG rude :${line.params[0] ?? ''}`)
      case 'JOIN':
        for (const channel of (line.params[0] ?? '').split(',')) admit(connection, channel)
        return
      default:
    }
  }
}

/** Lets the client into a channel, alone. */
function admit(connection: RudeConnection, channel: string, names = ''): void {
  connection.send(`:${connection.nick}!bridge@host JOIN ${channel}`)
  connection.send(`:rude 353 ${connection.nick} = ${channel} :${connection.nick} ${names}`.trimEnd())
  connection.send(`:rude 366 ${connection.nick} ${channel} :End of names`)
}

function answerNick(behaviour: Rudeness, connection: RudeConnection, nick: string): void {
  const taken = connection.lines.filter(({ command }) => command === 'NICK').length
  if (behaviour.kind === 'nicks-in-use' && taken <= behaviour.count) {
    connection.send(`:rude 433 ${connection.nick} ${nick} :Nickname is already in use.`)
    return
  }
  if (connection.nick !== '*') connection.send(`:${connection.nick}!bridge@host NICK ${nick}`)
  const isLate = connection.nick === '*' && connection.lines.some(({ params }) => params[0] === 'END')
  connection.nick = nick
  if (isLate) welcome(behaviour, connection)
}

function greet(behaviour: Rudeness, connection: RudeConnection): void {
  switch (behaviour.kind) {
    case 'close-at-once':
      connection.socket.destroy()
      return
    case 'throttle':
      connection.socket.end('ERROR :Closing Link: 127.0.0.1 (Throttled: Reconnecting too fast)\r\n')
      return
    case 'garbage':
      connection.socket.write(
        Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0x40, 0x0a, 0x3a, 0x0a, 0x20, 0x20, 0x0a, 0xc3, 0x28, 0x0a]),
      )
      connection.send('@a=b;=;;c :')
      connection.send(':only-a-source')
      for (const command of [
        'CAP',
        'JOIN',
        'MODE',
        'KICK',
        '001',
        '005',
        '353',
        '366',
        'BATCH',
        'NICK',
        'TOPIC',
        'PRIVMSG',
        'PART',
      ])
        connection.send(command)
      connection.send('PRIVMSG __proto__ :x')
      return
    case 'endless-line':
      connection.socket.write('a'.repeat(behaviour.sizeBytes))
      connection.socket.write('\r\n')
      return
    default:
  }
}

function welcome(behaviour: Rudeness, connection: RudeConnection): void {
  if (connection.nick === '*') return
  const { nick } = connection
  connection.send(`:rude 001 ${nick} :Welcome ${nick}!bridge@host`)
  connection.send(
    `:rude 005 ${nick} CASEMAPPING=rfc1459 CHANTYPES=# PREFIX=(qaohv)~&@%+ CHANMODES=b,k,l,imnpst NICKLEN=30 :are supported`,
  )
  connection.send(`:rude 376 ${nick} :End of message of the day`)
  if (behaviour.kind === 'vanish-mid-line') {
    connection.socket.write(behaviour.line)
    connection.socket.end()
  }
}
