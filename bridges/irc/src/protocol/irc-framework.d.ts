// The library ships no types; this is the part of it that the session uses.
declare module 'irc-framework' {
  import type { EventEmitter } from 'node:events'

  interface FrameworkMessage {
    readonly tags: Readonly<Record<string, string>>
    readonly prefix: string
    readonly nick: string
    readonly ident: string
    readonly hostname: string
    readonly command: string
    readonly params: readonly string[]
  }

  type MiddlewareArguments = [
    command: string,
    message: FrameworkMessage,
    rawLine: string,
    client: Client,
    next: (error?: unknown) => void,
  ]
  type Middleware = (...given: MiddlewareArguments) => void

  class Client extends EventEmitter {
    readonly connection: EventEmitter & {
      connected: boolean
      write(line: string): boolean
      end(lastLine?: string | null, hadError?: boolean): void
      connect(options: object): void
    }
    readonly network: {
      readonly options: Readonly<Record<string, unknown>>
      readonly cap: {
        readonly enabled: readonly string[]
        readonly available: ReadonlyMap<string, string>
        isEnabled(name: string): boolean
      }
    }
    requestCap(names: readonly string[]): void
    connect(options: object): void
    use(install: (client: Client, raw: { use(middleware: Middleware): void }, parsed: unknown) => void): Client
  }

  export { Client, type FrameworkMessage }
}
