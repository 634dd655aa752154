import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { patienceMs } from '../patience.ts'
import { Waiters } from '../waiters.ts'
import type { TelegramServer } from './telegram-server.ts'

/** A message as Telethon has it. */
export interface TelethonMessage {
  readonly id: number
  readonly text: string
  readonly isOwn: boolean
  readonly replyTo: number | null
  readonly forwardedFrom: string | null
  /** Seconds. */
  readonly ttl: number | null
}

export type TelethonTransport = 'full' | 'intermediate' | 'abridged' | 'obfuscated'

type Line =
  | { readonly answer: unknown }
  | { readonly error: string }
  | { readonly heard: TelethonMessage }
  | { readonly edited: TelethonMessage }
  | { readonly deleted: readonly number[] }

const driver = fileURLToPath(new URL('telethon-driver.py', import.meta.url))
/** Where provisioning puts it. */
const python = fileURLToPath(new URL('../../../.provision/telethon/bin/python', import.meta.url))

/** The Python that has Telethon; undefined where it is not installed. */
export function findTelethon(): string | undefined {
  return existsSync(python) ? python : undefined
}

/** Telethon in a process of its own: an implementation of Telegram's protocol with which ours shares nothing. */
export class Telethon implements AsyncDisposable {
  readonly heard: TelethonMessage[] = []
  readonly edited: TelethonMessage[] = []
  readonly deleted: number[] = []
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  readonly #waiters = new Waiters()
  readonly #answers: Line[] = []
  #words = ''
  #hasExited = false

  constructor(program: string) {
    this.#child = spawn(program, ['-u', driver], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#exited = once(this.#child, 'exit').then(() => {
      this.#hasExited = true
      this.#waiters.wake()
    })
    const { stdout, stderr } = this.#child
    if (stdout !== null) createInterface(stdout).on('line', (line) => this.#take(JSON.parse(line) as Line))
    stderr?.on('data', (words: Buffer) => (this.#words = (this.#words + words.toString()).slice(-4000)))
  }

  /** What it knows lies in the file of its session, for another one to go on with. Resolves with whether it is logged in. */
  async connect(server: TelegramServer, session: string, transport: TelethonTransport = 'full'): Promise<boolean> {
    const { host, port, publicKey: key } = server
    return (await this.#do('connect', { host, port, key, transport, session })) === true
  }

  async logIn(server: TelegramServer, { phone, password }: { phone: string; password: string }): Promise<string> {
    await this.#do('send_code', { phone: `+${phone}` })
    return String(await this.#do('sign_in', { phone: `+${phone}`, code: server.lastCode(phone), password }))
  }

  async send(chat: string, text: string, replyTo?: number): Promise<TelethonMessage> {
    return (await this.#do('send', { chat, text, reply_to: replyTo ?? null })) as TelethonMessage
  }

  async edit(chat: string, id: number, text: string): Promise<TelethonMessage> {
    return (await this.#do('edit', { chat, id, text })) as TelethonMessage
  }

  async delete(chat: string, id: number): Promise<void> {
    await this.#do('delete', { chat, id })
  }

  /** Newest first. */
  async history(chat: string, limit: number): Promise<readonly TelethonMessage[]> {
    return (await this.#do('history', { chat, limit })) as TelethonMessage[]
  }

  /** Names of the chats, the newest first. */
  async dialogs(): Promise<readonly string[]> {
    return (await this.#do('dialogs', {})) as string[]
  }

  async disconnect(): Promise<void> {
    await this.#do('disconnect', {})
  }

  async until(fits: () => boolean, what: string): Promise<void> {
    await this.#until(() => (fits() ? true : undefined), what)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  async #do(what: string, given: Record<string, unknown>): Promise<unknown> {
    this.#child.stdin?.write(`${JSON.stringify({ do: what, with: given })}\n`)
    const line = await this.#until(() => this.#answers.shift(), `an answer to ${what}`)
    if ('error' in line) throw new Error(`${what}: ${line.error}`)
    return 'answer' in line ? line.answer : undefined
  }

  #take(line: Line): void {
    if ('heard' in line) this.heard.push(line.heard)
    else if ('edited' in line) this.edited.push(line.edited)
    else if ('deleted' in line) this.deleted.push(...line.deleted)
    else this.#answers.push(line)
    this.#waiters.wake()
  }

  async #until<T>(find: () => T | undefined, what: string): Promise<T> {
    const findWhileRunning = (): T | undefined => {
      const found = find()
      if (found === undefined && this.#hasExited) throw new Error(`Telethon ended: ${this.#words}`)
      return found
    }
    return await this.#waiters.until(findWhileRunning, {
      timeoutMs: patienceMs,
      describe: () => `Telethon did not have ${what}; heard ${JSON.stringify(this.heard)}; it says: ${this.#words}`,
    })
  }
}
