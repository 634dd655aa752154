import type { RoomId, UserId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { BridgeError } from '../bridge-error.ts'
import type { LoginField, LoginProcess, LoginStep } from '../network/login-flow.ts'

interface Running {
  readonly process: LoginProcess
  readonly abort: AbortController
  readonly roomId: RoomId
  step?: LoginStep
  answers: Record<string, string>
}

/** Logins in progress, one a person, driven by what they say in the chat. */
export class LoginProcesses {
  readonly #context: BridgeContext
  readonly #say: (roomId: RoomId, text: string) => Promise<void>
  readonly #running = new Map<UserId, Running>()

  constructor(context: BridgeContext, say: (roomId: RoomId, text: string) => Promise<void>) {
    this.#context = context
    this.#say = say
  }

  isWaitingFor(userId: UserId, roomId: RoomId): boolean {
    const running = this.#running.get(userId)
    return running?.roomId === roomId && running.step?.kind === 'input'
  }

  /** Is the next answer a secret, whose message should not stay readable? */
  asksForSecret(userId: UserId): boolean {
    return this.#nextField(this.#running.get(userId))?.type === 'password'
  }

  /** Starts a flow and returns what to ask first. */
  async start(userId: UserId, roomId: RoomId, flow: string): Promise<string> {
    await this.cancel(userId)
    const abort = new AbortController()
    const process = this.#context.connector.startLogin(flow, userId, abort.signal)
    const running: Running = { process, abort, roomId, answers: {} }
    this.#running.set(userId, running)
    return await this.#advance(userId, running, {})
  }

  /** One answer of the person; returns the next question, or how it ended. */
  async answer(userId: UserId, text: string): Promise<string> {
    const running = this.#running.get(userId)
    const field = this.#nextField(running)
    if (running === undefined || field === undefined) throw new BridgeError('there is no login to answer')
    const value = text.trim()
    running.answers[field.id] = value === '-' ? (field.fallback ?? '') : value
    const next = this.#nextField(running)
    if (next !== undefined) return question(next)
    const answers = running.answers
    running.answers = {}
    return await this.#advance(userId, running, answers)
  }

  /** False when there was nothing to cancel. */
  async cancel(userId: UserId): Promise<boolean> {
    const running = this.#running.get(userId)
    if (running === undefined) return false
    this.#running.delete(userId)
    running.abort.abort()
    // A generator in the middle of waiting ends when its wait notices the abort; nobody needs to wait for that.
    running.process.return(undefined as never).catch(() => undefined)
    return true
  }

  #nextField(running: Running | undefined): LoginField | undefined {
    if (running?.step?.kind !== 'input') return undefined
    return running.step.fields.find(({ id }) => running.answers[id] === undefined)
  }

  async #advance(userId: UserId, running: Running, answers: Record<string, string>): Promise<string> {
    delete running.step
    try {
      const next = await running.process.next(answers)
      if (next.done) {
        this.#running.delete(userId)
        const login = await this.#context.logins.add(userId, next.value)
        return `Logged in as ${login.record.remoteName}.`
      }
      running.step = next.value
      return this.#show(userId, running, next.value)
    } catch (error) {
      if (this.#running.get(userId) === running) this.#running.delete(userId)
      throw error
    }
  }

  #show(userId: UserId, running: Running, step: LoginStep): string {
    if (step.kind === 'input') {
      const field = this.#nextField(running)
      return field === undefined ? step.instructions : `${step.instructions}\n\n${question(field)}`
    }
    // The generator goes on by itself (the phone is being scanned); what it says next is told when it comes.
    this.#advance(userId, running, {})
      .catch((error: unknown) => (error instanceof BridgeError ? error.message : 'The login failed; the log says why.'))
      .then((text) => this.#say(running.roomId, text))
      .catch((error: unknown) => this.#context.logger.error({ err: error }, 'login step could not be told'))
    return `${step.instructions}\n\n${step.data}`
  }
}

function question(field: LoginField): string {
  const hint =
    field.fallback === undefined
      ? field.isOptional
        ? ' (`-` for none)'
        : ''
      : ` (\`-\` for ${field.fallback || 'none'})`
  const more = field.description === undefined ? '' : `\n${field.description}`
  return `${field.name}?${hint}${more}`
}
