import type { FrameworkMessage } from 'irc-framework'
import { frameworkClient } from './framework-client.ts'
import type { IrcLine } from './line.ts'
import type { ConnectionSettings } from './session-settings.ts'
import { LineTransport } from './transport.ts'

export interface FrameworkWireEvents {
  readonly onLine: (line: IrcLine) => void
  readonly onLoginRefused: (words: string) => void
  readonly onClosed: (error: unknown) => void
  readonly onBadLine: (error: unknown) => void
}

const wantedCapabilities = (
  'labeled-response draft/chathistory chathistory znc.in/playback draft/message-redaction draft/channel-rename chghost setname standard-replies ' +
  'inspircd.org/standard-replies'
).split(' ')
/** What irc-framework is left to deal with: capabilities, SASL and the facts it needs for them. */
const libraryCommands = new Set(['CAP', 'AUTHENTICATE', '001', '900', '903', '902', '904', '905', '906', '907'])

/** irc-framework above a transport of our own: the library logs us in, and hands every line on. */
export class FrameworkWire {
  readonly #events: FrameworkWireEvents
  readonly #client = frameworkClient()
  #transport: LineTransport | undefined

  constructor(events: FrameworkWireEvents) {
    this.#events = events
  }

  /** Has it been dialled? */
  get isThere(): boolean {
    return this.#transport !== undefined
  }

  dial({ address, nick, username, realName, serverPassword, sasl }: ConnectionSettings): void {
    const { onLine, onLoginRefused, onClosed, onBadLine } = this.#events
    this.#client.requestCap(wantedCapabilities)
    this.#client.use((_, raw) => raw.use((...[command, message, , , next]) => this.#letLibrary(command, message, next)))
    this.#client.connection.on('message', (message: FrameworkMessage) =>
      onLine({ ...message, source: message.prefix, user: message.ident, host: message.hostname }),
    )
    this.#client.connection.on('socket close', onClosed)
    this.#client.on('sasl failed', (event: { message?: string; reason: string }) =>
      onLoginRefused(event.message ?? event.reason),
    )
    this.#client.connect({
      ...address,
      nick,
      username,
      gecos: realName,
      transport: LineTransport,
      onCreated: (transport: LineTransport) => (this.#transport = transport),
      onBadLine,
      auto_reconnect: false,
      ping_interval: 0,
      ping_timeout: 0,
      version: null,
      enable_echomessage: true,
      ...(serverPassword !== undefined && { password: serverPassword }),
      // An account object without a name keeps the library from using the server password for SASL.
      account: sasl?.mechanism === 'PLAIN' ? { account: sasl.account, password: sasl.password } : {},
      ...(sasl && { sasl_mechanism: sasl.mechanism, sasl_disconnect_on_fail: true }),
    })
  }

  write(line: string): void {
    this.#client.connection.write(line)
  }

  hasCapability(name: string): boolean {
    return this.#client.network.cap.isEnabled(name)
  }

  /** Does the server offer a capability of such a name, wanted or not? */
  offers(name: RegExp): boolean {
    return [...this.#client.network.cap.available.keys()].some((one) => name.test(one))
  }

  pause(): void {
    this.#transport?.pause()
  }

  resume(): void {
    this.#transport?.resume()
  }

  /** Unless forced, lines that arrive until the server closes its side are still handed on. */
  close(isForced: boolean): void {
    this.#transport?.close(isForced)
  }

  disposeSocket(): void {
    this.#transport?.disposeSocket()
  }

  // It trusts servers to send whole lines, and prints what it throws; neither is for us.
  #letLibrary(command: string, message: FrameworkMessage, next: () => void): void {
    if (!libraryCommands.has(command) || message.params.length === 0) return
    try {
      next()
    } catch (error) {
      this.#events.onBadLine(error)
    }
  }
}
