import type { RoomId, UserId, Clock } from '@pons/matrix'
import { BridgeError } from '../bridge-error.ts'
import { logFailure, type FailureLog } from '../log-failure.ts'
import type { Logins } from '../login/logins.ts'
import type { TypedHints } from '../matrix-side/typed-hints.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { RoomMembers } from '../portal/room-members.ts'
import type { UserStore } from '../storage/user-store.ts'
import { widths } from '../queue/widths.ts'
import type { LoginScreen } from './login-screen.ts'
import { runInNetwork } from '../supervision/network-scope.ts'
import type { LoginField, LoginProcess, LoginStep } from '../network/login-flow.ts'

export interface LoginProcessesParts extends FailureLog {
  readonly connector: NetworkConnector
  readonly logins: Logins
  readonly users: UserStore
  readonly members: RoomMembers
  readonly hints: TypedHints
  readonly clock: Clock
}

interface Running {
  readonly process: LoginProcess
  readonly abort: AbortController
  readonly roomId: RoomId
  /** What answers begin with in that room. */
  readonly lead: string
  step?: LoginStep
  answers: Record<string, string>
  giveUp?: () => void
}

const patienceMs = 1_800_000

/** Logins in progress, one a person, driven by what they say in the chat. */
export class LoginProcesses {
  readonly #parts: LoginProcessesParts
  readonly #screen: LoginScreen
  readonly #running = new Map<UserId, Running>()

  constructor(parts: LoginProcessesParts, screen: LoginScreen) {
    this.#parts = parts
    this.#screen = screen
  }

  isWaitingFor(userId: UserId, roomId: RoomId): boolean {
    const running = this.#running.get(userId)
    return running?.roomId === roomId && running.step?.kind === 'input'
  }

  /** Is the next answer a secret, whose message should not stay readable? */
  asksForSecret(userId: UserId): boolean {
    return this.#nextField(this.#running.get(userId))?.type === 'password'
  }

  /**
   * Starts a flow and returns what to ask first. Others read a room that is no management room, and answers that are said there
   * without the prefix are carried over: whoever has a management room is asked in it.
   */
  async start(userId: UserId, saidIn: RoomId, flow: string): Promise<string> {
    const { users, members } = this.#parts
    const own = await users.managementRoom(userId)
    const isElsewhere = own !== undefined && own !== saidIn && (await members.joined(own)).has(userId)
    if (!isElsewhere) return await this.#startIn(userId, saidIn, flow)
    const words = await this.#startIn(userId, own, flow)
    if (words !== '') await this.#screen.say(own, words)
    return `We go on in our own room: https://matrix.to/#/${own}`
  }

  async #startIn(userId: UserId, roomId: RoomId, flow: string): Promise<string> {
    await this.cancel(userId)
    if (this.#running.size >= widths.loginProcesses)
      throw new BridgeError('Too many people are logging in; try again later.')
    const lead = await this.#parts.hints.leadIn(roomId)
    const abort = new AbortController()
    const { connector } = this.#parts
    const process = runInNetwork(connector.info.id, () => connector.startLogin(flow, userId, abort.signal))
    const running: Running = { process, abort, roomId, lead, answers: {} }
    this.#running.set(userId, running)
    running.giveUp = this.#parts.clock.schedule(() => this.#expire(userId, running), patienceMs)
    return await this.#advance(userId, running, {})
  }

  /** One answer of the person; returns the next question, or how it ended. */
  async answer(userId: UserId, text: string): Promise<string> {
    const running = this.#running.get(userId)
    const field = this.#nextField(running)
    if (running === undefined || field === undefined) throw new BridgeError('there is no login to answer')
    const value = text.trim()
    running.answers = { ...running.answers, [field.id]: value === '-' ? (field.fallback ?? '') : value }
    const next = this.#nextField(running)
    if (next !== undefined) return question(next, running.lead)
    const answers = running.answers
    running.answers = {}
    return await this.#advance(userId, running, answers)
  }

  /** False when there was nothing to cancel. */
  async cancel(userId: UserId): Promise<boolean> {
    const running = this.#running.get(userId)
    if (running === undefined) return false
    this.#end(userId, running)
    running.abort.abort()
    // A generator in the middle of waiting ends when its wait notices the abort; nobody needs to wait for that.
    running.process.return(undefined as never).catch(() => undefined)
    await this.#screen.clear(running.roomId)
    return true
  }

  #expire(userId: UserId, running: Running): void {
    if (this.#running.get(userId) !== running) return
    this.cancel(userId)
      .then(async () => await this.#screen.say(running.roomId, 'The login was given up. Say `login` to begin again.'))
      .catch((error: unknown) => logFailure(this.#parts, 'warn', { err: error }, 'end of a login could not be told'))
  }

  #end(userId: UserId, running: Running): void {
    running.giveUp?.()
    this.#running.delete(userId)
  }

  #nextField(running: Running | undefined): LoginField | undefined {
    if (running?.step?.kind !== 'input') return undefined
    return running.step.fields.find(({ id }) => running.answers[id] === undefined)
  }

  async #advance(userId: UserId, running: Running, answers: Record<string, string>): Promise<string> {
    delete running.step
    try {
      const next = await runInNetwork(this.#parts.connector.info.id, () => running.process.next(answers))
      if (this.#running.get(userId) !== running) return ''
      if (next.done) {
        // Before it counts as ended: what is wrong with it is told as well.
        const login = await this.#parts.logins.add(userId, next.value)
        this.#end(userId, running)
        await this.#screen.clear(running.roomId)
        return `Logged in as ${login.record.remoteName}.`
      }
      running.step = next.value
      return await this.#show(userId, running, next.value)
    } catch (error) {
      // Given up by the person: what the flow has to say about it is of no interest.
      if (this.#running.get(userId) !== running) return ''
      this.#end(userId, running)
      await this.#screen.clear(running.roomId)
      throw error
    }
  }

  async #show(userId: UserId, running: Running, step: LoginStep): Promise<string> {
    if (step.kind === 'input') {
      await this.#screen.clear(running.roomId)
      const field = this.#nextField(running)
      return field === undefined ? step.instructions : `${step.instructions}\n\n${question(field, running.lead)}`
    }
    const isRenewed = step.format === 'qr' && !(await this.#screen.showQr(running.roomId, step.data))
    // The generator goes on by itself (the phone is being scanned); what it says next is told when it comes.
    this.#advance(userId, running, {})
      .catch((error: unknown) => this.#wordsFor(error))
      .then(async (text) => text !== '' && (await this.#screen.say(running.roomId, text)))
      .catch((error: unknown) => logFailure(this.#parts, 'error', { err: error }, 'login step could not be told'))
    if (isRenewed) return ''
    return step.format === 'qr' ? step.instructions : `${step.instructions}\n\n${step.data}`
  }

  #wordsFor(error: unknown): string {
    if (error instanceof BridgeError) return error.message
    logFailure(this.#parts, 'error', { err: error }, 'login failed')
    return 'The login failed inside the bridge; its log says why.'
  }
}

function question(field: LoginField, lead: string): string {
  const nothing = field.fallback === undefined && field.isOptional ? 'none' : field.fallback
  const hint = nothing === undefined ? '' : ` (\`${lead}-\` for ${nothing || 'none'})`
  const more = field.description === undefined ? '' : `\n${field.description}`
  const how = lead === '' ? '' : `\nBegin the answer with \`${lead.trim()}\`.`
  return `${field.name}?${hint}${more}${how}`
}
